/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef BPF_SETUP_H
#define BPF_SETUP_H

#include "vmlinux.h"

#include <bpf/bpf_helpers.h>

#include "arrival.h"
#include "hit.h"
#include "maps.h"
#include "slot.h"
#include "task.h"

/*
 * Separates the calls of a container's workload from those of the runtime that sets it up.
 *
 * Every task of a recorded cgroup has a phase. The phase depends on the task that moved it
 * there and on the program that it runs, never on its name, which anybody can choose.
 *
 *	phase       how a task enters the phase                 its calls are
 *	WORK        forked by WORK; moved itself in, or was     the workload's
 *	            moved by a task of the same container;
 *	            ended set-up
 *	SETUP       moved in, or forked into the cgroup, by a   the runtime's, if under the
 *	            task outside of the container; forked by    container's filter; else pending
 *	            SETUP
 *	HOOK        forked by SETUP, and executed a program     pending
 *	START_HOOK  the same, with the container's root         the runtime's
 *	            directory
 *
 * SETUP ends, and WORK begins, when the task
 *	- executes a program in a mount namespace other than the one that it came from,
 *	- came with its parent's program, like a runtime's child, and executes a different one,
 *	- runs another program without having executed one, and returns from a signal: it was
 *	  restored from a checkpoint.
 * An execve does not end SETUP if the task's parent is also in set-up. Then the task is a hook.
 *
 * A task without a phase was just moved in. The kernel reports a move only after it was made,
 * and meanwhile the task runs on, forks, and executes programs. So two programs may begin the same
 * arrival at the same time, on the processor of the task and on that of its mover: the first that
 * changes the task's place wins. Every fork passes the phase on, and an iterator marks the tasks
 * that were there before the recording began.
 */

static __always_inline __u32 phase_of(const struct recorder_task *state)
{
	return RECORDER_PLACE_PHASE(state->place);
}

static __always_inline struct recorder_arrival *arrival_of(const struct recorder_task *state)
{
	return arrival_get(RECORDER_PLACE_ARRIVAL(state->place));
}

static __always_inline bool in_setup(const struct recorder_task *state)
{
	return phase_of(state) >= RECORDER_PHASE_SETUP;
}

/* Changes the place of a task, which leaves its arrival if it has one. */
static __always_inline void set_place(struct recorder_task *state, __u32 place)
{
	__u32 before = __sync_lock_test_and_set(&state->place, place);

	arrival_leave(RECORDER_PLACE_ARRIVAL(before));
}

/* Stores the slot in which the place of a task is valid. The place is stored before: see has_phase(). */
static __always_inline void set_slot(struct recorder_task *state, const struct recorder_slot *slot)
{
	state->cgroup_id = slot->cgroup_id;
	state->created = slot->created;
}

/* Flags the slot if its calls are not recorded yet: the task's calls until then are missing. */
static __always_inline void begin_work(struct recorder_task *state, struct recorder_slot *slot)
{
	set_place(state, RECORDER_PHASE_WORK);
	set_slot(state, slot);
	state->program = 0;
	if (!started || slot->flags & RECORDER_STAGED)
		__sync_fetch_and_or(&slot->flags, RECORDER_PRESENT);
}

/* Passes the phase and the arrival of a task on to one that it forked. */
static __always_inline void hand_on(const struct recorder_task *from, struct recorder_task *to)
{
	__u32 place = from->place;

	arrival_join(RECORDER_PLACE_ARRIVAL(place));
	set_place(to, place);
	to->cgroup_id = from->cgroup_id;
	to->created = from->created;
	to->program = from->program;
}

/* Returns a cgroup's slot if it belongs to the same container, as far as the slots show; or NULL. */
static __always_inline struct recorder_slot *slot_inside(__u64 cgroup_id,
							 const struct recorder_slot *slot)
{
	__u32 index = slot_look_up(cgroup_id);
	struct recorder_slot *other = index == RECORDER_SLOT_NONE ? NULL : slot_get(index);

	return other && other->domain == slot->domain ? other : NULL;
}

static __always_inline bool same_domain(__u64 cgroup_id, const struct recorder_slot *slot)
{
	return slot_inside(cgroup_id, slot);
}

/* True if the task has a phase in a slot of the same container. */
static __always_inline bool has_phase_inside(const struct recorder_task *state,
					     const struct recorder_slot *slot)
{
	const struct recorder_slot *other = slot_inside(state->cgroup_id, slot);

	return phase_of(state) && other && other->created == state->created;
}

static __always_inline bool is_inside(struct task_struct *task, const struct recorder_slot *slot)
{
	return same_domain(task->cgroups->dfl_cgrp->kn->id, slot);
}

