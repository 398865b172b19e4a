/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef BPF_CGROUPS_H
#define BPF_CGROUPS_H

#include "vmlinux.h"

#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

#include "hit.h"
#include "maps.h"
#include "owner.h"
#include "setup.h"
#include "slot.h"
#include "task.h"

/*
 * The programs that notice cgroups: their creation and removal, and the tasks that are moved into
 * them.
 */

/* cgroup v1 hierarchies fire the same tracepoints; the default hierarchy, v2, has number 0. */
static __always_inline bool is_v2(struct cgroup *cgroup)
{
	return cgroup->root->hierarchy_id == 0;
}

/*
 * Returns the id of the recorded cgroup to which a new cgroup belongs, and its slot in
 * ret_slot. This is the cgroup above or, for a command, the cgroup of the process that creates
 * the new one, as runtimes do for the containers that they start. If neither is recorded,
 * returns the id of the cgroup above and RECORDER_SLOT_NONE.
 */
static __always_inline __u64 parent_of(struct cgroup *cgroup, __u32 *ret_slot)
{
	__u64 id = cgroup->self.parent->cgroup->kn->id;
	struct task_struct *maker;

	*ret_slot = slot_look_up(id);
	if (mode != RECORDER_COMMAND || *ret_slot != RECORDER_SLOT_NONE)
		return id;
	maker = bpf_get_current_task_btf();
	*ret_slot = slot_of_task(maker);
	return *ret_slot == RECORDER_SLOT_NONE ? id : maker->cgroups->dfl_cgrp->kn->id;
}

/*
 * Returns the domain of a new cgroup. A cgroup that is created below a container's, once the
 * workload runs, belongs to that container. Any other cgroup is a domain of its own.
 */
static __always_inline __u64 domain_of(__u64 id, __u32 parent_slot)
{
	struct recorder_slot *parent = NULL;

	if (parent_slot != RECORDER_SLOT_NONE)
		parent = slot_get(parent_slot);
	if (parent && (parent->flags & (RECORDER_ENTERED | RECORDER_CONTAINER) ||
		       parent->domain != parent->cgroup_id))
		return parent->domain;
	return id;
}

/* Limit of the levels between the root of the recording and a cgroup. */
#define LEVELS_MAX 32

/* True if the cgroup is below the root of the recording, or if that has none. */
static __always_inline bool is_below_root(struct cgroup *cgroup)
{
	int i;

	if (!root_id)
		return true;
	for (i = 0; i < LEVELS_MAX; i++) {
		cgroup = cgroup->self.parent->cgroup;
		if (cgroup->kn->id == root_id)
			return true;
	}
	return false;
}

SEC("tp_btf/cgroup_mkdir")
int BPF_PROG(make_cgroup, struct cgroup *cgroup, const char *path)
{
	struct recorder_slot *slot;
	struct recorder_path *text;
	__u32 index, parent_slot;
	__u64 id, parent_id;
	struct hit hit = {};

	if (!is_v2(cgroup) || has_expired())
		return 0;
	id = cgroup->kn->id;
	parent_id = parent_of(cgroup, &parent_slot);
	if (parent_slot == RECORDER_SLOT_NONE && !(mark_new && is_below_root(cgroup))) {
		cache_forget(cgroup);
		return 0;
	}
	if (bpf_map_pop_elem(&free_slots, &index)) {
		__sync_fetch_and_add(&life.losses.slots, 1);
		cache_forget(cgroup);
		return 0;
	}
	slot = slot_get(index);
	text = bpf_map_lookup_elem(&paths, &index);
	if (!slot || !text || index > SLOT_MASK ||
	    bpf_map_update_elem(&slot_by_cgroup, &id, &index, BPF_ANY)) {
		__sync_fetch_and_add(&life.losses.map, 1);
		bpf_map_push_elem(&free_slots, &index, BPF_ANY);
		cache_forget(cgroup);
		return 0;
	}
	slot->cgroup_id = id;
	slot->parent_id = parent_id;
	slot->domain = domain_of(id, parent_slot);
	slot->created = bpf_ktime_get_boot_ns();
	if (mode == RECORDER_CGROUPS) {
		slot->outside_ns = task_mount_ns(bpf_get_current_task_btf());
		slot->outside_filters = task_filters(bpf_get_current_task_btf());
	}
	if (can_probe)
		bpf_probe_read_kernel_str(text->text, sizeof(text->text), path);
	slot_set_state(slot, RECORDER_LIVE);
	cache_set(cgroup, index);
	hit.slot = index;
	tell(RECORDER_EVENT_CREATED, &hit, slot->generation);
	return 0;
}

