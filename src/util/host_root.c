// SPDX-License-Identifier: Apache-2.0
#include "util/host_root.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdbool.h>
#include <sys/stat.h>

#include "util/error.h"
#include "util/user.h"

/* Where "kubectl debug node/…" mounts it. */
#define USUAL "/host"

/* PROC_CGROUP_INIT_INO, include/linux/proc_ns.h: the inode number of the first one. */
#define FIRST_CGROUP_NAMESPACE 0xEFFFFFFBU

#define OPEN_DIRECTORY (O_PATH | O_DIRECTORY | O_CLOEXEC)

static bool is_same(const struct stat *a, const struct stat *b)
{
	return a->st_dev == b->st_dev && a->st_ino == b->st_ino;
}

const char *host_root_find(void)
{
	struct stat usual, own, first;

	if (stat(USUAL, &usual) < 0 || stat("/", &own) < 0 || is_same(&usual, &own))
		return NULL;
	if (stat("/proc/1/root/", &first) == 0)
		return is_same(&usual, &first) ? USUAL : NULL;
	/* Only a process with all rights of process 1 may look. */
	return access(USUAL "/proc/self/status", F_OK) == 0 ? USUAL : NULL;
}

/*
 * Opens the cgroup namespace of process 1. Where that may not be looked at, even by root, kthreadd
 * is: it never leaves the first namespace, which process 1 has too, unless it is in a container.
 */
static int open_cgroups(struct error *err)
{
	static const char wanted[] = "/proc/1/ns/cgroup", other[] = "/proc/2/ns/cgroup";
	_cleanup_close_ int fd = open(wanted, O_RDONLY | O_CLOEXEC);
	int reason = errno;
	struct stat status;

	if (fd < 0) {
		fd = open(other, O_RDONLY | O_CLOEXEC);
		if (fd < 0 || fstat(fd, &status) < 0 || status.st_ino != FIRST_CGROUP_NAMESPACE)
			return error_set_errno(err, reason, "open %s", wanted);
	}
	return steal_fd(&fd);
}

/* Enters the cgroup namespace of process 1. ret_before is the one before, or -1 if it is the same. */
static int enter_cgroups(int *ret_before, struct error *err)
{
	static const char own[] = "/proc/self/ns/cgroup";
	_cleanup_close_ int wanted = -1, before = open(own, O_RDONLY | O_CLOEXEC);
	struct stat status;

	if (before < 0 || fstat(before, &status) < 0)
		return error_set_errno(err, errno, "open %s", own);
	if (status.st_ino == FIRST_CGROUP_NAMESPACE)
		return 0;
	wanted = open_cgroups(err);
	if (wanted < 0)
		return wanted;
	if (setns(wanted, CLONE_NEWCGROUP) < 0)
		return error_set_errno(err, errno, "enter the host's cgroup namespace");
	*ret_before = steal_fd(&before);
	return 0;
}

static int change_root(const char *path, struct error *err)
{
	struct stat process;

	if (chroot(path) < 0 || chdir("/") < 0)
		return error_set_errno(err, errno, "enter %s", path);
	if (stat("/proc/self/status", &process) < 0)
		return error_set(err, ENOENT,
				 "%s has no /proc: mount the host's / there with all that is below "
				 "it (mount --rbind)",
				 path);
	return 0;
}

int host_root_enter(const char *path, struct host_root *ret_host_root, struct error *err)
{
	_cleanup_host_root_ struct host_root entered = HOST_ROOT_INIT;
	int r;

	entered.directory = open(".", OPEN_DIRECTORY);
	entered.root = open("/", OPEN_DIRECTORY);
	if (entered.root < 0 || entered.directory < 0)
		return error_set_errno(err, errno, "open /");
	user_read_files_only();
	r = change_root(path, err);
	if (r == 0)
		r = enter_cgroups(&entered.cgroups, err);
	if (r < 0)
		return r;
	*ret_host_root = entered;
	entered = (struct host_root)HOST_ROOT_INIT;
	return 0;
}

void host_root_leave(struct host_root *host_root)
{
	/* What was possible one way is possible the other. */
	if (host_root->root >= 0 && fchdir(host_root->root) == 0 && chroot(".") == 0 &&
	    fchdir(host_root->directory) == 0 && host_root->cgroups >= 0)
		setns(host_root->cgroups, CLONE_NEWCGROUP);
	cleanup_close_p(&host_root->root);
	cleanup_close_p(&host_root->directory);
	cleanup_close_p(&host_root->cgroups);
	*host_root = (struct host_root)HOST_ROOT_INIT;
}
