/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SELECTION_WORKLOADS_H
#define SELECTION_WORKLOADS_H

/* The workloads that a target records, from their birth until they become observations. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "container/runtime.h"
#include "selection/workload.h"

struct error;
struct recording;

/*
 * The number of lifetimes that get an observation of their own. Further ones are folded, so
 * that memory use stays flat.
 */
#define WORKLOADS_APART 1000

/* All workloads of a target. */
struct workloads {
	struct workload **items; /* owned, in the order of their birth */
	size_t length;
	uint64_t last_serial;
	struct runtime_programs programs; /* of this machine; may be empty */
};

/*
 * Returns the workload with this serial, borrowed from the list, or NULL if it has ended. A
 * pointer is no such name: it may be that of a workload which was made since.
 */
struct workload *workloads_find(const struct workloads *workloads, uint64_t serial);

/*
 * Adds a workload that is no container: a command, a process or a cgroup. ret_workload is
 * borrowed from the list.
 */
int workloads_add_plain(struct workloads *workloads, const char *name, const char *attribution,
			struct workload **ret_workload, struct error *err);

/* Adds a container with its id, its cgroup, and the uid of its pod ("" without one). */
int workloads_add_container(struct workloads *workloads, enum match match, const char *id,
			    const char *cgroup, const char *pod_uid, struct workload **ret_workload,
			    struct error *err);

/*
 * Removes the workloads that have ended, except those that are pending or being looked up; with
 * also_live, removes all. The
 * observations of selected workloads move into the recording.
 */
int workloads_collect(struct workloads *workloads, bool also_live, struct recording *recording,
		      struct error *err);

/*
 * Returns the runtime of a workload, as it is known or as the size of the program shows that set it
 * up; NULL if neither does. Borrowed.
 */
const char *workloads_runtime(const struct workloads *workloads, const struct workload *workload);

/* Finalizes a workload, and moves its observation into the recording. */
int workloads_conclude(const struct workloads *workloads, struct workload *workload,
		       struct recording *recording, struct error *err);

void workloads_finish(struct workloads *workloads);

#endif
