// SPDX-License-Identifier: Apache-2.0
/*
 * Takes the evidence of a target that goes on. A workload that lives is copied, and the copy gets
 * what its cgroups hold now and ends, so that the workload itself does not change.
 */
#include "selection/target.h"

#include <time.h>

#include "record/recorder.h"
#include "record/tracked_cgroup.h"
#include "selection/target_kind.h"
#include "selection/target_work.h"
#include "util/clock.h"
#include "util/error.h"

/* Adds to a copy of the member's owner what the cgroup holds now. */
static int merge_member(const struct target *target, const struct member *member,
			struct workload *copy, struct error *err)
{
	_cleanup_tracked_cgroup_ struct tracked_cgroup *tracked = NULL;
	int r = recorder_snapshot_settled(target->recorder, member->tracked->cgroup_id, &tracked,
					  err);

	if (r < 0)
		return r;
	if (!target_splits(member, tracked))
		return workload_merge(copy, tracked, target_left_unrecorded(target, tracked), err);
	workload_detach(copy);
	return 0;
}

static int add_live(const struct target *target, struct workload *workload, struct recording *live,
		    struct error *err)
{
	_cleanup_workload_ struct workload *copy = NULL;
	size_t i;
	int r = workload_copy(workload, &copy, err);

	for (i = 0; i < target->members.length && r == 0; i++)
		if (target->members.items[i].owner == workload)
			r = merge_member(target, &target->members.items[i], copy, err);
	if (r < 0 || !workload_is_settled(copy, clock_ns(CLOCK_REALTIME)))
		return r;
	workload->taken = true;
	return workloads_conclude(&target->workloads, copy, live, err);
}

static int copy_live(const struct target *target, struct recording *live, struct error *err)
{
	size_t i;
	int r = 0;

	for (i = 0; i < target->workloads.length && r == 0; i++) {
		struct workload *workload = target->workloads.items[i];

		workload->taken = false;
		if (workload->live && workload->match == MATCH_SELECTED)
			r = add_live(target, workload, live, err);
	}
	return r;
}

static void drop_empty_frames(struct recording *recording)
{
	size_t i, kept = 0;

	for (i = 0; i < recording->observation_count; i++) {
		struct observation *observation = &recording->observations[i];

		if (target_is_empty_frame(observation))
			observation_finish(observation);
		else
			recording->observations[kept++] = *observation;
	}
	recording->observation_count = kept;
}

static int apply_left_out(const struct target *target, struct recording *recording,
			  struct error *err)
{
	size_t i;
	int r = 0;

	for (i = 0; i < recording->observation_count && r == 0; i++)
		r = left_out_apply(&target->left_out, &recording->observations[i], err);
	return r;
}

/* All that can fail, before anything is moved. */
static int prepare(struct target *target, struct recording *live, struct notes *gaps,
		   struct error *err)
{
	int r = copy_live(target, live, err);

	if (r < 0)
		return r;
	drop_empty_frames(live);
	r = apply_left_out(target, live, err);
	if (r == 0)
		r = apply_left_out(target, &target->ended, err);
	if (r == 0)
		r = left_out_note(&target->left_out, gaps, err);
	if (r == 0 && target->kind->taken)
		r = target->kind->taken(target, &target->ended, err);
	return r;
}

/* What the owner gets now of removed cgroups is stored soon. */
static void note_taken(struct target *target)
{
	size_t i;

	for (i = 0; i < target->unstored.length; i++) {
		struct unstored_cgroup *unstored = &target->unstored.items[i];
		const struct workload *workload =
			workloads_find(&target->workloads, unstored->workload);

		unstored->taken |= !workload || workload->taken;
	}
}

int target_take(struct target *target, struct recording *ret_ended, struct recording *ret_live,
		struct notes *gaps, struct error *err)
{
	int r = target_describe_all(target, err);

	/* What still has to be found out about a workload keeps it from being collected. */
	if (r == 0)
		r = workloads_collect(&target->workloads, false, &target->ended, err);
	if (r == 0)
		r = prepare(target, ret_live, gaps, err);
	if (r < 0) {
		recording_finish(ret_live);
		return r;
	}
	note_taken(target);
	target->taken += target->ended.observation_count;
	*ret_ended = target->ended;
	target->ended = (struct recording){};
	drop_empty_frames(ret_ended);
	if (ret_ended->observation_count || ret_live->observation_count)
		left_out_forget(&target->left_out);
	return 0;
}

void target_give_back(struct target *target, struct recording *ended)
{
	size_t i;

	for (i = 0; i < target->unstored.length; i++)
		target->unstored.items[i].taken = false;
	target->ended = *ended;
	target->taken -= ended->observation_count;
	*ended = (struct recording){};
}

void target_keep_removed(struct target *target)
{
	target->durable = true;
}

void target_stored(struct target *target)
{
	unstored_forget_taken(&target->unstored);
}

bool target_has_ended(const struct target *target)
{
	return target->ended.observation_count > 0;
}
