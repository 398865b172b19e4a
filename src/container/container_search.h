/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONTAINER_CONTAINER_SEARCH_H
#define CONTAINER_CONTAINER_SEARCH_H

/* Finds the container that the user means by an id, a prefix of an id, or a name. */
#include <sys/types.h>

#include "cgroup/cgroup.h"
#include "cgroup/cgroup_path.h"
#include "util/cleanup.h"

struct container_reference;
struct cri;
struct error;

/* A container that may be meant, with the details of the places where it was found. */
struct container_candidate {
	char *id;
	uid_t owner;		      /* of the container and of the evidence; see owner.h */
	enum container_engine engine; /* ENGINE_UNKNOWN when unknown */
	char *cgroup;		      /* NULL unless seen in the cgroup tree */
};

void container_candidate_finish(struct container_candidate *candidate);
#define _cleanup_container_candidate_ _cleanup_(container_candidate_finish)

/*
 * Looks in the state directories, the engines' records, CRI (cri may be NULL) and the cgroup
 * tree. A container of a user matches only if none of root's does, so that no user can make a
 * text ambiguous that is unique among root's containers. Among the containers of root, and
 * among those of all users, a whole id takes precedence over a name, and a name over a prefix
 * of an id. -ENOENT if nothing matches, -ENOTUNIQ, with the candidates, if several match.
 */
int container_search(const struct cgroup_mount *mount, struct cri *cri,
		     const struct container_reference *reference,
		     struct container_candidate *ret_candidate, struct error *err);

#endif
