// SPDX-License-Identifier: Apache-2.0
#include "util/temporary.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "util/cleanup.h"
#include "util/error.h"
#include "util/str.h"

#define PREFIX ".recorder."
#define DIGITS 16
#define DIGITS_FORMAT "%016llx"
#define MODE 0600

/* The path up to its last slash, inclusive; owned by the caller; NULL when memory ran out. */
static char *directory_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? strndup(path, slash - path + 1) : strdup("");
}

/* Makes a path in the directory of path that no other file has; owned by the caller. */
static int make_name(const char *path, char **ret_name, struct error *err)
{
	_cleanup_free_ char *directory = directory_of(path);
	unsigned long long unique;

	if (getrandom(&unique, sizeof(unique), 0) != sizeof(unique))
		return error_set_errno(err, errno, "get random bytes");
	if (!directory || asprintf(ret_name, "%s" PREFIX DIGITS_FORMAT, directory, unique) < 0)
		return error_nomem(err);
	return 0;
}

static bool is_temporary_name(const char *name)
{
	const char *digits = name + strlen(PREFIX);

	return str_has_prefix(name, PREFIX) && strlen(digits) == DIGITS &&
	       strspn(digits, "0123456789abcdef") == DIGITS;
}

/* The link to the file is made through /proc, which may be missing. */
static bool can_be_linked(int fd)
{
	char path[32];
	struct stat status;

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	return stat(path, &status) == 0;
}

static int link_as(int fd, int dirfd, const char *path)
{
	char source[32];

	snprintf(source, sizeof(source), "/proc/self/fd/%d", fd);
	return linkat(AT_FDCWD, source, dirfd, path, AT_SYMLINK_FOLLOW) < 0 ? -errno : 0;
}

/*
 * Ignores a file system without locks, on which temporary_clean() removes nothing either. False
 * if another process took the file for abandoned, and removed it, before it was locked.
 */
static bool lock(int fd)
{
	struct stat status;

	flock(fd, LOCK_EX);
	return fstat(fd, &status) < 0 || status.st_nlink > 0;
}

int temporary_open_named(int dirfd, const char *path, struct temporary *ret_temporary,
			 struct error *err)
{
	for (;;) {
		_cleanup_free_ char *name = NULL;
		_cleanup_close_ int fd = -1;
		int r = make_name(path, &name, err);

		if (r < 0)
			return r;
		fd = openat(dirfd, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
			    MODE);
		if (fd < 0)
			return error_set_errno(err, errno, "create a file beside %s", path);
		if (!lock(fd))
			continue;
		*ret_temporary = (struct temporary){ steal_fd(&fd), steal_pointer(&name) };
		return 0;
	}
}

int temporary_open(int dirfd, const char *path, struct temporary *ret_temporary, struct error *err)
{
	_cleanup_free_ char *directory = directory_of(path);
	_cleanup_close_ int fd = -1;

	if (!directory)
		return error_nomem(err);
	fd = openat(dirfd, *directory ? directory : ".", O_WRONLY | O_TMPFILE | O_CLOEXEC, MODE);
	/* The file system lacks such files, or the next call reports the failure. */
	if (fd < 0 || !can_be_linked(fd))
		return temporary_open_named(dirfd, path, ret_temporary, err);
	flock(fd, LOCK_EX);
	*ret_temporary = (struct temporary){ steal_fd(&fd), NULL };
	return 0;
}

int temporary_publish(struct temporary *temporary, int dirfd, const char *path)
{
	int r;

	if (!temporary->name) {
		r = link_as(temporary->fd, dirfd, path);
		if (r != -EEXIST)
			return r;
		r = make_name(path, &temporary->name, NULL);
		if (r == 0)
			r = link_as(temporary->fd, dirfd, temporary->name);
		if (r < 0)
			return r;
	}
	if (renameat(dirfd, temporary->name, dirfd, path) < 0)
		return -errno;
	free(steal_pointer(&temporary->name));
	return 0;
}

void temporary_finish(struct temporary *temporary, int dirfd)
{
	if (temporary->name)
		unlinkat(dirfd, temporary->name, 0);
	cleanup_close_p(&temporary->fd);
	free(temporary->name);
	*temporary = (struct temporary)TEMPORARY_INIT;
}

/*
 * Other users may be able to write to the directory and replace the file at any time. So this
 * function opens nothing but a regular file, and removes nothing but a name in this directory.
 */
static void remove_abandoned(int directory_fd, const char *name)
{
	_cleanup_close_ int fd = -1;
	struct stat status;

	if (fstatat(directory_fd, name, &status, AT_SYMLINK_NOFOLLOW) < 0 ||
	    !S_ISREG(status.st_mode) || status.st_uid != geteuid())
		return;
	fd = openat(directory_fd, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (fd < 0 || flock(fd, LOCK_EX | LOCK_NB) < 0 || fstat(fd, &status) < 0)
		return;
	if (S_ISREG(status.st_mode) && status.st_uid == geteuid() && status.st_nlink == 1)
		unlinkat(directory_fd, name, 0);
}

void temporary_clean(int directory_fd)
{
	int copy = openat(directory_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	_cleanup_closedir_ DIR *dir = copy < 0 ? NULL : fdopendir(copy);
	struct dirent *entry;

	if (!dir) {
		cleanup_close_p(&copy);
		return;
	}
	while ((entry = readdir(dir)))
		if (is_temporary_name(entry->d_name))
			remove_abandoned(directory_fd, entry->d_name);
}

void temporary_clean_beside(int dirfd, const char *path)
{
	_cleanup_free_ char *directory = directory_of(path);
	_cleanup_close_ int fd = -1;

	if (!directory)
		return;
	fd = openat(dirfd, *directory ? directory : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd >= 0)
		temporary_clean(fd);
}
