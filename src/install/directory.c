// SPDX-License-Identifier: Apache-2.0
#include "install/directory.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "util/cleanup.h"
#include "util/error.h"
#include "util/file.h"
#include "util/string_set.h"
#include "util/temporary.h"

#define DIRECTORY_MODE 0755
#define OPEN_DIRECTORY (O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)

/* A profile that names every call has 20 KiB. A larger file than this is no profile. */
#define PROFILE_SIZE_MAX (4u << 20)

/* Sets the mode again after mkdirat(), because the umask took bits away. */
static int make_directory(int fd, const char *name)
{
	_cleanup_close_ int made = -1;

	if (mkdirat(fd, name, DIRECTORY_MODE) < 0)
		return errno == EEXIST ? 0 : -errno;
	made = openat(fd, name, OPEN_DIRECTORY);
	if (made < 0 || fchmod(made, DIRECTORY_MODE) < 0 || fsync(fd) < 0)
		return -errno;
	return 0;
}

static int open_component(int fd, const char *name, bool create)
{
	int r, child = openat(fd, name, OPEN_DIRECTORY);

	if (child >= 0 || errno != ENOENT || !create)
		return child < 0 ? -errno : child;
	r = make_directory(fd, name);
	if (r < 0)
		return r;
	child = openat(fd, name, OPEN_DIRECTORY);
	return child < 0 ? -errno : child;
}

static int refuse_component(int fd, const char *name, int length, const char *path,
			    struct error *err)
{
	char target[1];

	if (readlinkat(fd, name, target, sizeof(target)) < 0)
		return error_set(err, ENOTDIR, "%.*s is not a directory", length, path);
	return error_set(err, ENOTDIR,
			 "%.*s is a symbolic link, such as the Security Profiles Operator makes; "
			 "it is not followed, because the owner of the directory behind it could "
			 "choose what is written there",
			 length, path);
}

int directory_open_parent(int fd, const char *path, bool create, int *ret_fd, const char **ret_name,
			  struct error *err)
{
	_cleanup_close_ int current = openat(fd, ".", OPEN_DIRECTORY);
	const char *slash;

	if (current < 0)
		return error_set_errno(err, errno, "open a directory for %s", path);
	for (const char *name = path; (slash = strchr(name, '/')); name = slash + 1) {
		_cleanup_free_ char *component = strndup(name, slash - name);
		int child = component ? open_component(current, component, create) : -ENOMEM;

		if (child == -ENOTDIR || child == -ELOOP)
			return refuse_component(current, component, slash - path, path, err);
		if (child < 0)
			return error_set_errno(err, -child, "open the directory %.*s",
					       (int)(slash - path), path);
		close(current);
		current = child;
	}
	slash = strrchr(path, '/');
	*ret_name = slash ? slash + 1 : path;
	*ret_fd = steal_fd(&current);
	return 0;
}

int directory_read(int fd, const char *path, char **ret_data, size_t *ret_size,
		   struct stat *ret_status, struct error *err)
{
	_cleanup_close_ int parent = -1;
	const char *name;
	int r = directory_open_parent(fd, path, false, &parent, &name, err);

	if (r == 0)
		r = file_read_regular(parent, name, PROFILE_SIZE_MAX, ret_data, ret_size,
				      ret_status, err);
	return r;
}

int directory_write(int fd, const char *path, const void *data, size_t size, mode_t mode,
		    struct error *err)
{
	_cleanup_close_ int parent = -1;
	const char *name;
	int r = directory_open_parent(fd, path, true, &parent, &name, err);

	if (r == 0)
		r = file_write_atomic(parent, name, data, size, mode, err);
	if (r < 0)
		return r;
	/* Until this fsync(), only the file's content is on the disk, and not its name. */
	return fsync(parent) < 0 ? error_set_errno(err, errno, "write the directory of %s", path) :
				   0;
}

/*
 * Begins with the innermost directory, and ends at one that is not empty or cannot be removed.
 */
static void remove_empty_parents(int fd, const char *path)
{
	_cleanup_free_ char *directory = strdup(path);
	char *slash;

	while (directory && (slash = strrchr(directory, '/'))) {
		_cleanup_close_ int parent = -1;
		const char *name;

		*slash = '\0';
		if (directory_open_parent(fd, directory, false, &parent, &name, NULL) < 0 ||
		    unlinkat(parent, name, AT_REMOVEDIR) < 0)
			return;
	}
}

int directory_remove(int fd, const char *path, struct error *err)
{
	_cleanup_close_ int parent = -1;
	const char *name;
	int r = directory_open_parent(fd, path, false, &parent, &name, err);

	if (r == -ENOENT) {
		error_finish(err);
		return 0;
	}
	if (r < 0)
		return r;
	if (unlinkat(parent, name, 0) < 0 && errno != ENOENT)
		return error_set_errno(err, errno, "remove %s", path);
	if (fsync(parent) < 0)
		return error_set_errno(err, errno, "write the directory of %s", path);
	remove_empty_parents(fd, path);
	return 0;
}

struct listing {
	char ***paths;
	size_t *count;
};

static int list_below(const struct listing *listing, int fd, const char *path, int depth,
		      struct error *err);

static int list_entry(const struct listing *listing, int fd, const char *path, const char *name,
		      int depth, struct error *err)
{
	_cleanup_free_ char *below = NULL;
	_cleanup_close_ int child = -1;

	if (asprintf(&below, "%s%s%s", path, *path ? "/" : "", name) < 0) {
		below = NULL;
		return error_nomem(err);
	}
	child = openat(fd, name, OPEN_DIRECTORY);
	if (child < 0)
		return string_set_add(listing->paths, listing->count, below, err);
	return depth > 0 ? list_below(listing, child, below, depth - 1, err) : 0;
}

static int list_below(const struct listing *listing, int fd, const char *path, int depth,
		      struct error *err)
{
	int copy = openat(fd, ".", OPEN_DIRECTORY);
	_cleanup_closedir_ DIR *dir = copy < 0 ? NULL : fdopendir(copy);
	struct dirent *entry;
	int r = 0;

	if (!dir) {
		r = error_set_errno(err, errno, "list the directory %s", *path ? path : ".");
		cleanup_close_p(&copy);
		return r;
	}
	while (r == 0 && (entry = readdir(dir)))
		if (entry->d_name[0] != '.')
			r = list_entry(listing, fd, path, entry->d_name, depth, err);
	return r;
}

int directory_list(int fd, int depth, char ***paths, size_t *count, struct error *err)
{
	struct listing listing = { paths, count };

	return list_below(&listing, fd, "", depth, err);
}

void directory_clean(int fd, int depth)
{
	int copy = openat(fd, ".", OPEN_DIRECTORY);
	_cleanup_closedir_ DIR *dir = copy < 0 ? NULL : fdopendir(copy);
	struct dirent *entry;

	temporary_clean(fd);
	if (!dir)
		cleanup_close_p(&copy);
	while (depth > 0 && dir && (entry = readdir(dir))) {
		_cleanup_close_ int child = -1;

		if (entry->d_name[0] == '.')
			continue;
		child = openat(fd, entry->d_name, OPEN_DIRECTORY);
		if (child >= 0)
			directory_clean(child, depth - 1);
	}
}
