// SPDX-License-Identifier: Apache-2.0
#include "selection/workloads.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "recording/recording.h"
#include "util/array.h"
#include "util/error.h"

/* Moves a workload into the list. */
static int add(struct workloads *workloads, struct workload **workload,
	       struct workload **ret_workload, struct error *err)
{
	struct workload **grown =
		array_grow(workloads->items, workloads->length, sizeof(*workloads->items));

	if (!grown)
		return error_nomem(err);
	workloads->items = grown;
	(*workload)->serial = ++workloads->last_serial;
	*ret_workload = *workload;
	workloads->items[workloads->length++] = steal_pointer(workload);
	return 0;
}

struct workload *workloads_find(const struct workloads *workloads, uint64_t serial)
{
	size_t i;

	for (i = 0; i < workloads->length; i++)
		if (workloads->items[i]->serial == serial)
			return workloads->items[i];
	return NULL;
}

int workloads_add_plain(struct workloads *workloads, const char *name, const char *attribution,
			struct workload **ret_workload, struct error *err)
{
	_cleanup_workload_ struct workload *workload = workload_create();

	if (!workload)
		return error_nomem(err);
	workload->observation.container_name = strdup(name);
	workload->observation.attribution = strdup(attribution);
	if (!workload->observation.container_name || !workload->observation.attribution)
		return error_nomem(err);
	return add(workloads, &workload, ret_workload, err);
}

int workloads_add_container(struct workloads *workloads, enum match match, const char *id,
			    const char *cgroup, const char *pod_uid, struct workload **ret_workload,
			    struct error *err)
{
	_cleanup_workload_ struct workload *workload = workload_create();
	struct observation *observation;

	if (!workload)
		return error_nomem(err);
	workload->match = match;
	workload->is_container = true;
	workload->cgroup = strdup(cgroup);
	observation = &workload->observation;
	observation->container_id = strdup(id);
	observation->pod_uid = *pod_uid ? strdup(pod_uid) : NULL;
	if (asprintf(&observation->attribution, "cgroup %s", cgroup) < 0)
		observation->attribution = NULL;
	if (!workload->cgroup || !observation->container_id || !observation->attribution ||
	    (*pod_uid && !observation->pod_uid))
		return error_nomem(err);
	return add(workloads, &workload, ret_workload, err);
}

const char *workloads_runtime(const struct workloads *workloads, const struct workload *workload)
{
	return workload->observation.runtime ?:
		       runtime_programs_name(&workloads->programs, workload->setup_size);
}

/* Names the runtime of a container that was gone before its bundle could be read. */
static int note_runtime(const struct workloads *workloads, struct workload *workload,
			struct error *err)
{
	struct observation *observation = &workload->observation;
	const char *name = workloads_runtime(workloads, workload);

	if (observation->runtime || !name)
		return 0;
	observation->runtime = strdup(name);
	return observation->runtime ? 0 : error_nomem(err);
}

/* Names the runtime, and adds the reasons why the observation is not complete. */
static int finalize(const struct workloads *workloads, struct workload *workload, struct error *err)
{
	int r = note_runtime(workloads, workload, err);

	return r < 0 ? r : workload_finalize(workload, err);
}

int workloads_conclude(const struct workloads *workloads, struct workload *workload,
		       struct recording *recording, struct error *err)
{
	int r = finalize(workloads, workload, err);

	return r < 0 ? r : recording_add(recording, &workload->observation, err);
}

static int collect(const struct workloads *workloads, struct workload *workload,
		   struct recording *recording, struct error *err)
{
	int r;

	if (recording->observation_count < WORKLOADS_APART)
		return workloads_conclude(workloads, workload, recording, err);
	r = finalize(workloads, workload, err);
	return r < 0 ? r : recording_fold(recording, &workload->observation, err);
}

int workloads_collect(struct workloads *workloads, bool also_live, struct recording *recording,
		      struct error *err)
{
	size_t i, kept = 0;
	int r = 0;

	for (i = 0; i < workloads->length; i++) {
		struct workload *workload = workloads->items[i];
		bool ended = workload->created && !workload->live;
		bool decided = workload->match != MATCH_PENDING && !workload->looking;

		if (r < 0 || !(also_live || (ended && decided))) {
			workloads->items[kept++] = workload;
			continue;
		}
		if (workload->match == MATCH_SELECTED)
			r = collect(workloads, workload, recording, err);
		workload_destroy(workload);
	}
	workloads->length = kept;
	return r;
}

void workloads_finish(struct workloads *workloads)
{
	size_t i;

	for (i = 0; i < workloads->length; i++)
		workload_destroy(workloads->items[i]);
	free(workloads->items);
	*workloads = (struct workloads){};
}
