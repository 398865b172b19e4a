// SPDX-License-Identifier: Apache-2.0
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "cgroup/cgroup.h"
#include "cgroup/cgroup_tree.h"
#include "util/error.h"
#include "util/str.h"

/* linux/exportfs.h: the file handle of a kernfs node is its 64-bit id. */
#define FILEID_KERNFS 0xfe

union kernfs_handle {
	struct file_handle handle;
	char space[sizeof(struct file_handle) + sizeof(uint64_t)];
};

int cgroup_id_of_directory(const char *directory, uint64_t *ret_id, struct error *err)
{
	union kernfs_handle u = { .handle.handle_bytes = sizeof(uint64_t) };
	struct stat st;
	int mount_id;

	if (name_to_handle_at(AT_FDCWD, directory, &u.handle, &mount_id, 0) == 0 &&
	    u.handle.handle_type == FILEID_KERNFS && u.handle.handle_bytes == sizeof(uint64_t)) {
		memcpy(ret_id, u.handle.f_handle, sizeof(*ret_id));
		return 0;
	}
	/*
	 * For example, seccomp forbids file handles. On 64-bit kernels the inode number equals
	 * the id.
	 */
	if (stat(directory, &st) < 0)
		return error_set_errno(err, errno, "find the id of the cgroup %s", directory);
	*ret_id = st.st_ino;
	return 0;
}

/* Opens the directory of a cgroup by its id. Returns a descriptor or a negative errno. */
static int open_id(const struct cgroup_mount *mount, uint64_t id)
{
	union kernfs_handle u = { .handle = { .handle_bytes = sizeof(id),
					      .handle_type = FILEID_KERNFS } };
	_cleanup_close_ int top = open(mount->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int fd;

	if (top < 0)
		return -errno;
	memcpy(u.handle.f_handle, &id, sizeof(id));
	fd = open_by_handle_at(top, &u.handle, O_PATH | O_CLOEXEC);
	if (fd < 0)
		return errno == ESTALE ? -ENOENT : -errno;
	return fd;
}

/* Writes the path of an open descriptor to name, which has room for PATH_MAX bytes. */
static int name_of_descriptor(int fd, char *name)
{
	char link[64];
	ssize_t length;

	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	length = readlink(link, name, PATH_MAX);
	if (length < 0)
		return -errno;
	if (length == PATH_MAX)
		return -ENAMETOOLONG;
	name[length] = '\0';
	return 0;
}

/* Converts a directory under the mount to a cgroup path: the reverse of cgroup_directory(). */
static char *path_of_directory(const struct cgroup_mount *mount, const char *directory)
{
	const char *root = mount->root[1] ? mount->root : "", *below;
	size_t length = strlen(mount->path);
	char *path;

	if (!str_has_prefix(directory, mount->path) ||
	    (directory[length] != '/' && directory[length] != '\0'))
		return NULL;
	below = directory + length;
	if (asprintf(&path, "%s%s", root, below) < 0)
		return NULL;
	if (*path)
		return path;
	free(path);
	return strdup("/");
}

struct wanted_id {
	uint64_t id;
	char *path;
};

/* Ends the walk with -EEXIST when it has found the cgroup. */
static int compare_id(void *data, const char *path, uint64_t id, uint64_t parent_id,
		      struct error *err)
{
	struct wanted_id *wanted = data;

	if (id != wanted->id)
		return 0;
	wanted->path = strdup(path);
	return wanted->path ? -EEXIST : -ENOMEM;
}

static int search_id(const struct cgroup_mount *mount, uint64_t id, char **ret_path)
{
	struct wanted_id wanted = { .id = id };
	int r = cgroup_tree_walk(mount->root, compare_id, &wanted, NULL);

	if (r < 0 && r != -EEXIST)
		return r;
	if (!wanted.path)
		return -ENOENT;
	*ret_path = wanted.path;
	return 0;
}

static int find_by_handle(const struct cgroup_mount *mount, uint64_t id, char **ret_path)
{
	_cleanup_close_ int fd = open_id(mount, id);
	char name[PATH_MAX];
	uint64_t same = 0;
	int r = fd < 0 ? fd : name_of_descriptor(fd, name);

	if (r < 0)
		return r;
	/* The name of a cgroup that was removed meanwhile ends with " (deleted)". */
	if (cgroup_id_of_directory(name, &same, NULL) < 0 || same != id)
		return -ENOENT;
	*ret_path = path_of_directory(mount, name);
	return *ret_path ? 0 : -ENOENT;
}

int cgroup_path_of_id(const struct cgroup_mount *mount, uint64_t id, char **ret_path,
		      struct error *err)
{
	int r = find_by_handle(mount, id, ret_path);

	/*
	 * The caller lacks CAP_DAC_READ_SEARCH, or seccomp forbids file handles. The search is
	 * slow: among a thousand cgroups it took 64 ms, and the handle 5 us.
	 */
	if (r == -EPERM || r == -ENOSYS)
		r = search_id(mount, id, ret_path);
	return r < 0 ? error_set_errno(err, -r, "find the path of cgroup %llu",
				       (unsigned long long)id) :
		       0;
}
