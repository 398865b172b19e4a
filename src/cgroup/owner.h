/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CGROUP_OWNER_H
#define CGROUP_OWNER_H

/*
 * Decides how far to trust a file or a cgroup. The owner of a path is the one user besides root
 * who can change what the path leads to: the owner of the file, or of a directory or symbolic
 * link on the way.
 *
 * One rule decides: evidence of root counts for every container, and evidence of another user
 * counts only for containers in a cgroup of that same user. So nothing that a user writes can
 * change what is known about a container of root or of a third user.
 */
#include <stdbool.h>
#include <sys/stat.h>
#include <sys/types.h>

#include "cgroup/cgroup.h"

struct error;

#define OWNER_ROOT ((uid_t)0)
#define OWNER_ANYBODY ((uid_t)-1) /* several users can change it: trusted for no container */

/*
 * Opens an absolute path with O_PATH, which needs no right to read, and finds its owner.
 * Follows symbolic links; their owners count too. Use both results together: only that owner
 * and root can exchange what is opened below ret_fd. The caller closes ret_fd.
 */
int owner_open(const char *path, int *ret_fd, uid_t *ret_owner, struct error *err);

/* Returns the user who can change a file or the entries of a directory, by its status alone. */
uid_t owner_of_status(const struct stat *status);

/* Returns the user who can change something that depends on both owners. */
uid_t owner_join(uid_t a, uid_t b);

/* True if evidence of this owner counts for a container of that owner. */
bool owner_tells_about(uid_t evidence, uid_t container);

/*
 * Finds the user who can have made a cgroup: OWNER_ROOT, or the user who was given a part of
 * the tree. The cgroup's own directory does not count, because runtimes hand it to the user of
 * their container. Directories that are gone do not count either.
 */
int owner_of_cgroup(const struct cgroup_mount *mount, const char *cgroup, uid_t *ret_owner,
		    struct error *err);

/* True if a process runs as a user. process is a descriptor of its /proc/PID. */
bool owner_runs_process(uid_t owner, int process);

/*
 * True if a process belongs to a user: it runs as the user, or in a user namespace that the
 * user made. Every process belongs to root. process is a descriptor of its /proc/PID.
 */
bool owner_has_process(uid_t owner, int process);

#endif
