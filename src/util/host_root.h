/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UTIL_HOST_ROOT_H
#define UTIL_HOST_ROOT_H

/*
 * The host's files, for a process in a container that has the host's / mounted somewhere, such
 * as a pod of "kubectl debug node/…" at /host. Between enter and leave, absolute paths are the
 * host's, and so are symbolic links on the way: the kernel resolves none of them outside, as
 * after chroot(2). Cgroup paths are the host's, too.
 */
#include "util/cleanup.h"

struct error;

struct host_root {
	int root;      /* the process's own /, to which it returns; -1: nothing was entered */
	int directory; /* its working directory */
	int cgroups;   /* its cgroup namespace; -1: the host's */
};

#define HOST_ROOT_INIT     \
	{                  \
		-1, -1, -1 \
	}

/*
 * Makes the files below path the process's, in all its threads. ret_host_root must be
 * HOST_ROOT_INIT. -ENOENT without a mounted /proc there, and -EPERM without CAP_SYS_CHROOT or,
 * if the process has a cgroup namespace of its own, CAP_SYS_ADMIN.
 */
int host_root_enter(const char *path, struct host_root *ret_host_root, struct error *err);

/* Returns to the process's own files. Does nothing the second time. */
void host_root_leave(struct host_root *host_root);
#define _cleanup_host_root_ _cleanup_(host_root_leave)

/*
 * Returns "/host" if the root directory of process 1 is mounted there and is not this process's.
 * If process 1 may not be looked at, a mounted /proc there is enough. NULL otherwise.
 */
const char *host_root_find(void);

#endif
