/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONTAINER_CONTAINER_H
#define CONTAINER_CONTAINER_H

/*
 * A container that the user named by its id, the beginning of it, or its name, found in
 * everything that this machine knows about containers: CRI, state directories, the engines'
 * records, the cgroup tree.
 */
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "container/bundle.h"
#include "cgroup/cgroup.h"
#include "cgroup/cgroup_path.h"
#include "util/cleanup.h"

struct cri;
struct error;

struct container {
	char *id;
	enum container_engine engine;
	pid_t pid;	       /* of its first process, 0 when unknown */
	char *cgroup;	       /* v2 path of the container's own cgroup, NULL when it has ended */
	char *runtime;	       /* "runc", "crun", …; NULL when unknown */
	char *runtime_version; /* NULL when unknown */
	char *engine_version;  /* NULL when unknown */
	char *name;	       /* that the user gave it; NULL when unknown */
	char *image;	       /* NULL when unknown */
	char *image_digest;    /* NULL when unknown */
	bool restarts;	       /* its engine starts it again when it has ended */
	bool active;	       /* it runs or is about to be started again, as its engine says */
	uid_t owner;	       /* whose container it is: owner.h */
	bool bundle_known;
	struct bundle bundle; /* empty unless bundle_known */
};

/*
 * What the user typed: "4f2a", "web1", or with the engine, "containerd://4f2a" as kubectl
 * prints it.
 */
struct container_reference {
	enum container_engine engine; /* ENGINE_UNKNOWN: any */
	const char *text;	      /* a name, an id or its beginning; borrowed */
};

/* -EINVAL for text that can be neither id nor name, or an engine that is not known. */
int container_reference_parse(const char *text, struct container_reference *ret_reference,
			      struct error *err);

/*
 * Resolves a reference (container_search.h says in which order). cri may be NULL: the runtime
 * is then not asked. -EINVAL as above, -ENOENT when nothing matches or what matches does not run,
 * -ENOTUNIQ with the candidates when several match, -ENOTSUP for a container whose calls this
 * machine's kernel never sees, running or not.
 */
int container_resolve(const struct cgroup_mount *mount, struct cri *cri, const char *reference,
		      struct container *ret_container, struct error *err);

/*
 * True if a reference means the container with that id in that new cgroup, also by its name.
 * One that is waited for is root's: a cgroup that another user can have made is not meant.
 */
bool container_is_meant(const char *reference, const char *id, const char *cgroup);

/*
 * -ENOTSUP, with the reason, for a runtime whose containers have a kernel of their own; NULL is
 * none.
 */
int container_check_visible(const char *id, const char *runtime, struct error *err);

/* True if the engine is going to start the container again, or did, after its end. */
bool container_comes_back(const char *id);

/*
 * What is known about one container whose whole id and cgroup are known, as when a new cgroup
 * appeared: bundle and runtime. cri, which may be NULL, is asked when the files are gone, as after
 * the container's end. Never fails for what cannot be found out; -ENOMEM only.
 */
int container_describe(struct cri *cri, const char *id, const char *cgroup,
		       struct container *ret_container, struct error *err);

void container_finish(struct container *container);
#define _cleanup_container_ _cleanup_(container_finish)

#endif