/*
 * Lets a task that had the place "before" enter a prepared arrival: from now on it is in set-up.
 * A task runs on while another moves it or marks it, and may have changed its place itself. Then
 * this returns false and puts the arrival back.
 */
static __always_inline bool arrival_enter(struct task_struct *task, struct recorder_task *state,
					  const struct recorder_slot *slot, __u32 before,
					  __u32 index)
{
	/* A task that is in set-up keeps this up to date: see setup_exec(). */
	__sync_val_compare_and_swap(&state->program, 0, task_program(task)->i_ino);
	if (__sync_val_compare_and_swap(&state->place, before,
					RECORDER_PLACE(RECORDER_PHASE_SETUP, index)) != before) {
		arrival_put_back(index);
		return false;
	}
	arrival_leave(RECORDER_PLACE_ARRIVAL(before));
	set_slot(state, slot);
	return true;
}

/*
 * Begins an arrival: the task came into the slot's cgroup from outside. mover is the task that
 * moved it, or NULL if that is not known yet.
 */
static __noinline int arrive(struct task_struct *task, struct recorder_task *state,
			     struct recorder_slot *slot, __u32 slot_index,
			     struct task_struct *mover)
{
	__u32 before = state->place, index = RECORDER_PLACE_ARRIVAL(before);
	struct recorder_arrival *arrival = arrival_get(index);

	if (!is_of_slot(arrival, slot, slot_index)) {
		index = arrival_make(task, slot, slot_index);
		arrival = arrival_get(index);
		if (arrival && mover)
			arrival_set_mover(arrival, mover);
		if (arrival_enter(task, state, slot, before, index))
			return 0;
		arrival = arrival_of(state);
	}
	/* Another program has begun the arrival at the same time. */
	if (!is_of_slot(arrival, slot, slot_index))
		return 0;
	if (mover)
		arrival_set_mover(arrival, mover);
	set_slot(state, slot);
	return 0;
}

static __always_inline bool has_phase(const struct recorder_task *state,
				      const struct recorder_slot *slot)
{
	if (!state || state->cgroup_id != slot->cgroup_id || state->created != slot->created)
		return false;
	keep_apart(); /* in the opposite order in which they are stored */
	return phase_of(state);
}

/* True if tasks that were in the slot's cgroup before it was recorded may have no phase yet. */
static __always_inline bool awaits_marks(const struct recorder_slot *slot)
{
	return marking || slot->flags & RECORDER_STAGED;
}

/*
 * Returns the state from which a task without a phase gets it, or NULL. This is the state of
 * its leader, because the kernel reports the move of a process only for the leader. Otherwise
 * it is the state of its parent, because the fork may not have been stored.
 */
static __always_inline struct recorder_task *relative_of(struct task_struct *task,
							 const struct recorder_slot *slot)
{
	struct recorder_task *leader = state_get(task->group_leader), *parent;

	if (has_phase(leader, slot))
		return leader;
	parent = state_get(task->real_parent->group_leader);
	return has_phase(parent, slot) ? parent : NULL;
}

/*
 * Returns the state of a task of the slot's cgroup, with its phase. NULL if the state cannot be
 * stored, or if the iterator has yet to mark the task, which may be older than the recording.
 */
static __always_inline struct recorder_task *state_of(struct task_struct *task,
						      struct recorder_slot *slot, __u32 slot_index)
{
	struct recorder_task *state = state_try(task), *relative;

	if (!state || has_phase(state, slot))
		return state;
	relative = relative_of(task, slot);
	if (relative && relative != state) {
		hand_on(relative, state);
		return state;
	}
	if (phase_of(state) == RECORDER_PHASE_WORK && has_phase_inside(state, slot)) {
		set_slot(state, slot);
		return state;
	}
	if (awaits_marks(slot))
		return NULL;
	arrive(task, state, slot, slot_index, NULL);
	return state;
}

/* Returns the kind of a call that a task in set-up makes. */
static __always_inline __u32 setup_kind(struct task_struct *task, const struct recorder_task *state,
					const struct recorder_arrival *arrival)
{
	if (phase_of(state) == RECORDER_PHASE_HOOK)
		return RECORDER_PENDING;
	if (phase_of(state) == RECORDER_PHASE_START_HOOK ||
	    arrival->flags & RECORDER_ARRIVAL_START_HOOK ||
	    task_filters(task) > arrival->outside_filters)
		return RECORDER_RUNTIME;
	return RECORDER_PENDING;
}

