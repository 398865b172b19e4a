/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONTAINER_CONTAINER_STATE_H
#define CONTAINER_CONTAINER_STATE_H

/*
 * Finds the containers of this machine in the state directories of containerd, k3s, Docker,
 * CRI-O, Podman, runc and crun. No runtime is asked.
 */
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "cgroup/cgroup_path.h"
#include "util/cleanup.h"

struct error;

/* A container as the state directories describe it. */
struct container_state {
	char *id;
	enum container_engine engine;
	char *bundle;	      /* directory that holds config.json, NULL when unknown */
	char *state;	      /* directory that the OCI runtime keeps for it, NULL when unknown */
	char *namespace;      /* of containerd ("k8s.io", "moby", "default"), NULL elsewhere */
	char *runtime;	      /* "runc", "crun", …; NULL when unknown */
	char *runtime_binary; /* absolute path, NULL when it is the usual one */
	pid_t pid;	      /* of the first process, 0 when unknown */
	uint64_t started;     /* its start time as in /proc/PID/stat; 0 when unknown */
	uid_t owner;	      /* the user whose evidence this is; see owner.h */
};

void container_state_finish(struct container_state *state);
#define _cleanup_container_state_ _cleanup_(container_state_finish)

struct container_states {
	struct container_state *items; /* sorted by id and owner; each pair appears once */
	size_t length;
};

void container_states_finish(struct container_states *states);
#define _cleanup_container_states_ _cleanup_(container_states_finish)

/*
 * Finds the containers whose id begins with id_prefix ("" for all) in the state directories
 * below root ("" for the machine's own, another directory in tests). Skips what cannot be read,
 * because it belongs to another user or has just ended, and what several users can change.
 * -EINVAL if no id can begin with id_prefix.
 */
int container_states_find(const char *root, const char *id_prefix,
			  struct container_states *ret_states, struct error *err);

/*
 * Chooses the evidence about a container of this owner: root's if there is any, otherwise the
 * owner's. NULL if there is neither. Borrowed.
 */
const struct container_state *container_states_choose(const struct container_states *states,
						      const char *id, uid_t owner);

/*
 * Opens /proc/PID of the container's first process. The descriptor refers to this process only,
 * even if its PID is reused. -ESRCH if the process has ended, if another process has its PID by
 * now, or if the evidence is a user's and the process is not that user's. The caller closes
 * ret_process.
 */
int container_state_open_process(const struct container_state *state, int *ret_process,
				 struct error *err);

#endif
