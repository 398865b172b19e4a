/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TARGET_CGROUP_TREE_H
#define TARGET_CGROUP_TREE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct error;

/*
 * Calls act for a cgroup ("/a/b") and every cgroup below it, those above first. A cgroup that
 * is removed meanwhile is passed over. Ends with the first failure of act.
 */
int cgroup_tree_walk(const char *cgroup,
		     int (*act)(void *data, const char *path, uint64_t id, uint64_t parent_id,
				struct error *err),
		     void *data, struct error *err);

/* What runs in a cgroup at this moment. */
struct cgroup_tasks {
	size_t count;	/* processes */
	bool filtered;	/* one of them runs under a seccomp filter */
	pid_t in_setup; /* a runtime's process that waits to become the container; 0: none */
};

/* Looks at the processes of one cgroup, not of those below; a cgroup that is gone has none. */
int cgroup_tasks_read(const char *cgroup, struct cgroup_tasks *ret_tasks, struct error *err);

#endif
