/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SELECTION_SUBJECTS_H
#define SELECTION_SUBJECTS_H

/* The list of what a target records, from birth to observation. */
#include <stdbool.h>
#include <stddef.h>

#include "selection/subject.h"

struct error;
struct recording;

/* So many lifetimes are kept apart; memory stays flat when there are more. */
#define SUBJECTS_APART 1000

/* All subjects of a target. */
struct subjects {
	struct subject **items; /* owned, in the order of their birth */
	size_t length;
};

/*
 * Adds what is no container: a command, a process, a cgroup. ret_subject is borrowed from the
 * list.
 */
int subjects_add_plain(struct subjects *subjects, const char *name, const char *attribution,
		       struct subject **ret_subject, struct error *err);

/* Adds a container with its id, its cgroup, and the uid of its pod ("" without one). */
int subjects_add_container(struct subjects *subjects, enum verdict verdict, const char *id,
			   const char *cgroup, const char *pod_uid, struct subject **ret_subject,
			   struct error *err);

/* Looks up bundle and runtime of the live containers that are wanted and not described yet. */
int subjects_describe(struct subjects *subjects, struct error *err);

/*
 * Moves the observations of subjects that have ended (all of them with also_live) and are
 * wanted into the recording, and forgets those that are not.
 */
int subjects_collect(struct subjects *subjects, bool also_live, struct recording *recording,
		     struct error *err);

void subjects_finish(struct subjects *subjects);

#endif
