/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROFILE_DERIVE_SEEN_H
#define PROFILE_DERIVE_SEEN_H

/*
 * All that a recording has seen of the arguments that a profile compares, by the name of the call: a
 * rule of a profile holds for the calls of that name on all of its architectures.
 */
#include <stdbool.h>
#include <stddef.h>

#include "profile/semantics/semantics.h"
#include "recording/argument_set.h"
#include "syscalls/syscalls.h"
#include "util/cleanup.h"

struct error;
struct profile;
struct recording;
struct syscall_argument;

struct seen_call {
	const char *name;
	/*
	 * The argument that a profile compares. NULL if there is none, or if it is not the same
	 * on all architectures of the profile that have the call.
	 */
	const struct syscall_argument *row;
	struct argument argument; /* what all architectures have seen of it */
};

/* Requests to clone3 that clone cannot meet, so that clone3 cannot be answered with ENOSYS. */
enum clone3_need {
	CLONE3_CGROUP,	   /* CLONE_INTO_CGROUP */
	CLONE3_PIDS,	   /* set_tid: the caller chose process ids */
	CLONE3_FLAGS,	   /* flags that clone has no room for, such as CLONE_NEWTIME */
	CLONE3_UNRECORDED, /* it is not known what it was asked for */
	CLONE3_NEED_COUNT,
};

struct clone3_use {
	bool needs[CLONE3_NEED_COUNT]; /* enum clone3_need */
	uint32_t flags; /* that clone would get in its first argument, with the exit signal */
};

/*
 * Adds what one ABI has seen of clone3, which has the number nr there and was called. A zeroed
 * structure is empty and valid.
 */
void clone3_use_add(struct clone3_use *use, const struct argument_set *arguments, enum abi abi,
		    uint32_t nr);

struct seen {
	struct seen_call *calls; /* sorted by name */
	size_t length;
	struct argument_set arguments[MACHINE_COUNT];
	struct clone3_use clone3;
	bool clone3_is_clone; /* clone has what clone3 was asked for, which counts as not called */
};

/*
 * Collects what the recording has seen of all its calls with names. profile was
 * derived from the recording, or is compared with it: its architectures count, and the native one of each.
 * fold_clone3: if clone can do all that clone3 was asked for, counts it as asked of clone, and
 * clone3 as not called. The caller finishes ret_seen.
 */
int seen_create(const struct recording *recording, const struct profile *profile, bool fold_clone3,
		struct seen *ret_seen, struct error *err);
void seen_finish(struct seen *seen);
#define _cleanup_seen_ _cleanup_(seen_finish)

/* Returns what was seen of a call; NULL if it was not made. */
const struct seen_call *seen_find(const struct seen *seen, const char *name);

/* True if it is known with which values of its compared argument the workload made the call. */
bool seen_call_is_known(const struct seen_call *call);

/* True if an argument of the call may have had the value: it had, or that is not known. */
bool seen_value_is_possible(const struct seen *seen, const char *name, uint8_t index,
			    uint32_t value);

/*
 * Writes the conditions under which the call is one that was seen, each enough: the kernel's view,
 * which takes 32 bits. Returns false, and writes nothing, if the call counts as seen whatever its
 * arguments are.
 */
bool seen_conditions(const struct seen_call *call,
		     struct condition ret_conditions[ARGUMENT_VALUES_MAX], size_t *ret_count);

/*
 * True if all calls that meet one of the conditions of a rule were seen. False if that takes more
 * than a look at single values.
 */
bool seen_covers_rule(const struct seen_call *call, const struct argument_rule *rule);

#endif
