/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CGROUP_OWNER_H
#define CGROUP_OWNER_H

/*
 * Whose word a file or a cgroup is. The owner of a path is the one user besides root who can
 * change what the path leads to: who owns the file or one of the directories and symbolic links
 * on the way.
 *
 * One rule decides what is believed: evidence of root tells about every container, and evidence of
 * another user tells only about containers in a cgroup of that same user. So nothing that a user
 * writes changes what is known about a container of root's or of a third user's.
 */
#include <stdbool.h>
#include <sys/stat.h>
#include <sys/types.h>

#include "cgroup/cgroup.h"

struct error;

#define OWNER_ROOT ((uid_t)0)
#define OWNER_ANYBODY ((uid_t)-1) /* several users can change it: nobody's word */

/*
 * Opens an absolute path with O_PATH, which needs no right to read, and tells its owner. Symbolic
 * links are followed, and their owners count. Both belong together: what is opened below ret_fd
 * cannot be exchanged by anybody but that owner and root. The caller closes ret_fd.
 */
int owner_open(const char *path, int *ret_fd, uid_t *ret_owner, struct error *err);

/* Who can change a file or the entries of a directory, by its status alone. */
uid_t owner_of_status(const struct stat *status);

/* Who can change something that depends on both. */
uid_t owner_join(uid_t a, uid_t b);

/* True if evidence of this owner counts for a container of that owner. */
bool owner_tells_about(uid_t evidence, uid_t container);

/*
 * The user who can have made a cgroup: OWNER_ROOT, or whom a part of the tree was given to. The
 * cgroup's own directory does not count, because runtimes hand it to the user of their
 * container, nor does what is gone.
 */
int owner_of_cgroup(const struct cgroup_mount *mount, const char *cgroup, uid_t *ret_owner,
		    struct error *err);

/* True if a process, whose /proc/PID is open as directory, runs as a user. */
bool owner_runs_process(uid_t owner, int process);

/*
 * True if a process, whose /proc/PID is open as directory, belongs to a user: it runs as the user,
 * or in a user namespace of the user's making. Everything belongs to root.
 */
bool owner_has_process(uid_t owner, int process);

#endif
