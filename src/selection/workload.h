/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SELECTION_WORKLOAD_H
#define SELECTION_WORKLOAD_H

/*
 * A workload is one container, command or process that is being recorded: it gathers the
 * tracked cgroups (its own, and those made below it) into one observation.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "record/recorder.h"
#include "recording/observation.h"
#include "util/cleanup.h"

struct container;
struct error;
struct tracked_cgroup;

enum match {
	MATCH_PENDING,	/* not yet known whether the target selects it */
	MATCH_SELECTED, /* the target selects it */
	MATCH_IGNORED,	/* the target does not select it */
};

struct workload {
	struct observation observation;
	uint64_t serial; /* identifies it in its list, where no two have the same */
	enum match match;
	bool is_container;	       /* a runtime sets it up from outside */
	bool described;		       /* its bundle was found and read */
	bool looking;		       /* it is being looked up: what is found has to find it */
	bool asked;		       /* the runtime was asked about it */
	bool version_sought;	       /* the program of its runtime was looked at */
	uint64_t setup_size;	       /* of the program that set it up; 0 when unknown */
	char *cgroup;		       /* path of its own cgroup; NULL for a process */
	enum tristate mount_namespace; /* whether its bundle gives it one of its own */
	bool entered;		       /* its start was seen: set-up ended in one of its cgroups */
	bool pre_existing;	       /* its cgroup was there before the recording began */
	bool present;		       /* it had a task before the recording began */
	bool waited;		       /* created but not started when the recording began */
	bool taken;		       /* the last target_take() gave what was known of it */
	unsigned int live;	       /* number of its cgroups that exist */
	int64_t created;
	int64_t next_look; /* CLOCK_MONOTONIC: next bundle look-up, or deadline while pending */
	uint64_t *cgroups; /* ids of all its cgroups, also those that are gone */
	size_t cgroup_count;
	/* Losses of no particular cgroup while this one's were recorded. */
	struct recorder_totals losses;
	struct call_set pending;  /* calls made in set-up, under no filter of the container's */
	struct call_set answered; /* calls that a filter or supervisor answered: answered.h */
	struct argument_set answered_arguments; /* of these */
};

/* Creates an empty workload that is selected; NULL if out of memory. The caller owns it. */
struct workload *workload_create(void);
void workload_destroy(struct workload *workload);
DEFINE_CLEANUP(struct workload *, workload_destroy);
#define _cleanup_workload_ _cleanup_(cleanup_workload_destroy)

/* The caller owns ret_copy. It is in no list, and shares nothing with the original. */
int workload_copy(const struct workload *workload, struct workload **ret_copy, struct error *err);

/* Adds a cgroup, which was made or found, to those of the workload. */
int workload_attach(struct workload *workload, const struct tracked_cgroup *tracked,
		    struct error *err);

/* Takes away a cgroup that exists. It still counts as the workload's for other cgroups. */
void workload_detach(struct workload *workload);

/*
 * True if a process of the workload itself moved others into the cgroup: a runtime, a service
 * manager or a build tool inside the container. Its set-up of them is the container's work.
 */
bool workload_moved_from_inside(const struct workload *workload,
				const struct tracked_cgroup *tracked);

/*
 * Adds the evidence of one of its cgroups, which is removed, or whose recording ends. tracked
 * stays the caller's. left_unrecorded: one of the cgroups in tracked->left_to is not recorded.
 */
int workload_merge(struct workload *workload, const struct tracked_cgroup *tracked,
		   bool left_unrecorded, struct error *err);

/* Copies what is known about the container: runtime, bundle, seccomp mode, capabilities. */
int workload_describe(struct workload *workload, const struct container *container,
		      struct error *err);

/* True if its bundle and runtime are to be looked up now. */
bool workload_wants_description(const struct workload *workload, int64_t now);

/*
 * True if it has ended and only the program of its runtime, which may not be the one that started
 * it any more, can tell the version.
 */
bool workload_wants_version(const struct workload *workload);

/*
 * True if what is known about a workload that goes on can be told already, so that nothing of it
 * has to be taken back: it is selected, its set-up has ended, and it was described. now is that of
 * CLOCK_REALTIME.
 */
bool workload_is_settled(const struct workload *workload, int64_t now);

/*
 * Decides about the calls of set-up, and adds the reasons why the observation is not complete.
 * Afterwards the observation can be moved out.
 */
int workload_finalize(struct workload *workload, struct error *err);

/*
 * Notes cgroups that got no slot, and may have been below one of the observation. Of several numbers,
 * the largest counts: they include each other.
 */
int observation_note_lost_slots(struct observation *observation, uint64_t slots, struct error *err);

/*
 * Sets the node, kernel and machine to those of this computer. A node or kernel that is set
 * already is kept.
 */
int observation_set_node(struct observation *observation, struct error *err);

#endif
