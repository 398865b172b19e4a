// SPDX-License-Identifier: Apache-2.0
/* What happens to the cgroups of a target: the end of one, and the end of the target's part. */
#include "selection/target.h"

#include <string.h>
#include <time.h>

#include "record/tracked_cgroup.h"
#include "selection/target_kind.h"
#include "util/clock.h"
#include "util/error.h"

bool target_splits(const struct member *member, const struct tracked_cgroup *tracked)
{
	return !member->owner->is_container && !tracked->pre_existing && tracked->own_namespace &&
	       tracked->path && strchr(tracked->path, '/') &&
	       !workload_moved_from_inside(member->owner, tracked);
}

/* Splits off what becomes a workload of its own, named after the cgroup. */
static int split(struct target *target, struct member *member, const struct tracked_cgroup *tracked,
		 struct error *err)
{
	struct workload *above = member->owner, *workload;
	int r;

	if (!target_splits(member, tracked))
		return 0;
	r = workloads_add_container(&target->workloads, above->match,
				    strrchr(tracked->path, '/') + 1, tracked->path, "", &workload,
				    err);
	if (r < 0)
		return r;
	workload_detach(above);
	return member_give(member, workload, err);
}

/* True if the cgroup belongs, or belonged, to a workload that the target does not ignore. */
static bool is_recorded(const struct target *target, uint64_t cgroup_id)
{
	size_t i, k;

	for (i = 0; i < target->workloads.length; i++) {
		const struct workload *workload = target->workloads.items[i];

		for (k = 0; k < workload->cgroup_count; k++)
			if (workload->cgroups[k] == cgroup_id)
				return workload->match != MATCH_IGNORED;
	}
	return false;
}

bool target_left_unrecorded(const struct target *target, const struct tracked_cgroup *tracked)
{
	size_t i;

	for (i = 0; i < RECORDER_LEFT_MAX && tracked->left_to[i]; i++)
		if (!is_recorded(target, tracked->left_to[i]))
			return true;
	return false;
}

int target_cgroup_removed(struct target *target, const struct tracked_cgroup *tracked,
			  struct error *err)
{
	struct member *member = members_find(&target->members, tracked->cgroup_id);
	int r = 0;

	if (!member)
		return 0;
	if (member->owner)
		r = split(target, member, tracked, err);
	if (r == 0 && member->owner)
		r = workload_merge(member->owner, tracked, target_left_unrecorded(target, tracked),
				   err);
	if (r == 0 && member->owner && target->durable)
		r = unstored_add(&target->unstored, tracked->cgroup_id, member->owner->serial, err);
	members_remove(&target->members, member);
	return r;
}

bool target_cgroup_wanted(const struct target *target, const struct tracked_cgroup *tracked)
{
	const struct member *member = members_find(&target->members, tracked->cgroup_id);

	if (!member)
		return false;
	if (member->owner)
		return member->owner->match != MATCH_IGNORED;
	return clock_ns(CLOCK_MONOTONIC) - member->since < target->kind->owner_wait;
}

bool target_cgroup_needed(const struct target *target, const struct tracked_cgroup *tracked)
{
	const struct unstored_cgroup *unstored =
		unstored_find(&target->unstored, tracked->cgroup_id);
	const struct workload *workload =
		unstored ? workloads_find(&target->workloads, unstored->workload) : NULL;

	return unstored && !(workload && workload->match == MATCH_IGNORED);
}

void target_cgroup_dropped(struct target *target, const struct tracked_cgroup *tracked)
{
	struct member *member = members_find(&target->members, tracked->cgroup_id);

	if (!member)
		return;
	if (member->owner)
		workload_detach(member->owner);
	members_remove(&target->members, member);
}

int target_leave(struct target *target, struct error *err)
{
	int r = 0;

	while (target->members.length > 0 && r == 0) {
		const struct member *last = &target->members.items[target->members.length - 1];
		_cleanup_tracked_cgroup_ struct tracked_cgroup *copy = NULL;

		if (!last->owner || last->owner->match == MATCH_IGNORED) {
			target_cgroup_dropped(target, last->tracked);
			continue;
		}
		r = recorder_snapshot(target->recorder, last->tracked->cgroup_id, &copy, err);
		if (r == 0)
			r = target_cgroup_removed(target, copy, err);
	}
	return r;
}
