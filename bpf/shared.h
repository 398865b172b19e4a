/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef BPF_SHARED_H
#define BPF_SHARED_H

/*
 * What the BPF program and user space share. Fixed-width types only; the sizes are asserted,
 * so that the two sides cannot drift.
 */

#ifndef VMLINUX_H
#include <linux/types.h>
#endif

/* Native, compat, x32: the order of enum abi in syscalls/syscalls.h. */
#define RECORDER_ABIS 3

/*
 * Numbers below this one have a bit; the few above (ARM's private calls, nonsense that
 * programs try) are kept one by one in the map "strays". Linux 7.1 ends at 471, x32 at 547.
 */
#define RECORDER_NUMBERS 576
#define RECORDER_WORDS (RECORDER_NUMBERS / 64)

/* What is followed; chosen before load, so that the other ways cost nothing. */
enum recorder_mode {
	RECORDER_CGROUPS, /* containers: set-up ends at an execve in another mount namespace */
	RECORDER_COMMAND, /* one command's cgroup, and those that its processes make */
	RECORDER_TASKS,	  /* marked tasks and their children */
};

/* Slot 0 is nobody's: an index of 0 says "not recorded". */
#define RECORDER_SLOT_NONE 0
/* An index shares a word with a pointer in the cache: 16 bits. */
#define RECORDER_SLOTS_MAX 65536
/* Numbers past the bitmaps that one slot may keep; more count as lost. */
#define RECORDER_STRAYS_PER_SLOT 64

/* Whose call a bit is about. */
enum recorder_kind {
	RECORDER_OBSERVED, /* the workload's */
	RECORDER_RUNTIME,  /* by a task still in set-up, already under the container's filter */
	RECORDER_PENDING,  /* by a task still in set-up, under no filter of the container's */
	RECORDER_DENIED,   /* stopped by a filter */
	RECORDER_KINDS,
};

struct recorder_bitmap {
	__u64 words[RECORDER_ABIS][RECORDER_WORDS];
};

enum recorder_slot_state {
	RECORDER_FREE,
	RECORDER_LIVE,
	RECORDER_DEAD, /* the cgroup is gone; user space reads the slot and frees it */
};

enum recorder_slot_flag {
	RECORDER_ENTERED = 1 << 0,  /* set-up ended at least once: a container was started here */
	RECORDER_FILTERED = 1 << 1, /* a task under a filter ran before denied calls were watched */
	RECORDER_JOINED = 1 << 2,   /* a task moved itself in: not only set-up comes from outside */
	/* When set-up ended for the first time: how the container was started. */
	RECORDER_NO_NEW_PRIVS = 1 << 3,
	RECORDER_CONFINED = 1 << 4, /* under a filter */
};

#define RECORDER_MOVERS 4

/* One cgroup's share of the evidence. */
struct recorder_slot {
	struct recorder_bitmap bitmaps[RECORDER_KINDS];
	__u64 cgroup_id;
	__u64 parent_id;
	__u64 born; /* CLOCK_BOOTTIME, ns; when the cgroup was made, or found */
	__u64 died;
	/* The cgroups whose tasks moved others in here: the runtime's, or the container's own. */
	__u64 movers[RECORDER_MOVERS];
	__u32 generation; /* counts the uses of this slot */
	__u32 state;
	__u32 flags;
	__u32 strays;
	__u32 lost; /* map updates and storage that failed for this slot */
	/* Mount namespace and filters of who made the cgroup; none of one that was found. */
	__u32 outside_ns;
	__u32 outside_filters;
	__u32 pad[17];
};

_Static_assert(sizeof(struct recorder_slot) == 1024, "a power of two indexes by shifting");

/* The path of a slot's cgroup, as the kernel printed it when it was made. */
#define RECORDER_PATH_SIZE 512
struct recorder_path {
	char text[RECORDER_PATH_SIZE];
};

struct recorder_stray {
	__u32 slot;
	__u32 generation;
	__u32 nr;
	__u16 abi;
	__u16 kind;
};

_Static_assert(sizeof(struct recorder_stray) == 16, "no padding in a hash key");

/* What is known of a task that is in set-up, runs under a filter, or is marked. */
struct recorder_note {
	__u32 slot;	       /* of a marked task: where its calls go */
	__u32 outside_ns;      /* mount namespace that it came from */
	__u32 outside_filters; /* how many filters it brought along */
	__u32 last_nr;	       /* the last call made in set-up: the execve when set-up ends */
	__u16 last_abi;
	__u8 in_setup;
	__u8 entered; /* sys_enter ran, sys_exit did not yet */
	__u8 synced;  /* "entered" can be trusted: an entry or exit was seen under the filter */
	__u8 started; /* set-up has ended: what the process does is work, whatever it is called */
	__u8 pad[2];
};

_Static_assert(sizeof(struct recorder_note) == 24, "the same on both sides");

enum recorder_event_type {
	RECORDER_EVENT_CALL, /* a bit was set for the first time */
	RECORDER_EVENT_BORN, /* a cgroup got a slot */
	RECORDER_EVENT_DIED,
	RECORDER_EVENT_FILTER, /* a filter is in force and denied calls are not watched yet */
};

/* Decoration: may be lost, and then is counted. The bitmaps are the truth. */
struct recorder_event {
	__u32 type;
	__u32 slot;
	__u32 generation;
	__u32 nr;
	__u16 abi;
	__u16 kind;
	__u32 pid;  /* thread group id in the initial namespace */
	__u64 time; /* CLOCK_BOOTTIME, ns */
	char comm[16];
};

_Static_assert(sizeof(struct recorder_event) == 48, "the same on both sides");

/* Ways to lose something that belong to no slot. */
struct recorder_losses {
	__u64 slots;  /* no slot was free for a new cgroup */
	__u64 map;    /* a map update failed */
	__u64 events; /* the ring buffer was full */
};

#endif
