/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SELECTION_SUBJECT_H
#define SELECTION_SUBJECT_H

/*
 * A subject is one container, command or process that is being recorded: it gathers the
 * lifetimes of its cgroups (its own, and those made below it) into one observation.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "recording/observation.h"
#include "util/cleanup.h"

struct container;
struct error;
struct lifetime;

enum verdict {
	VERDICT_OPEN,	  /* nobody knows yet whose it is */
	VERDICT_WANTED,	  /* the target selects it */
	VERDICT_UNWANTED, /* it does not */
};

struct subject {
	struct observation observation;
	enum verdict verdict;
	bool is_container;	       /* a runtime sets it up from outside */
	bool described;		       /* its bundle and runtime were looked up with success */
	char *cgroup;		       /* path of its own cgroup; NULL for a process */
	enum tristate mount_namespace; /* whether its bundle gives it one of its own */
	bool entered;		       /* its start was seen: set-up ended in one of its cgroups */
	bool found;		       /* its cgroup was there before the recording began */
	bool present;		       /* a task of it was: it ran */
	bool waited;		       /* it was created then, and not started: nothing ran */
	unsigned int live;	       /* its cgroups that exist */
	int64_t born;
	int64_t next_look; /* CLOCK_MONOTONIC: when its bundle is looked for again */
	uint64_t *cgroups; /* ids of all its cgroups, also those that are gone */
	size_t cgroup_count;
	struct call_set pending;  /* made in set-up, under no filter of the container's */
	struct call_set answered; /* answered by a filter, or by a supervisor: see answered.h */
};

/* An empty subject that is wanted; NULL when memory ran out. The caller owns it. */
struct subject *subject_create(void);
void subject_destroy(struct subject *subject);
DEFINE_CLEANUP(struct subject *, subject_destroy);
#define _cleanup_subject_ _cleanup_(cleanup_subject_destroy)

/* A cgroup of the subject was made or found; becomes the lifetime's owner. */
int subject_adopt(struct subject *subject, struct lifetime *lifetime, struct error *err);

/* Takes a lifetime from its owner, before another adopts it. */
void subject_disown(struct lifetime *lifetime);

/*
 * Whether a process of the subject itself moved others into the cgroup: a runtime, a service
 * manager or a build tool inside the container. What it does is the container's work.
 */
bool subject_moved_from_inside(const struct subject *subject, const struct lifetime *lifetime);

/* Adds what an ended lifetime did. The lifetime stays the caller's. */
int subject_absorb(struct subject *subject, const struct lifetime *lifetime, struct error *err);

/* Copies what is known about the container: runtime, bundle, seccomp mode, capabilities. */
int subject_describe(struct subject *subject, const struct container *container, struct error *err);

/*
 * Decides about the calls of the set-up and names the reasons why the observation is not
 * complete. Afterwards the observation can be moved out.
 */
int subject_conclude(struct subject *subject, struct error *err);

/* Node, kernel and machine of this computer; set once in each observation. */
int observation_set_node(struct observation *observation, struct error *err);

#endif
