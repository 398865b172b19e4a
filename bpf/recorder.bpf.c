// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Which system calls the tasks of selected cgroups make: one bit a call.
 *
 *	sys_enter            a call that seccomp let through
 *	sys_exit             a call that seccomp stopped: it exits without having entered
 *	cgroup_mkdir, rmdir  a new cgroup gets a slot before a process can be in it
 *	cgroup_attach_task   a task is moved in: a runtime's, still setting the container up
 *	sched_process_fork   set-up, and the mark of --pid, pass on to children
 *	sched_process_exec   set-up ends
 *	sched_process_exit   a thread that a filter killed; the last marked task
 *
 * All are tp_btf: they need BTF and nothing else. Since Linux 7.2 such programs are preempted, and
 * the kernel skips a program on a CPU where it is being run already, by the task that was
 * preempted. So with UNPREEMPTED the same is built for classic tracepoints where the loss of a run can
 * hide a call: dearer, but always run with preemption off.
 */
#include "vmlinux.h"

#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

#include "maps.h"
#include "sight.h"
#include "slot.h"
#include "task.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";

/* cgroup v1 hierarchies fire the same tracepoints; the default hierarchy, v2, has number 0. */
static __always_inline bool is_v2(struct cgroup *cgroup)
{
	return cgroup->root->hierarchy_id == 0;
}

/*
 * A task under a filter enters a call. Cleared by sys_exit; a call that exits with nothing to
 * clear was denied.
 */
static __always_inline void enter_filtered(struct task_struct *task, struct recorder_slot *slot,
					   __u32 index)
{
	struct recorder_note *note;

	if (!watch_denied) {
		if (!(slot->flags & RECORDER_FILTERED)) {
			struct sighting sighting = { .slot = index };

			__sync_fetch_and_or(&slot->flags, RECORDER_FILTERED);
			tell(RECORDER_EVENT_FILTER, &sighting, slot->generation);
		}
		return;
	}
	/* Without a note the exit makes one, and then knows nothing about this call. */
	note = note_try(task);
	if (note) {
		note->entered = true;
		note->synced = true;
	}
}

/*
 * The note that says that a task is in set-up, or NULL. A thread that was there before its
 * process was marked has none of its own: it shares its leader's.
 */
static __always_inline struct recorder_note *setup_of(struct task_struct *task)
{
	struct recorder_note *note = note_get(task);

	if (!note || !note->in_setup)
		note = note_get(task->group_leader);
	return note && note->in_setup ? note : NULL;
}

/*
 * The kernel tells that a task was moved after it moved it, and meanwhile the task runs on, and
 * forks. So where nobody has ended set-up yet, and nobody came of his own accord, everybody is
 * in set-up.
 */
static __always_inline bool awaits_start(const struct recorder_slot *slot)
{
	return slot->outside_ns && !(slot->flags & (RECORDER_ENTERED | RECORDER_JOINED));
}

/*
 * The same where a container was started: a process of the runtime, whose parent did not come
 * along, is on its way to be executed in the container. It is the parent that moves it, so that
 * is a runtime's too; that of an orphan whose program has such a name is not. Nor is a process
 * on its way that has arrived, by such a name.
 */
static __always_inline bool comes_to_exec(struct task_struct *task,
					  const struct recorder_slot *slot)
{
	struct recorder_note *note;

	if ((slot->flags & (RECORDER_ENTERED | RECORDER_JOINED)) != RECORDER_ENTERED ||
	    !task_is_runtime(task) || !task_is_runtime(task->real_parent) ||
	    task->real_parent->cgroups->dfl_cgrp->kn->id == slot->cgroup_id)
		return false;
	note = note_get(task->group_leader);
	return !note || !note->started;
}

/* What slot and task tell by themselves does not get lost with a note that cannot be made. */
static __always_inline void note_setup(struct task_struct *task, struct recorder_slot *slot,
				       __u32 outside_ns, __u32 outside_filters)
{
	struct recorder_note *note = note_try(task);

	if (!note) {
		if (!awaits_start(slot) && !comes_to_exec(task, slot))
			__sync_fetch_and_add(&slot->lost, 1);
		return;
	}
	note->in_setup = true;
	note->outside_ns = outside_ns;
	note->outside_filters = outside_filters;
}

static __always_inline __u32 setup_kind(struct task_struct *task, __u32 outside_filters)
{
	return task_filters(task) > outside_filters ? RECORDER_RUNTIME : RECORDER_PENDING;
}

