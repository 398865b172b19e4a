/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONTAINER_NEIGHBOUR_H
#define CONTAINER_NEIGHBOUR_H

/* Finds processes in a container's cgroup that do not belong to the container. */
#include <stdbool.h>
#include <stdlib.h>
#include <sys/types.h>

#include "util/cleanup.h"

struct cgroup_mount;
struct error;

struct neighbour {
	pid_t pid; /* 0: there is none */
	char *name;
};

/*
 * Looks for a process in the cgroup (with tree, also below it) that does not belong to the
 * container whose first process is first. A process belongs to the container if it descends
 * from that process, if it is in the container's own pid namespace or in one below that, or if
 * it is in the container's own mount namespace. A namespace that the container shares with the
 * machine does not count. Several looks are taken, because a runtime that starts a program in
 * the container passes through the cgroup. -ESRCH if the first process is gone.
 */
int neighbour_find(const struct cgroup_mount *mount, const char *cgroup, pid_t first, bool tree,
		   struct neighbour *ret_neighbour, struct error *err);

static inline void neighbour_finish(struct neighbour *neighbour)
{
	free(neighbour->name);
}
#define _cleanup_neighbour_ _cleanup_(neighbour_finish)

#endif
