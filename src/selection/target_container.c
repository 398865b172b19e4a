// SPDX-License-Identifier: Apache-2.0
/*
 * record --container-id: one container of containerd, CRI-O, Docker or Podman, or of runc and
 * crun called by hand.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "record/tracked_cgroup.h"
#include "container/container.h"
#include "container/container_cgroup.h"
#include "container/cri.h"
#include "selection/target_kind.h"
#include "util/clock.h"
#include "util/error.h"
#include "util/str.h"

/*
 * Interval between searches for an awaited container that may never appear in the cgroup tree.
 */
#define LOOK_INTERVAL_NS 500000000LL

/*
 * How well a new cgroup's path identifies the awaited container, in ascending order. An id is
 * one in a form that engines make (cgroup_path.h).
 */
enum cgroup_match {
	CGROUP_MATCH_NONE,
	CGROUP_MATCH_PREFIX, /* an id that begins with the text */
	CGROUP_MATCH_NAME,   /* the cgroup's own name is the text, maybe by chance */
	CGROUP_MATCH_ID,     /* an id that is the text, or has that name on record */
	CGROUP_MATCH_FOUND,  /* the container's process is in it */
};

struct target_container {
	struct target target;
	const char *typed; /* borrowed: a name, an id or an id prefix, maybe with the engine */
	const char *text;  /* the same without the engine */
	struct cgroup_mount mount;
	struct container container; /* set if the container exists */
	uint64_t workload;	    /* serial of its workload; 0 before it appeared */
	char id[CONTAINER_ID_SIZE]; /* set once the container was seen */
	char *doubt;		    /* why calls in its cgroup may be those of others; NULL */
	bool seen;
	enum cgroup_match match; /* how its cgroup was found; CGROUP_MATCH_NONE while it has none */
	int64_t next_look;
};

static struct target_container *container_of_target(struct target *target)
{
	return (struct target_container *)target;
}

static int add_workload(struct target_container *wanted, const char *id, const char *cgroup,
			struct error *err)
{
	struct workload *workload;
	int r = workloads_add_container(&wanted->target.workloads, MATCH_SELECTED, id, cgroup, "",
					&workload, err);

	if (r < 0)
		return r;
	wanted->seen = true;
	wanted->workload = workload->serial;
	snprintf(wanted->id, sizeof(wanted->id), "%s", id);
	return 0;
}

/* Returns the container's workload; NULL before it appeared, and after it has ended. */
static struct workload *workload_of(const struct target_container *wanted)
{
	return workloads_find(&wanted->target.workloads, wanted->workload);
}

/* Checks that the container runs, in a cgroup in which it can be recorded. */
static int check(struct target_container *wanted, struct error *err)
{
	const struct container *container = &wanted->container;
	const struct container_key key = {
		.id = container->id,
		.pid = container->pid,
		.cgroups_path = container->bundle.cgroups_path,
	};

	if (!container->cgroup)
		return error_set(err, ESRCH,
				 "container %s is not running; start it with --wait "
				 "in force, or record it while it runs",
				 container->id);
	free(steal_pointer(&wanted->doubt));
	return container_cgroup_check(&wanted->mount, &key, container->cgroup, &wanted->doubt, err);
}

/* Looks again for an awaited container. Returns 1 if it exists now, 0 if not. */
static int appeared(struct target_container *wanted, struct error *err)
{
	int r;

	if (container_resolve(&wanted->mount, NULL, wanted->typed, &wanted->container, NULL) < 0)
		return 0;
	r = check(wanted, err);
	return r < 0 ? r : 1;
}

static int prepare(struct target *target, struct error *err)
{
	struct target_container *wanted = container_of_target(target);
	struct container *container = &wanted->container;
	struct workload *workload;
	int r = container->id ? 1 : appeared(wanted, err);

	/* An awaited container may have been made before the BPF program could see it. */
	if (r <= 0)
		return r;
	r = add_workload(wanted, container->id, container->cgroup, err);
	if (r < 0)
		return r;
	workload = workload_of(wanted);
	r = workload_describe(workload, container, err);
	if (r == 0 && wanted->doubt)
		r = observation_add_reason(&workload->observation, err, "%s", wanted->doubt);
	if (r == 0)
		r = target_add_tree(target, workload, container->cgroup, err);
	/*
	 * If the workload has no cgroup yet, the BPF program saw the cgroup's birth and will
	 * report it.
	 */
	if (workload->live)
		wanted->match = CGROUP_MATCH_FOUND;
	return r;
}

