// SPDX-License-Identifier: Apache-2.0
#include "recording/recording_calls.h"

#include <stdbool.h>
#include <string.h>

#include "recording/recording_arguments.h"
#include "recording/recording_values.h"
#include "util/error.h"

/* The kernel takes 32 bits of a call's number, whether there is such a call or not. */
#define CALL_NR_MAX UINT32_MAX

/*
 * The recorder keeps fewer calls of a container: 16384 numbers beyond its bitmaps. Each call is
 * inserted in order, which takes time with the square of their number.
 */
#define CALLS_MAX 32768

/* Refuses a name that contradicts the number, which only a forged file has. */
static int check_name(const struct cursor *object, enum machine machine, const struct call *call,
		      struct error *err)
{
	const char *name = syscall_name(machine, call->abi, call->nr), *text;
	struct cursor at;
	int r;

	if (!cursor_member(object, "name", &at))
		return 0;
	r = cursor_get_string(&at, &text, err);
	if (r == 0 && name && strcmp(name, text) != 0)
		r = cursor_fail(&at, err, "number %u of ABI %s is %s, not %s", call->nr,
				abi_name(call->abi), name, text);
	return r;
}

static int read_abi(const struct cursor *object, enum machine machine, enum abi *ret_abi,
		    struct error *err)
{
	int abi = recording_read_name(object, "abi", abi_from_name, err);

	if (abi < 0)
		return abi;
	if (!abi_scmp_arch(machine, abi))
		return cursor_fail(object, err, "%s has no ABI %s", machine_name(machine),
				   abi_name(abi));
	*ret_abi = abi;
	return 0;
}

/* The known members of a call. The last one before NULL is not in files of version 1. */
static const char *const fields[] = { "nr",	   "name",    "abi",	   "origin",
				      "firstSeen", "process", "arguments", NULL };
static const char *const denied_fields[] = { "nr",	"name",	     "abi", "firstSeen",
					     "process", "arguments", NULL };
static const char *const fields_v1[] = {
	"nr", "name", "abi", "origin", "firstSeen", "process", NULL
};
static const char *const denied_fields_v1[] = { "nr", "name", "abi", "firstSeen", "process", NULL };

static int check_members(const struct cursor *at, bool with_origin, bool with_arguments,
			 struct error *err)
{
	if (with_arguments)
		return cursor_check_members(at, with_origin ? fields : denied_fields, err);
	return cursor_check_members(at, with_origin ? fields_v1 : denied_fields_v1, err);
}

static int read_call(const struct cursor *at, enum machine machine, bool with_origin,
		     bool with_arguments, struct call *call, struct error *err)
{
	struct cursor member;
	enum abi abi = ABI_NATIVE;
	uint64_t nr;
	int r;

	if ((r = check_members(at, with_origin, with_arguments, err)) < 0 ||
	    (r = cursor_required(at, "nr", &member, err)) < 0 ||
	    (r = cursor_get_number(&member, CALL_NR_MAX, &nr, err)) < 0 ||
	    (r = read_abi(at, machine, &abi, err)) < 0)
		return r;
	call->nr = nr;
	call->abi = abi;
	if (with_origin) {
		r = recording_read_name(at, "origin", origin_from_name, err);
		if (r < 0)
			return r;
		call->origin = r;
	}
	if ((r = recording_read_time(at, "firstSeen", &call->first_seen, err)) < 0 ||
	    (r = recording_read_process(at, call->process, err)) < 0)
		return r;
	return check_name(at, machine, call, err);
}

int recording_read_calls(const struct cursor *at, enum machine machine, bool with_origin,
			 struct call_set *calls, struct argument_set *arguments, struct error *err)
{
	struct cursor member;
	size_t i, length;
	int r = cursor_get_length(at, &length, err);

	for (i = 0; r == 0 && i < length; i++) {
		const struct cursor element = cursor_element(at, i);
		struct call call = {};

		r = read_call(&element, machine, with_origin, arguments, &call, err);
		if (r < 0)
			return r;
		if (calls->length == CALLS_MAX)
			return cursor_fail(&element, err, "at most %d calls are read", CALLS_MAX);
		if (call_set_find(calls, call.abi, call.nr))
			return cursor_fail(&element, err, "this call appears twice");
		r = call_set_add(calls, &call, err);
		if (r == 0 && cursor_member(&element, "arguments", &member))
			r = recording_read_arguments(&member, machine, &call, arguments, err);
	}
	return r;
}
