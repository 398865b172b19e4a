/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef BPF_SHARED_H
#define BPF_SHARED_H

/*
 * The interface of the BPF program and user space. It has only types of fixed width, and
 * asserts their sizes, so that the two sides cannot drift apart.
 */

#ifndef VMLINUX_H
#include <linux/types.h>
#endif

/*
 * The number of the layout of everything that is pinned: the structures below that are in maps,
 * the names of the maps, and struct pins_identity in src/record/pins.h. Increase it whenever one
 * of them changes. A recorder drains pins of its own layout only, whichever build made them. It
 * discards others, and the containers that these recorded are not complete.
 */
#ifndef RECORDER_LAYOUT /* a test has a recorder of another one */
#define RECORDER_LAYOUT 3
#endif

/* Native, compat and x32, in the order of enum abi in syscalls/syscalls.h. */
#define RECORDER_ABIS 3

/*
 * System call numbers below this limit have a bit in a bitmap. Each of the few others (ARM's
 * private calls, nonsense that programs try) is an entry of the map "overflow". Linux 7.1 ends
 * at 471, x32 at 547.
 */
#define RECORDER_NUMBERS 576
#define RECORDER_WORDS (RECORDER_NUMBERS / 64)

/* The tasks to record. The mode is fixed before load, so the other modes cost nothing. */
enum recorder_mode {
	RECORDER_CGROUPS, /* containers: separates the runtime's set-up from the workload */
	RECORDER_COMMAND, /* one command's cgroup, and the cgroups that its processes create */
	RECORDER_TASKS,	  /* marked tasks and their children */
};

/* Slot 0 and arrival 0 are never used: index 0 means "not recorded" and "no arrival". */
#define RECORDER_SLOT_NONE 0
#define RECORDER_ARRIVAL_NONE 0
/* A slot index has 16 bits, because it shares a word with a pointer in the cache of slot.h. */
#define RECORDER_SLOTS_MAX 65536
/* Set in the map "slot_by_cgroup" beside the index of a slot that is staged. */
#define RECORDER_SLOT_STAGED (1U << 16)
/* Entries of the cache of slot.h, a power of two. */
#define RECORDER_CACHE_SIZE 4096
/* Limit of the calls that one slot has in the map "overflow". Further calls count as lost. */
#define RECORDER_OVERFLOW_PER_SLOT 256

/* Who made or answered a call. Kinds before RECORDER_BITMAPS have a bitmap in each slot. */
enum recorder_kind {
	RECORDER_OBSERVED, /* made by the workload */
	RECORDER_RUNTIME,  /* made by a task in set-up, already under the container's filter */
	RECORDER_PENDING,  /* made by a task in set-up, without the container's filter */
	RECORDER_DENIED,   /* stopped by a filter */
	RECORDER_BITMAPS,
	/* Answered by a filter, a supervisor or a tracer; the kernel may not have run it. */
	RECORDER_ANSWERED = RECORDER_BITMAPS,
	RECORDER_KINDS,
};

struct recorder_bitmap {
	__u64 words[RECORDER_ABIS][RECORDER_WORDS];
};

enum recorder_slot_state {
	RECORDER_FREE,
	RECORDER_LIVE,
	RECORDER_DEAD, /* the cgroup was removed; user space will read and free the slot */
};

