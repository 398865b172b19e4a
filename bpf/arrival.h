/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef BPF_ARRIVAL_H
#define BPF_ARRIVAL_H

#include "vmlinux.h"

#include <bpf/bpf_helpers.h>

#include "maps.h"
#include "slot.h"
#include "task.h"

/*
 * An arrival is a task that came from outside, with all tasks that it forks in set-up. It keeps
 * its pending calls apart until the last of its tasks has ended set-up or exited. Then the
 * calls are dropped if one of its tasks executed the workload and no task of a recorded cgroup
 * moved the arrival in. Otherwise user space decides who made them.
 */

static __always_inline struct recorder_arrival *arrival_get(__u32 index)
{
	return index == RECORDER_ARRIVAL_NONE ? NULL : bpf_map_lookup_elem(&arrivals, &index);
}

static __always_inline __u32 arrival_take(void)
{
	__u32 index;

	if (bpf_map_pop_elem(&free_arrivals, &index) == 0)
		return index;
	if (arrivals_used + 1 >= arrivals_count)
		return RECORDER_ARRIVAL_NONE;
	index = __sync_fetch_and_add(&arrivals_used, 1) + 1;
	return index < arrivals_count ? index : RECORDER_ARRIVAL_NONE;
}

static __always_inline void arrival_join(__u32 index)
{
	struct recorder_arrival *arrival = arrival_get(index);

	if (arrival)
		__sync_fetch_and_add(&arrival->tasks, 1);
}

/* Stores the recorded cgroup of a task that moved others in. User space knows its container. */
static __always_inline void slot_add_mover(struct recorder_slot *slot, __u64 id)
{
	int i;

	for (i = 0; i < RECORDER_MOVERS; i++) {
		if (slot->movers[i] == id)
			return;
		if (!slot->movers[i]) {
			slot->movers[i] = id;
			return;
		}
	}
	__sync_fetch_and_add(&slot->lost, 1);
}

/* Returns the slot flags for the pending calls of an arrival; 0 if the calls are dropped. */
static __always_inline __u32 pending_flags(const struct recorder_arrival *arrival)
{
	__u32 flags = arrival->mover ? RECORDER_PENDING_MOVED : 0;

	if (arrival->flags & RECORDER_ARRIVAL_ENDED)
		return flags;
	if (arrival->flags & RECORDER_ARRIVAL_HOOK)
		flags |= RECORDER_PENDING_HOOK;
	return flags | (arrival->flags & RECORDER_ARRIVAL_RUNTIME ? RECORDER_PENDING_RUNTIME :
								    RECORDER_PENDING_OTHER);
}

/*
 * Moves a bitmap of an arrival into one of the slot; with the mask 0, drops it. There is no
 * branch in the loop, because the verifier would follow each of them in most programs.
 */
static __always_inline void bitmap_move(struct recorder_bitmap *from, struct recorder_bitmap *to,
					__u64 mask)
{
	__u64 *source = &from->words[0][0], *target = &to->words[0][0];
	int i;

	for (i = 0; i < RECORDER_ABIS * RECORDER_WORDS; i++) {
		__sync_fetch_and_or(&target[i], source[i] & mask);
		source[i] = 0;
	}
}

/*
 * Ends an arrival whose last task has left set-up. A function that is not static is verified
 * once for each program, and not once for each path that leads to it.
 */
__noinline int arrival_end(__u32 index)
{
	struct recorder_arrival *arrival = arrival_get(index);
	struct recorder_slot *slot = arrival ? slot_get(arrival->slot) : NULL;
	__u32 pending;
	bool dropped; /* user space dropped the cgroup, and the slot may be another's */

	if (!slot)
		return 0;
	pending = pending_flags(arrival);
	dropped = slot->generation != arrival->generation;
	if (pending && !dropped)
		__sync_fetch_and_or(&slot->flags, pending);
	if (arrival->mover && !dropped)
		slot_add_mover(slot, arrival->mover);
	bitmap_move(&arrival->bitmaps[0], &slot->bitmaps[RECORDER_RUNTIME], dropped ? 0 : ~0ULL);
	bitmap_move(&arrival->bitmaps[1], &slot->bitmaps[RECORDER_PENDING],
		    dropped || !pending ? 0 : ~0ULL);
	arrival->flags = 0;
	bpf_map_push_elem(&free_arrivals, &index, BPF_ANY);
	return 0;
}

static __always_inline void arrival_leave(__u32 index)
{
	struct recorder_arrival *arrival = arrival_get(index);

	if (arrival && __sync_fetch_and_sub(&arrival->tasks, 1) == 1)
		arrival_end(index);
}

/*
 * Keeps the compiler from merging loads from a task with loads from a slot, which is another
 * kind of pointer.
 */
#define keep_apart() asm volatile("" ::: "memory")

static __always_inline void arrival_set_outside(struct recorder_arrival *arrival,
						struct task_struct *task)
{
	arrival->outside_ns = task_mount_ns(task);
	arrival->outside_filters = task_filters(task);
	keep_apart();
}

/* Stores who moved the task in. User space decides about a mover in a recorded cgroup. */
static __always_inline void arrival_set_mover(struct recorder_arrival *arrival,
					      struct task_struct *mover)
{
	__u64 id = mover->cgroups->dfl_cgrp->kn->id;

	if (slot_look_up(id) != RECORDER_SLOT_NONE)
		arrival->mover = id;
	arrival_set_outside(arrival, mover);
}

/*
 * Prepares the arrival of a task that came into the slot's cgroup from outside. The mount namespace
 * and filters of the cgroup's creator count as those outside or, if the creator is unknown, those
 * of the task's parent. Returns the arrival's index.
 */
static __always_inline __u32 arrival_make(struct task_struct *task, struct recorder_slot *slot,
					  __u32 slot_index)
{
	struct task_struct *parent = task->group_leader->real_parent;
	struct inode *root = parent->fs->root.dentry->d_inode;
	__u32 index = arrival_take();
	struct recorder_arrival *arrival = arrival_get(index);

	__sync_fetch_and_add(&slot->arrivals, 1);
	if (!arrival) {
		__sync_fetch_and_add(&slot->lost, 1);
		return RECORDER_ARRIVAL_NONE;
	}
	arrival->slot = slot_index;
	arrival->generation = slot->generation;
	arrival->flags = task_is_copy(task, parent) ? RECORDER_ARRIVAL_RUNTIME : 0;
	arrival->program = task_program(task)->i_size;
	arrival->root = root->i_ino;
	arrival->root_device = root->i_sb->s_dev;
	arrival->mover = 0;
	arrival_set_outside(arrival, parent);
	if (slot->outside_ns) {
		arrival->outside_ns = slot->outside_ns;
		arrival->outside_filters = slot->outside_filters;
	}
	arrival->tasks = 1;
	return index;
}

/* Puts an arrival back that no task has entered. */
static __always_inline void arrival_put_back(__u32 index)
{
	struct recorder_arrival *arrival = arrival_get(index);

	if (!arrival)
		return;
	arrival->flags = 0;
	arrival->tasks = 0;
	bpf_map_push_elem(&free_arrivals, &index, BPF_ANY);
}

static __always_inline bool is_of_slot(const struct recorder_arrival *arrival,
				       const struct recorder_slot *slot, __u32 slot_index)
{
	return arrival && arrival->slot == slot_index && arrival->generation == slot->generation;
}

#endif
