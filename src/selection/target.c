// SPDX-License-Identifier: Apache-2.0
#include "selection/target.h"

#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "record/tracked_cgroup.h"
#include "cgroup/cgroup.h"
#include "cgroup/cgroup_path.h"
#include "cgroup/cgroup_tree.h"
#include "container/container_start.h"
#include "container/runtime.h"
#include "container/cri.h"
#include "recording/applied_profile.h"
#include "selection/target_kind.h"
#include "selection/target_work.h"
#include "util/array.h"
#include "util/clock.h"
#include "util/error.h"

static int create_kind(const struct target_request *request, struct target **ret_target,
		       struct error *err)
{
	if (request->command)
		return target_create_command(request, ret_target, err);
	if (request->pid)
		return target_create_process(request, ret_target, err);
	if (request->cgroup)
		return target_create_cgroup(request, ret_target, err);
	if (request->container_id)
		return target_create_container(request, ret_target, err);
	return target_create_pods(request, ret_target, err);
}

int target_create(const struct target_request *request, struct target **ret_target,
		  struct error *err)
{
	int r = create_kind(request, ret_target, err);

	if (r == 0 && request->watch_denied)
		(*ret_target)->recorder_options.watch_denied = true;
	return r;
}

int target_init(struct target *target, const struct target_kind *kind, struct error *err,
		const char *format, ...)
{
	va_list args;
	int written;

	target->kind = kind;
	target->recorder_options = kind->recorder;
	target->fd = -1;
	va_start(args, format);
	written = vasprintf(&target->description, format, args);
	va_end(args);
	if (written < 0) {
		target->description = NULL;
		return error_nomem(err);
	}
	return 0;
}

void target_recorder_options(const struct target *target, struct recorder_options *ret_options)
{
	*ret_options = target->recorder_options;
}

/* Shows a cgroup of others to the target, unless the target has just added it. */
static int learn(void *data, struct tracked_cgroup *tracked, struct error *err)
{
	struct target *target = data;

	return members_find(&target->members, tracked->cgroup_id) ?
		       0 :
		       target_cgroup_created(target, tracked, err);
}

int target_prepare(struct target *target, struct recorder *recorder, struct error *err)
{
	int r;

	target->recorder = recorder;
	runtime_programs_find(&target->workloads.programs);
	r = target->kind->prepare(target, err);
	return r < 0 ? r : recorder_visit(recorder, learn, target, err);
}

/*
 * Notes which containers were created but not started. Nothing of them was missed, even if they
 * run by now, because this comes after the BPF programs were attached.
 */
static void look_who_waits(struct target *target)
{
	size_t i;

	for (i = 0; i < target->workloads.length; i++) {
		struct workload *workload = target->workloads.items[i];

		workload->waited = workload->is_container && workload->pre_existing &&
				   container_waits_for_start(workload->observation.container_id);
	}
}

int target_begin(struct target *target, const struct target_owner *owner, struct error *err)
{
	look_who_waits(target);
	target->owner = *owner;
	return target->kind->begin ? target->kind->begin(target, err) : 0;
}

int target_tick(struct target *target, struct error *err)
{
	int r = 0;

	if (target->failure.code)
		return error_set(err, target->failure.code, "%s", error_message(&target->failure));
	if (target->kind->tick)
		r = target->kind->tick(target, err);
	if (r == 0)
		r = target_describe_all(target, err);
	return r < 0 ? r : workloads_collect(&target->workloads, false, &target->ended, err);
}

int target_fd(const struct target *target)
{
	return target->fd;
}

bool target_finished(const struct target *target)
{
	return target->kind->finished && target->kind->finished(target);
}

bool target_ends_by_signal(const struct target *target)
{
	return target->kind->signal;
}

void target_signal(struct target *target, int signal)
{
	if (target->kind->signal)
		target->kind->signal(target, signal);
}

void target_terminate(struct target *target)
{
	target_signal(target, SIGTERM);
}

int target_exit_status(const struct target *target)
{
	return target->exit_status;
}

/*
 * Looks up a path that was cut, or that the BPF program could not read, while its cgroup
 * exists.
 */