enum recorder_slot_flag {
	RECORDER_ENTERED = 1 << 0,  /* set-up ended at least once: a workload was started here */
	RECORDER_FILTERED = 1 << 1, /* a task under a filter ran before denied calls were watched */
	RECORDER_CONTAINER = 1 << 2, /* set by user space: a container's cgroup, or below one */
	/* How the container was started: the workload's state when set-up first ended. */
	RECORDER_NO_NEW_PRIVS = 1 << 3,
	RECORDER_CONFINED = 1 << 4,	 /* under a filter */
	RECORDER_OWN_NAMESPACE = 1 << 5, /* in a mount namespace of its own */
	RECORDER_PRESENT = 1 << 6,	 /* a task was here before the recording began */
	RECORDER_LEFT = 1 << 7,	      /* a task of the workload left the container: see left_to */
	RECORDER_START_HOOK = 1 << 9, /* set-up ran a hook after it changed its root directory */
	/* The arrivals whose calls are in the bitmap RECORDER_PENDING. Set when they end. */
	RECORDER_PENDING_RUNTIME = 1 << 10, /* like a runtime's, but never executed the workload */
	RECORDER_PENDING_OTHER = 1 << 11,   /* others that never executed the workload */
	RECORDER_PENDING_MOVED = 1 << 12, /* moved in by a task of a recorded cgroup: see movers */
	RECORDER_PENDING_HOOK = 1 << 13,  /* set-up ran a hook whose calls may be needed */
	RECORDER_LEFT_PENDING = 1 << 14,  /* a task with pending calls left the container */
	/*
	 * Set by user space while it adds an existing cgroup to a running recording: sys_enter
	 * does not record the cgroup yet, and its tasks may not have their phases.
	 */
	RECORDER_STAGED = 1 << 15,
	/*
	 * Set by user space while it takes the cgroup over from other programs: its tasks without
	 * a phase are work.
	 */
	RECORDER_SETTLED = 1 << 16,
	/* Set by user space: these programs replaced others while the cgroup was in set-up. */
	RECORDER_REPLACED = 1 << 17,
	/* Set by user space: the cgroup is not recorded any more, and the slot is not free yet. */
	RECORDER_DROPPED = 1 << 18,
};

#define RECORDER_MOVERS 4
#define RECORDER_LEFT_MAX 3
#define RECORDER_COMM_SIZE 16 /* TASK_COMM_LEN */

/* The recorded evidence of one cgroup. */
struct recorder_slot {
	struct recorder_bitmap bitmaps[RECORDER_BITMAPS];
	__u64 cgroup_id;
	__u64 parent_id;
	__u64 domain;  /* id of its container's cgroup, as far as known; else its own id */
	__u64 created; /* CLOCK_BOOTTIME, ns: when the cgroup was created or found */
	__u64 removed;
	/*
	 * Ids of the recorded cgroups whose tasks moved others into this one: the container's
	 * own cgroup, or a runtime's.
	 */
	__u64 movers[RECORDER_MOVERS];
	/* Size in bytes of the program that set the container up. It identifies the runtime. */
	__u64 setup_size;
	__u32 generation; /* counts the uses of this slot */
	__u32 state;
	__u32 flags;
	__u32 overflow; /* number of this slot's calls in the map "overflow" */
	__u32 lost;	/* map updates and allocations that failed for this slot, and full lists */
	/* Mount namespace and filter count of the cgroup's creator; 0 if it was found. */
	__u32 outside_ns;
	__u32 outside_filters;
	__u32 left_pid; /* process id of the first task that left, in the initial namespace */
	char left_comm[RECORDER_COMM_SIZE];
	__u64 left_to[RECORDER_LEFT_MAX]; /* ids of the tasks' new cgroups; 0 ends the list */
	__u32 arrivals;			  /* number of the arrivals so far */
	/*
	 * Set by user space when it learns of the cgroup, for the next owner of the pins: 1 more
	 * than the number of cgroups that had got no slot until then, up to the largest number.
	 */
	__u32 slots_before;
};

_Static_assert(sizeof(struct recorder_slot) == 1024, "a power of two indexes by shifting");

/* The path of a slot's cgroup, as the kernel printed it when the cgroup was created. */
#define RECORDER_PATH_SIZE 512
struct recorder_path {
	char text[RECORDER_PATH_SIZE];
};

/* Key of a call without a bit. */
struct recorder_overflow {
	__u32 slot;
	__u32 generation;
	__u32 nr;
	__u16 abi;
	__u16 kind;
};

_Static_assert(sizeof(struct recorder_overflow) == 16, "no padding in a hash key");

enum recorder_arrival_flag {
	RECORDER_ARRIVAL_RUNTIME = 1 << 0, /* runs its parent's program, like a runtime's child */
	RECORDER_ARRIVAL_ENDED = 1 << 1,   /* one of its tasks executed the workload */
	RECORDER_ARRIVAL_HOOK = 1 << 2,	   /* it ran a hook */
	RECORDER_ARRIVAL_START_HOOK = 1 << 3, /* the same after it changed its root directory */
};

/* Number of an arrival's bitmaps: RECORDER_RUNTIME and RECORDER_PENDING, in this order. */
#define RECORDER_ARRIVAL_BITMAPS 2

