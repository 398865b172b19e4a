/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROFILE_MERGE_MERGE_H
#define PROFILE_MERGE_MERGE_H

/*
 * The union of profiles: with each call, and with any arguments, it does the more permissive of
 * what the profiles do (effect_rank()). Commutative, associative and idempotent; the same
 * profiles give the same profile in any order, down to the order of its rules, and so does each
 * of them alone.
 *
 * - A call that one profile does not name gets its default action there, so that what only some of
 *   them deny is not denied.
 * - A rule without conditions swallows those with conditions and the same or a less permissive
 *   effect. A rule that does what the default action does is left out.
 * - Errnos, flags, the listener: the wider errno as effect_rank() has it, the flags of all, and a
 *   listener that all agree on where they have one.
 * - A profile names calls for all its architectures at once. So there is no union where one profile
 *   lists i386 and another one allows more calls for x86-64 alone.
 *
 * What comes out is proven (merge_proof.h): with every call and any arguments the union permits
 * what the most permissive profile permits. Of effects that permit the same it may have the
 * less permissive one, such as another errno, where libseccomp tests conditions in that order.
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
 * Adds a profile, which stays the caller's; name is what messages call it. -EINVAL when it has
 * another default action or listener than those before it.
 */
int profile_merge_add(struct profile_merge *merge, const char *name, const struct profile *profile,
		      struct error *err);

/*
 * The union of what was added, at least one profile: the caller owns it, and destroys the
 * merge, which has given it away. -EINVAL where no profile could say it, as where one answers a
 * call in one way with all arguments, and another more permissively with some; -E2BIG where it
 * cannot be proven.
 */
int profile_merge_take(struct profile_merge *merge, struct profile **ret_profile,
		       struct error *err);

#endif
