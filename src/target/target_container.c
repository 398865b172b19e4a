// SPDX-License-Identifier: Apache-2.0
/*
 * record --container-id: one container of containerd, CRI-O, Docker or Podman, or of runc and
 * crun called by hand.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "record/lifetime.h"
#include "target/container.h"
#include "target/cri.h"
#include "target/runtime.h"
#include "target/target_kind.h"
#include "util/error.h"
#include "util/str.h"

struct target_container {
	struct target target;
	const char *prefix;	    /* borrowed: what the user typed */
	struct container container; /* when it exists */
	struct subject *subject;    /* borrowed; NULL before it appeared */
	bool seen;
	bool begun; /* the subject has its cgroup */
};

static struct target_container *container_of_target(struct target *target)
{
	return (struct target_container *)target;
}

static int add_subject(struct target_container *wanted, const char *id, const char *cgroup,
		       struct error *err)
{
	wanted->seen = true;
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

static int classify(struct target *target, struct lifetime *lifetime, struct subject *parent,
		    struct subject **ret_subject, struct error *err)
{
	struct target_container *wanted = container_of_target(target);
	struct cgroup_container storage;
	const char *id;
	int r;

	*ret_subject = parent;
	if (parent || wanted->begun || !lifetime->path)
		return 0;
	id = id_of_path(lifetime->path, &storage);
	if (!id || !str_has_prefix(id, wanted->prefix))
		return 0;
	r = wanted->seen ? 0 : add_subject(wanted, id, lifetime->path, err);
	wanted->begun = r == 0;
	*ret_subject = wanted->subject;
	return r;
}

static bool finished(const struct target *target)
{
	const struct target_container *wanted = (const struct target_container *)target;
	size_t i;

	for (i = 0; i < target->subjects.length; i++)
		if (target->subjects.items[i] == wanted->subject)
			return !wanted->subject->live;
	return wanted->seen;
}

static void destroy(struct target *target)
{
	container_finish(&container_of_target(target)->container);
}

static const struct target_kind kind = {
	.recorder = { .slots = 1023 },
	.prepare = prepare,
	.classify = classify,
	.finished = finished,
	.destroy = destroy,
};

static int check(const struct container *container, struct error *err)
{
	if (container->runtime && !runtime_is_visible(container->runtime))
		return error_set(err, ENOTSUP,
				 "container %s runs in a kernel of its own (%s): this host never "
				 "sees its system calls, so they cannot be recorded here",
				 container->id, container->runtime);
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
		target->recorder_options.mark_new = true;
		target->recorder_options.watch_denied = true;
		target->recorder_options.slots = 4095;
		r = 0;
	}
	if (r < 0)
		return r;
	*ret_target = steal_pointer(&target);
	return 0;
}
