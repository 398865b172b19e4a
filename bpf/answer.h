/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef BPF_ANSWER_H
#define BPF_ANSWER_H

#include "vmlinux.h"

#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

#include "hit.h"
#include "maps.h"
#include "slot.h"
#include "task.h"

/*
 * Records the calls that the kernel does not run. Such a call has a sys_exit, but no sys_enter.
 * Its kind depends on who answered it:
 *
 *	a filter (ERRNO, TRAP, KILL)	denied
 *	a supervisor (USER_NOTIF)	answered, if a listener of a filter was notified
 *	a tracer (PTRACE_SYSEMU)	not recorded: no filter was asked
 *
 * A filter can also ask a tracer (TRACE). The tracer may change the number, or set it to -1,
 * before there is a sys_enter or a sys_exit. The kernel asks the tracer only if no filter
 * refuses the call, so the call that the task stops for is the workload's.
 */

/* Limit of the filters of a task that listeners_of() looks at. */
#define FILTERS_MAX 32

struct listeners {
	__u64 sum; /* of their next notification ids: changes whenever one is notified of a call */
	bool any;
};

/*
 * Returns the listeners of a task's filters. If there are more than FILTERS_MAX filters, it
 * assumes a listener, and the sum changes at every call of the function.
 */
static __always_inline struct listeners listeners_of(struct task_struct *task)
{
	struct seccomp_filter *filter = task->seccomp.filter;
	struct listeners listeners = {};
	int i;

	for (i = 0; i < FILTERS_MAX && filter; i++) {
		if (filter->notif) {
			listeners.sum += filter->notif->next_id;
			listeners.any = true;
		}
		filter = filter->prev;
	}
	if (filter) {
		listeners.sum = bpf_ktime_get_boot_ns();
		listeners.any = true;
	}
	return listeners;
}

/* True if a listener may have been notified of the call that is ending. */
static __always_inline bool was_notified(struct task_struct *task, struct recorder_task *state)
{
	bool changed = state->filters != task_filters(task);
	struct listeners listeners;

	if (!changed && !state->listened)
		return false;
	listeners = listeners_of(task);
	changed = listeners.any && (changed || listeners.sum != state->notified);
	state->filters = task_filters(task);
	state->listened = listeners.any;
	state->notified = listeners.sum;
	return changed;
}

#define PTRACE_EVENT_SECCOMP 7 /* include/uapi/linux/ptrace.h */
#define SIGTRAP 5
#define STOP_SECCOMP (SIGTRAP | PTRACE_EVENT_SECCOMP << 8)
#define STOP_SYSCALL_BIT 0x80 /* PTRACE_O_TRACESYSGOOD */

/*
 * Returns the reason for which a traced task stops, or 0. A tracer that waits on another CPU
 * may already have taken it from exit_code. last_siginfo still has it, but a task can fake it
 * there with a signal of its own.
 */
static __always_inline int stop_of(struct task_struct *task)
{
	int code = task->exit_code;

	return code ?: task->last_siginfo->si_code;
}

/* Handles the stop of a traced task, which its tracer is about to look at. */
static __noinline int traced_stop(struct task_struct *task)
{
	__u32 nr = regs_syscall((struct pt_regs *)bpf_task_pt_regs(task));
	int stop = stop_of(task);
	struct recorder_task *state;
	struct hit hit = {};

	if (stop == STOP_SECCOMP && nr != NR_NONE) {
		hit.slot = slot_of_task(task);
		if (hit.slot == RECORDER_SLOT_NONE)
			return 0;
		hit.abi = task_abi(task, &nr);
		hit.nr = nr;
		/*
		 * Without exit_code, the task may have faked the stop, and the container's
		 * filter may have refused the call.
		 */
		hit.kind = task->exit_code ? RECORDER_OBSERVED : RECORDER_ANSWERED;
		/* Before Linux 6.1, memory for values cannot be allocated within the scheduler. */
		arguments_lose(hit.slot, hit.abi, nr);
		return hit_bit(&hit);
	}
	if ((stop & ~STOP_SYSCALL_BIT) == SIGTRAP && task_is_emulated(task)) {
		state = state_get(task);
		if (state)
			state->emulated = true;
	}
	return 0;
}

/*
 * Flags the slot of a task that is already under a filter when the watch for denied calls
 * begins. Earlier denied calls may have been missed, and a tracer may be handling one now.
 * Nothing is recorded yet in a staged slot, so nothing was missed there.
 */
static __noinline int find_filtered(struct task_struct *task)
{
	__u32 index = slot_of_task(task);
	struct recorder_slot *slot = index == RECORDER_SLOT_NONE ? NULL : slot_get(index);

	if (slot && !(slot->flags & RECORDER_STAGED) && task_is_filtered(task))
		__sync_fetch_and_or(&slot->flags, RECORDER_FILTERED);
	return 0;
}

/*
 * Looks for the tasks under a filter whose next exit could be that of a denied call, and would
 * not be recorded, because these programs have not seen a call of the task yet. The other programs,
 * which these replace, still watch the task. A task that sleeps in a call is no such task: the exit
 * of this call comes first. The kernel marks other entries than calls with NR_NONE. The registers
 * of a running task may be those of its last call.
 */
static __noinline int find_unsynced(struct task_struct *task)
{
	__u32 index = slot_of_task(task);
	struct recorder_slot *slot = index == RECORDER_SLOT_NONE ? NULL : slot_get(index);
	struct recorder_task *state;

	if (!slot || !(slot->flags & RECORDER_SETTLED) || !task_is_filtered(task))
		return 0;
	state = state_get(task);
	if (state && state->synced)
		return 0;
	if (!task->on_cpu && regs_syscall((struct pt_regs *)bpf_task_pt_regs(task)) != NR_NONE)
		return 0;
	unsynced++;
	if (seek_unsynced == RECORDER_SEEK_FLAG)
		__sync_fetch_and_or(&slot->flags, RECORDER_FILTERED);
	return 0;
}

#endif
