/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROFILE_MERGE_MERGE_H
#define PROFILE_MERGE_MERGE_H

/*
 * The union of profiles. For each call with any arguments, it has the most permissive effect
 * that one of the profiles has (effect_rank()). Merging is commutative, associative and
 * idempotent: the result, including the order of its rules, does not depend on the order of the
 * profiles. A single profile comes out in the same form.
 *
 * - A call that a profile does not name gets its default action there. So what only some
 *   profiles deny is not denied.
 * - A rule without conditions swallows those with conditions and the same or a less permissive
 *   effect. A rule with the effect of the default action is left out.
 * - The union has the higher-ranked errno, the flags of all profiles, and the listener that all
 *   profiles with a listener agree on.
 * - A profile names calls for all its architectures at once. So there is no union if one
 *   profile lists i386 and another one allows more calls for x86-64 alone.
 *
 * The result is proven (merge_proof.h): with every call and any arguments, the union permits
 * what the most permissive profile permits. Among effects of the same permission, the union may
 * have a lower-ranked one, such as another errno, because of the order in which libseccomp
 * tests conditions.
 */
#include "util/cleanup.h"

struct error;
struct profile;
struct profile_merge;

int profile_merge_create(struct profile_merge **ret_merge, struct error *err);
void profile_merge_destroy(struct profile_merge *merge);
DEFINE_CLEANUP(struct profile_merge *, profile_merge_destroy);
#define _cleanup_profile_merge_ _cleanup_(cleanup_profile_merge_destroy)

/*
 * Adds a profile, which stays the caller's; messages call it name. -EINVAL if its default
 * action, default errno or listener contradicts those before it; -E2BIG if the rules of a call
 * have too many combinations.
 */
int profile_merge_add(struct profile_merge *merge, const char *name, const struct profile *profile,
		      struct error *err);

/*
 * Returns the union of the profiles that were added, at least one. The caller owns it and then
 * only destroys the merge. -EINVAL if no profile can express the union, for example because one
 * profile answers a call in one way with all arguments and another one more permissively with
 * some. -E2BIG if there are too many conditions to prove it.
 */
int profile_merge_take(struct profile_merge *merge, struct profile **ret_profile,
		       struct error *err);

#endif
