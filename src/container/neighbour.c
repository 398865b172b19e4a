// SPDX-License-Identifier: Apache-2.0
#include "container/neighbour.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/nsfs.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cgroup/cgroup.h"
#include "cgroup/cgroup_tree.h"
#include "cgroup/process.h"
#include "util/error.h"
#include "util/file.h"
#include "util/pidfd.h"

/* A runtime has finished its work in a container's cgroup long before the last look. */
#define LOOKS 10
#define LOOK_INTERVAL_US 50000
/* Maximum nesting of pid namespaces (32, MAX_PID_NS_LEVEL), and of processes. */
#define NAMESPACE_LEVELS_MAX 32
#define ANCESTORS_MAX 1000
#define STAT_MAX 65536

/* A namespace, identified by the inode of its file. */
struct space {
	dev_t device;
	ino_t inode; /* 0: unknown */
};

/* The evidence that a process belongs to a container. */
struct marks {
	pid_t first;
	struct space pid_space;	  /* unknown unless it is the container's own */
	struct space mount_space; /* the same */
};

struct search {
	const struct cgroup_mount *mount;
	const struct marks *marks;
	struct neighbour found;
};

static int open_space(pid_t pid, const char *name)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/ns/%s", pid, name);
	return open(path, O_RDONLY | O_CLOEXEC);
}

static struct space space_of(int fd)
{
	struct stat st;

	if (fd < 0 || fstat(fd, &st) < 0)
		return (struct space){};
	return (struct space){ st.st_dev, st.st_ino };
}

static bool same_space(const struct space *a, const struct space *b)
{
	return a->inode && a->inode == b->inode && a->device == b->device;
}

static struct space space_of_process(pid_t pid, const char *name)
{
	_cleanup_close_ int fd = open_space(pid, name);

	return space_of(fd);
}

/*
 * Returns the namespace of the first process, or unknown if it is the machine's. The machine's
 * is that of process 1. This program's counts too, because process 1 cannot be asked
 * everywhere.
 */
static struct space own_space(pid_t pid, const char *name)
{
	struct space space = space_of_process(pid, name), machine = space_of_process(1, name),
		     mine = space_of_process(getpid(), name);

	return same_space(&space, &machine) || same_space(&space, &mine) ? (struct space){} : space;
}

static bool in_pid_space(pid_t pid, const struct space *wanted)
{
	_cleanup_close_ int fd = open_space(pid, "pid");
	int level;

	for (level = 0; fd >= 0 && wanted->inode && level < NAMESPACE_LEVELS_MAX; level++) {
		struct space space = space_of(fd);
		int parent;

		if (same_space(&space, wanted))
			return true;
		parent = ioctl(fd, NS_GET_PARENT);
		close(fd);
		fd = parent;
	}
	return false;
}

/*
 * True also if the namespace of the process cannot be read: there is no evidence then that it
 * is a neighbour.
 */
static bool in_mount_space(pid_t pid, const struct space *wanted)
{
	struct space space = space_of_process(pid, "mnt");

	return !space.inode || same_space(&space, wanted);
}

/*
 * Reads the parent from proc(5): "pid (name) state ppid …", where the name may have any
 * character. 0 if the process is gone.
 */
static pid_t parent_of(pid_t pid)
{
	_cleanup_free_ char *text = NULL;
	const char *name_end;
	char path[64];
	pid_t parent = 0;

	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	if (file_read(AT_FDCWD, path, STAT_MAX, &text, NULL, NULL) < 0)
		return 0;
	name_end = strrchr(text, ')');
	return name_end && sscanf(name_end, ") %*c %d", &parent) == 1 ? parent : 0;
}

static bool descends_from(pid_t pid, pid_t ancestor)
{
	int i;

	for (i = 0; i < ANCESTORS_MAX && pid > 1 && pid != ancestor; i++)
		pid = parent_of(pid);
	return pid == ancestor;
}

static bool belongs(const struct marks *marks, pid_t pid)
{
	return descends_from(pid, marks->first) || in_pid_space(pid, &marks->pid_space) ||
	       in_mount_space(pid, &marks->mount_space);
}

static int look_at(pid_t pid, const void *data)
{
	struct search *search = (struct search *)data;
	_cleanup_close_ int pidfd = pidfd_of(pid);
	_cleanup_free_ char *name = NULL;

	/* A process that has ended does nothing more, and its namespaces cannot be read. */
	if (pidfd < 0 || belongs(search->marks, pid) || process_name(pid, &name, NULL) < 0 ||
	    !pidfd_is_alive(pidfd))
		return 0;
	search->found.pid = pid;
	search->found.name = steal_pointer(&name);
	return -EEXIST;
}

static int look_in(void *data, const char *path, uint64_t id, uint64_t parent_id, struct error *err)
{
	struct search *search = data;
	_cleanup_free_ char *directory = NULL;

	if (cgroup_directory(search->mount, path, &directory, NULL) < 0)
		return 0;
	return cgroup_for_each_process(directory, look_at, search) == -EEXIST ? -EEXIST : 0;
}

/* Takes one look. False if no neighbour was found. */
static bool look(struct search *search, const char *cgroup, bool tree)
{
	free(search->found.name);
	search->found = (struct neighbour){};
	if (tree)
		cgroup_tree_walk(cgroup, look_in, search, NULL);
	else
		look_in(search, cgroup, 0, 0, NULL);
	return search->found.pid;
}

int neighbour_find(const struct cgroup_mount *mount, const char *cgroup, pid_t first, bool tree,
		   struct neighbour *ret_neighbour, struct error *err)
{
	_cleanup_close_ int pidfd = pidfd_of(first);
	struct marks marks = { .first = first };
	struct search search = { .mount = mount, .marks = &marks };
	int i;

	marks.pid_space = own_space(first, "pid");
	marks.mount_space = own_space(first, "mnt");
	for (i = 0; i < LOOKS && look(&search, cgroup, tree); i++)
		if (i < LOOKS - 1)
			usleep(LOOK_INTERVAL_US);
	if (pidfd < 0 || !pidfd_is_alive(pidfd)) {
		neighbour_finish(&search.found);
		return error_set(err, ESRCH, "there is no process %d any more", first);
	}
	*ret_neighbour = search.found;
	return 0;
}
