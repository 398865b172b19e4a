// SPDX-License-Identifier: Apache-2.0
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cgroup/cgroup.h"

/* Tells who can make entries in a directory. */
static enum cgroup_maker made_in(const char *directory)
{
	struct stat st;
	bool by_group, ours;

	if (stat(directory, &st) < 0)
		return CGROUP_OF_UNKNOWN;
	by_group = (st.st_mode & S_IWGRP) && st.st_gid != 0 && st.st_gid != getegid();
	ours = st.st_uid == 0 || st.st_uid == geteuid();
	return ours && !by_group && !(st.st_mode & S_IWOTH) ? CGROUP_OF_ROOT : CGROUP_OF_USER;
}

enum cgroup_maker cgroup_made_by(const struct cgroup_mount *mount, const char *path)
{
	_cleanup_free_ char *directory = NULL;
	enum cgroup_maker maker;
	char *slash;
	int level = 0;

	/* If only a part of the hierarchy is mounted, the owners of the rest are unknown. */
	if (cgroup_directory(mount, path, &directory, NULL) < 0)
		return mount->root[1] ? CGROUP_OF_ROOT : CGROUP_OF_USER;
	for (slash = strchr(directory + strlen(mount->path), '/'); slash;
	     slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		maker = made_in(directory);
		*slash = '/';
		if (maker == CGROUP_OF_UNKNOWN && level <= 1) /* not in the visible part */
			return CGROUP_OF_ROOT;
		if (maker != CGROUP_OF_ROOT)
			return maker;
		level++;
	}
	return CGROUP_OF_ROOT;
}
