/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROFILE_MERGE_MERGE_CALLS_H
#define PROFILE_MERGE_MERGE_CALLS_H

/*
 * The rules of a profile by call, split into those wider than the default action and those
 * narrower. A union treats the two apart: it has a wider rule if any profile has it, and a
 * narrower one only if all have it.
 */
#include <stddef.h>

#include "profile/semantics/rule_set.h"

struct error;
struct profile;

struct merge_call {
	char *name;
	struct rule_set wider;
	struct rule_set narrower;
};

/* Sorted by name. A call without alternatives counts as missing. A zeroed one is empty. */
struct merge_calls {
	struct merge_call *items;
	size_t length;
};

/* Reads the rules of a profile as semantics.h interprets them. ret_calls must be empty. */
int merge_calls_read(const struct profile *profile, struct merge_calls *ret_calls,
		     struct error *err);

/* Replaces into by the union of both. Then from can only be finished; after a failure, both. */
int merge_calls_join(struct merge_calls *into, struct merge_calls *from, struct error *err);

/* Checks that the rules of one profile can express the calls; -EINVAL if not. */
int merge_calls_check(const struct merge_calls *calls, struct error *err);

void merge_calls_finish(struct merge_calls *calls);
#define _cleanup_merge_calls_ _cleanup_(merge_calls_finish)

#endif
