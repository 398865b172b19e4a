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
 * programs try) are kept one by one in the map "overflow". Linux 7.1 ends at 471, x32 at 547.
 */
#define RECORDER_NUMBERS 576
#define RECORDER_WORDS (RECORDER_NUMBERS / 64)

/* What is followed; chosen before load, so that the other ways cost nothing. */
enum recorder_mode {
	RECORDER_CGROUPS, /* containers: the runtime's set-up is told from their work */
	RECORDER_COMMAND, /* one command's cgroup, and those that its processes make */
	RECORDER_TASKS,	  /* marked tasks and their children */
};

/* Slot 0 is nobody's: an index of 0 says "not recorded". So is arrival 0. */
#define RECORDER_SLOT_NONE 0
#define RECORDER_ARRIVAL_NONE 0
/* An index shares a word with a pointer in the cache: 16 bits. */
#define RECORDER_SLOTS_MAX 65536
/* Calls that one slot may keep in the map "overflow"; more count as lost. */
#define RECORDER_OVERFLOW_PER_SLOT 256

/* Whose call it is. The first RECORDER_BITMAPS have a bitmap in each slot. */
enum recorder_kind {
	RECORDER_OBSERVED, /* the workload's */
	RECORDER_RUNTIME,  /* by a task still in set-up, already under the container's filter */
	RECORDER_PENDING,  /* by a task still in set-up, under no filter of the container's */
	RECORDER_DENIED,   /* stopped by a filter */
	RECORDER_BITMAPS,
	/* A filter, a supervisor or a tracer answered; the kernel may not have run it. */
	RECORDER_ANSWERED = RECORDER_BITMAPS,
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
	RECORDER_ENTERED = 1 << 0,  /* set-up ended at least once: a workload was started here */
	RECORDER_FILTERED = 1 << 1, /* a task under a filter ran before denied calls were watched */
	RECORDER_CONTAINER = 1 << 2, /* user space knows that this is a container's own cgroup */
	/* When set-up ended for the first time: how the container was started. */
	RECORDER_NO_NEW_PRIVS = 1 << 3,
	RECORDER_CONFINED = 1 << 4,	 /* under a filter */
	RECORDER_OWN_NAMESPACE = 1 << 5, /* in a mount namespace of its own */
	RECORDER_PRESENT = 1 << 6,	 /* a task was here before the recording began */
	RECORDER_LEFT = 1 << 7,		 /* a task of the workload went elsewhere: see left_to */
	RECORDER_START_HOOK = 1 << 9,	 /* set-up ran a hook after it had changed its root */
	/* Whose calls are in the bitmap RECORDER_PENDING, of arrivals that ended. */
	RECORDER_PENDING_RUNTIME = 1 << 10, /* looked like a runtime's, and never executed */
	RECORDER_PENDING_OTHER = 1 << 11,   /* others that never executed */
	RECORDER_PENDING_MOVED = 1 << 12, /* moved in by a task of a recorded cgroup: see movers */
	RECORDER_PENDING_HOOK = 1 << 13,  /* set-up ran a program whose calls may be needed */
	RECORDER_LEFT_PENDING = 1 << 14,  /* a task went away whose calls are pending */
};

#define RECORDER_MOVERS 4
#define RECORDER_LEFT_MAX 3
#define RECORDER_COMM_SIZE 16 /* TASK_COMM_LEN */

/* One cgroup's share of the evidence. */
struct recorder_slot {
	struct recorder_bitmap bitmaps[RECORDER_BITMAPS];
	__u64 cgroup_id;
	__u64 parent_id;
	__u64 domain;  /* id of the cgroup of the container, as far as known, that it belongs to */
	__u64 created; /* CLOCK_BOOTTIME, ns; when the cgroup was made, or found */
	__u64 removed;
	/*
	 * Recorded cgroups whose tasks moved others in here: the container's own, or a
	 * runtime's.
	 */
	__u64 movers[RECORDER_MOVERS];
	/* Size of the program that set the container up: tells which runtime it was. */
	__u64 setup_size;
	__u32 generation; /* counts the uses of this slot */
	__u32 state;
	__u32 flags;
	__u32 overflow; /* how many calls the map "overflow" has of this slot */
	__u32 lost;	/* map updates and storage that failed for this slot */
	/* Mount namespace and filters of who made the cgroup; none of one that was found. */
	__u32 outside_ns;
	__u32 outside_filters;
	__u32 left_pid; /* the first task that left, in the initial namespace */
	char left_comm[RECORDER_COMM_SIZE];
	__u64 left_to[RECORDER_LEFT_MAX]; /* ids of the cgroups where tasks went; 0 ends the list */
	__u32 pad[2];
};

