/* SPDX-License-Identifier: Apache-2.0 */
#ifndef RECORD_TRACKED_CGROUP_H
#define RECORD_TRACKED_CGROUP_H

/*
 * What one cgroup did from its birth (or from the beginning of the recording) to its end (or
 * to the end of the recording).
 */
#include <linux/types.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "recording/call_set.h"
#include "shared.h"
#include "util/cleanup.h"

struct error;

struct tracked_cgroup {
	uint64_t cgroup_id;
	uint64_t parent_id;
	char *path;	       /* as the kernel printed it; NULL when it could not be read */
	bool path_cut;	       /* the path is longer than the program keeps: its end is missing */
	bool pre_existing;     /* it was there before the recording began */
	int64_t created;       /* nanoseconds since the epoch */
	int64_t removed;       /* 0 while it lives */
	bool present;	       /* a task was in it before the recording began */
	bool entered;	       /* a task ended its set-up here: a workload was started */
	bool own_namespace;    /* and how: in a mount namespace of its own, */
	bool no_new_privs;     /* with no_new_privs, */
	bool confined;	       /* under a filter */
	bool start_hook;       /* set-up ran a hook under the container's filter */
	uint64_t setup_size;   /* size of the program that set it up; 0 when unknown */
	bool unwatched_filter; /* a task under a filter ran before denied calls were watched */
	uint32_t pending; /* RECORDER_PENDING_* flags: whose calls calls[RECORDER_PENDING] are */
	uint64_t lost;	  /* what could not be stored about it */
	/* Recorded cgroups whose tasks moved others in; 0 ends the list. */
	uint64_t movers[RECORDER_MOVERS];
	/* The first process that left for another container's cgroup; 0: none did. */
	pid_t left_pid;
	uint64_t left_to[RECORDER_LEFT_MAX]; /* where processes went; 0 ends the list */
	char left_process[RECORDER_COMM_SIZE];
	bool left_pending;    /* it was work only if the pending calls are */
	bool left_unrecorded; /* one of those cgroups is not recorded; set by the target */

	/*
	 * Filled in from events while it lives, and completed from the bitmaps when it is
	 * collected: only then the sets are the truth.
	 */
	struct call_set calls[RECORDER_KINDS];

	uint32_t slot;
	uint32_t generation;
	bool announced; /* the handler knows it */
	bool gone;	/* its cgroup was removed before the scan that is under way began */
	void *owner;	/* of the target, untouched here */
};

/* Releases the memory, not the owner. */
void tracked_cgroup_destroy(struct tracked_cgroup *tracked);
DEFINE_CLEANUP(struct tracked_cgroup *, tracked_cgroup_destroy);
#define _cleanup_tracked_cgroup_ _cleanup_(cleanup_tracked_cgroup_destroy)

/* Adds the calls of a slot's bitmaps that no event told of. */
int tracked_cgroup_add_bitmaps(struct tracked_cgroup *tracked, const struct recorder_slot *slot,
			       struct error *err);

#endif
