// SPDX-License-Identifier: Apache-2.0
/*
 * Adds, copies and drops cgroups, before and while calls are recorded. How the programs of
 * system calls learn of it is described in bpf/slot.h.
 */
#include "record/recorder_state.h"

#include <errno.h>
#include <string.h>

#include "record/tracked_cgroup.h"
#include "util/error.h"

/* Makes the programs of system calls forget all answers that are older than this call. */
static int forget_answers(struct recorder *recorder, struct error *err)
{
	size_t i;
	int r;

	if (recorder->preemptible)
		return 0; /* "not recorded" is never remembered */
	r = program_barrier_wait(&recorder->barrier, err);
	for (i = 0; i < RECORDER_CACHE_SIZE && r == 0; i++)
		__atomic_store_n(&recorder->object.cache[i], 0, __ATOMIC_RELAXED);
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	return r;
}

int recorder_announce_found(struct recorder *recorder, uint32_t slot, struct error *err)
{
	struct recorder_totals before;
	struct tracked_cgroup *tracked;
	int r = slots_tracked(&recorder->slots, slot, &tracked, err);

	if (r < 0)
		return r;
	tracked->pre_existing = true;
	recorder_totals(recorder, &before);
	slots_agree_before(&recorder->slots, slot, &before);
	r = recorder_announce(recorder, slot, err);
	/* Unlike a new cgroup, it has nothing to do with losses since the last look at the slots. */
	tracked->before = before;
	return r;
}

/* Lets the calls of a staged slot be recorded, once its tasks have their phases. */
static int end_staging(struct recorder *recorder, uint32_t slot, struct error *err)
{
	int r = recorder_mark_present(recorder, err);

	if (r == 0)
		r = slots_activate(&recorder->slots, slot, err);
	if (r == 0)
		r = forget_answers(recorder, err);
	slots_clear_flag(&recorder->slots, slot, RECORDER_STAGED);
	return r;
}

static int add(struct recorder *recorder, const struct found_cgroup *found, uint32_t *ret_slot,
	       struct error *err)
{
	bool containers = recorder->options.mode == RECORDER_CGROUPS;
	bool staged = containers && recorder_started(recorder);
	int r;

	if (containers && !staged)
		__atomic_store_n(recorder->object.marking, 1, __ATOMIC_SEQ_CST);
	r = slots_take(&recorder->slots, found, staged, ret_slot, err);
	if (r == 0)
		r = recorder_announce_found(recorder, *ret_slot, err);
	return r < 0 || !staged ? r : end_staging(recorder, *ret_slot, err);
}

int recorder_add_cgroup(struct recorder *recorder, const struct found_cgroup *found,
			struct tracked_cgroup **ret_tracked, struct error *err)
{
	uint32_t slot = slots_find(&recorder->slots, found->id);
	int r = slot == RECORDER_SLOT_NONE ? add(recorder, found, &slot, err) :
					     recorder_announce(recorder, slot, err);

	return r < 0 || !ret_tracked ? r : slots_tracked(&recorder->slots, slot, ret_tracked, err);
}

static int take_snapshot(struct recorder *recorder, uint64_t cgroup_id, bool settled,
			 struct tracked_cgroup **ret_tracked, struct error *err)
{
	uint32_t slot = slots_find(&recorder->slots, cgroup_id);
	int r;

	if (slot == RECORDER_SLOT_NONE)
		return error_set(err, ENOENT, "the cgroup is not recorded");
	r = slots_snapshot(&recorder->slots, slot, settled, ret_tracked, err);
	if (r == 0)
		recorder_totals_since(recorder, &(*ret_tracked)->before, &(*ret_tracked)->losses);
	return r;
}

int recorder_snapshot(struct recorder *recorder, uint64_t cgroup_id,
		      struct tracked_cgroup **ret_tracked, struct error *err)
{
	return take_snapshot(recorder, cgroup_id, false, ret_tracked, err);
}

int recorder_snapshot_settled(struct recorder *recorder, uint64_t cgroup_id,
			      struct tracked_cgroup **ret_tracked, struct error *err)
{
	return take_snapshot(recorder, cgroup_id, true, ret_tracked, err);
}

static void drop(struct recorder *recorder, uint32_t slot)
{
	const struct tracked_cgroup *tracked = recorder->slots.tracked[slot];

	if (tracked && tracked->announced)
		recorder_report_dropped(recorder, tracked);
	slots_drop(&recorder->slots, slot);
}

int recorder_drop_cgroup(struct recorder *recorder, uint64_t cgroup_id, struct error *err)
{
	uint32_t slot = slots_find(&recorder->slots, cgroup_id);

	if (slot == RECORDER_SLOT_NONE)
		return 0;
	if (recorder->preemptible)
		return error_set(err, EOPNOTSUPP,
				 "this kernel can preempt the BPF programs, so a cgroup stays "
				 "recorded until it is removed");
	drop(recorder, slot);
	return 0;
}

void recorder_drop_unwanted(struct recorder *recorder)
{
	uint32_t slot;

	if (recorder->options.mode != RECORDER_CGROUPS || recorder->preemptible)
		return;
	for (slot = 1; slot < recorder->slots.count; slot++) {
		const struct tracked_cgroup *tracked = recorder->slots.tracked[slot];

		if (tracked && tracked->announced &&
		    recorder->slots.slots[slot].state == RECORDER_LIVE &&
		    !recorder_is_wanted(recorder, tracked))
			drop(recorder, slot);
	}
}

int recorder_free_dropped(struct recorder *recorder, struct error *err)
{
	int r;

	if (recorder->slots.dropped_count == 0)
		return 0;
	r = forget_answers(recorder, err);
	/* A program may have found the slot in the cache until now. */
	if (r == 0)
		r = program_barrier_wait(&recorder->barrier, err);
	return r < 0 ? r : slots_free_dropped(&recorder->slots, err);
}
