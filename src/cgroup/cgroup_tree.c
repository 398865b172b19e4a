// SPDX-License-Identifier: Apache-2.0
#include "cgroup/cgroup_tree.h"

#include <errno.h>
#include <fts.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cgroup/cgroup.h"
#include "util/cleanup.h"
#include "util/error.h"

/* A wrapper, because fts_close() returns a status and a cleanup function must not. */
static void close_walk(FTS *walk)
{
	fts_close(walk);
}

DEFINE_CLEANUP(FTS *, close_walk);

int cgroup_tree_walk(const char *cgroup,
		     int (*act)(void *data, const char *path, uint64_t id, uint64_t parent_id,
				struct error *err),
		     void *data, struct error *err)
{
	_cleanup_cgroup_mount_ struct cgroup_mount mount = {};
	_cleanup_free_ char *directory = NULL;
	_cleanup_(cleanup_close_walk) FTS *walk = NULL;
	const char *top = strcmp(cgroup, "/") == 0 ? "" : cgroup;
	uint64_t id, parent_id = 0;
	FTSENT *entry;
	int r = cgroup_mount_find(&mount, err);

	if (r < 0)
		return r;
	r = cgroup_directory(&mount, cgroup, &directory, err);
	if (r < 0)
		return r;
	walk = fts_open((char *[]){ directory, NULL }, FTS_PHYSICAL | FTS_NOCHDIR, NULL);
	if (!walk)
		return error_set_errno(err, errno, "walk %s", directory);
	while ((entry = fts_read(walk))) {
		_cleanup_free_ char *path = NULL;

		if (entry->fts_info != FTS_D || cgroup_id_of_directory(entry->fts_path, &id, NULL))
			continue;
		if (entry->fts_level > FTS_ROOTLEVEL)
			parent_id = (uint64_t)entry->fts_parent->fts_number;
		entry->fts_number = (long)id;
		if (asprintf(&path, "%s%s", top, entry->fts_path + strlen(directory)) < 0) {
			path = NULL;
			return error_nomem(err);
		}
		r = act(data, *path ? path : "/", id, parent_id, err);
		if (r < 0)
			return r;
		if (r == CGROUP_TREE_SKIP)
			fts_set(walk, entry, FTS_SKIP);
	}
	return 0;
}