static enum cgroup_match match_path(const struct target_container *wanted, const char *path,
				    struct cgroup_container *ret_container)
{
	const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;

	if (wanted->container.cgroup && strcmp(path, wanted->container.cgroup) == 0)
		return CGROUP_MATCH_FOUND;
	if (cgroup_path_parse(path, ret_container)) {
		if (ret_container->length != strlen(path) ||
		    !container_is_meant(wanted->typed, ret_container->id, path))
			return CGROUP_MATCH_NONE; /* below a container, or another container */
		/* A name in the engine's record is as good as the whole id. */
		return str_has_prefix(ret_container->id, wanted->text) &&
				       strcmp(ret_container->id, wanted->text) != 0 ?
			       CGROUP_MATCH_PREFIX :
			       CGROUP_MATCH_ID;
	}
	/* A prefix is no evidence here, because any cgroup's name may begin with it. */
	if (strcmp(name, wanted->text) != 0)
		return CGROUP_MATCH_NONE;
	snprintf(ret_container->id, sizeof(ret_container->id), "%s", name);
	return CGROUP_MATCH_NAME;
}

/* True while the container has a cgroup. */
static bool is_alive(const struct target_container *wanted)
{
	const struct workload *workload = workload_of(wanted);

	return workload && workload->live;
}

static bool has_ended(const struct target_container *wanted)
{
	return wanted->match && !is_alive(wanted);
}

/*
 * Forgets the container's last cgroup, because its engine has started it again: what is known
 * of that cgroup does not hold for the new one.
 */
static void begin_again(struct target_container *wanted)
{
	wanted->match = CGROUP_MATCH_NONE;
	wanted->seen = false;
	free(steal_pointer(&wanted->container.cgroup));
}

/* True if, as far as is known, the user typed the whole id. */
static bool is_whole(const struct target_container *wanted)
{
	if (wanted->container.id)
		return strcmp(wanted->container.id, wanted->text) == 0;
	return wanted->match > CGROUP_MATCH_PREFIX;
}

/* Reports a cgroup that matches too, but is not recorded. */
static int tell_another(struct target_container *wanted, const char *cgroup, struct error *err)
{
	return left_out_add(&wanted->target.left_out, err,
			    "another cgroup, %s, matches '%s' too and is not in it", cgroup,
			    wanted->typed);
}

static int take(struct target_container *wanted, const struct tracked_cgroup *tracked,
		const char *id, enum cgroup_match match, struct error *err)
{
	struct workload *so_far = workload_of(wanted);
	int r = 0;

	if (wanted->match == CGROUP_MATCH_NAME && match > CGROUP_MATCH_NAME)
		r = tell_another(wanted, so_far->cgroup, err);
	if (wanted->match) { /* the cgroup recorded so far was not meant */
		so_far->match = MATCH_IGNORED;
		wanted->seen = false;
	}
	if (r == 0 && !wanted->seen)
		r = add_workload(wanted, id, tracked->path, err);
	if (r == 0)
		wanted->match = match;
	return r;
}

/* Considers a cgroup without a workload, while the container is awaited or after it came. */
static int consider(struct target_container *wanted, const struct tracked_cgroup *tracked,
		    struct workload **ret_workload, struct error *err)
{
	struct cgroup_container found;
	enum cgroup_match match = match_path(wanted, tracked->path, &found);
	int r;

	if (match == CGROUP_MATCH_NONE)
		return 0;
	if (has_ended(wanted)) {
		if (match != CGROUP_MATCH_FOUND && strcmp(found.id, wanted->id) != 0)
			return 0;
		begin_again(wanted);
		snprintf(found.id, sizeof(found.id), "%s", wanted->id);
		match = CGROUP_MATCH_ID;
	}
	if (match == CGROUP_MATCH_PREFIX && is_whole(wanted))
		return 0;
	if (cgroup_made_by(&wanted->mount, tracked->path) != CGROUP_OF_ROOT &&
	    match != CGROUP_MATCH_FOUND)
		return left_out_pass_over(&wanted->target.left_out, err,
					  "the cgroup %s has the name, but a user other than root "
					  "may have made it; record it with --cgroup",
					  tracked->path);
	if (match <= wanted->match || (wanted->container.cgroup && match != CGROUP_MATCH_FOUND))
		return tell_another(wanted, tracked->path, err);
	r = take(wanted, tracked, found.id, match, err);
	if (r == 0)
		*ret_workload = workload_of(wanted);
	return r;
}

