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

#include "recording/observation.h"
#include "util/cleanup.h"

struct container;
struct error;
struct tracked_cgroup;

enum match {
	MATCH_PENDING,	/* nobody knows yet whose it is */
	MATCH_SELECTED, /* the target selects it */
	MATCH_IGNORED,	/* it does not */
};

struct workload {
	struct observation observation;
	enum match match;
	bool is_container;	       /* a runtime sets it up from outside */
	bool described;		       /* its bundle and runtime were looked up with success */
	char *cgroup;		       /* path of its own cgroup; NULL for a process */
	enum tristate mount_namespace; /* whether its bundle gives it one of its own */
	bool entered;		       /* its start was seen: set-up ended in one of its cgroups */
	bool pre_existing;	       /* its cgroup was there before the recording began */
	bool present;		       /* a task of it was: it ran */
	bool waited;		       /* it was created then, and not started: nothing ran */
	unsigned int live;	       /* its cgroups that exist */
	int64_t created;
	int64_t next_look; /* CLOCK_MONOTONIC: when its bundle is looked for again */
	uint64_t *cgroups; /* ids of all its cgroups, also those that are gone */
	size_t cgroup_count;
	struct call_set pending;  /* made in set-up, under no filter of the container's */
	struct call_set answered; /* answered by a filter, or by a supervisor: see answered.h */
};

/* An empty workload that is wanted; NULL when memory ran out. The caller owns it. */
struct workload *workload_create(void);
void workload_destroy(struct workload *workload);
DEFINE_CLEANUP(struct workload *, workload_destroy);
#define _cleanup_workload_ _cleanup_(cleanup_workload_destroy)

/* A cgroup of the workload was made or found: the workload becomes its owner. */
int workload_attach(struct workload *workload, struct tracked_cgroup *tracked, struct error *err);

/* Takes a cgroup from its owner, before it is attached to another. */
void workload_detach(struct tracked_cgroup *tracked);

/*
 * Whether a process of the workload itself moved others into the cgroup: a runtime, a service
 * manager or a build tool inside the container. What it does is the container's work.
 */
bool workload_moved_from_inside(const struct workload *workload,
				const struct tracked_cgroup *tracked);

/* Adds what a removed cgroup did. It stays the caller's. */
int workload_merge(struct workload *workload, const struct tracked_cgroup *tracked,
		   struct error *err);

/* Copies what is known about the container: runtime, bundle, seccomp mode, capabilities. */
int workload_describe(struct workload *workload, const struct container *container,
		      struct error *err);

/*
 * Decides about the calls of the set-up and names the reasons why the observation is not
 * complete. Afterwards the observation can be moved out.
 */
int workload_finalize(struct workload *workload, struct error *err);

/* Node, kernel and machine of this computer; set once in each observation. */
int observation_set_node(struct observation *observation, struct error *err);

#endif
