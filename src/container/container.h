/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONTAINER_CONTAINER_H
#define CONTAINER_CONTAINER_H

/*
 * Resolves a container that the user names by its id, by a prefix of the id, or by its name.
 * Sources: CRI, state directories, the engines' records and the cgroup tree.
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
	char *name;	       /* given by the user; NULL when unknown */
	char *image;	       /* NULL when unknown */
	char *image_digest;    /* NULL when unknown */
	bool restarts;	       /* its engine starts it again when it has ended */
	bool active;	       /* according to its engine, it runs or is being restarted */
	uid_t owner;	       /* the user that it belongs to; see owner.h */
	bool bundle_known;
	struct bundle bundle; /* empty unless bundle_known */
};

/*
 * A container as the user typed it: "4f2a", "web1", or with the engine as kubectl prints it,
 * "containerd://4f2a".
 */
struct container_reference {
	enum container_engine engine; /* ENGINE_UNKNOWN: any */
	const char *text;	      /* a name, an id or a prefix of one; borrowed */
};

/*
 * Parses text, which ret_reference borrows. -EINVAL if it can be neither an id nor a name, or
 * if its engine is unknown.
 */
int container_reference_parse(const char *text, struct container_reference *ret_reference,
			      struct error *err);

/*
 * Resolves a reference in the order that container_search.h describes. If cri is NULL, the
 * runtime is not asked. -EINVAL as above; -ENOENT if nothing matches or the match does not run;
 * -ENOTUNIQ, with the candidates, if several match; -ENOTSUP for a container, running or not,
 * whose calls this machine's kernel never sees, and for one whose first process is in the top
 * cgroup.
 */
int container_resolve(const struct cgroup_mount *mount, struct cri *cri, const char *reference,
		      struct container *ret_container, struct error *err);

/*
 * True if reference matches the container with this id in a new cgroup, by the id or a prefix of
 * it. A container that is waited for must be root's: a cgroup that another user can have made
 * never matches. Reads no file of a disk.
 */
bool container_is_meant(const char *reference, const char *id, const char *cgroup);

/* True if the engine has recorded reference as the name of the container, which is root's. */
bool container_has_name(const char *reference, const char *id);

/*
 * Returns -ENOTSUP, with the reason, if the runtime gives its containers a kernel of their own.
 * runtime may be NULL, which passes.
 */
int container_check_visible(const char *id, const char *runtime, struct error *err);

/*
 * True if the engine is about to restart the container after its end, or has done so already.
 */
bool container_comes_back(const char *id);

/*
 * Describes a container whose whole id and cgroup are known, for example when a new cgroup
 * appeared: its bundle and runtime above all. cri is NULL, or the CRI of the runtime that has
 * the container. It is asked if the files are gone, as after the container's end. Details that
 * cannot be found out stay unknown, which is no error. Fails only with -ENOMEM, or if /proc
 * cannot be opened.
 */
int container_describe(struct cri *cri, const char *id, const char *cgroup,
		       struct container *ret_container, struct error *err);

/*
 * Sets the engine to that of the CRI socket, which must know the container, and the version to
 * the one that the daemon reports.
 */
void container_set_engine(struct container *container, const struct cri *cri);

void container_finish(struct container *container);
#define _cleanup_container_ _cleanup_(container_finish)

#endif
