/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TARGET_CONTAINER_STATE_H
#define TARGET_CONTAINER_STATE_H

/*
 * Which containers there are, as told by the state directories of containerd, k3s, Docker,
 * CRI-O, Podman, runc and crun on this machine: no runtime is asked.
 */
#include <stddef.h>
#include <sys/types.h>

#include "target/cgroup_path.h"
#include "util/cleanup.h"

struct error;

/* What the state directories know about a container. */
struct container_state {
	char *id;
	enum container_engine engine;
	char *bundle;	      /* directory that holds config.json, NULL when unknown */
	char *state;	      /* directory that the OCI runtime keeps for it, NULL when unknown */
	char *namespace;      /* of containerd ("k8s.io", "moby", "default"), NULL elsewhere */
	char *runtime;	      /* "runc", "crun", …; NULL when nothing tells */
	char *runtime_binary; /* absolute path, NULL when it is the usual one */
	pid_t pid;	      /* of the first process, 0 when unknown */
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

#endif
