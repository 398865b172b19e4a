// SPDX-License-Identifier: Apache-2.0
#include "selection/workloads.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "container/container.h"
#include "recording/recording.h"
#include "util/array.h"
#include "util/clock.h"
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

static int collect(struct workload *workload, struct recording *recording, struct error *err)
{
	int r = workload_finalize(workload, err);

	if (r < 0)
		return r;
	if (recording->observation_count < WORKLOADS_APART)
		return recording_add(recording, &workload->observation, err);
	return recording_fold(recording, &workload->observation, err);
}

int workloads_collect(struct workloads *workloads, bool also_live, struct recording *recording,
		      struct error *err)
{
	size_t i, kept = 0;
	int r = 0;

	for (i = 0; i < workloads->length; i++) {
		struct workload *workload = workloads->items[i];
		bool ended = workload->created && !workload->live;

		if (r < 0 || !(also_live || (ended && workload->match != MATCH_PENDING))) {
			workloads->items[kept++] = workload;
			continue;
		}
		if (workload->match == MATCH_SELECTED)
			r = collect(workload, recording, err);
		workload_destroy(workload);
	}
	workloads->length = kept;
	return r;
}

/* Interval between attempts to read a bundle. A short-lived container gets one attempt. */
#define LOOK_INTERVAL_NS 20000000LL

static int describe(struct workload *workload, int64_t now, struct error *err)
{
	_cleanup_container_ struct container container = {};
	int r = container_describe(NULL, workload->observation.container_id, workload->cgroup,
				   &container, err);

	workload->next_look = now + LOOK_INTERVAL_NS;
	return r < 0 ? r : workload_describe(workload, &container, err);
}

int workloads_describe(struct workloads *workloads, struct error *err)
{
	int64_t now = clock_ns(CLOCK_MONOTONIC);
	size_t i;
	int r;

	for (i = 0; i < workloads->length; i++) {
		struct workload *workload = workloads->items[i];

		if (!workload->is_container || workload->described || !workload->live ||
		    workload->match != MATCH_SELECTED || now < workload->next_look)
			continue;
		r = describe(workload, now, err);
		if (r < 0)
			return r;
	}
	return 0;
}

void workloads_finish(struct workloads *workloads)
{
	size_t i;

	for (i = 0; i < workloads->length; i++)
		workload_destroy(workloads->items[i]);
	free(workloads->items);
	*workloads = (struct workloads){};
}
