// SPDX-License-Identifier: Apache-2.0
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "record/tracked_cgroup.h"
#include "cgroup/cgroup.h"
#include "container/container.h"
#include "container/container_cgroup.h"
#include "selection/pods.h"
#include "selection/target_work.h"
#include "util/error.h"
#include "util/string_set.h"
#include "util/worker.h"

/* The cgroup of a container that the runtime lists. */
struct place {
	char *cgroup; /* NULL: the container does not run */
	char *doubt;  /* why calls there may be those of others; NULL */
};

static void place_finish(struct place *place)
{
	free(place->cgroup);
	free(place->doubt);
}
#define _cleanup_place_ _cleanup_(place_finish)

static int locate_process(const struct cgroup_mount *mount,
			  const struct cri_container_status *status, struct place *place,
			  struct error *err)
{
	_cleanup_bundle_ struct bundle bundle = {};
	struct container_key key = { .id = status->container.id, .pid = status->pid };
	int r;

	if (*status->bundle &&
	    bundle_parse(status->bundle, strlen(status->bundle), &bundle, NULL) == 0)
		key.cgroups_path = bundle.cgroups_path;
	r = container_cgroup_find(&key, &place->cgroup, err);
	if (r == 0)
		r = container_cgroup_check(mount, &key, place->cgroup, &place->doubt, err);
	if (r == -ESRCH) { /* it ended at this moment */
		free(steal_pointer(&place->cgroup));
		error_finish(err);
		return 0;
	}
	return r;
}

/*
 * Finds the cgroup of a container. -ENOTSUP if it has no cgroup of its own; another error if,
 * for example, the runtime did not answer.
 */
static int locate(const struct cgroup_mount *mount, struct cri *cri, const char *id,
		  struct place *place, struct error *err)
{
	_cleanup_cri_container_status_ struct cri_container_status status = {};
	_cleanup_container_ struct container container = {};
	int r = cri_container_status(cri, id, &status, err);

	if (r == -ENOENT) { /* it was removed at this moment */
		error_finish(err);
		return 0;
	}
	if (r < 0)
		return r;
	if (status.pid)
		return locate_process(mount, &status, place, err);
	/* A container that is being started has a cgroup before it has a process. */
	if (container_resolve(mount, NULL, id, &container, NULL) == 0)
		place->cgroup = steal_pointer(&container.cgroup);
	return 0;
}

static int describe(struct target_pods *pods, const struct cri_sandbox *sandbox,
		    const struct cri_container *container, const struct place *place,
		    struct workload *workload, struct error *err)
{
	int r = pods_describe_pod(pods, workload, sandbox, err);

	if (r == 0)
		r = pods_describe_container(pods, workload, container, err);
	if (r == 0 && place->doubt)
		r = observation_add_reason(&workload->observation, err, "%s", place->doubt);
	return r;
}

/*
 * Adds a workload for a selected container. If it turns out to run in a kernel of its own, it is
 * left out, and ret_workload is NULL.
 */
static int add_wanted(struct target_pods *pods, const struct cri_sandbox *sandbox,
		      const struct cri_container *container, const struct place *place,
		      struct workload **ret_workload, struct error *err)
{
	_cleanup_error_ struct error why = ERROR_INIT;
	int r = workloads_add_container(&pods->target.workloads, MATCH_SELECTED, container->id,
					place->cgroup, sandbox->uid, ret_workload, err);

	if (r < 0)
		return r;
	r = describe(pods, sandbox, container, place, *ret_workload, &why);
	if (r == 0)
		return 0;
	(*ret_workload)->match = MATCH_IGNORED;
	*ret_workload = NULL;
	if (r != -ENOTSUP)
		return error_copy(err, &why);
	return pods_leave_out(pods, sandbox, container, error_message(&why), err);
}

