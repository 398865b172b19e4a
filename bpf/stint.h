/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef BPF_STINT_H
#define BPF_STINT_H

#include "vmlinux.h"

#include <bpf/bpf_helpers.h>

#include "maps.h"
#include "slot.h"
#include "task.h"

/*
 * Watches the calls of a task under a filter without looking up its state twice a call. Between
 * two context switches a processor runs one task: this is the task's stint. Each processor has
 * one element that says whether the task of the stint is in a call that it has entered.
 *
 * During a stint, the element holds for "entered", "synced" and "emulated" of the task's state,
 * and the state is made true again by stint_end(). Every context switch ends a stint, so a
 * tracer, which the task stops for, and the next task at the same address find the state as if
 * there were no stints. A stint holds only as long as the task has the filters that were looked
 * at, none of which has a listener, and its calls are recorded in the same slot.
 */
struct stint {
	__u64 task; /* 0: no stint */
	__u32 filters;
	__u32 entered;
	__u32 slot;
	__u32 generation; /* of the slot */
};

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct stint);
} stints SEC(".maps");

/* Returns the stint of a task that is running here, or NULL. */
static __always_inline struct stint *stint_of(struct task_struct *task)
{
	__u32 key = 0;
	struct stint *stint = bpf_map_lookup_elem(&stints, &key);

	return stint && stint->task == pointer_key(task) ? stint : NULL;
}

/* Notes that a task enters a call. False without a stint: the caller changes the state. */
static __always_inline bool stint_enter(struct task_struct *task, const struct recorder_slot *slot,
					__u32 index)
{
	struct stint *stint = stint_of(task);

	if (!stint || stint->filters != task_filters(task) || stint->slot != index ||
	    stint->generation != slot->generation)
		return false;
	stint->entered = true;
	return true;
}

/* Notes that a call ends that was entered. False without a stint, or if it was not entered. */
static __always_inline bool stint_leave(struct task_struct *task)
{
	struct stint *stint = stint_of(task);

	if (!stint || !stint->entered || stint->filters != task_filters(task))
		return false;
	stint->entered = false;
	return true;
}

/*
 * Begins the stint of a task that is entering a call, if its exit and the next context switch will
 * be seen. A program that can be preempted may go on with the element of another task.
 */
static __always_inline void stint_begin(struct task_struct *task, const struct recorder_task *state)
{
	__u32 key = 0;
	struct stint *stint;

	if (preemptible || !started || state->listened || state->filters != task_filters(task))
		return;
	stint = bpf_map_lookup_elem(&stints, &key);
	if (!stint)
		return;
	stint->filters = state->filters;
	stint->slot = state->watched_slot;
	stint->generation = state->watched_generation;
	stint->entered = true;
	stint->task = pointer_key(task);
}

/* Ends the stint of a task, and makes its state true again. state may be NULL. */
static __always_inline void stint_end(struct task_struct *task, struct recorder_task *state)
{
	struct stint *stint = stint_of(task);

	if (!stint)
		return;
	stint->task = 0;
	if (!state)
		return;
	state->entered = stint->entered;
	state->synced = true;
	state->emulated = false;
}

#endif
