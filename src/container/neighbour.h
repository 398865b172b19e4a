/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONTAINER_NEIGHBOUR_H
#define CONTAINER_NEIGHBOUR_H

/* Who else is in a container's cgroup. */
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
 * Looks for a process in the cgroup (and below it, with the tree) that does not belong to the
 * container of the first process. One belongs to it that is in its pid namespace or in one below
 * that, where the container has one of its own; that is in its mount namespace, where it has one of
 * its own; or that descends from its first process. Several looks are taken, because a runtime
 * that starts a program in the container passes through the cgroup. -ESRCH when the first
 * process is gone.
 */
int neighbour_find(const struct cgroup_mount *mount, const char *cgroup, pid_t first, bool tree,
		   struct neighbour *ret_neighbour, struct error *err);

static inline void neighbour_finish(struct neighbour *neighbour)
{
	free(neighbour->name);
}
#define _cleanup_neighbour_ _cleanup_(neighbour_finish)

#endif
