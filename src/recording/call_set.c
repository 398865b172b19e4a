// SPDX-License-Identifier: Apache-2.0
#include "recording/call_set.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "util/error.h"

#define ROOM 16

static const char *const origin_names[ORIGIN_COUNT] = {
	[ORIGIN_OBSERVED] = "observed",
	[ORIGIN_RUNTIME] = "runtime",
	[ORIGIN_IMPLIED] = "implied",
};

const char *origin_name(enum origin origin)
{
	return origin_names[origin];
}

int origin_from_name(const char *name)
{
	int i;

	for (i = 0; i < ORIGIN_COUNT; i++)
		if (strcmp(origin_names[i], name) == 0)
			return i;
	return -ENOENT;
}

static int call_compare(const struct call *a, enum abi abi, uint32_t nr)
{
	if (a->abi != abi)
		return a->abi < abi ? -1 : 1;
	if (a->nr != nr)
		return a->nr < nr ? -1 : 1;
	return 0;
}

/* Returns the index at which the call is or would be inserted. */
static size_t call_set_position(const struct call_set *set, enum abi abi, uint32_t nr)
{
	size_t low = 0, high = set->length;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (call_compare(&set->items[middle], abi, nr) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

const struct call *call_set_find(const struct call_set *set, enum abi abi, uint32_t nr)
{
	size_t at = call_set_position(set, abi, nr);

	if (at == set->length || call_compare(&set->items[at], abi, nr) != 0)
		return NULL;
	return &set->items[at];
}

/*
 * True if a is a better record of the first occurrence than b. This is a total order, so the
 * best of any number of calls does not depend on the order in which they are compared.
 */
static bool call_seen_before(const struct call *a, const struct call *b)
{
	if (a->first_seen != b->first_seen)
		return a->first_seen && (!b->first_seen || a->first_seen < b->first_seen);
	if (!a->process[0] != !b->process[0])
		return a->process[0];
	return strcmp(a->process, b->process) < 0;
}

/*
 * Makes room for one more call. Sets of about 70 calls would waste half of what array_grow() gives, and
 * an agent has hundreds of them.
 */
static struct call *grow(const struct call_set *set)
{
	if (set->length % ROOM)
		return set->items;
	return realloc(set->items, (set->length + ROOM) * sizeof(*set->items));
}

int call_set_add(struct call_set *set, const struct call *call, struct error *err)
{
	size_t at = call_set_position(set, call->abi, call->nr);
	struct call *there, *items;

	if (at < set->length && call_compare(&set->items[at], call->abi, call->nr) == 0) {
		there = &set->items[at];
		if (call->origin < there->origin)
			there->origin = call->origin;
		if (call_seen_before(call, there)) {
			there->first_seen = call->first_seen;
			memcpy(there->process, call->process, sizeof(there->process));
		}
		return 0;
	}
	items = grow(set);
	if (!items)
		return error_nomem(err);
	set->items = items;
	memmove(items + at + 1, items + at, (set->length - at) * sizeof(*items));
	items[at] = *call;
	set->length++;
	return 0;
}

int call_set_merge(struct call_set *set, const struct call_set *other, struct error *err)
{
	size_t i;

	for (i = 0; i < other->length; i++)
		if (call_set_add(set, &other->items[i], err) < 0)
			return -ENOMEM;
	return 0;
}

void call_set_finish(struct call_set *set)
{
	free(set->items);
	set->items = NULL;
	set->length = 0;
}
