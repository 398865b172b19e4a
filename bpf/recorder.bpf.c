// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Records the system calls that the tasks of selected cgroups make: one bit per call.
 *
 *	sys_enter            a call that seccomp let through
 *	sys_exit             a call that seccomp stopped: it exits without having entered
 *	sched_switch         a tracer is about to answer a call
 *	cgroup_mkdir, rmdir  a new cgroup gets a slot before a process can be in it
 *	cgroup_attach_task   a task is moved in, or leaves (these three: cgroups.h)
 *	sched_process_fork   a task's phase, and the mark of --pid, pass on to its children
 *	sched_process_exec   set-up ends
 *	sched_process_exit   a thread that a filter killed; end of a marked task or an arrival
 *	iter/task            the tasks that are older than the recording
 *
 * All tracepoints are tp_btf, which needs BTF and nothing else. Since Linux 7.2 the programs of
 * system calls can be preempted, and the kernel skips a program on a CPU where a preempted task
 * is still running it. So TRACEPOINT_VARIANT builds the programs whose skipped run could hide a
 * call for classic tracepoints. These cost more, but always run with preemption off.
 */
#include "vmlinux.h"

#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

#include "answer.h"
#include "arguments.h"
#include "cgroups.h"
#include "hit.h"
#include "maps.h"
#include "owner.h"
#include "setup.h"
#include "slot.h"
#include "stint.h"
#include "task.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";

static __always_inline void set_watched(struct recorder_task *state,
					const struct recorder_slot *slot, __u32 index)
{
	state->watched_slot = index;
	state->watched_generation = slot->generation;
}

/*
 * True if all calls of a task were watched since its state was "synced", that is, if the slot at
 * that time still records. A cgroup may have been dropped and added again meanwhile, and calls
 * may have begun that nobody saw.
 */
static __always_inline bool was_watched(const struct recorder_task *state)
{
	struct recorder_slot *slot = slot_get(state->watched_slot);

	return slot && slot->generation == state->watched_generation &&
	       !(slot->flags & RECORDER_DROPPED);
}

/*
 * Marks the call that a task under a filter enters. sys_exit clears the mark; a call that exits
 * without it was denied.
 */
static __always_inline void enter_filtered(struct task_struct *task, struct recorder_slot *slot,
					   __u32 index)
{
	struct recorder_task *state;

	if (!life.watch_denied) {
		if (!(slot->flags & RECORDER_FILTERED)) {
			struct hit hit = { .slot = index };

			__sync_fetch_and_or(&slot->flags, RECORDER_FILTERED);
			tell(RECORDER_EVENT_FILTER, &hit, slot->generation);
		}
		return;
	}
	/* Without a state, the exit creates one that knows nothing about this call. */
	state = state_try(task);
	if (state) {
		state->entered = true;
		state->synced = true;
		state->emulated = false;
		set_watched(state, slot, index);
		stint_begin(task, state);
	}
}

/*
 * Records a new call of a container's task whose state cannot be stored now. The task has the
 * phase of its leader or parent, if that is known.
 */
static __always_inline int enter_untracked(struct task_struct *task, struct recorder_slot *slot,
					   struct hit *hit)
{
	const struct recorder_task *relative = relative_of(task, slot);

	if (!relative) {
		__sync_fetch_and_add(&slot->lost, 1);
		return 0;
	}
	return in_setup(relative) ? hit_in_setup(task, relative, hit) : hit_record(hit);
}

/* Records a new call of a container's task, which is work or in set-up. */
static __noinline int enter_container(struct task_struct *task, const struct hit *called)
{
	struct hit copy = *called, *hit = &copy; /* see hit_record() */
	struct recorder_slot *slot = slot_get(hit->slot);
	struct recorder_task *state = slot ? state_of(task, slot, hit->slot) : NULL;

	if (!slot)
		return 0;
	if (!state)
		return enter_untracked(task, slot, hit);
	if (!in_setup(state))
		return hit_record(hit);
	if (setup_restored(task, state, hit)) {
		setup_end(task, state, slot, arrival_of(state));
		return hit_record(hit);
	}
	state->last_nr = hit->nr;
	state->last_abi = hit->abi;
	return hit_in_setup(task, state, hit);
}

/*
 * Records a new call of a command's task, unless the command's first process makes it before
 * its execve.
 */
static __always_inline int enter_command(struct task_struct *task, struct hit *hit)
{
	struct recorder_task *state = state_get(task);

	if (!state || !in_setup(state))
		return hit_record(hit);
	state->last_nr = hit->nr;
	state->last_abi = hit->abi;
	return 0;
}