_Static_assert(sizeof(struct recorder_slot) == 1024, "a power of two indexes by shifting");

/* The path of a slot's cgroup, as the kernel printed it when it was made. */
#define RECORDER_PATH_SIZE 512
struct recorder_path {
	char text[RECORDER_PATH_SIZE];
};

/* Key of a call that has no bit. */
struct recorder_overflow {
	__u32 slot;
	__u32 generation;
	__u32 nr;
	__u16 abi;
	__u16 kind;
};

_Static_assert(sizeof(struct recorder_overflow) == 16, "no padding in a hash key");

enum recorder_arrival_flag {
	RECORDER_ARRIVAL_RUNTIME = 1 << 0, /* runs its parent's program, as what a runtime forks */
	RECORDER_ARRIVAL_ENDED = 1 << 1,   /* one of its tasks executed the workload */
	RECORDER_ARRIVAL_HOOK = 1 << 2,	   /* it ran a hook */
	RECORDER_ARRIVAL_START_HOOK = 1 << 3, /* it ran a hook after it had changed its root */
};

/* How many bitmaps an arrival has: RECORDER_RUNTIME and RECORDER_PENDING, in this order. */
#define RECORDER_ARRIVAL_BITMAPS 2

/*
 * A task that came into a recorded cgroup from outside, and the tasks that it forks, until one of
 * them executes the workload: setup.h.
 */
struct recorder_arrival {
	struct recorder_bitmap bitmaps[RECORDER_ARRIVAL_BITMAPS];
	__u64 mover;   /* id of the recorded cgroup from which it was moved in, or 0 */
	__u64 program; /* size of the program that it came with */
	__u64 root;    /* inode number of its parent's root directory */
	__u32 root_device;
	__u32 slot;
	__u32 generation; /* of the slot */
	__u32 tasks;	  /* how many of them are left */
	__u32 flags;
	__u32 outside_ns; /* mount namespace and filters of who moved it in */
	__u32 outside_filters;
	__u32 pad[7];
};

_Static_assert(sizeof(struct recorder_arrival) == 512, "a power of two indexes by shifting");

enum recorder_phase {
	RECORDER_PHASE_UNKNOWN,
	RECORDER_PHASE_WORK,
	RECORDER_PHASE_SETUP,
	RECORDER_PHASE_HOOK, /* a program that set-up runs before the container's root is set */
	RECORDER_PHASE_START_HOOK, /* the same afterwards: under the container's filter */
};

/* What is known of a task that is in a recorded cgroup, runs under a filter, or is marked. */
struct recorder_task {
	__u64 cgroup_id; /* where "phase" holds; elsewhere it is not known */
	__u64 program;	 /* inode number of the program that it runs in set-up */
	__u64 notified;	 /* how many calls the listeners of its filters were told of */
	__u32 slot;	 /* of a marked task: where its calls go */
	__u32 arrival;	 /* of a task in set-up */
	__u32 filters;	 /* when listeners were looked for last */
	__u32 last_nr;	 /* the last call made in set-up: the execve when set-up ends */
	__u16 last_abi;
	__u8 phase;    /* enum recorder_phase */
	__u8 entered;  /* sys_enter ran, sys_exit did not yet */
	__u8 synced;   /* "entered" can be trusted: an entry or exit was seen under the filter */
	__u8 listened; /* one of its filters has a listener */
	__u8 emulated; /* a tracer takes the call over (PTRACE_SYSEMU): nobody makes it */
	__u8 pad;
};

_Static_assert(sizeof(struct recorder_task) == 48, "the same on both sides");

enum recorder_event_type {
	RECORDER_EVENT_CALL,	/* a bit was set for the first time */
	RECORDER_EVENT_CREATED, /* a cgroup got a slot */
	RECORDER_EVENT_REMOVED,
	RECORDER_EVENT_FILTER, /* a filter is in force and denied calls are not watched yet */
};

/* Decoration: may be lost, and then is counted. The slots are the truth. */
struct recorder_event {
	__u32 type;
	__u32 slot;
	__u32 generation;
	__u32 nr;
	__u16 abi;
	__u16 kind;
	__u32 pid;  /* thread group id in the initial namespace */
	__u64 time; /* CLOCK_BOOTTIME, ns */
	char comm[RECORDER_COMM_SIZE];
};

_Static_assert(sizeof(struct recorder_event) == 48, "the same on both sides");

/* Ways to lose something that belong to no slot. */
struct recorder_losses {
	__u64 slots;  /* no slot was free for a new cgroup */
	__u64 map;    /* a map update failed */
	__u64 events; /* the ring buffer was full */
};

/* Sizes of the runtimes' programs on this node; 0 ends the list. */
#define RECORDER_RUNTIMES_MAX 16

#endif
