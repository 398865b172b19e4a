// SPDX-License-Identifier: Apache-2.0
#include "recording/argument_set.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "syscalls/arguments.h"
#include "util/array.h"
#include "util/error.h"

static int argument_compare(const struct argument *a, const struct argument *b)
{
	if (a->abi != b->abi)
		return a->abi < b->abi ? -1 : 1;
	if (a->nr != b->nr)
		return a->nr < b->nr ? -1 : 1;
	if (a->index != b->index)
		return a->index < b->index ? -1 : 1;
	return (int)a->offset - (int)b->offset;
}

/* Returns the index at which the argument is or would be inserted. */
static size_t argument_set_position(const struct argument_set *set, const struct argument *key)
{
	size_t low = 0, high = set->length;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (argument_compare(&set->items[middle], key) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static bool is_at(const struct argument_set *set, size_t at, const struct argument *key)
{
	return at < set->length && argument_compare(&set->items[at], key) == 0;
}

const struct argument *argument_set_find(const struct argument_set *set, enum abi abi, uint32_t nr,
					 uint8_t index, uint16_t offset)
{
	const struct argument key = { .nr = nr, .abi = abi, .index = index, .offset = offset };
	size_t at = argument_set_position(set, &key);

	return is_at(set, at, &key) ? &set->items[at] : NULL;
}

int argument_set_get(struct argument_set *set, const struct argument *key,
		     struct argument **ret_argument, struct error *err)
{
	size_t at = argument_set_position(set, key);
	struct argument *items;

	if (!is_at(set, at, key)) {
		items = array_grow(set->items, set->length, sizeof(*items));
		if (!items)
			return error_nomem(err);
		set->items = items;
		memmove(items + at + 1, items + at, (set->length - at) * sizeof(*items));
		items[at] = (struct argument){ .nr = key->nr,
					       .abi = key->abi,
					       .index = key->index,
					       .offset = key->offset,
					       .flags = key->flags };
		set->length++;
	}
	*ret_argument = &set->items[at];
	return 0;
}

static size_t value_position(const struct argument *argument, uint32_t value)
{
	size_t at = 0;

	while (at < argument->count && argument->values[at].value < value)
		at++;
	return at;
}

const struct argument_value *argument_find_value(const struct argument *argument, uint32_t value)
{
	size_t at = value_position(argument, value);

	return at < argument->count && argument->values[at].value == value ? &argument->values[at] :
									     NULL;
}

/* A total order, as that of calls: the first of many values does not depend on their order. */
static bool value_seen_before(const struct argument_value *a, const struct argument_value *b)
{
	if (a->first_seen != b->first_seen)
		return a->first_seen && (!b->first_seen || a->first_seen < b->first_seen);
	if (!a->process[0] != !b->process[0])
		return a->process[0];
	return strcmp(a->process, b->process) < 0;
}

int argument_add_value(struct argument *argument, const struct argument_value *value,
		       struct error *err)
{
	size_t at = value_position(argument, value->value);
	struct argument_value *values;

	if (at < argument->count && argument->values[at].value == value->value) {
		if (value_seen_before(value, &argument->values[at]))
			argument->values[at] = *value;
		return 0;
	}
	if (argument->count == ARGUMENT_VALUES_MAX) {
		argument->any = true;
		if (at == ARGUMENT_VALUES_MAX)
			return 0;
		argument->count--;
	}
	values = array_grow(argument->values, argument->count, sizeof(*values));
	if (!values)
		return error_nomem(err);
	argument->values = values;
	memmove(values + at + 1, values + at, (argument->count - at) * sizeof(*values));
	values[at] = *value;
	argument->count++;
	return 0;
}

uint32_t argument_flags(const struct argument *argument)
{
	uint32_t flags = 0;
	size_t i;

	for (i = 0; i < argument->count; i++)
		flags |= argument->values[i].value;
	return flags;
}

bool argument_is_known(const struct argument *argument)
{
	return !argument->any && !argument->unrecorded;
}

static int merge_argument(struct argument *into, const struct argument *from, struct error *err)
{
	size_t i;
	int r = 0;

	into->any |= from->any;
	into->wide |= from->wide;
	into->runtime |= from->runtime;
	into->flags |= from->flags;
	/* The larger counter, as with losses: both may have counted the same. */
	if (from->unrecorded > into->unrecorded)
		into->unrecorded = from->unrecorded;
	for (i = 0; i < from->count && r == 0; i++)
		r = argument_add_value(into, &from->values[i], err);
	return r;
}

int argument_set_merge(struct argument_set *set, const struct argument_set *other,
		       struct error *err)
{
	struct argument *into;
	size_t i;
	int r = 0;

	for (i = 0; i < other->length && r == 0; i++) {
		r = argument_set_get(set, &other->items[i], &into, err);
		if (r == 0)
			r = merge_argument(into, &other->items[i], err);
	}
	return r;
}

struct argument argument_key(const struct syscall_argument *row, enum abi abi, uint32_t nr)
{
	return (struct argument){
		.nr = nr,
		.abi = abi,
		.index = row->index,
		.offset = row->offset,
		.flags = row->kind == ARGUMENT_FLAGS,
	};
}

/*
 * Notes for the recorded arguments of a call that are not in "recorded" that they were not
 * recorded.
 */
static int note_call(struct argument_set *set, const struct argument_set *recorded,
		     const struct call *call, enum machine machine, struct error *err)
{
	struct argument_span span = syscall_arguments_of(machine, call->abi, call->nr);
	struct argument *argument;
	int r = 0;
	uint8_t i;

	for (i = 0; i < span.count && r == 0; i++) {
		const struct syscall_argument *row = &syscall_arguments[span.first + i];
		const struct argument key = argument_key(row, call->abi, call->nr);

		if (is_at(recorded, argument_set_position(recorded, &key), &key))
			continue;
		r = argument_set_get(set, &key, &argument, err);
		if (r == 0 && !argument->unrecorded)
			argument->unrecorded = 1;
	}
	return r;
}

static int note_calls(struct argument_set *set, const struct argument_set *recorded,
		      const struct call_set *calls, enum machine machine, struct error *err)
{
	size_t i;
	int r = 0;

	for (i = 0; i < calls->length && r == 0; i++)
		r = note_call(set, recorded, &calls->items[i], machine, err);
	return r;
}

int argument_set_note_missing(struct argument_set *set, const struct call_set *calls,
			      enum machine machine, struct error *err)
{
	return note_calls(set, set, calls, machine, err);
}

int argument_set_note_unrecorded(struct argument_set *set, const struct call_set *calls,
				 enum machine machine, struct error *err)
{
	static const struct argument_set none = {};

	return note_calls(set, &none, calls, machine, err);
}

int argument_set_merge_of(struct argument_set *set, const struct argument_set *other,
			  const struct call_set *calls, enum machine machine, struct error *err)
{
	int r = argument_set_merge(set, other, err);

	return r < 0 ? r : note_calls(set, other, calls, machine, err);
}

int argument_set_merge_call(struct argument_set *set, const struct argument_set *other,
			    const struct call *call, enum machine machine, struct error *err)
{
	const struct argument first = { .nr = call->nr, .abi = call->abi };
	size_t i = argument_set_position(other, &first);
	struct argument *into;
	int r = 0;

	for (; i < other->length && r == 0; i++) {
		const struct argument *from = &other->items[i];

		if (from->abi != call->abi || from->nr != call->nr)
			break;
		r = argument_set_get(set, from, &into, err);
		if (r == 0)
			r = merge_argument(into, from, err);
	}
	return r < 0 ? r : note_call(set, other, call, machine, err);
}

int argument_set_note_runtime(struct argument_set *set, const struct call *call,
			      enum machine machine, struct error *err)
{
	struct argument_span span = syscall_arguments_of(machine, call->abi, call->nr);
	struct argument *argument;
	int r = 0;
	uint8_t i;

	for (i = 0; i < span.count && r == 0; i++) {
		const struct syscall_argument *row = &syscall_arguments[span.first + i];
		const struct argument key = argument_key(row, call->abi, call->nr);

		r = argument_set_get(set, &key, &argument, err);
		if (r == 0)
			argument->runtime = true;
	}
	return r;
}

void argument_set_finish(struct argument_set *set)
{
	size_t i;

	for (i = 0; i < set->length; i++)
		free(set->items[i].values);
	free(set->items);
	*set = (struct argument_set){};
}