/* A call whose bit is not set: the workload's first, or one of a task in set-up. */
static __noinline int enter_new(struct sighting *sighting)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct recorder_slot *slot = slot_get(sighting->slot);
	struct recorder_note *note = setup_of(task), *own;

	if (note) {
		sighting->kind = setup_kind(task, note->outside_filters);
	} else if (slot && awaits_start(slot)) {
		note_setup(task, slot, slot->outside_ns, slot->outside_filters);
		sighting->kind = setup_kind(task, slot->outside_filters);
	} else if (slot && mode == RECORDER_CGROUPS && comes_to_exec(task, slot)) {
		__u32 filters = task_filters(task->real_parent);

		note_setup(task, slot, task_mount_ns(task->real_parent), filters);
		sighting->kind = setup_kind(task, filters);
	}
	own = note_get(task);
	/* Not the leader's: another thread's call is not the one that ends set-up. */
	if (own) {
		own->last_nr = sighting->nr;
		own->last_abi = sighting->abi;
	}
	return sight(sighting);
}

/* Everything but a native call, without a filter, that was seen before. */
static __noinline int enter_unusual(__u32 nr)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct sighting sighting = { .kind = RECORDER_OBSERVED };
	struct recorder_slot *slot;
	__u64 *word;

	sighting.slot = slot_of_task_cached(task);
	slot = sighting.slot == RECORDER_SLOT_NONE ? NULL : slot_get(sighting.slot);
	if (!slot)
		return 0;
	if (task_is_filtered(task))
		enter_filtered(task, slot, sighting.slot);
	if (nr == NR_NONE)
		return 0;
	sighting.abi = task_abi(task, &nr);
	sighting.nr = nr;
	word = sight_word(slot, &sighting);
	if (word && (*word & (1ULL << (nr % 64))))
		return 0;
	return enter_new(&sighting);
}

/*
 * Every call of every task on the node comes here. Nothing but the number outlives a call made from
 * here, which leaves the compiler with one register to save, and nothing is put together in memory.
 */
static __always_inline int enter(__u64 nr)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct recorder_slot *slot;
	__u64 index;

	if (mode == RECORDER_TASKS)
		return enter_unusual(nr);
	index = slot_remembered(task->cgroups->dfl_cgrp);
	if (index == RECORDER_SLOT_NONE)
		return 0;
	if (index > SLOT_MASK || nr >= RECORDER_NUMBERS || task_is_filtered(task) ||
	    !task_is_native(task))
		return enter_unusual(nr);
	slot = slot_get(index);
	if (slot &&
	    (slot->bitmaps[RECORDER_OBSERVED].words[ABI_NATIVE][nr / 64] & (1ULL << (nr % 64))))
		return 0;
	return enter_unusual(nr);
}

static __always_inline bool watches_exit(void)
{
	return task_is_filtered(bpf_get_current_task_btf()) && watch_denied;
}

static __noinline int leave(__u32 nr)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct sighting sighting = {};
	struct recorder_slot *slot;
	struct recorder_note *note;
	__u32 index;

	index = slot_of_task_cached(task);
	slot = index == RECORDER_SLOT_NONE ? NULL : slot_get(index);
	if (!slot)
		return 0;
	note = note_make(task, slot);
	if (!note)
		return 0;
	/*
	 * The first exit of a task may be the second half of a call that it began before
	 * we looked, before it had a filter, or, for a new task, in its parent.
	 */
	if (note->entered || !note->synced) {
		note->entered = false;
		note->synced = true;
		return 0;
	}
	if (nr == NR_NONE)
		return 0;
	sighting.slot = index;
	sighting.abi = task_abi(task, &nr);
	sighting.nr = nr;
	sighting.kind = RECORDER_DENIED;
	return sight(&sighting);
}

/*
 * The id of the recorded cgroup that a new one belongs to: the one above, or, of a command,
 * the one of the process that makes it, as runtimes do for the containers they start. Without
 * one it is the id of the one above.
 */
static __always_inline __u64 parent_of(struct cgroup *cgroup, bool *ret_recorded)
{
	__u64 id = cgroup->self.parent->cgroup->kn->id;
	struct task_struct *maker;

	*ret_recorded = slot_look_up(id) != RECORDER_SLOT_NONE;
	if (mode != RECORDER_COMMAND || *ret_recorded)
		return id;
	maker = bpf_get_current_task_btf();
	*ret_recorded = slot_of_task(maker) != RECORDER_SLOT_NONE;
	return *ret_recorded ? maker->cgroups->dfl_cgrp->kn->id : id;
}

