// SPDX-License-Identifier: Apache-2.0
/*
 * record --container-id: one container of containerd, CRI-O, Docker or Podman, or of runc and
 * crun called by hand.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "record/lifetime.h"
#include "target/container.h"
#include "target/cri.h"
#include "target/target_kind.h"
#include "util/clock.h"
#include "util/error.h"

/* How often it is looked for one that is waited for and may never show in the cgroup tree. */
#define LOOK_INTERVAL_NS 500000000LL

struct target_container {
	struct target target;
	const char *prefix;	    /* borrowed: what the user typed */
	struct container container; /* when it exists */
	struct subject *subject;    /* borrowed; NULL before it appeared */
	char id[CONTAINER_ID_SIZE]; /* when it was seen */
	bool seen;
	bool begun; /* the subject has its cgroup */
	int64_t next_look;
};

static struct target_container *container_of_target(struct target *target)
{
	return (struct target_container *)target;
}

static int add_subject(struct target_container *wanted, const char *id, const char *cgroup,
		       struct error *err)
{
	wanted->seen = true;
	snprintf(wanted->id, sizeof(wanted->id), "%s", id);
	return subjects_add_container(&wanted->target.subjects, VERDICT_WANTED, id, cgroup, "",
				      &wanted->subject, err);
}

static bool appeared(struct target_container *wanted)
{
	_cleanup_cgroup_mount_ struct cgroup_mount mount = {};

	return cgroup_mount_find(&mount, NULL) == 0 &&
	       container_resolve(&mount, NULL, wanted->prefix, &wanted->container, NULL) == 0;
}

static int prepare(struct target *target, struct error *err)
{
	struct target_container *wanted = container_of_target(target);
	struct container *container = &wanted->container;
	int r;

	/* One that is waited for may have been made before the program could see it. */
	if (!container->id && !appeared(wanted))
		return 0;
	r = add_subject(wanted, container->id, container->cgroup, err);
	if (r == 0)
		r = subject_describe(wanted->subject, container, err);
	if (r == 0)
		r = target_add_tree(target, wanted->subject, container->cgroup, err);
	/* If not, the program did see it, and tells. */
	wanted->begun = wanted->subject && wanted->subject->live;
	return r;
}

/* The id that a new cgroup's path tells; its last component when it has no known form. */
static const char *id_of_path(const char *path, struct cgroup_container *storage)
{
	const char *slash = strrchr(path, '/');

	if (cgroup_path_parse(path, storage))
		return storage->length == strlen(path) ? storage->id : NULL;
	return slash ? slash + 1 : path;
}

static bool is_alive(const struct target_container *wanted)
{
	size_t i;

	for (i = 0; i < wanted->target.subjects.length; i++)
		if (wanted->target.subjects.items[i] == wanted->subject)
			return wanted->subject->live;
	return false;
}

static int classify(struct target *target, struct lifetime *lifetime, struct subject *parent,
		    struct subject **ret_subject, struct error *err)
{
	struct target_container *wanted = container_of_target(target);
	struct cgroup_container storage;
	const char *id;
	int r;

	*ret_subject = parent;
	if (parent || !lifetime->path || (wanted->begun && is_alive(wanted)))
		return 0;
	id = id_of_path(lifetime->path, &storage);
	if (!id || (wanted->begun && strcmp(id, wanted->id) != 0) ||
	    !container_is_meant(wanted->prefix, id, lifetime->path))
		return 0;
	/* Its engine has started it again. */
	if (wanted->begun)
		wanted->seen = false;
	r = wanted->seen ? 0 : add_subject(wanted, id, lifetime->path, err);
	wanted->begun = r == 0;
	*ret_subject = wanted->subject;
	return r;
}

/* A sandbox may have no cgroup of its own that could tell of it, or one like any container's. */
static int tick(struct target *target, struct error *err)
{
	struct target_container *wanted = container_of_target(target);
	_cleanup_cgroup_mount_ struct cgroup_mount mount = {};
	_cleanup_container_ struct container container = {};
	int64_t now = clock_ns(CLOCK_MONOTONIC);

	if (wanted->begun && is_alive(wanted))
		return container_check_visible(wanted->id, wanted->subject->observation.runtime,
					       err);
	if (wanted->seen || now < wanted->next_look || cgroup_mount_find(&mount, NULL) < 0)
		return 0;
	wanted->next_look = now + LOOK_INTERVAL_NS;
	if (container_resolve(&mount, NULL, wanted->prefix, &container, err) == -ENOTSUP)
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
	container_finish(&container_of_target(target)->container);
}

static const struct target_kind kind = {
	.recorder = { .slots = 1023 },
	.prepare = prepare,
	.tick = tick,
	.classify = classify,
	.finished = finished,
	.destroy = destroy,
};

static int check(const struct container *container, struct error *err)
{
	if (!container->cgroup)
		return error_set(err, ESRCH,
				 "container %s is not running; start it with --wait "
				 "in force, or record it while it runs",
				 container->id);
	return 0;
}

int target_create_container(const struct target_request *request, struct target **ret_target,
			    struct error *err)
{
	struct target_container *wanted = calloc(1, sizeof(*wanted));
	_cleanup_target_ struct target *target = (struct target *)wanted;
	_cleanup_cgroup_mount_ struct cgroup_mount mount = {};
	_cleanup_cri_ struct cri *cri = NULL;
	int r;

	if (!wanted)
		return error_nomem(err);
	wanted->prefix = request->container_id;
	r = target_init(target, &kind, err, "container %s", request->container_id);
	if (r < 0)
		return r;
	r = cgroup_mount_find(&mount, err);
	if (r < 0)
		return r;
	/* Without an endpoint the runtime is asked if there is one, and missed if there is not. */
	r = cri_connect(request->runtime_endpoint, &cri, err);
	if (r < 0 && request->runtime_endpoint)
		return r;
	error_finish(err);
	r = container_resolve(&mount, cri, request->container_id, &wanted->container, err);
	if (r == 0)
		r = check(&wanted->container, err);
	if ((r == -ENOENT || r == -ESRCH) && request->wait) {
		error_finish(err);
		container_finish(&wanted->container);
		wanted->container = (struct container){};
		r = 0;
	}
	/* What is not there yet, or comes back, is recorded from its birth. */
	if (r == 0 && (!wanted->container.id || wanted->container.restarts)) {
		target->recorder_options.mark_new = true;
		target->recorder_options.watch_denied = true;
		target->recorder_options.slots = 4095;
	}
	if (r < 0)
		return r;
	*ret_target = steal_pointer(&target);
	return 0;
}