/*
 * A task that came into a recorded cgroup from outside, with the tasks that it forks in set-up.
 * See arrival.h.
 */
struct recorder_arrival {
	struct recorder_bitmap bitmaps[RECORDER_ARRIVAL_BITMAPS];
	__u64 mover;   /* id of the recorded cgroup of the task that moved it in, or 0 */
	__u64 program; /* size in bytes of the program that it came with */
	__u64 root;    /* inode number of its parent's root directory */
	__u32 root_device;
	__u32 slot;
	__u32 generation; /* of the slot */
	__u32 tasks;	  /* number of its tasks that are still in set-up */
	__u32 flags;
	__u32 outside_ns; /* mount namespace and filter count outside: see arrive() */
	__u32 outside_filters;
	__u32 pad[7];
};

_Static_assert(sizeof(struct recorder_arrival) == 512, "a power of two indexes by shifting");

enum recorder_phase {
	RECORDER_PHASE_UNKNOWN,
	RECORDER_PHASE_WORK,
	RECORDER_PHASE_SETUP,
	RECORDER_PHASE_HOOK, /* a program that set-up runs before the container's root is set */
	RECORDER_PHASE_START_HOOK, /* the same after that, under the container's filter */
};

/*
 * The phase of a task and, in set-up, the arrival that it belongs to. Both are in one word, because
 * the task itself and one that moves it into a cgroup may change them at the same time.
 */
#define RECORDER_PLACE(phase, arrival) ((phase) | (arrival) << 8)
#define RECORDER_PLACE_PHASE(place) ((place)&0xff)
#define RECORDER_PLACE_ARRIVAL(place) ((place) >> 8)

/* The state of a task that is in a recorded cgroup, runs under a filter, or is marked. */
struct recorder_task {
	__u64 cgroup_id; /* cgroup in which "place" is valid; the phase in others is unknown */
	__u64 created;	 /* "created" of that cgroup's slot: its phase in a later slot is unknown */
	__u64 program;	 /* inode number of the program that it runs in set-up */
	__u64 notified;	 /* struct listeners.sum when listeners were last looked for */
	__u32 slot;	 /* of a marked task: the slot of its calls */
	__u32 place;	 /* RECORDER_PLACE() */
	__u32 filters;	 /* their number when listeners were last looked for */
	__u32 last_nr;	 /* the last call made in set-up: the execve when set-up ends */
	__u32 watched_slot; /* where "synced" was set, with the slot's generation at that time */
	__u32 watched_generation;
	__u16 last_abi;
	__u8 entered;  /* sys_enter ran, but not yet sys_exit */
	__u8 synced;   /* "entered" can be trusted: an entry or exit was seen under the filter */
	__u8 listened; /* one of its filters has a listener */
	__u8 emulated; /* a tracer takes the call over (PTRACE_SYSEMU): do not record it */
	__u8 pad[2];
};

_Static_assert(sizeof(struct recorder_task) == 64, "the same on both sides");

/* A task for as long as the machine runs: its pid may be used again, its start time is not. */
struct recorder_task_key {
	__u64 start_time;
	__u64 pid;
};

enum recorder_event_type {
	RECORDER_EVENT_CALL,	/* a hit: the first time that the slot sees a call */
	RECORDER_EVENT_CREATED, /* a cgroup got a slot */
	RECORDER_EVENT_REMOVED,
	RECORDER_EVENT_FILTER, /* a task is under a filter while denied calls are not watched */
};

/*
 * Reports a change at once, with details such as the process. Events can be lost, and are then
 * counted. No call is lost with them, because the slots have all calls.
 */
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

/*
 * The arguments whose values are recorded: src/syscalls/arguments.tbl, which user space puts into
 * the program's constants before it loads it. Row 0 is none.
 */
#define RECORDER_ARGUMENT_ROWS 128
#define RECORDER_ARGUMENTS_PER_CALL 4

/*
 * A row is one word, so that the program reads it with one load:
 *
 *	bits	0-31	the bits of the value that are kept
 *		32-38	the row: its place in a value's key, see below
 *		39-41	index of the argument whose register has the value, or
 *			RECORDER_ARGUMENT_INDIRECT
 *		42-44	index of the argument
 *		45-47	index of the argument that is the size of the structure
 *		48-55	offset in the structure, in units of 4 bytes
 *		59-63	flags
 */
