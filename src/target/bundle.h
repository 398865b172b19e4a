/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TARGET_BUNDLE_H
#define TARGET_BUNDLE_H

/*
 * A container's OCI bundle: the resolved truth about how it was started, found on the node
 * under the state directories of containerd, k3s, Docker, CRI-O, Podman, runc and crun.
 */
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "profile/recording.h"
#include "target/cgroup_path.h"
#include "util/cleanup.h"

struct error;

/* What the state directories know about a container. */
struct container_state {
	char *id;
	enum container_engine engine;
	char *bundle;	 /* directory that holds config.json, NULL when unknown */
	char *state;	 /* directory that the OCI runtime keeps for it, NULL when unknown */
	char *namespace; /* of containerd ("k8s.io", "moby", "default"), NULL elsewhere */
	char *runtime;	 /* "runc", "crun", …; NULL when nothing tells */
	pid_t pid;	 /* of the first process, 0 when unknown */
};

void container_state_finish(struct container_state *state);
#define _cleanup_container_state_ _cleanup_(container_state_finish)

struct container_states {
	struct container_state *items; /* sorted by id, each id once */
	size_t length;
};

void container_states_finish(struct container_states *states);
#define _cleanup_container_states_ _cleanup_(container_states_finish)

/*
 * All containers whose id begins with id_prefix ("" for all) in the state directories below
 * root ("" for the machine's own, another directory in tests). What cannot be read is passed
 * over: it belongs to someone else, or has just ended.
 */
int container_states_find(const char *root, const char *id_prefix,
			  struct container_states *ret_states, struct error *err);

/* What config.json says. */
struct bundle {
	enum tristate no_new_privs;
	char **capabilities; /* bounding set, "CAP_…", sorted */
	size_t capability_count;
	bool capabilities_known;
	bool has_seccomp;     /* the runtime loads a filter */
	char *seccomp;	      /* linux.seccomp as JSON, NULL without one */
	bool mount_namespace; /* the container gets one of its own */
	char *root_path;      /* of the root file system, as written in the bundle */
	char *cgroups_path;   /* as written: a path, or "slice:prefix:name" */
	/* From the annotations of containerd and CRI-O; NULL when not there. */
	char *container_type; /* "sandbox" or "container" */
	char *container_name;
	char *image;
	char *sandbox_id;
	char *pod_name;
	char *pod_namespace;
	char *pod_uid;
	struct label *annotations; /* all of them, sorted by key */
	size_t annotation_count;
};

void bundle_finish(struct bundle *bundle);
#define _cleanup_bundle_ _cleanup_(bundle_finish)

/* Reads directory/config.json. */
int bundle_read(const char *directory, struct bundle *ret_bundle, struct error *err);

/* The same from its text; -EINVAL with the path of the field that is wrong. */
int bundle_parse(const char *text, size_t size, struct bundle *ret_bundle, struct error *err);

#endif
