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
#include "selection/target_work.h"
#include "util/clock.h"
#include "util/error.h"
#include "util/str.h"
#include "util/worker.h"

/*
 * Interval between searches for an awaited container that may never appear in the cgroup tree,
 * and for one that its engine may start again.
 */
#define LOOK_INTERVAL_NS 500000000LL

/*
 * How well a new cgroup's path identifies the awaited container, in ascending order. An id is
 * one in a form that engines make (cgroup_path.h).
 */
enum cgroup_match {
	CGROUP_MATCH_NONE,
	CGROUP_MATCH_UNKNOWN, /* an id of which the engine's record may say that it is meant */
	CGROUP_MATCH_PREFIX,  /* an id that begins with the text */
	CGROUP_MATCH_NAME,    /* the cgroup's own name is the text, maybe by chance */
	CGROUP_MATCH_ID,      /* an id that is the text, or has that name on record */
	CGROUP_MATCH_FOUND,   /* the container's process is in it */
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
	bool looking;		 /* a look-up of the container is under way */
	bool gone;		 /* it has ended, and its engine does not start it again */
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

/* True if the engine may have recorded what the user typed as the name of a container. */
static bool may_have_name(const struct target_container *wanted)
{
	return !container_id_is_whole(wanted->text);
}

static enum cgroup_match match_path(const struct target_container *wanted, const char *path,
				    struct cgroup_container *ret_container)
{
	const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;

