/* SPDX-License-Identifier: Apache-2.0 */
#ifndef AGENT_PROFILE_PLAN_H
#define AGENT_PROFILE_PLAN_H

/*
 * Decides what a node does about one SeccompProfile: which files it writes with which content, and
 * what it reports. A pure function of the objects and the facts of the node.
 */
#include <stdbool.h>
#include <stddef.h>

#include <jansson.h>

struct error;
struct node_facts;

/* In the operator's order: of several nodes' states, the first one here is the profile's. */
enum profile_state {
	PROFILE_ERROR,
	PROFILE_TERMINATING,
	PROFILE_PARTIAL,
	PROFILE_DISABLED,
	PROFILE_PENDING,
	PROFILE_IN_PROGRESS,
	PROFILE_INSTALLED,
	PROFILE_STATE_COUNT,
};

/* "Error", "Installed", …, as status.status has them. */
const char *profile_state_name(enum profile_state state);

/* Negative for an unknown name, or NULL. */
int profile_state_from_name(const char *name);

/* A base profile may have a base itself, up to this many objects in all. */
#define PROFILE_CHAIN_MAX 8

/* A recorded profile has two: by its name, and by its recording's namespace. */
#define PROFILE_PATHS_MAX 2

struct profile_plan {
	enum profile_state state;
	const char *reason;		/* one word, of the condition Ready */
	char *message;			/* for people; never NULL */
	char *paths[PROFILE_PATHS_MAX]; /* below the kubelet's seccomp directory; NULL after the last */
	char *content; /* OCI JSON of the files; NULL: write none, and keep what is there */
	bool remove;   /* the files are not to exist */
};

void profile_plan_finish(struct profile_plan *plan);
#define _cleanup_profile_plan_ __attribute__((cleanup(profile_plan_finish)))

/* True if it is one of the paths. */
bool profile_plan_has_path(const struct profile_plan *plan, const char *path);

/* Returns the name of the profile's base, borrowed; NULL without one. */
const char *profile_object_base(const json_t *object);

/* True if the object says that it is to be installed where it cannot be enforced. */
bool profile_object_consents(const json_t *object);

/*
 * Plans for the SeccompProfile objects[0]. The objects after it are its base, the base of that, and
 * so on. If the chain ends early, missing is the name of the object that does not exist. If another
 * profile has the path below the namespace that objects[0] would have (profile_path.h), holder is its
 * name, and the path is that of the own name. A mistake in an object is a plan with the state
 * PROFILE_ERROR; -ENOMEM is the only error. The caller finishes ret_plan.
 */
int profile_plan_make(json_t *const *objects, size_t count, const char *missing, const char *holder,
		      const struct node_facts *facts, struct profile_plan *ret_plan,
		      struct error *err);

#endif
