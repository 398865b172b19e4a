/* SPDX-License-Identifier: Apache-2.0 */
#ifndef RECORD_FORMER_H
#define RECORD_FORMER_H

/*
 * Pinned programs that a recorder replaces, because they are of another build or have other
 * options. They record on until the recorder's own programs do. So both record for a while, and
 * no call is missed:
 *
 *	1. attach the recorder's programs that notice cgroups
 *	2. former_adopt(): give a slot to each cgroup that the former programs record
 *	3. mark the tasks, attach the program of system calls
 *	4. wait for the programs that began before that: they saw what the recorder did not
 *	5. former_drain(): merge what the former programs recorded
 *	6. former_remove(): detach them
 *
 * A process that ends before step 6 leaves both, and the next one goes on at step 2. That
 * changes nothing twice, because the former programs' slots are only read, and merging repeats.
 */
#include <stdbool.h>
#include <stdint.h>

#include "record/object.h"
#include "record/pins.h"
#include "record/slots.h"

struct error;

struct former {
	struct pin_set set;
	struct pins_identity identity;
	bool readable; /* of the same layout, and still recording; if not, it is only removed */
	struct object object;
	struct slots slots;
	uint32_t *successors; /* by slot: the recorder's slot of the same cgroup; 0: none */
	uint32_t *arrivals;   /* by slot: their number when it was adopted */
};

/*
 * Opens a set, which ret_former then owns. The caller calls former_finish(). layout is the
 * recorder's.
 */
int former_open(struct pin_set *set, uint32_t layout, struct former *ret_former, struct error *err);

/*
 * Gives the cgroups slots, unless they have one, and as long as any is free. Can be repeated, to
 * find those that were created meanwhile.
 */
int former_adopt(struct former *former, struct slots *slots, struct error *err);

/*
 * Merges everything into the slots. A cgroup without a slot is counted as a loss. No program may run that began before the recorder's own were
 * attached; if that is not certain, no cgroup is complete. Neither is one that was in set-up at
 * any time since it was adopted.
 */
int former_drain(struct former *former, struct slots *slots, bool certain, struct error *err);

/* Removes the pins. */
int former_remove(struct former *former, const struct pins *pins, struct error *err);

void former_finish(struct former *former);

#endif
