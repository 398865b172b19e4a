/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROFILE_MERGE_H
#define PROFILE_MERGE_H

/*
 * The union of profiles: with each call, and with any arguments, it does the more permissive of what
 * the profiles do (effect_rank()). Commutative, associative and idempotent; the same profiles give
 * the same profile in any order, down to the order of its rules, and so does each of them alone.
 *
 * - A call that one profile does not name gets its default action there, so that what only some of
 *   them deny is not denied.
 * - A rule without conditions swallows those with conditions and the same or a less permissive
 *   effect. A rule that does what the default action does is left out.
 * - Errnos, flags, the listener: the wider errno as effect_rank() has it, the flags of all, and a
 *   listener that all agree on where they have one.
 * - A profile names calls for all its architectures at once. So the union of one for x86-64 and
 *   one for i386 lets both make the calls of both.
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
 * The union of what was added, at least one profile: the caller owns it, and destroys the merge, which
 * has given it away. -EINVAL where no profile could say it: one answers a call in one way with all
 * arguments, another more permissively with some.
 */
int profile_merge_take(struct profile_merge *merge, struct profile **ret_profile,
		       struct error *err);

#endif
