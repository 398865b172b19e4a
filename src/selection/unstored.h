/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SELECTION_UNSTORED_H
#define SELECTION_UNSTORED_H

/*
 * The removed cgroups of a target whose evidence is nowhere but in its memory, until the owner of
 * the target has stored it. Meanwhile they stay in the maps of the recorder, which outlive the
 * process if they are pinned.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct error;

struct unstored_cgroup {
	uint64_t id;
	uint64_t workload; /* serial of the workload that has its evidence */
	bool taken;	   /* its evidence was given to the owner */
};

struct unstored {
	struct unstored_cgroup *items;
	size_t length;
};

int unstored_add(struct unstored *unstored, uint64_t id, uint64_t workload, struct error *err);

/* Returns the cgroup with this id, or NULL. It is valid until the next change. */
const struct unstored_cgroup *unstored_find(const struct unstored *unstored, uint64_t id);

/* Removes those that were taken. */
void unstored_forget_taken(struct unstored *unstored);

void unstored_finish(struct unstored *unstored);

#endif
