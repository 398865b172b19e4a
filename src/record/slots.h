/* SPDX-License-Identifier: Apache-2.0 */
#ifndef RECORD_SLOTS_H
#define RECORD_SLOTS_H

/*
 * The slot maps from user space: which slots are in use, by which tracked, and giving them
 * back. Both maps are mapped into memory, so reading a slot costs no system call.
 */
#include <stdbool.h>
#include <stdint.h>

#include "shared.h"

struct error;
struct tracked_cgroup;
struct object;

struct slots {
	const struct object *object; /* borrowed */
	uint32_t count;		     /* with the unused slot 0 */
	struct recorder_slot *slots;
	struct recorder_path *paths;
	uint32_t arrival_count; /* with the unused arrival 0 */
	struct recorder_arrival *arrivals;
	struct tracked_cgroup **tracked; /* by slot; NULL where user space knows of none */
	int64_t boot_to_epoch;		 /* added to CLOCK_BOOTTIME gives the time of day */
};

/* Maps the maps and makes every slot free. */
int slots_init(struct slots *slots, const struct object *object, uint32_t count, uint32_t arrivals,
	       struct error *err);
void slots_finish(struct slots *slots);

struct found_cgroup;

/* Takes a free slot for a cgroup that exists, or for marked tasks (id 0). */
int slots_take(struct slots *slots, const struct found_cgroup *found, uint32_t *ret_slot,
	       struct error *err);

/* Returns in ret_tracked the cgroup of a slot in use; made when there is none yet. */
int slots_tracked(struct slots *slots, uint32_t slot, struct tracked_cgroup **ret_tracked,
		  struct error *err);

/* The slot of a cgroup by its id, also of one that was removed and not collected; 0 without one. */
uint32_t slots_find(const struct slots *slots, uint64_t cgroup_id);

/* Completes the tracked cgroup of a slot from its bitmaps; the caller owns it. Frees the slot. */
int slots_collect(struct slots *slots, uint32_t slot, struct tracked_cgroup **ret_tracked,
		  struct error *err);

#endif
