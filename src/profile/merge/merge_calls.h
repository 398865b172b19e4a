/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROFILE_MERGE_MERGE_CALLS_H
#define PROFILE_MERGE_MERGE_CALLS_H

/*
 * The rules of a profile, by the calls that they are about: what of them is wider than the default
 * action and what is narrower. In unions the two never meet: one profile is enough for what is
 * wider, and it takes all for what is narrower.
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

/* Sorted by name; a call without alternatives is as good as none. A zeroed structure is empty. */
struct merge_calls {
	struct merge_call *items;
	size_t length;
};

/* What the rules of a profile mean, as semantics.h has it. ret_calls is empty before. */
int merge_calls_read(const struct profile *profile, struct merge_calls *ret_calls,
		     struct error *err);

/* Makes of into the union of both. Then from, and after a failure both, can only be finished. */
int merge_calls_join(struct merge_calls *into, struct merge_calls *from, struct error *err);

/* Refuses, with -EINVAL, what the rules of one profile cannot say. */
int merge_calls_check(const struct merge_calls *calls, struct error *err);

void merge_calls_finish(struct merge_calls *calls);
#define _cleanup_merge_calls_ _cleanup_(merge_calls_finish)

#endif