	if (wanted->container.cgroup && strcmp(path, wanted->container.cgroup) == 0)
		return CGROUP_MATCH_FOUND;
	if (cgroup_path_parse(path, ret_container)) {
		if (ret_container->length != strlen(path))
			return CGROUP_MATCH_NONE; /* below a container */
		if (wanted->seen && strcmp(ret_container->id, wanted->id) == 0)
			return CGROUP_MATCH_ID;
		if (!container_is_meant(wanted->typed, ret_container->id, path))
			return may_have_name(wanted) ? CGROUP_MATCH_UNKNOWN : CGROUP_MATCH_NONE;
		return strcmp(ret_container->id, wanted->text) != 0 ? CGROUP_MATCH_PREFIX :
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

/* Leaves the cgroup that was recorded so far, for one that matches better. */
static int replace(struct target_container *wanted, enum cgroup_match match, struct error *err)
{
	struct workload *so_far = workload_of(wanted);
	int r = 0;

	if (wanted->match == CGROUP_MATCH_NAME && match > CGROUP_MATCH_NAME)
		r = tell_another(wanted, so_far->cgroup, err);
	if (wanted->match) {
		so_far->match = MATCH_IGNORED;
		wanted->seen = false;
	}
	return r;
}

/*
 * Considers a cgroup that matches so well, while the container is awaited or after it came.
 * Returns 1 if the container's calls are those in this cgroup from now on; then *match may have
 * changed.
 */
static int accept(struct target_container *wanted, const char *path, const char *id,
		  enum cgroup_match *match, struct error *err)
{
	int r;

	if (has_ended(wanted)) {
		if (*match != CGROUP_MATCH_FOUND && strcmp(id, wanted->id) != 0)
			return 0;
		begin_again(wanted);
		*match = CGROUP_MATCH_ID;
	}
	if (*match == CGROUP_MATCH_PREFIX && is_whole(wanted))
		return 0;
	if (cgroup_made_by(&wanted->mount, path) != CGROUP_OF_ROOT && *match != CGROUP_MATCH_FOUND)
		return left_out_pass_over(&wanted->target.left_out, err,
					  "the cgroup %s has the name, but a user other than root "
					  "may have made it; record it with --cgroup",
					  path);
	if (*match <= wanted->match || (wanted->container.cgroup && *match != CGROUP_MATCH_FOUND))
		return tell_another(wanted, path, err);
	r = replace(wanted, *match, err);
	return r < 0 ? r : 1;
}

/* A cgroup of which the engine's record has to say whether it is the container's. */
struct naming {
	struct target_container *wanted;
	uint64_t workload; /* its serial */
	char *typed;
	char *id;
	bool meant;
};

static void naming_destroy(void *data)
{
	struct naming *naming = data;

	free(naming->typed);
	free(naming->id);
	free(naming);
}

DEFINE_CLEANUP(struct naming *, naming_destroy);

static void look_for_name(void *data)
{
	struct naming *naming = data;

	naming->meant = container_has_name(naming->typed, naming->id);
}

/* A name in the engine's record is as good as the whole id. */
static int decide(struct naming *naming, struct workload *workload, struct error *err)
{
	struct target_container *wanted = naming->wanted;
	enum cgroup_match match = CGROUP_MATCH_ID;
	int r = 0;

	workload->match = MATCH_IGNORED;
	if (naming->meant)
		r = accept(wanted, workload->cgroup, naming->id, &match, err);
	if (r <= 0)
		return r;
	workload->match = MATCH_SELECTED;
	wanted->match = match;
	wanted->seen = true;
	wanted->workload = workload->serial;
	snprintf(wanted->id, sizeof(wanted->id), "%s", naming->id);
	return 0;
}

static void name_looked_for(void *data)
{
	_cleanup_(cleanup_naming_destroy) struct naming *naming = data;
	_cleanup_error_ struct error err = ERROR_INIT;
	struct target *target = &naming->wanted->target;
	struct workload *workload = workloads_find(&target->workloads, naming->workload);

	if (workload && decide(naming, workload, &err) < 0)
		target_work_failed(target, &err);
	target_work_done(target);
}

/* Makes a workload whose match is pending until the engine's record was read. */
static int ask_for_name(struct target_container *wanted, const char *id, const char *path,
			struct workload **ret_workload, struct error *err)
{
	struct naming *naming = calloc(1, sizeof(*naming));
	const struct worker_job job = { look_for_name, name_looked_for, naming_destroy, naming };
	int r;

	if (!naming)
		return error_nomem(err);
	*naming = (struct naming){ wanted, 0, strdup(wanted->typed), strdup(id) };
	r = naming->typed && naming->id ?
		    workloads_add_container(&wanted->target.workloads, MATCH_PENDING, id, path, "",
					    ret_workload, err) :
		    error_nomem(err);
	if (r < 0) {
		naming_destroy(naming);
		return r;
	}
	naming->workload = (*ret_workload)->serial;
	return target_work_files(&wanted->target, &job, err);
}

/* Considers a cgroup without a workload. */
static int consider(struct target_container *wanted, const struct tracked_cgroup *tracked,
		    struct workload **ret_workload, struct error *err)
{
	struct cgroup_container found;
	enum cgroup_match match = match_path(wanted, tracked->path, &found);
	int r;

	if (match == CGROUP_MATCH_NONE)
		return 0;
	if (match == CGROUP_MATCH_UNKNOWN)
		return ask_for_name(wanted, found.id, tracked->path, ret_workload, err);
	if (match == CGROUP_MATCH_FOUND)
		snprintf(found.id, sizeof(found.id), "%s", wanted->id);
	r = accept(wanted, tracked->path, found.id, &match, err);
	if (r > 0)
		r = wanted->seen ? 0 : add_workload(wanted, found.id, tracked->path, err);
	else
		return r;
	if (r < 0)
		return r;
	wanted->match = match;
	*ret_workload = workload_of(wanted);
	return 0;
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

/* A look-up of the container while it has no cgroup: before it came, or after its end. */
struct look {
	struct target_container *wanted;
	char *text; /* as typed, or the id */
	int result;
	struct error err;
};

static void look_destroy(void *data)
{
	struct look *look = data;

	free(look->text);
	error_finish(&look->err);
	free(look);
}

DEFINE_CLEANUP(struct look *, look_destroy);

static int start_look(struct target_container *wanted, const char *text,
		      const struct worker_job *steps, struct error *err)
{
	struct look *look = calloc(1, sizeof(*look));
	struct worker_job job = *steps;

	if (!look)
		return error_nomem(err);
	*look = (struct look){ .wanted = wanted, .text = strdup(text) };
	if (!look->text) {
		look_destroy(look);
		return error_nomem(err);
	}
	job.data = look;
	wanted->looking = true;
	wanted->next_look = clock_ns(CLOCK_MONOTONIC) + LOOK_INTERVAL_NS;
	return target_work_files(&wanted->target, &job, err);
}

static void resolve(void *data)
{
	struct look *look = data;
	_cleanup_cgroup_mount_ struct cgroup_mount mount = {};
	_cleanup_container_ struct container container = {};

	look->result = cgroup_mount_find(&mount, &look->err);
	if (look->result == 0)
		look->result = container_resolve(&mount, NULL, look->text, &container, &look->err);
}

/*
 * Ends the recording of a container in a kernel of its own. Its sandbox may have no cgroup that
 * identifies it, or a cgroup like any container's.
 */
static void resolved(void *data)
{
	_cleanup_(cleanup_look_destroy) struct look *look = data;
	struct target_container *wanted = look->wanted;

	wanted->looking = false;
	if (!wanted->seen && look->result == -ENOTSUP)
		target_work_failed(&wanted->target, &look->err);
	target_work_done(&wanted->target);
}

static void look_for_return(void *data)
{
	struct look *look = data;

	look->result = container_comes_back(look->text);
}

static void returns(void *data)
{
	_cleanup_(cleanup_look_destroy) struct look *look = data;
	struct target_container *wanted = look->wanted;

	wanted->looking = false;
	wanted->gone = !look->result && wanted->seen && !is_alive(wanted);
	target_work_done(&wanted->target);
}

static int tick(struct target *target, struct error *err)
{
	static const struct worker_job before = { resolve, resolved, look_destroy, NULL };
	static const struct worker_job after = { look_for_return, returns, look_destroy, NULL };
	struct target_container *wanted = container_of_target(target);
	bool due = !wanted->looking && clock_ns(CLOCK_MONOTONIC) >= wanted->next_look;

	if (is_alive(wanted)) {
		wanted->gone = false;
		wanted->next_look = 0; /* its end is looked into at once */
		return container_check_visible(wanted->id, workload_of(wanted)->observation.runtime,
					       err);
	}
	if (!due || wanted->gone)
		return 0;
	return wanted->seen ? start_look(wanted, wanted->id, &after, err) :
			      start_look(wanted, wanted->typed, &before, err);
}

/* True if the container has ended, and its engine has not started it again. */
static bool finished(const struct target *target)
{
	const struct target_container *wanted = (const struct target_container *)target;

	return wanted->gone && wanted->seen && !is_alive(wanted);
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
