/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONTAINER_CONTAINER_SEARCH_H
#define CONTAINER_CONTAINER_SEARCH_H

/* Which container the user means by an id, the beginning of one, or a name. */
#include <sys/types.h>

#include "cgroup/cgroup.h"
#include "cgroup/cgroup_path.h"
#include "util/cleanup.h"

struct container_reference;
struct cri;
struct error;

/* A container that may be meant, with what the places know where it was seen. */
struct container_candidate {
	char *id;
	uid_t owner;		      /* owner.h: the container's and its evidence's */
	enum container_engine engine; /* ENGINE_UNKNOWN when nothing tells */
	char *cgroup;		      /* NULL unless seen in the cgroup tree */
};

void container_candidate_finish(struct container_candidate *candidate);
#define _cleanup_container_candidate_ _cleanup_(container_candidate_finish)

/*
 * Looks in the state directories, the engines' records, CRI (cri may be NULL) and the cgroup
 * tree. Containers of root come first: those of users are meant only when none of root's
 * matches, so that nobody makes a text ambiguous that is clear among root's. Of one owner's, a
 * whole id comes before a name, and a name before the beginning of an id. -ENOENT when nothing
 * matches, -ENOTUNIQ with the candidates when several do.
 */
int container_search(const struct cgroup_mount *mount, struct cri *cri,
		     const struct container_reference *reference,
		     struct container_candidate *ret_candidate, struct error *err);

#endif