int pods_add_existing(struct target_pods *pods, const struct cri_sandbox *sandbox,
		      const struct cri_container *container, struct error *err)
{
	_cleanup_error_ struct error why = ERROR_INIT;
	_cleanup_place_ struct place place = {};
	struct workload *workload;
	int r = pods_check_room(pods, &why);

	if (r == 0)
		r = pods_check_handler(sandbox, &why);
	if (r == 0)
		r = locate(&pods->mount, pods->target.cri, container->id, &place, &why);
	if (r == -ENOTSUP || r == -ENOSPC)
		return pods_leave_out(pods, sandbox, container, error_message(&why), err);
	if (r < 0)
		return error_copy(err, &why);
	if (!place.cgroup || pods_is_outside(pods, place.cgroup))
		return 0;
	r = add_wanted(pods, sandbox, container, &place, &workload, err);
	if (r < 0 || !workload)
		return r;
	r = target_add_tree(&pods->target, workload, place.cgroup, &why);
	if (r != -ENOSPC)
		return r < 0 ? error_copy(err, &why) : 0;
	workload->match = MATCH_IGNORED;
	return pods_leave_out(pods, sandbox, container, error_message(&why), err);
}

/*
 * Attaches cgroups that have no owner and turned out to be the container's. They were recorded
 * from their birth on.
 */
static int attach_tree(struct target_pods *pods, struct workload *workload, struct error *err)
{
	size_t i, length = strlen(workload->cgroup);
	int r = 0;

	for (i = 0; i < pods->target.members.length && r == 0; i++) {
		struct member *member = &pods->target.members.items[i];
		const struct tracked_cgroup *tracked = member->tracked;

		if (member->owner || !tracked->path ||
		    strncmp(tracked->path, workload->cgroup, length) != 0 ||
		    (tracked->path[length] && tracked->path[length] != '/'))
			continue;
		r = member_give(member, workload, err);
	}
	return r;
}

static bool is_unowned(const struct target_pods *pods, const char *cgroup)
{
	size_t i;

	for (i = 0; i < pods->target.members.length; i++) {
		const struct member *member = &pods->target.members.items[i];

		if (!member->owner && member->tracked->path &&
		    strcmp(member->tracked->path, cgroup) == 0)
			return true;
	}
	return false;
}

/* The search for the cgroup of a container. */
struct search {
	struct target_pods *pods;
	struct cri *cri;
	char *id;
	bool last;
	struct place place;
	struct error err;
	int result;
};

static void search_destroy(void *data)
{
	struct search *search = data;

	free(search->id);
	place_finish(&search->place);
	error_finish(&search->err);
	free(search);
}

DEFINE_CLEANUP(struct search *, search_destroy);

static void run_search(void *data)
{
	struct search *search = data;
	_cleanup_cgroup_mount_ struct cgroup_mount mount = {};

	search->result = cgroup_mount_find(&mount, &search->err);
	if (search->result == 0)
		search->result =
			locate(&mount, search->cri, search->id, &search->place, &search->err);
}

/*
 * Adds a selected, running container whose cgroup was not recognized: the cgroup's name does
 * not identify it, or it has no cgroup of its own.
 */
static int conclude(struct search *search, struct error *err)
{
	struct target_pods *pods = search->pods;
	const struct cri_container *container = inventory_container(&pods->inventory, search->id);
	const struct cri_sandbox *sandbox =
		container ? pods_selected(pods, &pods->inventory, container) : NULL;
	const struct place *place = &search->place;
	struct workload *workload;
	int r;

	/* Meanwhile it may have been removed, or its cgroup recognized. */
	if (!sandbox || pods_workload(pods, search->id))
		return 0;
	if (search->result == -ENOTSUP || (search->result < 0 && search->last))
		return pods_leave_out(pods, sandbox, container, error_message(&search->err), err);
	if (search->result < 0 || !place->cgroup || pods_is_outside(pods, place->cgroup))
		return 0;
	if (!is_unowned(pods, place->cgroup))
		return search->last ? pods_leave_out(pods, sandbox, container,
						     "its cgroup was not seen", err) :
				      0;
	r = add_wanted(pods, sandbox, container, place, &workload, err);
	return r < 0 || !workload ? r : attach_tree(pods, workload, err);
}

static void search_done(void *data)
{
	_cleanup_(cleanup_search_destroy) struct search *search = data;
	_cleanup_error_ struct error err = ERROR_INIT;
	struct target *target = &search->pods->target;

	search->pods->searching--;
	if (conclude(search, &err) < 0)
		target_work_failed(target, &err);
	target_work_done(target);
}