SEC("tp_btf/cgroup_rmdir")
int BPF_PROG(remove_cgroup, struct cgroup *cgroup, const char *path)
{
	struct recorder_slot *slot;
	__u64 id = cgroup->kn->id;
	struct hit hit = {};

	if (!is_v2(cgroup) || has_expired())
		return 0;
	cache_forget(cgroup);
	hit.slot = slot_look_up(id);
	slot = hit.slot == RECORDER_SLOT_NONE ? NULL : slot_get(hit.slot);
	if (!slot)
		return 0;
	bpf_map_delete_elem(&slot_by_cgroup, &id);
	slot->removed = bpf_ktime_get_boot_ns();
	slot_set_state(slot, RECORDER_DEAD);
	tell(RECORDER_EVENT_REMOVED, &hit, slot->generation);
	return 0;
}

static __always_inline void slot_add_left(struct recorder_slot *slot, __u64 id)
{
	int i;

	for (i = 0; i < RECORDER_LEFT_MAX; i++) {
		if (slot->left_to[i] == id)
			return;
		if (!slot->left_to[i]) {
			slot->left_to[i] = id;
			return;
		}
	}
	__sync_fetch_and_add(&slot->lost, 1);
}

/*
 * Notes that a task left its container for another cgroup. User space knows whether that cgroup
 * is recorded, and whether a task in set-up was work.
 */
static __noinline int note_left(struct task_struct *task, const struct recorder_task *state,
				__u64 id)
{
	__u32 index = slot_look_up(state->cgroup_id);
	struct recorder_slot *slot = index == RECORDER_SLOT_NONE ? NULL : slot_get(index);
	__u32 flag = in_setup(state) ? RECORDER_LEFT_PENDING : RECORDER_LEFT;

	if (!phase_of(state) || state->cgroup_id == id)
		return 0;
	if (!slot) {
		__sync_fetch_and_add(&life.losses.map, 1);
		return 0;
	}
	if (same_domain(id, slot))
		return 0;
	slot_add_left(slot, id);
	if (__sync_fetch_and_or(&slot->flags, flag) & (flag | RECORDER_LEFT))
		return 0;
	slot->left_pid = task->tgid;
	__builtin_memcpy(slot->left_comm, task->comm, sizeof(slot->left_comm));
	return 0;
}

/* Handles a task that another process moved into the slot's cgroup. */
static __always_inline void moved_in(struct task_struct *task, struct recorder_task *state,
				     struct recorder_slot *slot, __u32 index,
				     struct task_struct *mover)
{
	bool known = has_phase(state, slot);
	struct recorder_arrival *arrival;

	if (is_inside(mover, slot)) { /* the container moved its own task */
		if (!known && !has_phase_inside(state, slot))
			begin_work(state, slot);
		set_slot(state, slot);
		return;
	}
	if (!known) {
		arrive(task, state, slot, index, mover);
		return;
	}
	/* It made calls before the kernel reported the move. */
	arrival = arrival_of(state);
	if (is_of_slot(arrival, slot, index))
		arrival_set_mover(arrival, mover);
}

SEC("tp_btf/cgroup_attach_task")
int BPF_PROG(attach_task, struct cgroup *cgroup, const char *path, struct task_struct *task,
	     bool threadgroup)
{
	struct task_struct *mover = bpf_get_current_task_btf();
	struct recorder_task *state;
	struct recorder_slot *slot;
	__u32 index;

	if (mode == RECORDER_TASKS || !is_v2(cgroup) || has_expired())
		return 0;
	index = slot_of_cgroup(cgroup);
	slot = index == RECORDER_SLOT_NONE ? NULL : slot_get(index);
	state = slot ? state_try(task) : state_get(task);
	if (!state) {
		/*
		 * Without a state, a task counts as just moved in. That is wrong if it moved
		 * itself.
		 */
		if (slot && mover->tgid == task->tgid)
			__sync_fetch_and_add(&slot->lost, 1);
		if (!slot && untracked)
			__sync_fetch_and_add(&life.losses.map, 1);
		return 0;
	}
	if (state->cgroup_id)
		note_left(task, state, cgroup->kn->id);
	if (!slot)
		return 0;
	if (mode == RECORDER_CGROUPS && mover->tgid != task->tgid)
		moved_in(task, state, slot, index, mover);
	else if (!in_setup(state) || !has_phase_inside(state, slot))
		begin_work(state, slot);
	return 0;
}

#endif
