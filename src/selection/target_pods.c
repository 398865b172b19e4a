// SPDX-License-Identifier: Apache-2.0
/*
 * record --pod: the pods of this node whose labels match. Every new cgroup of the node is
 * recorded from its birth, and the runtime is asked afterwards which container it is.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "record/tracked_cgroup.h"
#include "cgroup/cgroup.h"
#include "cgroup/cgroup_path.h"
#include "container/container.h"
#include "container/cri.h"
#include "selection/pods.h"
#include "selection/selector.h"
#include "util/clock.h"
#include "util/error.h"
#include "util/string_set.h"

/* Longer than the searches for containers whose cgroup was not recognized are apart. */
#define OWNER_WAIT_NS 15000000000LL

static struct target_pods *pods_of(struct target *target)
{
	return (struct target_pods *)target;
}

static int no_match(const struct target_pods *pods, size_t sandbox_count, struct error *err)
{
	const char *reason = left_out_reason(&pods->target.left_out);

	if (reason)
		return error_set(err, ENOTSUP, "nothing of %s can be recorded: %s",
				 pods->target.description, reason);
	return error_set(err, ENOENT,
			 "no running container on this node matches %s (%zu pods were looked at); "
			 "--wait waits for one, -A looks in all namespaces",
			 pods->target.description, sandbox_count);
}

static int prepare(struct target *target, struct error *err)
{
	struct target_pods *pods = pods_of(target);
	struct inventory *inventory = &pods->inventory;
	size_t i;
	int r;

	pods->began = clock_ns(CLOCK_REALTIME);
	r = inventory_take(target->cri, inventory, err);
	for (i = 0; i < inventory->container_count && r == 0; i++) {
		const struct cri_container *container = &inventory->containers[i];
		const struct cri_sandbox *sandbox = pods_selected(pods, inventory, container);

		if (!sandbox)
			continue;
		if (container->state != CRI_CONTAINER_EXITED)
			r = pods_add_existing(pods, sandbox, container, err);
	}
	if (r == 0 && target->workloads.length == 0 && !pods->wait)
		return no_match(pods, inventory->sandbox_count, err);
	return r;
}

/*
 * Reports a cgroup that was gone before its path could be read, unless the part that was read
 * shows that it was no container's.
 */
static int leave_out_nameless(struct target_pods *pods, const struct tracked_cgroup *tracked,
			      struct error *err)
{
	struct cgroup_container container;

	if (tracked->path && cgroup_path_parse(tracked->path, &container) &&
	    container.length < strlen(tracked->path))
		return 0; /* inside a container */
	if (tracked->path && cgroup_made_by(&pods->mount, tracked->path) == CGROUP_OF_USER)
		return 0;
	return left_out_add(&pods->target.left_out, err,
			    "the cgroup %llu was gone before its path could be read (%.40s…): a "
			    "container of the pods may have been in it",
			    (unsigned long long)tracked->cgroup_id,
			    tracked->path ? tracked->path : "");
}

static int classify(struct target *target, struct tracked_cgroup *tracked, struct workload *parent,
		    struct workload **ret_workload, struct error *err)
{
	struct target_pods *pods = pods_of(target);
	struct cgroup_container container;
	struct workload *known;

	*ret_workload = parent;
	if (parent)
		return 0;
	if (!tracked->path || tracked->path_cut)
		return leave_out_nameless(pods, tracked, err);
	if (pods_is_outside(pods, tracked->path))
		return 0;
	if (!cgroup_path_parse(tracked->path, &container) ||
	    container.length != strlen(tracked->path))
		return 0;
	switch (cgroup_made_by(&pods->mount, tracked->path)) {
	case CGROUP_OF_USER: /* the user chose this name; the runtime knows what runs there */
		return 0;
	case CGROUP_OF_UNKNOWN:
		return left_out_add(&target->left_out, err,
				    "the cgroup %s was gone before it could be seen who made it: a "
				    "container of the pods may have been in it",
				    tracked->path);
	default:
		break;
	}
	known = pods_workload(pods, container.id);
	if (known && !known->created) { /* it was found before the event of its birth arrived */
		*ret_workload = known;
		return 0;
	}
	pods->next_ask = 0;
	return workloads_add_container(&target->workloads, MATCH_PENDING, container.id,
				       tracked->path, container.pod_uid, ret_workload, err);
}