static int search(struct target_pods *pods, const char *id, bool last, struct error *err)
{
	struct search *search = calloc(1, sizeof(*search));
	const struct worker_job job = { run_search, search_done, search_destroy, search };

	if (!search)
		return error_nomem(err);
	*search = (struct search){ pods, pods->target.cri, strdup(id), last };
	if (!search->id) {
		search_destroy(search);
		return error_nomem(err);
	}
	pods->searching++;
	return target_work_runtime(&pods->target, &job, err);
}

static int add_missed(struct target_pods *pods, const struct cri_sandbox *sandbox,
		      const struct cri_container *container, bool last, struct error *err)
{
	_cleanup_error_ struct error why = ERROR_INIT;

	if (pods_check_handler(sandbox, &why) == -ENOTSUP)
		return pods_leave_out(pods, sandbox, container, error_message(&why), err);
	return search(pods, container->id, last, err);
}

int pods_check_missed(struct target_pods *pods, bool last, struct error *err)
{
	size_t i;
	int r = 0;

	for (i = 0; i < pods->inventory.container_count && r == 0; i++) {
		const struct cri_container *container = &pods->inventory.containers[i];
		const struct cri_sandbox *sandbox =
			pods_selected(pods, &pods->inventory, container);

		if (sandbox && container->state == CRI_CONTAINER_RUNNING &&
		    !pods_workload(pods, container->id))
			r = add_missed(pods, sandbox, container, last, err);
	}
	return r;
}

/* The runtime's last answer is newer than what is taken: it has decided about it. */
static void forget_removed(struct target_pods *pods)
{
	size_t i, kept = 0;

	for (i = 0; i < pods->taken_count; i++) {
		if (inventory_container(&pods->inventory, pods->taken[i]))
			pods->taken[kept++] = pods->taken[i];
		else
			free(pods->taken[i]);
	}
	pods->taken_count = kept;
}

int pods_note_taken(struct target_pods *pods, const struct recording *ended, struct error *err)
{
	size_t i;
	int r = 0;

	forget_removed(pods);
	for (i = 0; i < ended->observation_count && r == 0; i++) {
		const struct observation *observation = &ended->observations[i];

		pods->taken_folded |= observation->folded > 0;
		if (inventory_container(&pods->inventory, observation->container_id))
			r = string_set_add(&pods->taken, &pods->taken_count,
					   observation->container_id, err);
	}
	return r;
}

static bool was_recorded(const struct target_pods *pods, const char *id)
{
	const struct recording *ended = &pods->target.ended;
	size_t i;

	if (string_set_has(pods->taken, pods->taken_count, id))
		return true;
	for (i = 0; i < ended->observation_count; i++)
		if (ended->observations[i].container_id &&
		    strcmp(ended->observations[i].container_id, id) == 0)
			return true;
	return pods_workload(pods, id);
}

/* True if the cgroup of a container that has ended was outside of the root. */
static bool ran_outside(const struct target_pods *pods, const struct cri_container_status *status)
{
	_cleanup_bundle_ struct bundle bundle = {};

	return *status->bundle &&
	       bundle_parse(status->bundle, strlen(status->bundle), &bundle, NULL) == 0 &&
	       bundle.cgroups_path && *bundle.cgroups_path == '/' &&
	       pods_is_outside(pods, bundle.cgroups_path);
}

int pods_check_ended(struct target_pods *pods, struct error *err)
{
	size_t i;
	int r = 0;

	for (i = 0; i < pods->inventory.container_count && r == 0; i++) {
		const struct cri_container *container = &pods->inventory.containers[i];
		const struct cri_sandbox *sandbox =
			pods_selected(pods, &pods->inventory, container);
		_cleanup_cri_container_status_ struct cri_container_status status = {};

		if (!sandbox || container->state != CRI_CONTAINER_EXITED ||
		    was_recorded(pods, container->id))
			continue;
		/* A container that could not be started made no call. */
		if (cri_container_status(pods->target.cri, container->id, &status, NULL) == 0 &&
		    status.started_at >= pods->began && !ran_outside(pods, &status))
			r = pods_leave_out(pods, sandbox, container, "its cgroup was not seen",
					   err);
	}
	return r;
}
