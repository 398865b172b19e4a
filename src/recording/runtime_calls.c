// SPDX-License-Identifier: Apache-2.0
#include "recording/runtime_calls.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "recording/derive.h"
#include "util/error.h"
#include "util/version.h"

/* The measured versions that represent a version: the same, or its neighbours. */
struct version_range {
	struct version low;
	struct version high;
};

/*
 * Returns -ENOENT if the table has no version of this runtime. Hooks have a range of their own,
 * because not every version was measured with them.
 */
static int version_range_find(const char *runtime, const char *version, bool hook,
			      struct version_range *ret_range)
{
	struct version wanted = version_parse(version), row;
	struct version_range range = {};
	bool has_low = false, has_high = false;
	size_t i;

	for (i = 0; i < runtime_calls_count; i++) {
		if (!runtime_calls[i].version || strcmp(runtime_calls[i].runtime, runtime) != 0 ||
		    (runtime_calls[i].operation == RUNTIME_HOOK) != hook)
			continue;
		row = version_parse(runtime_calls[i].version);
		if (version_compare(&row, &wanted) <= 0 &&
		    (!has_low || version_compare(&row, &range.low) > 0)) {
			range.low = row;
			has_low = true;
		}
		if (version_compare(&row, &wanted) >= 0 &&
		    (!has_high || version_compare(&row, &range.high) < 0)) {
			range.high = row;
			has_high = true;
		}
	}
	if (!has_low && !has_high)
		return -ENOENT;
	if (!has_low)
		range.low = range.high;
	if (!has_high)
		range.high = range.low;
	*ret_range = range;
	return 0;
}

static bool is_in_range(const struct runtime_calls *row, const struct runtime_choice *choice,
			const struct version_range *range)
{
	struct version version;

	if (strcmp(row->runtime, choice->name) != 0)
		return false;
	if (row->no_new_privs != TRISTATE_UNKNOWN && choice->no_new_privs != TRISTATE_UNKNOWN &&
	    row->no_new_privs != choice->no_new_privs)
		return false;
	if (!row->version || !choice->version)
		return true;
	version = version_parse(row->version);
	return version_compare(&range->low, &version) <= 0 &&
	       version_compare(&version, &range->high) <= 0;
}

bool runtime_calls_match(const struct runtime_calls *row, const struct runtime_choice *choice)
{
	struct version_range range = {};

	return (!choice->version ||
		version_range_find(choice->name, choice->version, row->operation == RUNTIME_HOOK,
				   &range) == 0) &&
	       is_in_range(row, choice, &range);
}

/*
 * Returns a machine's number for a call of the table, which was measured on x86-64. arm64 has
 * no dup2, so C libraries call dup3 there. The result is negative if the machine has neither.
 */
static int number_on(enum machine machine, const char *name)
{
	int nr = syscall_number(machine, ABI_NATIVE, name);

	return nr < 0 && strcmp(name, "dup2") == 0 ? syscall_number(machine, ABI_NATIVE, "dup3") :
						     nr;
}

static int add_row(struct observation *observation, const struct runtime_calls *row,
		   struct error *err)
{
	const char *const *name;
	struct call call = { .abi = ABI_NATIVE, .origin = ORIGIN_RUNTIME };
	int nr, r;

	for (name = row->names; *name; name++) {
		nr = number_on(observation->machine, *name);
		if (nr < 0)
			continue;
		call.nr = nr;
		r = call_set_add(&observation->calls, &call, err);
		/* Only the calls of runtimes were measured, not their arguments. */
		if (r == 0)
			r = argument_set_note_runtime(&observation->arguments, &call,
						      observation->machine, err);
		if (r < 0)
			return r;
	}
	return 0;
}

int observation_add_runtime_calls(struct observation *observation,
				  const struct runtime_choice *choice, struct error *err)
{
	struct version_range range = {}, hook_range = {};
	bool known = false, hook;
	size_t i;
	int r;

	if (!choice->name)
		return 0;
	if (choice->version &&
	    (version_range_find(choice->name, choice->version, false, &range) < 0 ||
	     version_range_find(choice->name, choice->version, true, &hook_range) < 0))
		return error_set(err, ENOENT, "the system calls of the runtime %s are not known",
				 choice->name);
	for (i = 0; i < runtime_calls_count; i++) {
		hook = runtime_calls[i].operation == RUNTIME_HOOK;
		if ((hook && !observation->start_hook) ||
		    !is_in_range(&runtime_calls[i], choice, hook ? &hook_range : &range))
			continue;
		known = true;
		r = add_row(observation, &runtime_calls[i], err);
		if (r < 0)
			return r;
	}
	if (!known)
		return error_set(err, ENOENT, "the system calls of the runtime %s are not known",
				 choice->name);
	return 0;
}

/*
 * Returns the version without its last number: a patch release is assumed to make the same
 * calls as the others of its series.
 */
static struct version series_of(const char *text)
{
	struct version version = version_parse(text);

	version.parts[VERSION_PARTS - 1] = 0;
	return version;
}

const char *runtime_calls_outdated(const char *runtime, const char *version)
{
	struct version wanted = series_of(version), newest = {}, row;
	const char *r = NULL;
	size_t i;

	for (i = 0; i < runtime_calls_count; i++) {
		if (!runtime_calls[i].version || strcmp(runtime_calls[i].runtime, runtime) != 0)
			continue;
		row = version_parse(runtime_calls[i].version);
		if (r && version_compare(&row, &newest) <= 0)
			continue;
		newest = row;
		r = runtime_calls[i].version;
	}
	newest.parts[VERSION_PARTS - 1] = 0;
	return r && version_compare(&newest, &wanted) < 0 ? r : NULL;
}
