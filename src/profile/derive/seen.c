// SPDX-License-Identifier: Apache-2.0
#include "profile/derive/seen.h"

#include <errno.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>

#include "profile/model/model.h"
#include "recording/argument_union.h"
#include "recording/recording.h"
#include "syscalls/arguments.h"
#include "util/array.h"
#include "util/error.h"
#include "util/string_set.h"

/* Members of struct clone_args (linux/sched.h), as arguments.tbl has them. */
#define CLONE3_FLAGS_LOW 0
#define CLONE3_FLAGS_HIGH 4
#define CLONE3_EXIT_SIGNAL 32
#define CLONE3_SET_TID_SIZE 72

/* Upper halves of clone3's flags (linux/sched.h). */
#define HIGH_CLEAR_SIGHAND (1u << 0) /* what C libraries ask for, and do without */
#define HIGH_INTO_CGROUP (1u << 1)

void seen_finish(struct seen *seen)
{
	size_t i;

	for (i = 0; i < seen->length; i++)
		free(seen->calls[i].argument.values);
	for (i = 0; i < MACHINE_COUNT; i++)
		argument_set_finish(&seen->arguments[i]);
	free(seen->calls);
	*seen = (struct seen){};
}

static size_t position_of(const struct seen *seen, const char *name)
{
	size_t low = 0, high = seen->length;

	while (low < high) {
		size_t middle = (low + high) / 2;

		if (strcmp(seen->calls[middle].name, name) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

const struct seen_call *seen_find(const struct seen *seen, const char *name)
{
	size_t at = position_of(seen, name);

	return at < seen->length && strcmp(seen->calls[at].name, name) == 0 ? &seen->calls[at] :
									      NULL;
}

static const struct syscall_argument *condition_row(enum machine machine, enum abi abi, int nr)
{
	struct argument_span span = syscall_arguments_of(machine, abi, nr);
	uint8_t i;

	for (i = 0; i < span.count; i++)
		if (syscall_arguments[span.first + i].condition)
			return &syscall_arguments[span.first + i];
	return NULL;
}

static bool same_place(const struct syscall_argument *a, const struct syscall_argument *b)
{
	return a && b && a->index == b->index && a->kind == b->kind && a->ignored == b->ignored;
}

/* Finds the argument to compare, if it is the same on all of the architectures. */
static const struct syscall_argument *common_row(const char *name, char *const *scmp_archs,
						 size_t count)
{
	const struct syscall_argument *row = NULL;
	bool first = true;
	int machine, abi;

	for (machine = 0; machine < MACHINE_COUNT; machine++)
		for (abi = 0; abi < ABI_COUNT; abi++) {
			const char *scmp_arch = abi_scmp_arch(machine, abi);
			int nr = syscall_number(machine, abi, name);

			if (!scmp_arch || nr < 0 || !string_set_has(scmp_archs, count, scmp_arch))
				continue;
			if (first)
				row = condition_row(machine, abi, nr);
			else if (!same_place(row, condition_row(machine, abi, nr)))
				return NULL;
			first = false;
		}
	return row;
}

/* Finds the call, or adds it without values. The result is valid until the next call is added. */
static int get_call(struct seen *seen, const char *name, char *const *scmp_archs, size_t count,
		    struct seen_call **ret_call, struct error *err)
{
	size_t at = position_of(seen, name);
	struct seen_call *calls;

	*ret_call = seen->calls + at;
	if (at < seen->length && strcmp(seen->calls[at].name, name) == 0)
		return 0;
	calls = array_grow(seen->calls, seen->length, sizeof(*calls));
	if (!calls)
		return error_nomem(err);
	seen->calls = calls;
	memmove(calls + at + 1, calls + at, (seen->length - at) * sizeof(*calls));
	seen->length++;
	calls[at] = (struct seen_call){ .name = name, .row = common_row(name, scmp_archs, count) };
	calls[at].argument.flags = calls[at].row && calls[at].row->kind == ARGUMENT_FLAGS;
	*ret_call = &calls[at];
	return 0;
}

static int add_values(struct argument *into, const struct argument *from, struct error *err)
{
	size_t i;
	int r = 0;

	into->any |= from->any;
	into->wide |= from->wide;
	into->runtime |= from->runtime;
	into->unrecorded += from->unrecorded != 0;
	for (i = 0; i < from->count && r == 0; i++)
		r = argument_add_value(into, &from->values[i], err);
	return r;
}

void clone3_use_add(struct clone3_use *use, const struct argument_set *arguments, enum abi abi,
		    uint32_t nr)
{
	static const uint16_t offsets[] = { CLONE3_FLAGS_LOW, CLONE3_FLAGS_HIGH, CLONE3_EXIT_SIGNAL,
					    CLONE3_SET_TID_SIZE };
	uint32_t united[array_size(offsets)] = {};
	size_t i;

	for (i = 0; i < array_size(offsets); i++) {
		const struct argument *argument =
			argument_set_find(arguments, abi, nr, 0, offsets[i]);

		if (argument)
			united[i] = argument_flags(argument);
		if (!argument || !argument_is_known(argument) ||
		    (!argument->count && !argument->runtime))
			use->needs[CLONE3_UNRECORDED] = true;
	}
	use->needs[CLONE3_CGROUP] |= (united[1] & HIGH_INTO_CGROUP) != 0;
	use->needs[CLONE3_FLAGS] |= (united[1] & ~(HIGH_CLEAR_SIGHAND | HIGH_INTO_CGROUP)) ||
				    (united[0] & CSIGNAL) || (united[2] & ~(uint32_t)CSIGNAL);
	use->needs[CLONE3_PIDS] |= united[3] != 0;
	use->flags |= united[0] | united[2];
}

static int add_call(struct seen *seen, enum machine machine, const struct call *call,
		    char *const *scmp_archs, size_t count, struct error *err)
{
	const char *name = syscall_name(machine, call->abi, call->nr);
	const struct argument *argument;
	struct seen_call *into;
	int r;

	if (!name)
		return 0;
	if (strcmp(name, "clone3") == 0)
		clone3_use_add(&seen->clone3, &seen->arguments[machine], call->abi, call->nr);
	r = get_call(seen, name, scmp_archs, count, &into, err);
	if (r < 0 || !into->row)
		return r;
	argument = argument_set_find(&seen->arguments[machine], call->abi, call->nr,
				     into->row->index, into->row->offset);
	if (argument)
		return add_values(&into->argument, argument, err);
	into->argument.unrecorded++;
	return 0;
}

static int add_machine(struct seen *seen, const struct recording *recording, enum machine machine,
		       char *const *scmp_archs, size_t count, struct error *err)
{
	_cleanup_(call_set_finish) struct call_set calls = {};
	size_t i;
	int r = recording_unite_arguments(recording, machine, false, &seen->arguments[machine],
					  err);

	for (i = 0; i < recording->observation_count && r == 0; i++)
		if (recording->observations[i].machine == machine)
			r = call_set_merge(&calls, &recording->observations[i].calls, err);
	for (i = 0; i < calls.length && r == 0; i++)
		r = add_call(seen, machine, &calls.items[i], scmp_archs, count, err);
	return r;
}

static void remove_call(struct seen *seen, const char *name)
{
	size_t at = position_of(seen, name);

	free(seen->calls[at].argument.values);
	memmove(seen->calls + at, seen->calls + at + 1,
		(--seen->length - at) * sizeof(*seen->calls));
}

/* Counts what clone3 was asked for as asked of clone. */
static int fold(struct seen *seen, char *const *scmp_archs, size_t count, struct error *err)
{
	struct seen_call *clone;
	uint32_t bit;
	int r;

	remove_call(seen, "clone3");
	r = get_call(seen, "clone", scmp_archs, count, &clone, err);
	for (bit = 1; bit && r == 0; bit <<= 1)
		if (seen->clone3.flags & bit)
			r = argument_add_value(&clone->argument,
					       &(struct argument_value){ .value = bit }, err);
	seen->clone3_is_clone = true;
	return r;
}

int seen_create(const struct recording *recording, const struct profile *profile, bool fold_clone3,
		struct seen *ret_seen, struct error *err)
{
	_cleanup_seen_ struct seen seen = {};
	char **scmp_archs = NULL;
	size_t count = 0;
	int machine;
	int r = profile_collect_architectures(profile, abi_scmp_arch(machine_native(), ABI_NATIVE),
					      &scmp_archs, &count, err);
	size_t i;

	for (machine = 0; machine < MACHINE_COUNT && r == 0; machine++)
		r = add_machine(&seen, recording, machine, scmp_archs, count, err);
	for (i = 0; i < CLONE3_NEED_COUNT; i++)
		fold_clone3 &= !seen.clone3.needs[i];
	if (r == 0 && fold_clone3 && seen_find(&seen, "clone3"))
		r = fold(&seen, scmp_archs, count, err);
	string_set_free(scmp_archs, count);
	if (r < 0)
		return r;
	*ret_seen = seen;
	seen = (struct seen){};
	return 0;
}

bool seen_call_is_known(const struct seen_call *call)
{
	return call->row && argument_is_known(&call->argument) &&
	       (call->argument.count || call->argument.runtime);
}

bool seen_value_is_possible(const struct seen *seen, const char *name, uint8_t index,
			    uint32_t value)
{
	int machine, abi, nr;

	for (machine = 0; machine < MACHINE_COUNT; machine++)
		for (abi = 0; abi < ABI_COUNT; abi++) {
			const struct argument *argument;

			nr = syscall_number(machine, abi, name);
			argument = nr < 0 ? NULL :
					    argument_set_find(&seen->arguments[machine], abi, nr,
							      index, 0);
			if (argument &&
			    (!argument_is_known(argument) || argument_find_value(argument, value)))
				return true;
		}
	return false;
}

bool seen_conditions(const struct seen_call *call,
		     struct condition ret_conditions[ARGUMENT_VALUES_MAX], size_t *ret_count)
{
	const struct argument *argument = &call->argument;
	uint32_t width, others;
	size_t i;

	if (!seen_call_is_known(call))
		return false;
	width = UINT32_MAX & ~call->row->ignored;
	if (!argument->flags || !argument->count) {
		for (i = 0; i < argument->count; i++)
			ret_conditions[i] = (struct condition){
				.index = call->row->index,
				.comparison = COMPARE_MASKED_EQ,
				.value = width,
				.value_two = argument->values[i].value & width,
			};
		*ret_count = argument->count;
		return true;
	}
	others = ~argument_flags(argument) & width;
	if (!others)
		return false;
	ret_conditions[0] = (struct condition){
		.index = call->row->index,
		.comparison = COMPARE_MASKED_EQ,
		.value = others,
	};
	*ret_count = 1;
	return true;
}

/* True if the condition holds only for values of which the kernel has seen each. */
static bool covers_condition(const struct condition *seen, const struct condition *condition)
{
	if (condition->index != seen->index)
		return false;
	if (condition->comparison == COMPARE_EQ)
		return (condition->value & seen->value) == seen->value_two;
	return condition->comparison == COMPARE_MASKED_EQ &&
	       (condition->value & seen->value) == seen->value &&
	       (condition->value_two & seen->value) == seen->value_two;
}

bool seen_covers_rule(const struct seen_call *call, const struct argument_rule *rule)
{
	struct condition seen[ARGUMENT_VALUES_MAX];
	size_t i, j, count;

	if (!seen_conditions(call, seen, &count))
		return true;
	for (i = 0; i < count; i++)
		for (j = 0; j < rule->condition_count; j++)
			if (covers_condition(&seen[i], &rule->conditions[j]))
				return true;
	return false;
}
