/* SPDX-License-Identifier: Apache-2.0 */
#ifndef RECORD_SLOTS_H
#define RECORD_SLOTS_H

/*
 * Takes, reads and frees slots in user space. The maps are mapped into memory, so reading a
 * slot costs no system call.
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
	struct tracked_cgroup **tracked; /* by slot; NULL for none */
	int64_t boot_to_epoch;		 /* add it to CLOCK_BOOTTIME to get the time of day */
};

/* Maps the maps into memory and makes every slot free. */
int slots_init(struct slots *slots, const struct object *object, uint32_t count, uint32_t arrivals,
	       struct error *err);
void slots_finish(struct slots *slots);

struct found_cgroup;

/* Takes a free slot for an existing cgroup, or for marked tasks (id 0). -ENOSPC without one. */
int slots_take(struct slots *slots, const struct found_cgroup *found, uint32_t *ret_slot,
	       struct error *err);

/* Returns the tracked cgroup of a slot in use, and creates it if needed. The slots own it. */
int slots_tracked(struct slots *slots, uint32_t slot, struct tracked_cgroup **ret_tracked,
		  struct error *err);

/* Returns a cgroup's slot, also if it was removed but not yet collected; 0 if it has none. */
uint32_t slots_find(const struct slots *slots, uint64_t cgroup_id);

/* Completes the tracked cgroup of a slot, and frees the slot. The caller owns ret_tracked. */
int slots_collect(struct slots *slots, uint32_t slot, struct tracked_cgroup **ret_tracked,
		  struct error *err);

#endif
