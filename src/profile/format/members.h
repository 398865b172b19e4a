/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROFILE_FORMAT_MEMBERS_H
#define PROFILE_FORMAT_MEMBERS_H

/*
 * The members of a profile that runtimes read, in OCI JSON and Docker's form. A runtime ignores
 * each member that it does not know, so people write comments as such. What is ignored must not be
 * what the author relies on, and must be the same for each runtime:
 *
 * - A name that differs from a known one only by capitals is refused. Go's encoding/json, with
 * which
 *   runc, containerd, CRI-O, Docker and Podman read, takes it for the known one; crun does not.
 * - A name that begins with something other than a letter ("_syscalls", "//", "$schema"), or with
 *   "x-", is a comment.
 * - A name like one of a member that has an effect (sycalls, errno_ret), or one that has its effect
 *   elsewhere in a profile, is refused. A lenient reading warns of it and leaves it out.
 * - Any other name is a comment.
 */
#include "json/cursor.h"

/* The names of comments: noted for one message a file. */
struct ignored_members {
	char **names; /* sorted, each once */
	size_t count;
	bool left_out; /* some were in a place where none are kept */
};

void ignored_members_finish(struct ignored_members *ignored);
#define _cleanup_ignored_members_ _cleanup_(ignored_members_finish)

/*
 * The value has to be an object; members other than the known ones (NULL-terminated) are judged as
 * above. Where the source notes comments, those of this object go to ret_kept (may be NULL): a new
 * object, or NULL where there are none.
 */
int members_check(const struct cursor *at, const char *const *known, json_t **ret_kept,
		  struct error *err);

/* Refuses only names that differ from the given ones by capitals; the value may be no object. */
int members_check_capitals(const struct cursor *at, const char *const *names, struct error *err);

#endif