static void complete_path(struct tracked_cgroup *tracked)
{
	_cleanup_cgroup_mount_ struct cgroup_mount mount = {};
	char *path;

	if ((tracked->path && !tracked->path_cut) || !tracked->cgroup_id ||
	    cgroup_mount_find(&mount, NULL) < 0 ||
	    cgroup_path_of_id(&mount, tracked->cgroup_id, &path, NULL) < 0)
		return;
	free(tracked->path);
	tracked->path = path;
	tracked->path_cut = false;
}

int target_cgroup_created(struct target *target, struct tracked_cgroup *tracked, struct error *err)
{
	const struct member *above = members_find(&target->members, tracked->parent_id);
	struct workload *parent = above ? above->owner : NULL, *workload = target->attaching;
	struct member *member;
	int r = members_add(&target->members, tracked, &member, err);

	if (r < 0)
		return r;
	complete_path(tracked);
	if (!workload && target->kind->classify)
		r = target->kind->classify(target, tracked, parent, &workload, err);
	else if (!workload)
		workload = parent;
	return r < 0 || !workload ? r : member_give(member, workload, err);
}

struct visitor {
	int (*visit)(void *data, const struct observation *whose, bool denied,
		     const struct call *call, struct error *err);
	void *data;
};

static int visit_set(const struct visitor *visitor, const struct observation *whose, bool denied,
		     const struct call_set *set, struct error *err)
{
	size_t i;
	int r;

	for (i = 0; i < set->length; i++) {
		r = visitor->visit(visitor->data, whose, denied, &set->items[i], err);
		if (r < 0)
			return r;
	}
	return 0;
}

static int visit_both(const struct visitor *visitor, const struct observation *whose,
		      const struct call_set *calls, const struct call_set *denied,
		      struct error *err)
{
	int r = visit_set(visitor, whose, false, calls, err);

	return r < 0 ? r : visit_set(visitor, whose, true, denied, err);
}

int target_visit_calls(const struct target *target,
		       int (*visit)(void *data, const struct observation *whose, bool denied,
				    const struct call *call, struct error *err),
		       void *data, struct error *err)
{
	const struct visitor visitor = { .visit = visit, .data = data };
	size_t i;
	int r = 0;

	for (i = 0; i < target->ended.observation_count && r == 0; i++) {
		const struct observation *ended = &target->ended.observations[i];

		r = visit_both(&visitor, ended, &ended->calls, &ended->denied, err);
	}
	for (i = 0; i < target->workloads.length && r == 0; i++) {
		const struct workload *workload = target->workloads.items[i];

		if (workload->match == MATCH_SELECTED)
			r = visit_both(&visitor, &workload->observation,
				       &workload->observation.calls, &workload->observation.denied,
				       err);
	}
	for (i = 0; i < target->members.length && r == 0; i++) {
		const struct tracked_cgroup *tracked = target->members.items[i].tracked;
		const struct workload *workload = target->members.items[i].owner;

		if (workload && workload->match == MATCH_SELECTED)
			r = visit_both(&visitor, &workload->observation,
				       &tracked->calls[RECORDER_OBSERVED],
				       &tracked->calls[RECORDER_DENIED], err);
	}
	return r;
}

static size_t count_wanted(const struct target *target, bool live_only)
{
	size_t i, count = 0;

	for (i = 0; i < target->workloads.length; i++)
		if (target->workloads.items[i]->match == MATCH_SELECTED &&
		    (!live_only || target->workloads.items[i]->live))
			count++;
	return count;
}

size_t target_live_count(const struct target *target)
{
	return count_wanted(target, true);
}

size_t target_count(const struct target *target)
{
	return count_wanted(target, false) + target->ended.observation_count + target->taken;
}

const char *target_description(const struct target *target)
{
	return target->description;
}

bool target_is_empty_frame(const struct observation *observation)
{
	return !observation->container_id && !observation->calls.length &&
	       !observation->denied.length && observation_complete(observation);
}

void target_stop(struct target *target)
{
	target_work_finish(target);
}

/*
 * A container that lived shortly may have gone before its files were read. The program of its
 * runtime is still there.
 */
static void complete_version(struct observation *observation)
{
	if (observation->runtime && !observation->runtime_version)
		runtime_version(observation->runtime, NULL, &observation->runtime_version, NULL);
}