/* Records a call of a task in set-up. A pending call sends no event: no live view shows it. */
static __noinline int hit_in_setup(struct task_struct *task, const struct recorder_task *state,
				   const struct hit *called)
{
	struct hit copy = *called, *hit = &copy; /* see hit_record() */
	struct recorder_arrival *arrival = arrival_of(state);
	__u32 word = hit->nr / 64, abi = hit->abi, bitmap;
	struct recorder_slot *slot;
	__u64 bit;

	if (!arrival)
		return 0;
	hit->kind = setup_kind(task, state, arrival);
	if (word >= RECORDER_WORDS || abi >= RECORDER_ABIS)
		return hit_bit(hit);
	/* The arguments of pending calls are not kept. User space notes that if they count. */
	if (hit->kind == RECORDER_RUNTIME)
		hit_arguments(hit);
	bitmap = hit->kind == RECORDER_PENDING;
	bit = 1ULL << (hit->nr % 64);
	if (__sync_fetch_and_or(&arrival->bitmaps[bitmap].words[abi][word], bit) & bit)
		return 0;
	slot = hit->kind == RECORDER_RUNTIME ? slot_get(hit->slot) : NULL;
	if (slot)
		tell(RECORDER_EVENT_CALL, hit, slot->generation);
	return 0;
}

/* Stores how the workload was started the first time. */
static __always_inline void slot_enter(struct recorder_slot *slot, struct task_struct *task,
				       const struct recorder_arrival *arrival)
{
	__u32 flags = RECORDER_ENTERED;

	if (arrival->flags & RECORDER_ARRIVAL_START_HOOK)
		__sync_fetch_and_or(&slot->flags, RECORDER_START_HOOK);
	if (slot->flags & RECORDER_ENTERED)
		return;
	if (task_no_new_privs(task))
		flags |= RECORDER_NO_NEW_PRIVS;
	if (task_filters(task) > arrival->outside_filters)
		flags |= RECORDER_CONFINED;
	if (task_mount_ns(task) != arrival->outside_ns)
		flags |= RECORDER_OWN_NAMESPACE;
	if (arrival->flags & RECORDER_ARRIVAL_RUNTIME)
		slot->setup_size = arrival->program;
	__sync_fetch_and_or(&slot->flags, flags);
}

/* True if the root directory is not the one that the arrival came with, but the container's. */
static __always_inline bool root_changed(struct task_struct *task,
					 const struct recorder_arrival *arrival)
{
	struct inode *root = task->fs->root.dentry->d_inode;

	return root->i_ino != arrival->root || root->i_sb->s_dev != arrival->root_device;
}

static __always_inline void setup_end(struct task_struct *task, struct recorder_task *state,
				      struct recorder_slot *slot, struct recorder_arrival *arrival)
{
	if (arrival) {
		slot_enter(slot, task, arrival);
		/*
		 * If the root directory is still the host's, nothing shows which hooks ran
		 * under the filter.
		 */
		if (arrival->flags & RECORDER_ARRIVAL_HOOK && !root_changed(task, arrival))
			__sync_fetch_and_or(&slot->flags, RECORDER_PENDING_HOOK);
		__sync_fetch_and_or(&arrival->flags, RECORDER_ARRIVAL_ENDED);
	} else {
		__sync_fetch_and_or(&slot->flags, RECORDER_ENTERED);
	}
	begin_work(state, slot);
}

/* True if the task's parent is still in set-up, in the same arrival. */
static __always_inline bool parent_in_setup(struct task_struct *task,
					    const struct recorder_task *state)
{
	struct recorder_task *parent = state_get(task->real_parent->group_leader);

	return parent && in_setup(parent) &&
	       RECORDER_PLACE_ARRIVAL(parent->place) == RECORDER_PLACE_ARRIVAL(state->place);
}

static __always_inline void become_hook(struct task_struct *task, struct recorder_task *state,
					struct recorder_arrival *arrival)
{
	__u32 index = RECORDER_PLACE_ARRIVAL(state->place);

	state->place = RECORDER_PLACE(RECORDER_PHASE_HOOK, index);
	__sync_fetch_and_or(&arrival->flags, RECORDER_ARRIVAL_HOOK);
	if (!(arrival->flags & RECORDER_ARRIVAL_RUNTIME) || !root_changed(task, arrival))
		return;
	state->place = RECORDER_PLACE(RECORDER_PHASE_START_HOOK, index);
	__sync_fetch_and_or(&arrival->flags, RECORDER_ARRIVAL_START_HOOK);
}

/* Handles the execve of a task in set-up. Returns true if the new program is the workload. */
static __always_inline bool setup_exec(struct task_struct *task, struct recorder_task *state,
				       struct recorder_slot *slot)
{
	struct recorder_arrival *arrival = arrival_of(state);
	bool other_program, other_ns;