#define RECORDER_ARGUMENT_ROW_MASK (127ULL << 32)
#define RECORDER_ARGUMENT_REGISTER 39
#define RECORDER_ARGUMENT_INDIRECT 7
#define RECORDER_ARGUMENT_INDEX 42
#define RECORDER_ARGUMENT_SIZE 45
#define RECORDER_ARGUMENT_OFFSET 48
#define RECORDER_ARGUMENT_MEMORY (1ULL << 59)  /* the argument points to a structure */
#define RECORDER_ARGUMENT_FLAGS (1ULL << 60)   /* keep each flag; otherwise each value */
#define RECORDER_ARGUMENT_PRESENT (1ULL << 61) /* keep only whether the value is 0 */
#define RECORDER_ARGUMENT_SIZED (1ULL << 62)   /* the size of the structure is an argument */
#define RECORDER_ARGUMENT_MORE (1ULL << 63)    /* the next row is of the same call */

/*
 * A value is its own key in the map "values": what was seen is an element.
 *
 *	bits	0-31	value
 *		32-38	row
 *		39	the upper half of the 64 bits was not 0
 *		40-41	ABI
 *		42-44	enum recorder_kind
 *		45	not a value, but their number: see struct recorder_value
 *		48-63	slot
 */
#define RECORDER_VALUE_ROW 32
#define RECORDER_VALUE_WIDE (1ULL << 39)
#define RECORDER_VALUE_ABI 40
#define RECORDER_VALUE_KIND 42
#define RECORDER_VALUE_NUMBER (1ULL << 45)
#define RECORDER_VALUE_SLOT 48

/* Limit of the values of one argument, call and slot. More are "any". */
#define RECORDER_VALUES_PER_ARGUMENT 64
/*
 * Limit of the elements of one slot, so that one cgroup cannot use up the map alone. Containers
 * have about 100.
 */
#define RECORDER_VALUES_PER_SLOT 1024
/* Limit of all elements. One takes 96 bytes, so the map takes at most 3.5 MiB. */
#define RECORDER_VALUES_MAX 32768
/* Entries of the cache of arguments.h, a power of two. */
#define RECORDER_VALUE_CACHE_SIZE 4096

/* An element of the map "values". */
struct recorder_value {
	__u64 next; /* key of the slot's next element; 0 ends the list */
	__u64 time; /* CLOCK_BOOTTIME, ns: first seen */
	union {
		char comm[RECORDER_COMM_SIZE]; /* of the first task that used the value */
		__u32 number; /* of the argument's values; above the limit: there are more */
	};
};

_Static_assert(sizeof(struct recorder_value) == 32, "the same on both sides");

/* The values of one slot. */
struct recorder_slot_values {
	__u64 first; /* key of its first element in the map "values"; 0: none */
	__u64 unrecorded[RECORDER_ARGUMENT_ROWS / 64]; /* rows of which a value was lost */
	__u32 number;				       /* of its elements */
	__u32 lost;				       /* values that could not be read or stored */
};

_Static_assert(sizeof(struct recorder_slot_values) == 32, "indexed by shifting");

/* Losses that belong to no slot. */
struct recorder_losses {
	__u64 slots;	 /* no slot was free for a new cgroup */
	__u64 map;	 /* a map update failed */
	__u64 events;	 /* the ring buffer was full */
	__u64 recursion; /* set by user space: skipped runs of programs that were replaced */
};

/* The global data that other builds read too. The place of all other data depends on the build. */
struct recorder_life {
	struct recorder_losses losses;
	__u64 owner_seen;   /* CLOCK_MONOTONIC, ns: when the owner of the maps last said so */
	__u32 expired;	    /* nobody owned the maps for too long: all programs do nothing */
	__u32 watch_denied; /* sys_exit and sched_switch are attached: denied calls are seen */
};

/* The task iterator's treatment of tasks that are under a filter and not "synced". */
enum recorder_seek {
	RECORDER_SEEK_NONE,
	RECORDER_SEEK_COUNT,
	RECORDER_SEEK_FLAG, /* also sets RECORDER_FILTERED in their slots */
};

/* Length of the list of the sizes of this node's runtime programs; 0 ends the list early. */
#define RECORDER_RUNTIMES_MAX 16

#endif