int target_collect(struct target *target, struct recording *recording, struct error *err)
{
	size_t i;
	int r = 0;

	target_work_finish(target);
	if (target->failure.code)
		r = left_out_add(&target->left_out, err, "%s", error_message(&target->failure));
	error_finish(&target->failure);
	if (r == 0 && target->kind->finalize)
		r = target->kind->finalize(target, err);
	if (r == 0)
		r = workloads_collect(&target->workloads, true, &target->ended, err);
	for (i = 0; i < target->ended.observation_count && r == 0; i++) {
		struct observation *observation = &target->ended.observations[i];

		if (target->ended.observation_count == 1 || !target_is_empty_frame(observation))
			r = recording_add(recording, observation, err);
	}
	for (i = 0; i < recording->observation_count && r == 0; i++)
		r = left_out_apply(&target->left_out, &recording->observations[i], err);
	for (i = 0; i < recording->observation_count && r == 0; i++)
		complete_version(&recording->observations[i]);
	return r;
}

int target_explain_nothing(const struct target *target, struct error *err)
{
	const char *reason = left_out_reason(&target->left_out);

	if (reason)
		return error_set(err, ENOENT, "nothing was recorded: %s", reason);
	return error_set(err, ENOENT, "nothing was recorded: %s never ran", target->description);
}

void target_destroy(struct target *target)
{
	if (!target)
		return;
	target_work_finish(target);
	cri_destroy(target->cri);
	error_finish(&target->failure);
	if (target->kind && target->kind->destroy)
		target->kind->destroy(target);
	workloads_finish(&target->workloads);
	recording_finish(&target->ended);
	unstored_finish(&target->unstored);
	left_out_finish(&target->left_out);
	applied_profile_unref(target->applied);
	members_finish(&target->members);
	free(target->description);
	if (target->fd >= 0)
		close(target->fd);
	free(target);
}

/* The tree that is being added. */
struct tree {
	struct target *target;
	struct cgroup_container container; /* the one that the walk reached last */
	uint64_t container_cgroup;	   /* id of its cgroup; 0: none */
};

/*
 * Returns the id of the container's cgroup that a cgroup is or is below; 0: none. The container
 * is the workload that is being attached, or the one that the path names.
 */
static uint64_t container_of_cgroup(struct tree *tree, const char *path, uint64_t id)
{
	const struct workload *owner = tree->target->attaching;
	struct cgroup_container found;

	if (owner && owner->is_container) {
		if (!tree->container_cgroup)
			tree->container_cgroup = id; /* the top one comes first */
		return tree->container_cgroup;
	}
	if (!cgroup_path_parse(path, &found))
		return 0;
	if (found.length == strlen(path)) {
		tree->container = found;
		tree->container_cgroup = id;
	}
	return strcmp(found.id, tree->container.id) == 0 ? tree->container_cgroup : 0;
}

static int add_one(void *data, const char *path, uint64_t id, uint64_t parent_id, struct error *err)
{
	struct tree *tree = data;
	uint64_t container = container_of_cgroup(tree, path, id);
	const struct found_cgroup found = {
		.id = id,
		.parent_id = parent_id,
		.domain = container ?: id,
		.is_container = container != 0,
		.path = path,
	};
	struct tracked_cgroup *tracked;
	int r;

	r = recorder_add_cgroup(tree->target->recorder, &found, &tracked, err);
	/* Others may have added it before. */
	return r < 0 ? r : learn(tree->target, tracked, err);
}

int target_add_tree(struct target *target, struct workload *workload, const char *cgroup,
		    struct error *err)
{
	struct tree tree = { .target = target };
	const struct runtime_programs *programs = &target->workloads.programs;
	uint64_t sizes[RUNTIME_PROGRAMS_MAX];
	size_t i;
	int r;

	for (i = 0; i < programs->length; i++)
		sizes[i] = programs->items[i].size;
	recorder_set_runtimes(target->recorder, sizes, programs->length);
	target->attaching = workload;
	r = cgroup_tree_walk(cgroup, add_one, &tree, err);
	target->attaching = NULL;
	return r;
}
