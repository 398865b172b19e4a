/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CGROUP_CGROUP_H
#define CGROUP_CGROUP_H

/*
 * The cgroup v2 hierarchy: where it is, who is in which cgroup, and a cgroup of one's own
 * for a command. On hybrid systems (v1 controllers, v2 at /sys/fs/cgroup/unified) runtimes
 * create a container's cgroup in the v2 hierarchy too, so v2 is all that is needed.
 */
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "cgroup/cgroup_path.h"
#include "util/cleanup.h"

struct error;

struct cgroup_mount {
	char *path;  /* mount point, such as "/sys/fs/cgroup" */
	char *root;  /* the cgroup that is visible there: "/" unless a part was bind-mounted */
	bool hybrid; /* v1 hierarchies are mounted as well */
};

/* The v2 mount of this process; -ENOENT with advice when there is none. */
int cgroup_mount_find(struct cgroup_mount *ret_mount, struct error *err);

/* The same from the text of a mountinfo file; of several mounts the one that shows most. */
int cgroup_mount_parse(const char *mountinfo, struct cgroup_mount *ret_mount, struct error *err);

void cgroup_mount_finish(struct cgroup_mount *mount);
#define _cleanup_cgroup_mount_ _cleanup_(cgroup_mount_finish)

/*
 * The v2 cgroup of a process, such as "/kubepods/besteffort/pod<uid>/<id>", as seen from the
 * caller's cgroup namespace; owned by the caller. -ESRCH when there is no such process, or when
 * it ended while its cgroup was looked up.
 */
int cgroup_of_pid(pid_t pid, char **ret_path, struct error *err);

/* The same from the text of a /proc/PID/cgroup file. */
int cgroup_of_text(const char *text, char **ret_path, struct error *err);

/*
 * The directory of a cgroup path under the mount, owned by the caller. -EINVAL for a path
 * with ".." or outside of what the mount shows.
 */
int cgroup_directory(const struct cgroup_mount *mount, const char *path, char **ret_directory,
		     struct error *err);

/*
 * Calls act on each process of one cgroup, given by its directory, and not of those below. Ends
 * with the first failure of act but -ESRCH; a negative errno where the list cannot be read.
 */
int cgroup_for_each_process(const char *directory, int (*act)(pid_t pid, const void *data),
			    const void *data);

/*
 * The cgroup path of a directory given by the user: a path under the mount
 * ("/sys/fs/cgroup/x") or a cgroup path ("/x"); owned by the caller. -ENOENT when there is no
 * such cgroup.
 */
int cgroup_path_of_argument(const struct cgroup_mount *mount, const char *argument, char **ret_path,
			    struct error *err);

/*
 * The kernel's 64-bit id of a cgroup directory, as bpf_get_current_cgroup_id() has it: never
 * used again while the machine is up.
 */
int cgroup_id_of_directory(const char *directory, uint64_t *ret_id, struct error *err);

/*
 * The reverse: the path of the cgroup that has the id now, of any length that /proc can tell
 * (PATH_MAX), owned by the caller. -ENOENT when it is gone or is not visible under the mount,
 * -ENAMETOOLONG. Without CAP_DAC_READ_SEARCH the whole tree is searched for it.
 */
int cgroup_path_of_id(const struct cgroup_mount *mount, uint64_t id, char **ret_path,
		      struct error *err);

enum cgroup_maker {
	CGROUP_OF_ROOT,	   /* or of the caller */
	CGROUP_OF_USER,	   /* a less privileged user may have made it */
	CGROUP_OF_UNKNOWN, /* a directory above it is gone, which could have told */
};

/*
 * Who can have made a cgroup: root and the caller, unless somebody else owns, or may write to, a
 * directory above it. The cgroup's own directory does not count: runtimes hand it to the user of
 * their container. Nor does a part of the hierarchy that is not in sight, which begins at the
 * top, where users make nothing.
 */
enum cgroup_maker cgroup_made_by(const struct cgroup_mount *mount, const char *path);

/* A cgroup made for one command, below the caller's own cgroup. */
struct cgroup_command {
	char *directory; /* where it is mounted */
	char *path;	 /* its cgroup path */
	char *parent;	 /* directory of the cgroup that survivors go back to */
	uint64_t id;
};

/* Creates an empty cgroup; the caller removes it with cgroup_command_remove(). */
int cgroup_create_for_command(const struct cgroup_mount *mount, struct cgroup_command *ret_command,
			      struct error *err);

/* Whether a process is left in it or below it. */
int cgroup_command_populated(const struct cgroup_command *command, bool *ret_populated,
			     struct error *err);

/*
 * Removes it with all cgroups below. Processes still alive go back to the cgroup they came
 * from and live on.
 */
int cgroup_command_remove(const struct cgroup_command *command, struct error *err);

void cgroup_command_finish(struct cgroup_command *command);
#define _cleanup_cgroup_command_ _cleanup_(cgroup_command_finish)

#endif
