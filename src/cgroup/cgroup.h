/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CGROUP_CGROUP_H
#define CGROUP_CGROUP_H

/*
 * The cgroup v2 hierarchy: its mount, the cgroups of processes, and a separate cgroup for a
 * command. On hybrid systems (v1 controllers, v2 at /sys/fs/cgroup/unified) runtimes also
 * create a container's cgroup in the v2 hierarchy, so v2 is enough.
 */
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "cgroup/cgroup_path.h"
#include "util/cleanup.h"

struct error;

struct cgroup_mount {
	char *path;  /* mount point, such as "/sys/fs/cgroup" */
	char *root;  /* the cgroup at the mount point: "/" unless only a part is bind-mounted */
	bool hybrid; /* v1 hierarchies are also mounted */
};

/* Finds the v2 mount in this process's mount namespace. -ENOENT with advice if there is none. */
int cgroup_mount_find(struct cgroup_mount *ret_mount, struct error *err);

/*
 * The same from the text of a mountinfo file. Of several mounts, chooses the one that shows
 * most of the hierarchy.
 */
int cgroup_mount_parse(const char *mountinfo, struct cgroup_mount *ret_mount, struct error *err);

void cgroup_mount_finish(struct cgroup_mount *mount);
#define _cleanup_cgroup_mount_ _cleanup_(cgroup_mount_finish)

/*
 * Finds the v2 cgroup of a process, such as "/kubepods/besteffort/pod<uid>/<id>", as seen from
 * the caller's cgroup namespace. The caller owns ret_path. -ESRCH if there is no such process,
 * or if it ended during the lookup.
 */
int cgroup_of_pid(pid_t pid, char **ret_path, struct error *err);

/* The same from the text of a /proc/PID/cgroup file. */
int cgroup_of_text(const char *text, char **ret_path, struct error *err);

/*
 * Converts a cgroup path to its directory under the mount. The caller owns ret_directory.
 * -EINVAL for a path with "..", or outside the part that the mount shows.
 */
int cgroup_directory(const struct cgroup_mount *mount, const char *path, char **ret_directory,
		     struct error *err);

/*
 * Calls act on each process of the cgroup with this directory, but not of cgroups below it.
 * Stops at the first failure of act except -ESRCH, and returns it. Returns a negative errno if
 * the list cannot be read.
 */
int cgroup_for_each_process(const char *directory, int (*act)(pid_t pid, const void *data),
			    const void *data);

/*
 * Converts an argument of the user to a cgroup path. The argument is a path under the mount
 * ("/sys/fs/cgroup/x") or a cgroup path ("/x"). The caller owns ret_path. -ENOENT if there is
 * no such cgroup.
 */
int cgroup_path_of_argument(const struct cgroup_mount *mount, const char *argument, char **ret_path,
			    struct error *err);

/*
 * Finds the kernel's 64-bit id of a cgroup directory, as bpf_get_current_cgroup_id() returns
 * it. The kernel does not reuse ids until the next boot.
 */
int cgroup_id_of_directory(const char *directory, uint64_t *ret_id, struct error *err);

/*
 * The reverse: finds the current path of the cgroup with this id. The path can be as long as /proc
 * can show it (PATH_MAX). The caller owns ret_path. -ENOENT if the cgroup is gone or not visible
 * under the mount, -ENAMETOOLONG. Without CAP_DAC_READ_SEARCH it searches the whole tree.
 */
int cgroup_path_of_id(const struct cgroup_mount *mount, uint64_t id, char **ret_path,
		      struct error *err);

enum cgroup_maker {
	CGROUP_OF_ROOT,	   /* made by root or by the caller */
	CGROUP_OF_USER,	   /* a less privileged user may have made it */
	CGROUP_OF_UNKNOWN, /* a directory above it, which could show the maker, is gone */
};

/*
 * Tells who can have made a cgroup: only root and the caller, unless another user owns or can
 * write to a directory above it. The cgroup's own directory does not count, because runtimes
 * hand it to the user of their container. Directories outside the visible part of the hierarchy
 * do not count either: they are at the top, where users make no cgroups.
 */
enum cgroup_maker cgroup_made_by(const struct cgroup_mount *mount, const char *path);

/* A cgroup for one command, below the caller's own cgroup. */
struct cgroup_command {
	char *directory; /* its directory under the mount */
	char *path;	 /* its cgroup path */
	char *parent;	 /* directory of the cgroup to which surviving processes return */
	uint64_t id;
};

/* Creates an empty cgroup. The caller removes it with cgroup_command_remove(). */
int cgroup_create_for_command(const struct cgroup_mount *mount, struct cgroup_command *ret_command,
			      struct error *err);

/* Sets ret_populated to true if the cgroup, or one below it, still has a process. */
int cgroup_command_populated(const struct cgroup_command *command, bool *ret_populated,
			     struct error *err);

/*
 * Removes the cgroup and all cgroups below it. Processes that are still alive move to the
 * parent cgroup and live on.
 */
int cgroup_command_remove(const struct cgroup_command *command, struct error *err);

void cgroup_command_finish(struct cgroup_command *command);
#define _cleanup_cgroup_command_ _cleanup_(cgroup_command_finish)

#endif