/* A classic tracepoint does not pass the registers to its programs. */
static __always_inline struct pt_regs *call_regs(struct pt_regs *passed)
{
#ifdef TRACEPOINT_VARIANT
	return (struct pt_regs *)bpf_task_pt_regs(bpf_get_current_task_btf());
#else
	return passed;
#endif
}

/* True if the workload's values of all recorded arguments of the current call are known. */
static __always_inline bool arguments_are_known(struct pt_regs *regs, __u32 slot, __u32 abi,
						__u32 nr)
{
	__u64 row = argument_first(abi, nr);

	if (!row || (abi == ABI_NATIVE && native_arguments_known(regs, slot, row)))
		return true;
	return arguments_known(slot, abi, row);
}

/* Handles all calls except known native calls of a task without a filter. */
static __noinline int enter_unusual(__u32 nr, struct pt_regs *regs)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct hit hit = { .kind = RECORDER_OBSERVED };
	struct recorder_slot *slot;
	__u64 *word;

	hit.slot = slot_of_task_cached(task);
	slot = hit.slot == RECORDER_SLOT_NONE ? NULL : slot_get(hit.slot);
	if (!slot)
		return 0;
	if (task_is_filtered(task))
		enter_filtered(task, slot, hit.slot);
	if (nr == NR_NONE)
		return 0;
	hit.abi = task_abi(task, &nr);
	hit.nr = nr;
	word = hit_word(slot, &hit);
	if (word && (*word & (1ULL << (nr % 64))) &&
	    arguments_are_known(call_regs(regs), hit.slot, hit.abi, nr))
		return 0;
	if (mode == RECORDER_CGROUPS)
		return enter_container(task, &hit);
	return mode == RECORDER_COMMAND ? enter_command(task, &hit) : hit_record(&hit);
}

/* True if the slot has seen a native call of a number below RECORDER_NUMBERS. */
static __always_inline bool slot_has(const struct recorder_slot *slot, __u64 nr)
{
	return slot->bitmaps[RECORDER_OBSERVED].words[ABI_NATIVE][nr / 64] & (1ULL << (nr % 64));
}

/*
 * Runs for every call of every task on the node, so it must be cheap. Little is still needed after
 * a function call, so the compiler saves few registers. Nothing is built in memory.
 */
static __always_inline int enter(__u64 nr, struct pt_regs *regs)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct recorder_slot *slot;
	__u64 index, row;
	__u32 key;

	if (has_expired())
		return 0;
	if (mode == RECORDER_TASKS)
		return enter_unusual(nr, regs);
	index = slot_remembered(task->cgroups->dfl_cgrp);
	if (index == RECORDER_SLOT_NONE)
		return 0;
	if (index > SLOT_MASK || nr >= RECORDER_NUMBERS || !task_is_native(task))
		return enter_unusual(nr, regs);
	key = index;
	slot = bpf_map_lookup_elem(&slots, &key);
	if (!slot || !slot_has(slot, nr) ||
	    (task_is_filtered(task) && !stint_enter(task, slot, key)))
		return enter_unusual(nr, regs);
	row = first_argument[ABI_NATIVE][nr];
	if (!row)
		return 0;
	/* The slot from where the map looked it up: that saves a register. */
	return native_arguments_known(call_regs(regs), key, row) ? 0 : enter_unusual(nr, regs);
}

/* True if the call that ends may be one that the kernel did not run. */
static __always_inline bool watches_exit(void)
{
	struct task_struct *task = bpf_get_current_task_btf();

	if (has_expired() || !task_is_filtered(task) || !life.watch_denied)
		return false;
	if (mode != RECORDER_TASKS &&
	    slot_remembered(task->cgroups->dfl_cgrp) == RECORDER_SLOT_NONE)
		return false;
	return !stint_leave(task);
}

/*
 * Updates the state when a call of a task under a filter ends. Returns true if the kernel did
 * not run the call.
 */
static __always_inline bool was_skipped(struct recorder_task *state,
					const struct recorder_slot *slot, __u32 index)
{
	/*
	 * The first exit of a task may end a call that it entered before calls were watched or
	 * before it had a filter or, for a new task, that its parent entered. Before sys_enter is
	 * attached, every exit is like that.
	 */
	bool skipped = !state->entered && state->synced && was_watched(state) && !state->emulated;

	state->entered = false;
	state->emulated = false;
	state->synced = started;
	set_watched(state, slot, index);
	return skipped;
}

