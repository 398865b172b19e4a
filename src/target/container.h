/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TARGET_CONTAINER_H
#define TARGET_CONTAINER_H

/*
 * A container that the user named by the beginning of its id, found in everything that
 * this machine knows about containers: CRI, state directories, the cgroup tree.
 */
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "target/bundle.h"
#include "target/cgroup.h"
#include "target/cgroup_path.h"
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
	bool bundle_known;
	struct bundle bundle; /* empty unless bundle_known */
};

/*
 * Resolves a whole id or a prefix that only one container has. cri may be NULL: the runtime
 * is then not asked. -EINVAL for text that can be no id, -ENOENT when nothing matches,
 * -ENOTUNIQ with the candidates when several do.
 */
int container_resolve(const struct cgroup_mount *mount, struct cri *cri, const char *id_prefix,
		      struct container *ret_container, struct error *err);

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