	if (phase_of(state) != RECORDER_PHASE_SETUP)
		return false;
	if (!arrival) {
		setup_end(task, state, slot, NULL);
		return true;
	}
	other_program = task_program(task)->i_size != arrival->program;
	other_ns = task_mount_ns(task) != arrival->outside_ns;
	state->program = task_program(task)->i_ino;
	if (!other_ns && !other_program)
		return false;
	if (parent_in_setup(task, state)) {
		become_hook(task, state, arrival);
		return false;
	}
	if (!other_ns && !(arrival->flags & RECORDER_ARRIVAL_RUNTIME))
		return false;
	setup_end(task, state, slot, arrival);
	return true;
}

/*
 * True if a call ends set-up without an execve: criu gives a restored task its program back
 * with PR_SET_MM, and starts it with rt_sigreturn.
 */
static __always_inline bool setup_restored(struct task_struct *task,
					   const struct recorder_task *state, const struct hit *hit)
{
	return phase_of(state) == RECORDER_PHASE_SETUP &&
	       task_program(task)->i_ino != state->program && is_sigreturn(hit->abi, hit->nr);
}

/* True if a runtime of this node has a program of this size. */
static __always_inline bool is_runtime_size(__u64 size)
{
	int i;

	for (i = 0; i < RECORDER_RUNTIMES_MAX && runtime_sizes[i]; i++)
		if (runtime_sizes[i] == size)
			return true;
	return false;
}

/*
 * Gives a phase to a process that is older than the recording, and whose parent is outside of
 * the container. It is in set-up if it runs its parent's program, or a runtime's. Otherwise it
 * is work. One case is undecided: a process in a container that is not the first of its pid
 * namespace was added later, and may be about to execute the workload. Its calls are pending,
 * and count as work unless it does.
 */
static __always_inline void mark_first(struct task_struct *task, struct recorder_task *state,
				       struct recorder_slot *slot, __u32 slot_index)
{
	bool runtime = task_is_copy(task, task->real_parent) ||
		       is_runtime_size(task_program(task)->i_size);
	__u32 before = state->place, index;
	struct recorder_arrival *arrival;

	if (slot->flags & RECORDER_SETTLED ||
	    (!runtime && (!(slot->flags & RECORDER_CONTAINER) || task_is_init(task)))) {
		begin_work(state, slot);
		return;
	}
	index = arrival_make(task, slot, slot_index);
	arrival = arrival_get(index);
	if (arrival) {
		arrival_set_outside(arrival, task->real_parent);
		arrival->flags = runtime ? RECORDER_ARRIVAL_RUNTIME : 0;
	}
	arrival_enter(task, state, slot, before, index);
	present_filtered = 1;
}

/* Gives a phase to a task that is older than the recording, from its parent or leader. */
static __always_inline void mark_child(struct task_struct *task, struct recorder_task *state,
				       const struct recorder_task *parent)
{
	struct recorder_arrival *arrival = arrival_of(parent);

	hand_on(parent, state);
	if (!arrival || phase_of(parent) != RECORDER_PHASE_SETUP ||
	    task_is_copy(task, task->real_parent))
		return;
	become_hook(task, state, arrival);
}

/*
 * Gives a phase to a task that was in a recorded cgroup before the recording began or, later,
 * before the cgroup was added. This needs the phase of its leader or parent, so user space runs
 * the iterator until a pass marks no task. Then it repeats that with "rest", which also marks
 * the tasks whose leader or parent never gets a phase.
 */
static __noinline int mark_present(struct task_struct *task, bool rest)
{
	struct task_struct *leader = task->group_leader, *parent = leader->real_parent;
	struct recorder_task *state = state_get(task), *from;
	__u32 index = slot_of_task(task);
	struct recorder_slot *slot = index == RECORDER_SLOT_NONE ? NULL : slot_get(index);
	bool first = task->pid == task->tgid && !(slot && is_inside(parent, slot));

	if (!slot || !task->mm || (started && !(slot->flags & RECORDER_STAGED)) ||
	    has_phase(state, slot))
		return 0;
	from = first ? NULL : state_get(task->pid == task->tgid ? parent->group_leader : leader);
	if (from && !has_phase_inside(from, slot))
		from = NULL;
	if (!first && !rest && !from)
		return 0;
	state = state_make(task, slot);
	if (!state)
		return 0;
	__sync_fetch_and_or(&slot->flags, RECORDER_PRESENT);
	if (task_is_filtered(task))
		present_filtered = 1;
	if (first)
		mark_first(task, state, slot, index);
	else if (from)
		mark_child(task, state, from);
	else
		begin_work(state, slot);
	set_slot(state, slot);
	marked++;
	return 0;
}

#endif
