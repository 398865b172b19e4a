/* SPDX-License-Identifier: Apache-2.0 */
#ifndef RECORD_OBJECT_H
#define RECORD_OBJECT_H

/*
 * The BPF object in the kernel, as file descriptors. There are two ways to load it:
 *
 *	light	a generated loader program relocates and loads everything inside the kernel
 *		(Linux 5.17, 18688de203b4 "bpf: Add support for CO-RE relocations in kernel"):
 *		needs 1.6 MiB and two thirds of the time; fails under lockdown
 *		"confidentiality"
 *	full	libbpf relocates against the kernel's whole BTF, of which it holds two copies:
 *		needs 13 MiB; works on every kernel and explains a failure
 */
#include <linux/types.h>
#include <stdbool.h>
#include <stdint.h>

#include "shared.h"

struct error;

enum object_program {
	PROGRAM_ENTER_CALL,
	PROGRAM_EXIT_CALL,
	PROGRAM_MAKE_CGROUP,
	PROGRAM_REMOVE_CGROUP,
	PROGRAM_ATTACH_TASK,
	PROGRAM_FORK_TASK,
	PROGRAM_EXEC_TASK,
	PROGRAM_EXIT_TASK,
	PROGRAM_SWITCH_TASK,
	PROGRAM_MARK_TASKS,
	PROGRAM_COUNT,
};

/* Fixed before load. */
struct object_options {
	enum recorder_mode mode;
	bool mark_new;	      /* every new cgroup on the node gets a slot */
	__u64 root_id;	      /* mark_new holds below this cgroup only; 0: everywhere */
	bool tracepoints;     /* the variant for classic tracepoints */
	bool preemptible;     /* the programs of system calls can be preempted: bpf/slot.h */
	bool no_probe;	      /* do without bpf_probe_read_kernel, which lockdown can forbid */
	bool no_task_storage; /* in tests: as if every task's storage were busy */
	__u32 slots;	      /* elements of the slot maps, with the unused slot 0 */
	__u32 arrivals;	      /* elements of the map "arrivals", with the unused arrival 0 */
	__u64 owner_timeout;  /* ns without an owner after which all stops; 0: never */
	__u64 arguments;      /* identifies the table of recorded arguments */
	__u32 event_bytes;    /* size of the ring buffer: a power of two, at least a page */
};

struct object {
	/* File descriptors, owned by the skeleton. */
	int programs[PROGRAM_COUNT];
	int slots;
	int paths;
	int free_slots;
	int slot_by_cgroup;
	int arrivals;
	int free_arrivals;
	int overflow;
	int values;
	int slot_values;
	int events;
	int tasks;
	int data;
	int life_data; /* fields of "life" */
	/* Global data of the program, shared with the kernel. */
	__u32 *started;
	__u32 *present_filtered;
	__u32 *marked;
	__u32 *marking;
	__u32 *seek_filtered;
	__u32 *seek_unsynced;
	__u32 *unsynced;
	__u32 *mark_rest;
	__u32 *marked_live;
	__u64 *runtime_sizes;
	__u64 *cache;	    /* RECORDER_CACHE_SIZE words */
	__u64 *value_cache; /* RECORDER_VALUE_CACHE_SIZE words */
	struct recorder_life *life;

	void *skeleton;
	void (*destroy_skeleton)(void *skeleton);
};

/*
 * Sets the pointers to global data. data points to the generated structure of the variant, and
 * state to the struct recorder_life.
 */
#define OBJECT_SET_DATA(object, data, state)                            \
	do {                                                            \
		(object)->started = &(data)->started;                   \
		(object)->present_filtered = &(data)->present_filtered; \
		(object)->marked = &(data)->marked;                     \
		(object)->marking = &(data)->marking;                   \
		(object)->seek_filtered = &(data)->seek_filtered;       \
		(object)->seek_unsynced = &(data)->seek_unsynced;       \
		(object)->unsynced = &(data)->unsynced;                 \
		(object)->mark_rest = &(data)->mark_rest;               \
		(object)->marked_live = &(data)->marked_live;           \
		(object)->runtime_sizes = (data)->runtime_sizes;        \
		(object)->cache = (data)->cache;                        \
		(object)->value_cache = (data)->value_cache;            \
		(object)->life = (state);                               \
	} while (0)

/* Loads the object, the light way if possible. The caller calls object_finish(). */
int object_load(const struct object_options *options, struct object *ret_object, struct error *err);

/* Closes everything; an empty object is fine. */
void object_finish(struct object *object);

/* Returns how often the kernel skipped a program that was already running on the same CPU. */
__u64 object_recursion(const struct object *object);

/* The two ways; object_load() chooses. */
int object_load_light(const struct object_options *options, struct object *ret_object,
		      struct error *err);
int object_load_full(const struct object_options *options, struct object *ret_object,
		     struct error *err);

/*
 * Identifies the BPF programs of this build. Only the file that has them embedded may read them:
 * each copy would be in the binary.
 */
uint64_t object_build(bool tracepoints);

#endif
