// SPDX-License-Identifier: Apache-2.0
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cgroup/cgroup.h"
#include "cgroup/owner.h"

/* Returns who may make something in a directory. What the caller may do counts as root's. */
static enum cgroup_maker made_in(const char *directory)
{
	struct stat st;
	uid_t owner;

	if (stat(directory, &st) < 0)
		return CGROUP_OF_UNKNOWN;
	owner = owner_of_status(&st);
	return owner == OWNER_ROOT || owner == geteuid() ? CGROUP_OF_ROOT : CGROUP_OF_USER;
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
