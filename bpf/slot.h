/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef BPF_SLOT_H
#define BPF_SLOT_H

#include "vmlinux.h"

#include <bpf/bpf_helpers.h>

#include "maps.h"
#include "task.h"

/*
 * Finds the slot of a cgroup. Every system call of every task on the node needs this, and
 * nearly always the answer is "not recorded". So a direct-mapped cache in global data keeps the
 * answers for the last cgroups. Its key is the cgroup's address. The cgroup's id would cost one
 * more load, because it lies in another cache line.
 *
 * An entry is one word, (address - anchor) << 16 | slot, so that no reader sees half an entry.
 * The shift drops the 16 highest bits of the address; they are the same for all objects of the
 * kernel's direct mapping below 256 TiB of memory.
 *
 * An address is used again only after its cgroup was removed. cgroup_rmdir sees the removal and
 * clears the entry, and no task is left in the cgroup that could restore it.
 *
 * Only the system-call programs look cgroups up in the cache. When user space adds or drops a
 * cgroup while they run, it changes "slot_by_cgroup", waits until every program has ended that
 * may have seen the map as it was, and then clears the whole cache. So no old answer survives.
 * Programs that can be preempted cannot be waited for. With them, the cache remembers recorded
 * cgroups only, and recorder_drop_cgroup() keeps their slots.
 */
#define SLOT_BITS 16
#define SLOT_MASK ((1ULL << SLOT_BITS) - 1)

__u64 cache[RECORDER_CACHE_SIZE];

/* Subtracting its address turns a pointer into a number for the verifier. */
static __u64 anchor;

/* The page number: struct cgroup is larger than 2 KiB, so two of them seldom share a page. */
static __always_inline __u32 cache_index(__u64 key)
{
	return (key >> 12) & (RECORDER_CACHE_SIZE - 1);
}

static __always_inline __u64 pointer_key(const void *pointer)
{
	return (__u64)pointer - (__u64)&anchor;
}

/* Returns the slot of a cgroup id, with RECORDER_SLOT_STAGED if it is staged. */
static __noinline __u32 slot_entry(__u64 id)
{
	__u32 *slot = bpf_map_lookup_elem(&slot_by_cgroup, &id);

	return slot ? *slot : RECORDER_SLOT_NONE;
}

static __always_inline __u32 slot_look_up(__u64 id)
{
	return slot_entry(id) & SLOT_MASK;
}

static __always_inline __u32 slot_of_cgroup(struct cgroup *cgroup)
{
	return slot_look_up(cgroup->kn->id);
}

/* Returns the slot for the calls of a cgroup's tasks: none yet, if the slot is staged. */
static __always_inline __u32 slot_for_calls(__u64 id)
{
	__u32 slot = slot_entry(id);

	return slot & RECORDER_SLOT_STAGED ? RECORDER_SLOT_NONE : slot & SLOT_MASK;
}

/* Returns the slot, or RECORDER_SLOT_NONE; more than SLOT_MASK if it is not in the cache. */
static __always_inline __u64 slot_remembered(struct cgroup *cgroup)
{
	__u64 key = pointer_key(cgroup);

	return cache[cache_index(key)] ^ (key << SLOT_BITS);
}

static __always_inline __u32 slot_of_cgroup_cached(struct cgroup *cgroup)
{
	__u64 key = pointer_key(cgroup);
	__u64 value = slot_remembered(cgroup);

	if (value > SLOT_MASK) {
		value = slot_for_calls(cgroup->kn->id);
		if (value != RECORDER_SLOT_NONE || !preemptible)
			cache[cache_index(key)] = key << SLOT_BITS | value;
	}
	return value;
}

static __always_inline void cache_set(struct cgroup *cgroup, __u32 slot)
{
	__u64 key = pointer_key(cgroup);

	cache[cache_index(key)] = key << SLOT_BITS | slot;
}

/* No cgroup has key 0, so the next lookup goes to the hash map. */
static __always_inline void cache_forget(struct cgroup *cgroup)
{
	cache[cache_index(pointer_key(cgroup))] = 0;
}

static __always_inline struct recorder_task_key spare_key(struct task_struct *task)
{
	return (struct recorder_task_key){ task->start_time, task->pid };
}

static __noinline struct recorder_task *spare_get(struct task_struct *task)
{
	struct recorder_task_key key = spare_key(task);

	return bpf_map_lookup_elem(&spare_tasks, &key);
}

static __noinline struct recorder_task *spare_make(struct task_struct *task)
{
	struct recorder_task_key key = spare_key(task);
	struct recorder_task state = {};

	spare_used = 1;
	bpf_map_update_elem(&spare_tasks, &key, &state, BPF_NOEXIST);
	return bpf_map_lookup_elem(&spare_tasks, &key);
}

static __always_inline void spare_drop(struct task_struct *task)
{
	struct recorder_task_key key = spare_key(task);

	if (spare_used)
		bpf_map_delete_elem(&spare_tasks, &key);
}

static __always_inline struct recorder_task *state_get(struct task_struct *task)
{
	struct recorder_task *state = bpf_task_storage_get(&tasks, task, NULL, 0);

	return state || !spare_used ? state : spare_get(task);
}

/* Returns the state of a task, and creates it if needed. NULL if it can be stored nowhere. */
static __always_inline struct recorder_task *state_try(struct task_struct *task)
{
	struct recorder_task *state = state_get(task);

	if (!state && !no_task_storage)
		state = bpf_task_storage_get(&tasks, task, NULL, BPF_LOCAL_STORAGE_GET_F_CREATE);
	/* The kernel also refuses to create what another processor has just created. */
	if (!state && !no_task_storage)
		state = bpf_task_storage_get(&tasks, task, NULL, 0);
	return state ?: spare_make(task);
}

static __always_inline struct recorder_task *state_make(struct task_struct *task,
							struct recorder_slot *slot)
{
	struct recorder_task *state = state_try(task);

	if (!state)
		__sync_fetch_and_add(&slot->lost, 1);
	return state;
}

static __always_inline __u32 slot_of_marked(struct task_struct *task)
{
	struct recorder_task *state = state_get(task);

	return state ? state->slot : RECORDER_SLOT_NONE;
}

/* Returns the slot for the calls of a task. */
static __always_inline __u32 slot_of_task(struct task_struct *task)
{
	return mode == RECORDER_TASKS ? slot_of_marked(task) :
					slot_of_cgroup(task->cgroups->dfl_cgrp);
}

static __always_inline __u32 slot_of_task_cached(struct task_struct *task)
{
	return mode == RECORDER_TASKS ? slot_of_marked(task) :
					slot_of_cgroup_cached(task->cgroups->dfl_cgrp);
}

static __always_inline struct recorder_slot *slot_get(__u32 index)
{
	return bpf_map_lookup_elem(&slots, &index);
}

/*
 * Must be the last store of a change. BPF makes an atomic operation that returns the old value
 * a full barrier, so user space never sees the new state with old fields.
 */
static __always_inline void slot_set_state(struct recorder_slot *slot, __u32 state)
{
	__sync_lock_test_and_set(&slot->state, state);
}

#endif
