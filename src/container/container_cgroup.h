/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONTAINER_CONTAINER_CGROUP_H
#define CONTAINER_CONTAINER_CGROUP_H

/*
 * Which cgroup is a container's, found from its first process, and whether the container has it
 * alone: what anybody else does in it would be recorded as the container's.
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
 * How much of the path of a cgroup is the container's own, which the rest is below; 0 where
 * nothing tells that any of it is. A component tells it that is the container's id or what
 * runtimes make of it, or else the bundle's cgroupsPath.
 */
size_t container_cgroup_length(const struct container_key *key, const char *path);

/*
 * The path of the container's own cgroup, owned by the caller. The first process may be in one
 * below it, as under an init system in the container. -ESRCH when the process is gone,
 * -ENOTSUP when it is in the top cgroup, with the whole machine.
 */
int container_cgroup_find(const struct container_key *key, char **ret_path, struct error *err);

/*
 * Whether a cgroup is the container's alone. Where it is its own by container_cgroup_length(),
 * whoever else is in it is said, and otherwise a neighbour is reason to refuse (-ENOTSUP).
 * Neighbours are told by namespaces and parents. ret_doubt, owned by the caller, is the reason
 * why what is recorded there may be another's, or NULL.
 */
int container_cgroup_check(const struct cgroup_mount *mount, const struct container_key *key,
			   const char *path, char **ret_doubt, struct error *err);

#endif
