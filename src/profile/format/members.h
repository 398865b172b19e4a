/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROFILE_FORMAT_MEMBERS_H
#define PROFILE_FORMAT_MEMBERS_H

/*
 * Checks the names of members in OCI JSON and Docker's form. A runtime ignores every member
 * that it does not know, so people use such members as comments. An ignored member must not be
 * one that the author relies on, and all runtimes must ignore the same members. So:
 *
 * - A name that differs from a known one only by capitals is refused. Go's encoding/json, with
 *   which runc, containerd, CRI-O, Docker and Podman read, takes it for the known one; crun
 *   does not.
 * - A name that does not begin with a letter ("_syscalls", "//", "$schema"), or that begins
 *   with "x-", is a comment.
 * - A name that resembles a member with an effect (sycalls, errno_ret), or that has an effect
 *   only elsewhere in a profile, is refused. A lenient reading warns about it and leaves it
 *   out.
 * - Any other name is a comment.
 */
#include "json/cursor.h"

/* The names of the comments in a file, collected for one message. */
struct ignored_members {
	char **names; /* sorted, each once */
	size_t count;
	bool left_out; /* some were in places where comments are not kept */
};

void ignored_members_finish(struct ignored_members *ignored);
#define _cleanup_ignored_members_ _cleanup_(ignored_members_finish)

/*
 * The value has to be an object. Members other than the known ones (NULL-terminated) are judged
 * by the rules above. If the source collects comments, those of this object are returned in
 * ret_kept (may be NULL): a new object, or NULL if there are none.
 */
int members_check(const struct cursor *at, const char *const *known, json_t **ret_kept,
		  struct error *err);

/*
 * Refuses only names that differ from the given ones by capitals. Accepts a value of any type.
 */
int members_check_capitals(const struct cursor *at, const char *const *names, struct error *err);

#endif