static int classify(struct target *target, struct tracked_cgroup *tracked, struct workload *parent,
		    struct workload **ret_workload, struct error *err)
{
	struct target_container *wanted = container_of_target(target);

	*ret_workload = parent;
	if (parent || !target->recorder_options.mark_new)
		return 0;
	if (!tracked->path || tracked->path_cut)
		return left_out_pass_over(&target->left_out, err,
					  "a cgroup was gone before its path could be read (%s…), "
					  "and %s may have been in it",
					  tracked->path ? tracked->path : "", target->description);
	return consider(wanted, tracked, ret_workload, err);
}

/*
 * Ends the recording of a container in a kernel of its own. Its sandbox may have no cgroup that
 * identifies it, or a cgroup like any container's.
 */
static int tick(struct target *target, struct error *err)
{
	struct target_container *wanted = container_of_target(target);
	_cleanup_container_ struct container container = {};
	int64_t now = clock_ns(CLOCK_MONOTONIC);

	if (is_alive(wanted))
		return container_check_visible(wanted->id, workload_of(wanted)->observation.runtime,
					       err);
	if (wanted->seen || now < wanted->next_look)
		return 0;
	wanted->next_look = now + LOOK_INTERVAL_NS;
	if (container_resolve(&wanted->mount, NULL, wanted->typed, &container, err) == -ENOTSUP)
		return -ENOTSUP;
	error_finish(err);
	return 0;
}

static bool finished(const struct target *target)
{
	const struct target_container *wanted = (const struct target_container *)target;

	return wanted->seen && !is_alive(wanted) && !container_comes_back(wanted->id);
}

static void destroy(struct target *target)
{
	struct target_container *wanted = container_of_target(target);

	container_finish(&wanted->container);
	free(wanted->doubt);
	cgroup_mount_finish(&wanted->mount);
}

static const struct target_kind kind = {
	.recorder = { .slots = 1023 },
	.prepare = prepare,
	.tick = tick,
	.classify = classify,
	.finished = finished,
	.destroy = destroy,
};

int target_create_container(const struct target_request *request, struct target **ret_target,
			    struct error *err)
{
	struct target_container *wanted = calloc(1, sizeof(*wanted));
	_cleanup_target_ struct target *target = (struct target *)wanted;
	_cleanup_cri_ struct cri *cri = NULL;
	struct container_reference reference;
	int r;

	if (!wanted)
		return error_nomem(err);
	wanted->typed = request->container_id;
	r = target_init(target, &kind, err, "container %s", request->container_id);
	if (r < 0)
		return r;
	r = container_reference_parse(wanted->typed, &reference, err);
	if (r == 0)
		r = cgroup_mount_find(&wanted->mount, err);
	if (r < 0)
		return r;
	wanted->text = reference.text;
	/* Without an endpoint a runtime is asked if one is found, but is not required. */
	r = cri_connect(request->runtime_endpoint, &cri, err);
	if (r < 0 && request->runtime_endpoint)
		return r;
	error_finish(err);
	r = container_resolve(&wanted->mount, cri, request->container_id, &wanted->container, err);
	if (r == 0)
		r = check(wanted, err);
	if ((r == -ENOENT || r == -ESRCH) && request->wait) {
		error_finish(err);
		container_finish(&wanted->container);
		wanted->container = (struct container){};
		r = 0;
	}
	if (r < 0)
		return r;
	/*
	 * A container that does not exist yet, or that is restarted, is recorded from its
	 * birth.
	 */
	if (!wanted->container.id || wanted->container.restarts) {
		target->recorder_options.mark_new = true;
		target->recorder_options.watch_denied = true;
		target->recorder_options.slots = 4095;
	}
	*ret_target = steal_pointer(&target);
	return 0;
}
