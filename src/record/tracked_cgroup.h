/* SPDX-License-Identifier: Apache-2.0 */
#ifndef RECORD_TRACKED_CGROUP_H
#define RECORD_TRACKED_CGROUP_H

/*
 * The calls and the state of one cgroup from its creation, or the beginning of the recording,
 * to its removal, or the end of the recording.
 */
#include <linux/types.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "record/recorder.h"
#include "recording/argument_set.h"
#include "recording/call_set.h"
#include "shared.h"
#include "util/cleanup.h"

struct error;

struct tracked_cgroup {
	uint64_t cgroup_id;
	uint64_t parent_id;
	char *path;	       /* as the kernel printed it; NULL if it could not be read */
	bool path_cut;	       /* the path was too long for its buffer: its end is missing */
	bool pre_existing;     /* it existed before the recording began */
	int64_t created;       /* nanoseconds since the epoch */
	int64_t removed;       /* 0 while it exists */
	bool present;	       /* a task was in it before the recording began */
	bool entered;	       /* a task ended its set-up here: a workload was started */
	bool own_namespace;    /* the workload was started in a mount namespace of its own */
	bool no_new_privs;     /* the workload was started with no_new_privs */
	bool confined;	       /* the workload was started under a filter */
	bool start_hook;       /* set-up ran a hook under the container's filter */
	uint64_t setup_size;   /* size of the program that set it up; 0 if unknown */
	bool unwatched_filter; /* a task under a filter ran before denied calls were watched */
	bool replaced;	  /* the programs were replaced while it was in set-up: RECORDER_REPLACED */
	uint32_t pending; /* RECORDER_PENDING_* flags: who made calls[RECORDER_PENDING] */
	uint64_t lost;	  /* number of its losses: storage that failed, full lists */
	struct recorder_totals losses; /* all others while it was recorded */
	struct recorder_totals before; /* those before that */
	/* Ids of the recorded cgroups whose tasks moved others in; 0 ends the list. */
	uint64_t movers[RECORDER_MOVERS];
	/* The first process that left the container for another cgroup; 0 if none did. */
	pid_t left_pid;
	uint64_t left_to[RECORDER_LEFT_MAX]; /* ids of the cgroups they went to; 0 ends the list */
	char left_process[RECORDER_COMM_SIZE];
	bool left_pending; /* it was work only if the pending calls are work */

	/*
	 * Filled from events while the cgroup exists. Complete only when slots_collect() has
	 * added the bitmaps.
	 */
	struct call_set calls[RECORDER_KINDS];
	/*
	 * Of these calls; complete at the same time. Arguments of RECORDER_PENDING are not
	 * recorded.
	 */
	struct argument_set arguments[RECORDER_KINDS];
	uint64_t values_lost; /* number of values that could not be read or stored */

	uint32_t slot;
	uint32_t generation;
	bool announced; /* the handler knows it */
	bool reported;	/* the handler knows that it was removed */
	bool gone;	/* the cgroup was removed before the current scan began */
};

/* The caller owns ret_copy. */
int tracked_cgroup_copy(const struct tracked_cgroup *tracked, struct tracked_cgroup **ret_copy,
			struct error *err);

void tracked_cgroup_destroy(struct tracked_cgroup *tracked);
DEFINE_CLEANUP(struct tracked_cgroup *, tracked_cgroup_destroy);
#define _cleanup_tracked_cgroup_ _cleanup_(cleanup_tracked_cgroup_destroy)

/* Adds the calls in a slot's bitmaps that no event reported. */
int tracked_cgroup_add_bitmaps(struct tracked_cgroup *tracked, const struct recorder_slot *slot,
			       struct error *err);

#endif
