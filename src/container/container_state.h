/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONTAINER_CONTAINER_STATE_H
#define CONTAINER_CONTAINER_STATE_H

/*
 * Which containers there are, as told by the state directories of containerd, k3s, Docker,
 * CRI-O, Podman, runc and crun on this machine: no runtime is asked.
 */
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "cgroup/cgroup_path.h"
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
	uint64_t started;     /* when that began, as in /proc/PID/stat; 0 when unknown */
	uid_t owner;	      /* whose word this is: owner.h */
};

void container_state_finish(struct container_state *state);
#define _cleanup_container_state_ _cleanup_(container_state_finish)

struct container_states {
	struct container_state *items; /* sorted by id and owner, each pair of them once */
	size_t length;
};

void container_states_finish(struct container_states *states);
#define _cleanup_container_states_ _cleanup_(container_states_finish)

/*
 * All containers whose id begins with id_prefix ("" for all) in the state directories below
 * root ("" for the machine's own, another directory in tests). What cannot be read is passed
 * over: it belongs to someone else, or has just ended. So is what several users can change.
 */
int container_states_find(const char *root, const char *id_prefix,
			  struct container_states *ret_states, struct error *err);

/*
 * What is known about a container of that owner: root's word if there is any, or the owner's.
 * NULL when there is neither. Borrowed.
 */
const struct container_state *container_states_choose(const struct container_states *states,
						      const char *id, uid_t owner);

/*
 * Opens /proc/PID of the container's first process, which stays that process' even when the number
 * is used again. -ESRCH when it has ended, when another one has its number by now, or when a user
 * names a process that is not the user's. The caller closes ret_process.
 */
int container_state_open_process(const struct container_state *state, int *ret_process,
				 struct error *err);

#endif