static bool has_open(const struct target *target)
{
	size_t i;

	for (i = 0; i < target->workloads.length; i++)
		if (target->workloads.items[i]->match == MATCH_PENDING)
			return true;
	return false;
}

static int tick(struct target *target, struct error *err)
{
	struct target_pods *pods = pods_of(target);
	int64_t now = clock_ns(CLOCK_MONOTONIC);
	bool check = now >= pods->next_check;
	int r = 0;

	if (now >= pods->next_ask && (check || has_open(target)))
		r = pods_ask(pods, check, err);
	return r < 0 ? r : pods_listen(pods, err);
}

/* The runtime may have given its containers another kernel, whatever the handler is called. */
static int described(struct target *target, struct workload *workload,
		     const struct container *container, struct error *err)
{
	const struct observation *observation = &workload->observation;
	const char *pod_namespace = observation->pod_namespace ?: "";
	const char *pod_name = observation->pod_name ?: "";
	_cleanup_error_ struct error why = ERROR_INIT;

	if (!container->runtime ||
	    pods_check_visible(pod_namespace, pod_name, container->runtime, &why) == 0)
		return 0;
	workload->match = MATCH_IGNORED;
	return left_out_add(&target->left_out, err,
			    "container %s (%s) of pod %s/%s is not in it: %s",
			    observation->container_id, observation->container_name ?: "",
			    pod_namespace, pod_name, error_message(&why));
}

static int taken(struct target *target, const struct recording *ended, struct error *err)
{
	return pods_note_taken(pods_of(target), ended, err);
}

static int finalize(struct target *target, struct error *err)
{
	struct target_pods *pods = pods_of(target);
	bool answered = pods_ask_at_once(pods);
	int r = pods_decide_last(pods, err);

	if (r == 0 && answered)
		r = pods_check_missed(pods, true, err);
	/* With more lifetimes than that, the recording does not have the id of each. */
	if (r == 0 && answered && !pods->taken_folded &&
	    target->ended.observation_count < WORKLOADS_APART)
		r = pods_check_ended(pods, err);
	return r;
}

static void destroy(struct target *target)
{
	struct target_pods *pods = pods_of(target);

	selector_destroy(pods->selector);
	inventory_finish(&pods->inventory);
	cgroup_mount_finish(&pods->mount);
	string_set_free(pods->taken, pods->taken_count);
	free(pods->failure);
	free(pods->root);
	if (!target->cri_abandoned)
		free(pods->ear);
}

static const struct target_kind kind = {
	.owner_wait = OWNER_WAIT_NS,
	.recorder = { .mark_new = true, .watch_denied = true, .slots = 4095 },
	.prepare = prepare,
	.tick = tick,
	.classify = classify,
	.described = described,
	.taken = taken,
	.finalize = finalize,
	.destroy = destroy,
};

static int set_root(struct target_pods *pods, const char *root, struct error *err)
{
	_cleanup_free_ char *directory = NULL;
	int r;

	if (!root)
		return 0;
	r = cgroup_path_of_argument(&pods->mount, root, &pods->root, err);
	if (r == 0)
		r = cgroup_directory(&pods->mount, pods->root, &directory, err);
	return r < 0 ? r :
		       cgroup_id_of_directory(directory, &pods->target.recorder_options.root_id,
					      err);
}

int target_create_pods(const struct target_request *request, struct target **ret_target,
		       struct error *err)
{
	struct target_pods *pods = calloc(1, sizeof(*pods));
	_cleanup_target_ struct target *target = (struct target *)pods;
	int r;

	if (!pods)
		return error_nomem(err);
	pods->selector_text = request->pods;
	pods->pod_namespace = request->pod_namespace;
	pods->names = request->container_names;
	pods->name_count = request->container_name_count;
	pods->wait = request->wait;
	pods->max = request->containers_max;
	r = target_init(target, &kind, err, "pods %s in %s%s", request->pods,
			request->pod_namespace ? "namespace " : "all namespaces",
			request->pod_namespace ? request->pod_namespace : "");
	if (r < 0)
		return r;
	r = selector_parse(request->pods, &pods->selector, err);
	if (r < 0)
		return r;
	r = cgroup_mount_find(&pods->mount, err);
	if (r < 0)
		return r;
	r = set_root(pods, request->cgroup_root, err);
	if (r < 0)
		return r;
	r = cri_connect(request->runtime_endpoint, &target->cri, err);
	if (r < 0)
		return r;
	*ret_target = steal_pointer(&target);
	return 0;
}
