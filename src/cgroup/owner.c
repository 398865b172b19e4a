// SPDX-License-Identifier: Apache-2.0
#include "cgroup/owner.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/nsfs.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "util/cleanup.h"
#include "util/error.h"
#include "util/file.h"

#define LINKS_MAX 40 /* the kernel's own limit: MAXSYMLINKS, include/linux/namei.h */
#define STATUS_MAX (1 << 16)

uid_t owner_join(uid_t a, uid_t b)
{
	if (a == OWNER_ROOT || a == b)
		return b;
	return b == OWNER_ROOT ? a : OWNER_ANYBODY;
}

/*
 * The bits of the group also cover access control lists: a list that lets others write sets them.
 */
uid_t owner_of_status(const struct stat *status)
{
	bool group = (status->st_mode & S_IWGRP) && status->st_gid != 0;

	if (S_ISLNK(status->st_mode))
		return status->st_uid;
	/*
	 * In a sticky directory such as /tmp everyone can add entries, but only change their own.
	 */
	if (S_ISDIR(status->st_mode) && (status->st_mode & S_ISVTX))
		return status->st_uid;
	return group || (status->st_mode & S_IWOTH) ? OWNER_ANYBODY : status->st_uid;
}

bool owner_tells_about(uid_t evidence, uid_t container)
{
	return evidence == OWNER_ROOT || (evidence != OWNER_ANYBODY && evidence == container);
}

/* The rest of a path, and the directory in which to look up its next component. */
struct walk {
	char *rest;
	int directory;
	uid_t owner;
	unsigned int links;
};

static void walk_finish(struct walk *walk)
{
	free(walk->rest);
	cleanup_close_p(&walk->directory);
}

static void walk_to(struct walk *walk, int fd)
{
	cleanup_close_p(&walk->directory);
	walk->directory = fd;
}

static int walk_to_root(struct walk *walk, struct error *err)
{
	int fd = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		return error_set_errno(err, errno, "open /");
	walk_to(walk, fd);
	return 0;
}

/* Inserts the target of a symbolic link before the rest of the path. */
static int walk_follow(struct walk *walk, int link, struct error *err)
{
	char target[PATH_MAX];
	ssize_t length = readlinkat(link, "", target, sizeof(target) - 1);
	char *rest;

	if (length < 0)
		return error_set_errno(err, errno, "read a symbolic link");
	if (++walk->links > LINKS_MAX)
		return error_set(err, ELOOP, "too many symbolic links");
	target[length] = '\0';
	if (asprintf(&rest, "%s/%s", target, walk->rest) < 0)
		return error_nomem(err);
	free(walk->rest);
	walk->rest = rest;
	return target[0] == '/' ? walk_to_root(walk, err) : 0;
}

/* Opens the next component. Sets ret_more to false after the last one. */
static int walk_step(struct walk *walk, bool *ret_more, struct error *err)
{
	char *start = walk->rest + strspn(walk->rest, "/");
	size_t length = strcspn(start, "/");
	_cleanup_free_ char *name = strndup(start, length);
	_cleanup_close_ int fd = -1;
	struct stat status;

	*ret_more = length > 0;
	if (!name)
		return error_nomem(err);
	if (length == 0)
		return 0;
	memmove(walk->rest, start + length, strlen(start + length) + 1);
	fd = openat(walk->directory, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &status) < 0)
		return error_set_errno(err, errno, "open %s", name);
	walk->owner = owner_join(walk->owner, owner_of_status(&status));
	if (S_ISLNK(status.st_mode))
		return walk_follow(walk, fd, err);
	walk_to(walk, steal_fd(&fd));
	return 0;
}

int owner_open(const char *path, int *ret_fd, uid_t *ret_owner, struct error *err)
{
	_cleanup_(walk_finish) struct walk walk = { .directory = -1, .owner = OWNER_ROOT };
	bool more = true;
	int r;

	if (path[0] != '/')
		return error_set(err, EINVAL, "%s is not an absolute path", path);
	walk.rest = strdup(path);
	r = walk.rest ? walk_to_root(&walk, err) : error_nomem(err);
	while (r == 0 && more)
		r = walk_step(&walk, &more, err);
	if (r < 0) {
		error_prefix(err, "%s", path);
		return r;
	}
	*ret_fd = steal_fd(&walk.directory);
	*ret_owner = walk.owner;
	return 0;
}

int owner_of_cgroup(const struct cgroup_mount *mount, const char *cgroup, uid_t *ret_owner,
		    struct error *err)
{
	_cleanup_free_ char *directory = NULL;
	int r = cgroup_directory(mount, cgroup, &directory, err);

	if (r < 0)
		return r;
	do {
		_cleanup_close_ int fd = -1;
		char *slash = strrchr(directory, '/');

		if (!slash || (size_t)(slash - directory) < strlen(mount->path)) {
			*ret_owner = OWNER_ROOT;
			return 0;
		}
		*slash = '\0';
		error_finish(err);
		r = owner_open(directory, &fd, ret_owner, err);
	} while (r == -ENOENT);
	return r;
}

bool owner_runs_process(uid_t owner, int process)
{
	_cleanup_free_ char *text = NULL;
	unsigned int real, effective;
	const char *line;

	if (file_read(process, "status", STATUS_MAX, &text, NULL, NULL) < 0)
		return false;
	line = strstr(text, "\nUid:");
	return line && sscanf(line, "\nUid: %u %u", &real, &effective) == 2 && real == owner &&
	       effective == owner;
}

bool owner_has_process(uid_t owner, int process)
{
	_cleanup_close_ int namespace = -1;
	uid_t maker;

	if (owner == OWNER_ROOT)
		return true;
	if (owner == OWNER_ANYBODY)
		return false;
	if (owner_runs_process(owner, process))
		return true;
	namespace = openat(process, "ns/user", O_RDONLY | O_CLOEXEC);
	return namespace >= 0 && ioctl(namespace, NS_GET_OWNER_UID, &maker) == 0 && maker == owner;
}
