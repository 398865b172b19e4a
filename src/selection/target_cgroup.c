// SPDX-License-Identifier: Apache-2.0
/*
 * record --cgroup: everything in a cgroup and below it. Each container below it becomes an
 * observation of its own.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "record/tracked_cgroup.h"
#include "cgroup/cgroup.h"
#include "cgroup/cgroup_path.h"
#include "selection/target_kind.h"
#include "util/error.h"
#include "util/str.h"

struct target_cgroup {
	struct target target;
	char *path;
	bool exists;
	uint64_t root; /* serial of its own workload; 0 before it appeared */
	bool seen;
	bool begun; /* the root has its cgroup: a later one at that path is another */
};

static struct target_cgroup *cgroup_of(struct target *target)
{
	return (struct target_cgroup *)target;
}

/* The name of the whole machine as a workload. Its cgroup has no name. */
#define MACHINE "machine"

static int add_root(struct target_cgroup *cgroup, struct error *err)
{
	struct workloads *workloads = &cgroup->target.workloads;
	const char *name = strrchr(cgroup->path, '/') + 1;
	struct cgroup_container container;
	struct workload *root;
	int r;

	cgroup->seen = true;
	if (cgroup_path_parse(cgroup->path, &container)) {
		r = workloads_add_container(workloads, MATCH_SELECTED, container.id, cgroup->path,
					    container.pod_uid, &root, err);
	} else {
		r = workloads_add_plain(workloads, *name ? name : MACHINE, "cgroup", &root, err);
		if (r == 0)
			root->cgroup = strdup(cgroup->path);
		if (r == 0 && !root->cgroup)
			r = error_nomem(err);
	}
	if (r == 0)
		cgroup->root = root->serial;
	return r;
}

static bool cgroup_exists(const char *path)
{
	_cleanup_cgroup_mount_ struct cgroup_mount mount = {};
	_cleanup_free_ char *same = NULL;

	return cgroup_mount_find(&mount, NULL) == 0 &&
	       cgroup_path_of_argument(&mount, path, &same, NULL) == 0;
}

static int prepare(struct target *target, struct error *err)
{
	struct target_cgroup *cgroup = cgroup_of(target);
	int r;

	/* An awaited cgroup may have been made before the BPF program could see it. */
	if (!cgroup->exists && !cgroup_exists(cgroup->path))
		return 0;
	r = add_root(cgroup, err);
	return r < 0 ? r : target_add_tree(target, NULL, cgroup->path, err);
}

static int classify(struct target *target, struct tracked_cgroup *tracked, struct workload *parent,
		    struct workload **ret_workload, struct error *err)
{
	struct target_cgroup *cgroup = cgroup_of(target);
	struct cgroup_container container;
	int r;

	/* This may be the cgroup of a new container, which gets its filter later. */
	if (!tracked->pre_existing)
		recorder_watch_denied(target->recorder);
	if (!cgroup->begun && tracked->path && strcmp(tracked->path, cgroup->path) == 0) {
		r = cgroup->seen ? 0 : add_root(cgroup, err);
		cgroup->begun = r == 0;
		*ret_workload = workloads_find(&target->workloads, cgroup->root);
		return r;
	}
	*ret_workload = parent;
	/*
	 * Only a container of the node is a workload, not one that runs inside another
	 * container.
	 */
	if (!parent || parent->is_container)
		return 0;
	if (!tracked->path || tracked->path_cut)
		return observation_add_reason(
			&parent->observation, err,
			"a cgroup below it was gone before its path could be read (%s…), so that a "
			"container's calls may be among these",
			tracked->path ? tracked->path : "");
	if (!cgroup_path_parse(tracked->path, &container) ||
	    container.length != strlen(tracked->path))
		return 0;
	return workloads_add_container(&target->workloads, MATCH_SELECTED, container.id,
				       tracked->path, container.pod_uid, ret_workload, err);
}

/* True if the cgroup was removed. */
static bool finished(const struct target *target)
{
	const struct target_cgroup *cgroup = (const struct target_cgroup *)target;
	const struct workload *root = workloads_find(&target->workloads, cgroup->root);

	return root ? !root->live : cgroup->seen;
}

static void destroy(struct target *target)
{
	free(cgroup_of(target)->path);
}

static const struct target_kind kind = {
	.recorder = { .slots = 4095 },
	.prepare = prepare,
	.classify = classify,
	.finished = finished,
	.destroy = destroy,
};

/* Prepares to wait for a cgroup, which must be given by its path in the hierarchy. */
static int await(struct target_cgroup *cgroup, const struct target_request *request,
		 struct error *err)
{
	if (request->cgroup[0] != '/' || request->cgroup[1] == '\0')
		return error_set(err, EINVAL, "'%s' is not the path of a cgroup, such as /a/b",
				 request->cgroup);
	error_finish(err);
	cgroup->path = strdup(request->cgroup);
	cgroup->target.recorder_options.mark_new = true;
	return cgroup->path ? 0 : error_nomem(err);
}

int target_create_cgroup(const struct target_request *request, struct target **ret_target,
			 struct error *err)
{
	struct target_cgroup *cgroup = calloc(1, sizeof(*cgroup));
	_cleanup_target_ struct target *target = (struct target *)cgroup;
	_cleanup_cgroup_mount_ struct cgroup_mount mount = {};
	int r;

	if (!cgroup)
		return error_nomem(err);
	r = target_init(target, &kind, err, "cgroup %s", request->cgroup);
	if (r < 0)
		return r;
	r = cgroup_mount_find(&mount, err);
	if (r < 0)
		return r;
	r = cgroup_path_of_argument(&mount, request->cgroup, &cgroup->path, err);
	cgroup->exists = r == 0;
	if (r == -ENOENT && request->wait)
		r = await(cgroup, request, err);
	if (r < 0)
		return r;
	*ret_target = steal_pointer(&target);
	return 0;
}
