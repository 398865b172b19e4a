/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CGROUP_CGROUP_TREE_H
#define CGROUP_CGROUP_TREE_H

#include <stdint.h>

struct error;

/*
 * Calls act for a cgroup ("/a/b") and every cgroup below it, parents before children. Skips
 * cgroups that are removed meanwhile. Stops at the first failure of act, and returns it.
 */
int cgroup_tree_walk(const char *cgroup,
		     int (*act)(void *data, const char *path, uint64_t id, uint64_t parent_id,
				struct error *err),
		     void *data, struct error *err);

#endif