static __noinline int leave(__u32 nr)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct recorder_slot *slot;
	struct recorder_task *state;
	struct hit hit = {};
	bool notified;

	hit.slot = slot_of_task_cached(task);
	slot = hit.slot == RECORDER_SLOT_NONE ? NULL : slot_get(hit.slot);
	state = slot ? state_make(task, slot) : NULL;
	stint_end(task, state);
	if (!state)
		return 0;
	notified = was_notified(task, state);
	if (!was_skipped(state, slot, hit.slot) || nr == NR_NONE)
		return 0;
	hit.abi = task_abi(task, &nr);
	hit.nr = nr;
	hit.kind = notified ? RECORDER_ANSWERED : RECORDER_DENIED;
	return hit_record(&hit);
}

static __always_inline void fork_marked(struct recorder_task *parent, struct task_struct *child)
{
	struct recorder_slot *slot = parent ? slot_get(parent->slot) : NULL;
	struct recorder_task *state = slot ? state_make(child, slot) : NULL;

	if (!state)
		return;
	state->slot = parent->slot;
	__sync_fetch_and_add(&marked_live, 1);
}

/* Handles a child that was forked within a recorded cgroup or into it (CLONE_INTO_CGROUP). */
static __always_inline void fork_recorded(struct task_struct *parent, struct task_struct *child,
					  struct recorder_slot *slot, __u32 index)
{
	bool same = child->cgroups->dfl_cgrp == parent->cgroups->dfl_cgrp;
	struct recorder_task *state = state_try(child), *from = NULL;

	if (!state) {
		untracked = 1;
		return;
	}
	if (mode == RECORDER_COMMAND)
		from = state_get(parent);
	else if (same)
		from = state_of(parent, slot, index);
	else if (!is_inside(parent, slot)) {
		arrive(child, state, slot, index, parent);
		return;
	}
	if (!from && same && awaits_marks(slot))
		return;
	if (from && same)
		hand_on(from, state);
	else
		begin_work(state, slot);
}

SEC("tp_btf/sched_process_fork")
int BPF_PROG(fork_task, struct task_struct *parent, struct task_struct *child)
{
	struct recorder_slot *slot;
	struct recorder_task *from;
	__u32 index;

	look_for_owner();
	if (has_expired())
		return 0;
	if (mode == RECORDER_TASKS) {
		fork_marked(state_get(parent), child);
		return 0;
	}
	index = slot_of_task(child);
	slot = index == RECORDER_SLOT_NONE ? NULL : slot_get(index);
	if (slot)
		fork_recorded(parent, child, slot, index);
	if (child->cgroups->dfl_cgrp == parent->cgroups->dfl_cgrp) /* no CLONE_INTO_CGROUP */
		return 0;
	from = state_get(parent);
	/* The kernel reports the move of a process only for its leader. */
	if (!from || !phase_of(from))
		from = state_get(parent->group_leader);
	if (from && from->cgroup_id == parent->cgroups->dfl_cgrp->kn->id)
		note_left(child, from, child->cgroups->dfl_cgrp->kn->id);
	return 0;
}

/* Ends set-up if the program that the task has executed is the workload. */
static __noinline int end_setup(void)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct recorder_slot *slot;
	struct recorder_task *state, *relative;
	struct hit hit = {};

	if (has_expired())
		return 0;
	hit.slot = slot_of_task(task);
	slot = hit.slot == RECORDER_SLOT_NONE ? NULL : slot_get(hit.slot);
	if (!slot || mode == RECORDER_TASKS)
		return 0;
	state = mode == RECORDER_COMMAND ? state_get(task) : state_of(task, slot, hit.slot);
	if (!state && mode == RECORDER_CGROUPS && !awaits_marks(slot)) {
		relative = relative_of(task, slot);
		if (!relative || in_setup(relative))
			__sync_fetch_and_add(&slot->lost, 1);
	}
	if (!state || !setup_exec(task, state, slot))
		return 0;
	/*
	 * The execve itself is made under the filter, so it is the workload's first call. An
	 * execve that the slot knew already, as at the second exec into a container, is not in
	 * the state.
	 */
	if (!is_exec(state->last_abi, state->last_nr))
		return 0;
	hit.abi = state->last_abi;
	hit.nr = state->last_nr;
	hit.kind = RECORDER_OBSERVED;
	return hit_record(&hit);
}

/*
 * Records the call for which SECCOMP_RET_KILL_THREAD ended a thread. The thread ends inside the
 * entry of the call, without sys_exit, and with the exit code SIGSYS. Threads that end together
 * with a killed one have this exit code too, but so does their process: end_task() leaves them
 * out. Another exit code of the process proves nothing: it may be ending because it waited for
 * this thread.
 */
