/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONTAINER_CONTAINER_CGROUP_H
#define CONTAINER_CONTAINER_CGROUP_H

/*
 * Finds a container's cgroup from its first process, and checks that the container is alone in
 * it: calls of other processes in the cgroup would be recorded as the container's.
 */
#include <stddef.h>
#include <sys/types.h>

struct cgroup_mount;
struct error;

struct container_key {
	const char *id;
	pid_t pid;		  /* of the first process; 0 when unknown */
	const char *cgroups_path; /* linux.cgroupsPath of its bundle; NULL when unknown */
};

/*
 * Returns the length of path up to the end of the container's own cgroup; 0 if nothing in path
 * identifies the container. It is identified by a component that is its id or a name that
 * runtimes make of the id, or by the bundle's cgroupsPath.
 */
size_t container_cgroup_length(const struct container_key *key, const char *path);

/*
 * Finds the path of the container's own cgroup, owned by the caller. The first process may be
 * in a cgroup below it, for example under an init system in the container. -ESRCH if the
 * process is gone, -ENOTSUP if it is in the top cgroup, with the whole machine.
 */
int container_cgroup_find(const struct container_key *key, char **ret_path, struct error *err);

/*
 * Checks that the container is alone in a cgroup; without a pid nothing is checked. In the
 * container's own cgroup, by container_cgroup_length(), a neighbour only sets ret_doubt. In any
 * other cgroup a neighbour is refused with -ENOTSUP, and ret_doubt is set even without one.
 * Neighbours are recognized by namespaces and parents (neighbour.h). ret_doubt, owned by the
 * caller, is the reason why calls recorded there may be those of others, or NULL.
 */
int container_cgroup_check(const struct cgroup_mount *mount, const struct container_key *key,
			   const char *path, char **ret_doubt, struct error *err);

#endif