SEC("tp_btf/cgroup_mkdir")
int BPF_PROG(make_cgroup, struct cgroup *cgroup, const char *path)
{
	struct sighting sighting = {};
	struct recorder_slot *slot;
	struct recorder_path *text;
	__u64 id, parent_id;
	bool recorded;
	__u32 index;

	if (!is_v2(cgroup))
		return 0;
	id = cgroup->kn->id;
	parent_id = parent_of(cgroup, &recorded);
	if (!recorded && !mark_new) {
		cache_forget(cgroup);
		return 0;
	}
	if (bpf_map_pop_elem(&free_slots, &index)) {
		__sync_fetch_and_add(&losses.slots, 1);
		cache_forget(cgroup);
		return 0;
	}
	slot = slot_get(index);
	text = bpf_map_lookup_elem(&paths, &index);
	if (!slot || !text || index > SLOT_MASK ||
	    bpf_map_update_elem(&slot_by_cgroup, &id, &index, BPF_ANY)) {
		__sync_fetch_and_add(&losses.map, 1);
		bpf_map_push_elem(&free_slots, &index, BPF_ANY);
		cache_forget(cgroup);
		return 0;
	}
	slot->cgroup_id = id;
	slot->parent_id = parent_id;
	slot->born = bpf_ktime_get_boot_ns();
	if (mode == RECORDER_CGROUPS) {
		slot->outside_ns = task_mount_ns(bpf_get_current_task_btf());
		slot->outside_filters = task_filters(bpf_get_current_task_btf());
	}
	if (can_probe)
		bpf_probe_read_kernel_str(text->text, sizeof(text->text), path);
	slot_set_state(slot, RECORDER_LIVE);
	cache_set(cgroup, index);
	sighting.slot = index;
	tell(RECORDER_EVENT_BORN, &sighting, slot->generation);
	return 0;
}

SEC("tp_btf/cgroup_rmdir")
int BPF_PROG(remove_cgroup, struct cgroup *cgroup, const char *path)
{
	struct sighting sighting = {};
	struct recorder_slot *slot;
	__u64 id = cgroup->kn->id;

	if (!is_v2(cgroup))
		return 0;
	cache_forget(cgroup);
	sighting.slot = slot_look_up(id);
	slot = sighting.slot == RECORDER_SLOT_NONE ? NULL : slot_get(sighting.slot);
	if (!slot)
		return 0;
	bpf_map_delete_elem(&slot_by_cgroup, &id);
	slot->died = bpf_ktime_get_boot_ns();
	slot_set_state(slot, RECORDER_DEAD);
	tell(RECORDER_EVENT_DIED, &sighting, slot->generation);
	return 0;
}

/* Remembers who moved a task in; user space tells from it whether that was the runtime. */
static __always_inline void note_mover(struct recorder_slot *slot, __u64 id)
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

/* The task came into a recorded cgroup from elsewhere: in set-up until its execve. */
static __always_inline void begin_setup(struct task_struct *task, struct task_struct *mover,
					struct recorder_slot *slot)
{
	note_mover(slot, mover->cgroups->dfl_cgrp->kn->id);
	note_setup(task, slot, task_mount_ns(mover), task_filters(mover));
}

SEC("tp_btf/cgroup_attach_task")
int BPF_PROG(attach_task, struct cgroup *cgroup, const char *path, struct task_struct *task,
	     bool threadgroup)
{
	struct task_struct *mover = bpf_get_current_task_btf();
	struct recorder_slot *slot;
	__u32 index;

	/* Of a command everybody is inside, but for its first process, which we mark ourselves. */
	if (mode != RECORDER_CGROUPS || !is_v2(cgroup))
		return 0;
	index = slot_of_cgroup(cgroup);
	slot = index == RECORDER_SLOT_NONE ? NULL : slot_get(index);
	if (!slot)
		return 0;
	/* A task that moves itself is no container in the making. */
	if (mover->tgid == task->tgid)
		__sync_fetch_and_or(&slot->flags, RECORDER_JOINED);
	else
		begin_setup(task, mover, slot);
	return 0;
}

static __always_inline void fork_marked(struct recorder_note *parent, struct task_struct *child)
{
	struct recorder_slot *slot = parent ? slot_get(parent->slot) : NULL;
	struct recorder_note *note = slot ? note_make(child, slot) : NULL;

	if (!note)
		return;
	note->slot = parent->slot;
	__sync_fetch_and_add(&marked_live, 1);
}

SEC("tp_btf/sched_process_fork")
int BPF_PROG(fork_task, struct task_struct *parent, struct task_struct *child)
{
	struct recorder_slot *slot;
	struct recorder_note *from;
	__u32 index;

	if (mode == RECORDER_TASKS) {
		fork_marked(note_get(parent), child);
		return 0;
	}
	if (mode == RECORDER_COMMAND)
		return 0;
	index = slot_of_task(child);
	slot = index == RECORDER_SLOT_NONE ? NULL : slot_get(index);
	if (!slot)
		return 0;
	if (child->cgroups->dfl_cgrp != parent->cgroups->dfl_cgrp) { /* CLONE_INTO_CGROUP */
		begin_setup(child, parent, slot);
		return 0;
	}
	from = setup_of(parent);
	if (from)
		note_setup(child, slot, from->outside_ns, from->outside_filters);
	return 0;
}

