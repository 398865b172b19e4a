/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CGROUP_CGROUP_TREE_H
#define CGROUP_CGROUP_TREE_H

#include <stdint.h>

struct error;

/* Returned by act, so that the cgroups below are passed over. */
#define CGROUP_TREE_SKIP 1

/*
 * Calls act for a cgroup ("/a/b") and for every cgroup below it, those above first. A cgroup that
 * is removed meanwhile is passed over. Ends with the first failure of act.
 */
int cgroup_tree_walk(const char *cgroup,
		     int (*act)(void *data, const char *path, uint64_t id, uint64_t parent_id,
				struct error *err),
		     void *data, struct error *err);

#endif