static __always_inline void exit_killed(struct task_struct *task)
{
	struct hit hit = {};
	__u32 nr = regs_syscall((struct pt_regs *)bpf_task_pt_regs(task));

	if (nr == NR_NONE)
		return;
	hit.slot = slot_of_task(task);
	if (hit.slot == RECORDER_SLOT_NONE)
		return;
	hit.abi = task_abi(task, &nr);
	hit.nr = nr;
	hit.kind = RECORDER_DENIED;
	hit_record(&hit);
}

#define EXIT_SIGNAL(code) ((code)&0x7f)
#define SIGSYS 31 /* on x86 and arm64 */

static __noinline int end_task(void)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct recorder_task *state;

	if (has_expired())
		return 0;
	state = state_get(task);
	stint_end(task, state);
	if (life.watch_denied && task_is_filtered(task) && EXIT_SIGNAL(task->exit_code) == SIGSYS &&
	    EXIT_SIGNAL(task->signal->group_exit_code) != SIGSYS && !(state && state->entered))
		exit_killed(task);
	if (mode == RECORDER_CGROUPS && state && in_setup(state))
		set_place(state, phase_of(state));
	if (mode == RECORDER_TASKS && state && state->slot)
		__sync_fetch_and_sub(&marked_live, 1);
	spare_drop(task);
	return 0;
}

/* The four programs whose skipped run could hide a call. */
#ifndef TRACEPOINT_VARIANT
SEC("tp_btf/sys_enter")
int BPF_PROG(enter_call, struct pt_regs *regs, long id)
{
	return enter(id, regs);
}

SEC("tp_btf/sys_exit")
int BPF_PROG(exit_call, struct pt_regs *regs, long ret)
{
	return watches_exit() ? leave(regs_syscall(regs)) : 0;
}

SEC("tp_btf/sched_process_exec")
int BPF_PROG(exec_task, struct task_struct *task, int old_pid, struct linux_binprm *bprm)
{
	return end_setup();
}

SEC("tp_btf/sched_process_exit")
int BPF_PROG(exit_task, struct task_struct *task)
{
	return end_task();
}
#else
/* The beginning of both events, by include/trace/events/syscalls.h. */
struct call_event {
	__u64 common;
	long id;
};

SEC("tracepoint/raw_syscalls/sys_enter")
int enter_call(struct call_event *event)
{
	return enter(event->id, NULL);
}

SEC("tracepoint/raw_syscalls/sys_exit")
int exit_call(struct call_event *event)
{
	return watches_exit() ? leave(event->id) : 0;
}

SEC("tracepoint/sched/sched_process_exec")
int exec_task(void *event)
{
	return end_setup();
}

SEC("tracepoint/sched/sched_process_exit")
int exit_task(void *event)
{
	return end_task();
}
#endif

SEC("tp_btf/sched_switch")
int BPF_PROG(switch_task, bool preempt, struct task_struct *previous, struct task_struct *next)
{
	struct task_struct *task = bpf_get_current_task_btf();

	if (has_expired() || !task_is_filtered(task))
		return 0;
	if (stint_of(task))
		stint_end(task, state_get(task));
	return task->ptrace ? traced_stop(task) : 0;
}

/*
 * For --pid: user space marked the leader of a thread group, and this passes the mark on to its
 * other threads. fork_task is already attached, so tasks that are forked meanwhile are marked
 * as well.
 */
static __always_inline int mark_thread(struct task_struct *task)
{
	struct recorder_task *leader = state_get(task->group_leader), *state;
	struct recorder_slot *slot = leader && leader->slot ? slot_get(leader->slot) : NULL;

	if (!slot || state_get(task))
		return 0;
	state = state_make(task, slot);
	if (state) {
		state->slot = leader->slot;
		marked++;
		__sync_fetch_and_add(&marked_live, 1);
	}
	return 0;
}

/*
 * User space runs this iterator until a pass marks no task, once when it begins to watch denied
 * calls, and when it replaces other programs.
 */
SEC("iter/task")
int mark_tasks(struct bpf_iter__task *context)
{
	struct task_struct *task = context->task;

	if (!task)
		return 0;
	if (seek_filtered)
		return find_filtered(task);
	if (seek_unsynced)
		return find_unsynced(task);
	return mode == RECORDER_TASKS ? mark_thread(task) : mark_present(task, mark_rest);
}
