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
struct object;
struct recorder_totals;
struct tracked_cgroup;

struct slots {
	const struct object *object; /* borrowed */
	uint32_t count;		     /* with the unused slot 0 */
	struct recorder_slot *slots;
	struct recorder_path *paths;
	struct recorder_slot_values *values;
	uint32_t arrival_count; /* with the unused arrival 0 */
	struct recorder_arrival *arrivals;
	struct tracked_cgroup **tracked; /* by slot; NULL for none */
	uint32_t *dropped;		 /* slots that slots_drop() has given up, not free yet */
	uint32_t dropped_count;
	int64_t boot_to_epoch; /* add it to CLOCK_BOOTTIME to get the time of day */
};

/* Maps the maps into memory, and leaves them as they are. */
int slots_open(struct slots *slots, const struct object *object, uint32_t count, uint32_t arrivals,
	       struct error *err);

/* The same, and makes every slot free. */
int slots_init(struct slots *slots, const struct object *object, uint32_t count, uint32_t arrivals,
	       struct error *err);

/*
 * The same for maps that another process has used: keeps the slots in use, and drops those that
 * the process was adding or dropping when it ended. A slot that it was just taking or freeing
 * may be lost. BPF programs that are removing a cgroup make its slot look the same, so the
 * caller waits for running programs, and then calls slots_confirm_dropped().
 */
int slots_take_over(struct slots *slots, const struct object *object, uint32_t count,
		    uint32_t arrivals, struct error *err);
void slots_confirm_dropped(struct slots *slots);

/*
 * True if a slot in use is not, or not yet, recorded in full: its owner ended while it added or
 * dropped the cgroup.
 */
bool slots_are_unfinished(const struct slots *slots, uint32_t slot);
void slots_finish(struct slots *slots);

struct found_cgroup;

/*
 * Takes a free slot for an existing cgroup, or for marked tasks (id 0). -ENOSPC without one. A
 * staged slot records no calls until slots_activate().
 */
int slots_take(struct slots *slots, const struct found_cgroup *found, bool staged,
	       uint32_t *ret_slot, struct error *err);

/* Lets the programs of system calls find a staged slot. The cache may still hide it. */
int slots_activate(struct slots *slots, uint32_t slot, struct error *err);

/* Set and clear flags of a slot, which programs may do too. */
void slots_flag(struct slots *slots, uint32_t slot, uint32_t flags);
void slots_clear_flag(struct slots *slots, uint32_t slot, uint32_t flags);

/* Returns the tracked cgroup of a slot in use, and creates it if needed. The slots own it. */
int slots_tracked(struct slots *slots, uint32_t slot, struct tracked_cgroup **ret_tracked,
		  struct error *err);

/* Returns a cgroup's slot, also if it was removed but not yet collected; 0 if it has none. */
uint32_t slots_find(const struct slots *slots, uint64_t cgroup_id);

/*
 * Copies the present contents of a slot, and adds those of its arrivals that have not ended, as if
 * they ended now. If settled, leaves out their calls about which only their end decides. Other
 * tasks may add to both meanwhile.
 */
void slots_read(const struct slots *slots, uint32_t slot, bool settled,
		struct recorder_slot *ret_slot);

/* True if a slot has arrivals that have not ended. */
bool slots_have_arrivals(const struct slots *slots, uint32_t slot);

/* True if the slot holds a cgroup that is recorded, live or dead. */
bool slots_in_use(const struct slots *slots, uint32_t slot);

/*
 * Gives the slot of a live cgroup up, and frees what was tracked of it. BPF programs may still
 * use the slot, so it is free only after slots_free_dropped().
 */
void slots_drop(struct slots *slots, uint32_t slot);

/* Frees the dropped slots. No BPF program may use them any more. */
int slots_free_dropped(struct slots *slots, struct error *err);

/*
 * Returns a copy of what is tracked of a slot in use, completed from the present contents of
 * the slot: slots_read(). The caller owns ret_tracked.
 */
int slots_snapshot(struct slots *slots, uint32_t slot, bool settled,
		   struct tracked_cgroup **ret_tracked, struct error *err);

/*
 * Completes the tracked cgroup of a slot. The slots own ret_tracked, until the caller frees the
 * slot with slots_free().
 */
int slots_collect(struct slots *slots, uint32_t slot, struct tracked_cgroup **ret_tracked,
		  struct error *err);

/*
 * Copies a slot in use of other maps into a free one. If settled, the cgroup's tasks without a
 * phase are work, until the caller clears RECORDER_SETTLED. -ENOSPC if no slot is free.
 */
int slots_adopt(struct slots *slots, const struct slots *from, uint32_t index, bool settled,
		uint32_t *ret_slot, struct error *err);

/* Adds what a slot of other maps holds to one of the same cgroup. */
void slots_merge(struct slots *slots, uint32_t slot, const struct slots *from, uint32_t index);

/* Adds the calls without a bit. successors has the slot for each slot of the other maps, or 0. */
void slots_merge_overflow(struct slots *slots, const struct slots *from,
			  const uint32_t *successors);

/*
 * Stores the losses before a cgroup in its slot, for the next owner of the pins. If a former one
 * has done so, before becomes what it stored; of what is not stored, there were none before.
 */
void slots_agree_before(struct slots *slots, uint32_t slot, struct recorder_totals *before);

/* Frees a slot and what is tracked of it. */
int slots_free(struct slots *slots, uint32_t slot, struct error *err);

#endif
