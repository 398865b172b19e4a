/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef BPF_MAPS_H
#define BPF_MAPS_H

#include "vmlinux.h"

#include <bpf/bpf_helpers.h>

#include "shared.h"

/* Chosen before load; the verifier removes what they switch off. */
const volatile __u32 mode;	      /* enum recorder_mode */
const volatile bool mark_new;	      /* every new cgroup on the node gets a slot */
const volatile bool can_probe = true; /* lockdown "confidentiality" forbids probe_read_kernel */
const volatile __u32 arrivals_count;  /* elements of "arrivals", with the unused one 0 */

/* Set while running. */
__u32 started;	    /* sys_enter is attached: calls are seen */
__u32 watch_denied; /* sys_exit and sched_switch are attached: calls that are not run are seen */
__u32 untracked; /* a fork could not be stored: the child gets its state with its first new call */
__u32 present_filtered; /* a task that was there before runs under a filter, or is about to */
__u32 marked;		/* how many tasks the iterator has marked so far */
__u32 marking;		/* tasks that were there before may not have their phases yet */
__u32 seek_filtered;	/* the iterator looks for tasks that are under a filter already */
__u32 mark_rest;	/* the iterator's last pass: nobody is left for a later one */
__u32 marked_live;	/* marked tasks that have not exited */
__u32 arrivals_used;	/* elements of "arrivals" that were ever used */
__u64 runtime_sizes[RECORDER_RUNTIMES_MAX];
struct recorder_losses losses;

/* One element a slot; sized before load. Mapped by user space, which reads bits without a call. */
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
 * Indexes of free slots: pushed by user space, popped when a cgroup is made; the last
 * one freed is used first, so that few pages are touched.
 */
struct {
	__uint(type, BPF_MAP_TYPE_STACK);
	__uint(max_entries, 64);
	__type(value, __u32);
} free_slots SEC(".maps");

/* Cgroup id to slot, for what the cache does not hold. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 64);
	__type(key, __u64);
	__type(value, __u32);
} slot_by_cgroup SEC(".maps");

/* Mapped by user space, which reads those that have not ended when it reads their slot. */
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

#endif
