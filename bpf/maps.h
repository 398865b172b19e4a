/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef BPF_MAPS_H
#define BPF_MAPS_H

#include "vmlinux.h"

#include <bpf/bpf_helpers.h>

#include "shared.h"

/* Fixed before load, so that the verifier removes the code that they switch off. */
const volatile __u32 mode;	      /* enum recorder_mode */
const volatile bool mark_new;	      /* every new cgroup on the node gets a slot */
const volatile __u64 owner_timeout;   /* ns without an owner until "expired"; 0: never */
const volatile __u64 root_id;	      /* "mark_new" holds below this cgroup only; 0: everywhere */
const volatile bool no_task_storage;  /* in tests: as if every task's storage were busy */
const volatile bool can_probe = true; /* lockdown "confidentiality" forbids probe_read_kernel */
const volatile bool preemptible;      /* sys_enter and sys_exit can be preempted: see slot.h */
const volatile __u32 arrivals_count;  /* elements of "arrivals", with the unused element 0 */
/* The first recorded argument of each call, or 0, and all rows: see shared.h. */
const volatile __u64 first_argument[RECORDER_ABIS][RECORDER_NUMBERS];
const volatile __u64 argument_rows[RECORDER_ARGUMENT_ROWS];

/* Set while running. */
__u32 started;		/* sys_enter is attached: calls are seen */
__u32 spare_used;	/* "spare_tasks" has had an element */
__u32 untracked;	/* a fork could not be stored: the child's first new call makes its state */
__u32 present_filtered; /* a task from before the recording is, or may soon be, under a filter */
__u32 marked;		/* number of tasks that the iterator has marked so far */
__u32 marking;		/* tasks from before the recording may not have their phases yet */
__u32 seek_filtered;	/* the iterator looks for tasks that are already under a filter */
__u32 seek_unsynced;	/* it looks for tasks whose calls were not yet seen: enum recorder_seek */
__u32 unsynced;		/* number of the tasks that it found */
__u32 mark_rest;	/* the iterator also marks tasks whose parent never gets a phase */
__u32 marked_live;	/* marked tasks that have not exited */
__u32 arrivals_used;	/* elements of "arrivals" that were ever used */
__u64 runtime_sizes[RECORDER_RUNTIMES_MAX];
struct recorder_life life SEC(".data.life");

/*
 * One element per slot; sized before load. User space maps it, to read the bits without a
 * system call.
 */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 64);
	__type(key, __u32);
	__type(value, struct recorder_slot);
} slots SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 64);
	__type(key, __u32);
	__type(value, struct recorder_path);
} paths SEC(".maps");

/*
 * Indexes of free slots. User space pushes them, and each new cgroup pops one. This is a stack,
 * because reusing the slot that was freed last touches few pages.
 */
struct {
	__uint(type, BPF_MAP_TYPE_STACK);
	__uint(max_entries, 64);
	__type(value, __u32);
} free_slots SEC(".maps");

/*
 * The slot of each cgroup id, for cgroups that are not in the cache of slot.h; with
 * RECORDER_SLOT_STAGED, if system calls are not to be recorded yet.
 */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 64);
	__type(key, __u64);
	__type(value, __u32);
} slot_by_cgroup SEC(".maps");

/*
 * User space maps it. When user space reads a slot, it also reads the slot's arrivals that have
 * not ended.
 */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 64);
	__type(key, __u32);
	__type(value, struct recorder_arrival);
} arrivals SEC(".maps");

/* Indexes of arrivals that ended. */
struct {
	__uint(type, BPF_MAP_TYPE_STACK);
	__uint(max_entries, 64);
	__type(value, __u32);
} free_arrivals SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, 16384);
	__type(key, struct recorder_overflow);
	__type(value, __u64); /* first seen, CLOCK_BOOTTIME */
} overflow SEC(".maps");

/* See arguments.h. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, 64);
	__type(key, __u64);
	__type(value, struct recorder_value);
} values SEC(".maps");

/* One element per slot. User space maps it. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 64);
	__type(key, __u32);
	__type(value, struct recorder_slot_values);
} slot_values SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 256 * 1024);
} events SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_TASK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, struct recorder_task);
} tasks SEC(".maps");

/*
 * The states that "tasks" could not take: the kernel refuses while a preempted task on the same CPU
 * changes a task's storage, which can last for milliseconds (kernel/bpf/bpf_task_storage.c).
 */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 4096);
	__type(key, struct recorder_task_key);
	__type(value, struct recorder_task);
} spare_tasks SEC(".maps");

#endif
