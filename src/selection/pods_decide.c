// SPDX-License-Identifier: Apache-2.0
#include <errno.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "cgroup/cgroup.h"
#include "cgroup/cgroup_path.h"
#include "selection/pods.h"
#include "util/clock.h"
#include "util/error.h"

/* Time for which an ended container that the runtime does not know stays pending. */
#define PATIENCE_NS 5000000000LL

/* Ignores a container that may belong to the target, and reports it with the reason why. */
static int give_up(struct target_pods *pods, struct workload *workload, const char *why,
		   struct error *err)
{
	workload->match = MATCH_IGNORED;
	return left_out_add(&pods->target.left_out, err,
			    "container %s (cgroup %s) may belong to the pods and is not in it: %s",
			    workload->observation.container_id, workload->cgroup, why);
}

/* True for the engines whose containers CRI does not know if they are in no pod. */
static bool is_of_other_engine(const struct workload *workload)
{
	struct cgroup_container container;

	if (!cgroup_path_parse(workload->cgroup, &container))
		return false;
	switch (container.engine) {
	case ENGINE_DOCKER:
	case ENGINE_PODMAN:
	case ENGINE_RUNC:
	case ENGINE_CRUN:
		return true;
	default:
		return false;
	}
}

/*
 * True if a container is in no pod and is not the runtime's. The runtime knows its containers
 * before it makes their cgroups, so one that it does not know while the cgroup exists is
 * foreign. But CRI-O does not list a container that it is still creating.
 */
static bool is_foreign(const struct target_pods *pods, const struct workload *workload)
{
	_cleanup_free_ char *directory = NULL;
	struct cgroup_container container;

	if (workload->observation.pod_uid)
		return false;
	if (is_of_other_engine(workload))
		return true;
	return !pods->failure && cgroup_path_parse(workload->cgroup, &container) &&
	       container.engine != ENGINE_CRIO &&
	       cgroup_directory(&pods->mount, workload->cgroup, &directory, NULL) == 0 &&
	       access(directory, F_OK) == 0;
}

/*
 * Decides about a container that the runtime has forgotten, by its pod, which the runtime may
 * still know.
 */
static int decide_by_pod(struct target_pods *pods, struct workload *workload, struct error *err)
{
	const struct inventory *inventory = &pods->inventory;
	const char *uid = workload->observation.pod_uid;
	const struct cri_sandbox *sandbox = uid ? inventory_sandbox_of_pod(inventory, uid) : NULL;
	int r;

	if (!sandbox || (pods_select_pod(pods, sandbox) && pods->name_count))
		return give_up(pods, workload,
			       pods->failure ? pods->failure : "the runtime has forgotten it", err);
	if (!pods_select_pod(pods, sandbox)) {
		workload->match = MATCH_IGNORED;
		return 0;
	}
	workload->match = MATCH_SELECTED;
	r = pods_describe_pod(pods, workload, sandbox, err);
	return r < 0 ? r :
		       observation_add_reason(&workload->observation, err,
					      "the runtime could not be asked for the container's "
					      "name before it forgot the container");
}

static int accept(struct target_pods *pods, struct workload *workload,
		  const struct cri_sandbox *sandbox, const struct cri_container *container,
		  struct error *err)
{
	_cleanup_error_ struct error why = ERROR_INIT;
	int r = pods_check_room(pods, &why);

	if (r == 0)
		r = pods_check_handler(sandbox, &why);
	workload->next_look = 0;
	workload->match = MATCH_SELECTED;
	if (r == 0)
		r = pods_describe_pod(pods, workload, sandbox, &why);
	if (r == 0)
		r = pods_describe_container(pods, workload, container, &why);
	if (r < 0)
		workload->match = MATCH_IGNORED;
	if (r == -ENOTSUP || r == -ENOSPC)
		return pods_leave_out(pods, sandbox, container, error_message(&why), err);
	return r < 0 ? error_copy(err, &why) : 0;
}

/* Decides about a pending workload. With last, it does not stay pending. */
static int decide(struct target_pods *pods, struct workload *workload, bool last, struct error *err)
{
	const struct inventory *inventory = &pods->inventory;
	const char *id = workload->observation.container_id;
	const struct cri_container *container = inventory_container(inventory, id);
	int64_t now = clock_ns(CLOCK_MONOTONIC);
	const struct cri_sandbox *sandbox;

	/* A pod's sandbox is ignored, because it runs under the runtime's default profile. */
	if (inventory_sandbox(inventory, id)) {
		workload->match = MATCH_IGNORED;
		return 0;
	}
	if (container && inventory_sandbox(inventory, container->sandbox_id)) {
		sandbox = pods_selected(pods, inventory, container);
		if (sandbox)
			return accept(pods, workload, sandbox, container, err);
		workload->match = MATCH_IGNORED;
		return 0;
	}
	if (is_foreign(pods, workload)) {
		workload->match = MATCH_IGNORED;
		return 0;
	}
	if (!workload->next_look)
		workload->next_look = now + PATIENCE_NS;
	if (!last && (workload->live || now < workload->next_look))
		return 0;
	return decide_by_pod(pods, workload, err);
}

int pods_decide_all(struct target_pods *pods, uint64_t last, struct error *err)
{
	struct workloads *workloads = &pods->target.workloads;
	size_t i;
	int r = 0;

	for (i = 0; i < workloads->length && r == 0; i++)
		if (workloads->items[i]->match == MATCH_PENDING &&
		    workloads->items[i]->serial <= last)
			r = decide(pods, workloads->items[i], false, err);
	return r;
}

int pods_decide_last(struct target_pods *pods, struct error *err)
{
	struct workloads *workloads = &pods->target.workloads;
	size_t i;
	int r = 0;

	for (i = 0; i < workloads->length && r == 0; i++) {
		_cleanup_error_ struct error why = ERROR_INIT;
		struct workload *workload = workloads->items[i];

		if (workload->match == MATCH_SELECTED && !workload->created)
			r = give_up(pods, workload, "it was gone before it could be recorded", err);
		if (workload->match != MATCH_PENDING)
			continue;
		/* A container that cannot be recorded is no reason to lose the others. */
		if (decide(pods, workload, true, &why) < 0)
			r = left_out_add(&pods->target.left_out, err, "%s", error_message(&why));
	}
	return r;
}
