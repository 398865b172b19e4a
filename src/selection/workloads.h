/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SELECTION_WORKLOADS_H
#define SELECTION_WORKLOADS_H

/* The list of what a target records, from birth to observation. */
#include <stdbool.h>
#include <stddef.h>

#include "selection/workload.h"

struct error;
struct recording;

/* So many lifetimes are kept apart; memory stays flat when there are more. */
#define WORKLOADS_APART 1000

/* All workloads of a target. */
struct workloads {
	struct workload **items; /* owned, in the order of their birth */
	size_t length;
};

/*
 * Adds what is no container: a command, a process, a cgroup. ret_workload is borrowed from the
 * list.
 */
int workloads_add_plain(struct workloads *workloads, const char *name, const char *attribution,
			struct workload **ret_workload, struct error *err);

/* Adds a container with its id, its cgroup, and the uid of its pod ("" without one). */
int workloads_add_container(struct workloads *workloads, enum match match, const char *id,
			    const char *cgroup, const char *pod_uid, struct workload **ret_workload,
			    struct error *err);

/* Looks up bundle and runtime of the live containers that are wanted and not described yet. */
int workloads_describe(struct workloads *workloads, struct error *err);

/*
 * Moves the observations of workloads that have ended (all of them with also_live) and are
 * wanted into the recording, and forgets those that are not.
 */
int workloads_collect(struct workloads *workloads, bool also_live, struct recording *recording,
		      struct error *err);

void workloads_finish(struct workloads *workloads);

#endif