static __always_inline void enter_slot(struct recorder_slot *slot, struct task_struct *task,
				       __u32 outside_filters)
{
	__u32 flags = RECORDER_ENTERED;

	if (slot->flags & RECORDER_ENTERED)
		return;
	if (task_no_new_privs(task))
		flags |= RECORDER_NO_NEW_PRIVS;
	if (task_filters(task) > outside_filters)
		flags |= RECORDER_CONFINED;
	__sync_fetch_and_or(&slot->flags, flags);
}

static __noinline int end_setup(void)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct sighting sighting = {};
	struct recorder_slot *slot;
	struct recorder_note *note;
	__u32 outside_ns;
	bool in_setup;

	sighting.slot = slot_of_task(task);
	slot = sighting.slot == RECORDER_SLOT_NONE ? NULL : slot_get(sighting.slot);
	if (!slot)
		return 0;
	note = note_get(task);
	in_setup = note && note->in_setup;
	if (!in_setup && !awaits_start(slot))
		return 0;
	outside_ns = in_setup ? note->outside_ns : slot->outside_ns;
	if (mode == RECORDER_CGROUPS && task_mount_ns(task) == outside_ns)
		return 0;
	enter_slot(slot, task, in_setup ? note->outside_filters : slot->outside_filters);
	if (!in_setup)
		return 0;
	note->in_setup = false;
	note->started = true;
	/*
	 * The execve itself is made under the filter: the workload's first call. Where it was
	 * seen before, as for the second exec into a container, it left no trace in the note.
	 */
	if (!is_exec(note->last_abi, note->last_nr))
		return 0;
	sighting.abi = note->last_abi;
	sighting.nr = note->last_nr;
	sighting.kind = RECORDER_OBSERVED;
	return sight(&sighting);
}

/*
 * SECCOMP_RET_KILL_THREAD ends a thread inside the entry of the call, without sys_exit. Its
 * exit code says SIGSYS. The threads that go down with one that was stopped elsewhere say so
 * too, and are told by their process's exit code; that the process may be ending for another
 * reason, because it waited for this thread, tells nothing.
 */
static __always_inline void exit_killed(struct task_struct *task)
{
	struct sighting sighting = {};
	__u32 nr = regs_syscall((struct pt_regs *)bpf_task_pt_regs(task));

	if (nr == NR_NONE)
		return;
	sighting.slot = slot_of_task(task);
	if (sighting.slot == RECORDER_SLOT_NONE)
		return;
	sighting.abi = task_abi(task, &nr);
	sighting.nr = nr;
	sighting.kind = RECORDER_DENIED;
	sight(&sighting);
}

#define EXIT_SIGNAL(code) ((code)&0x7f)
#define SIGSYS 31 /* on x86 and arm64 */

static __noinline int end_task(void)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct recorder_note *note = note_get(task);

	if (watch_denied && task_is_filtered(task) && EXIT_SIGNAL(task->exit_code) == SIGSYS &&
	    EXIT_SIGNAL(task->signal->group_exit_code) != SIGSYS && !(note && note->entered))
		exit_killed(task);
	if (mode == RECORDER_TASKS && note && note->slot)
		__sync_fetch_and_sub(&marked_live, 1);
	return 0;
}

/* The four whose lost run could hide a call. */
#ifndef UNPREEMPTED
SEC("tp_btf/sys_enter")
int BPF_PROG(enter_call, struct pt_regs *regs, long id)
{
	return enter(id);
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
/* include/trace/events/syscalls.h; both events begin like this. */
struct call_event {
	__u64 common;
	long id;
};

SEC("tracepoint/raw_syscalls/sys_enter")
int enter_call(struct call_event *event)
{
	return enter(event->id);
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

/*
 * --pid: user space marked the leader of a thread group; this passes the mark on to its other
 * threads. fork_task is attached before, so whoever is born meanwhile is marked as well, and
 * user space runs it until a pass marks nobody.
 */
SEC("iter/task")
int mark_threads(struct bpf_iter__task *context)
{
	struct task_struct *task = context->task;
	struct recorder_slot *slot;
	struct recorder_note *leader, *note;

	if (!task)
		return 0;
	leader = note_get(task->group_leader);
	if (!leader || !leader->slot)
		return 0;
	note = note_get(task);
	slot = slot_get(leader->slot);
	if (note || !slot)
		return 0;
	note = note_make(task, slot);
	if (note) {
		note->slot = leader->slot;
		__sync_fetch_and_add(&marked_live, 1);
	}
	return 0;
}
