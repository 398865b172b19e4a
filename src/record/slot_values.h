/* SPDX-License-Identifier: Apache-2.0 */
#ifndef RECORD_SLOT_VALUES_H
#define RECORD_SLOT_VALUES_H

/* Reads and removes the values of arguments that a slot has in the BPF maps. */
#include <stdint.h>

struct error;
struct slots;
struct tracked_cgroup;

/* Adds the present values of a slot to what is tracked of it, whose calls are complete. */
int slot_values_read(const struct slots *slots, uint32_t slot, struct tracked_cgroup *tracked,
		     struct error *err);

/* Removes the values of a slot that no BPF program uses any more. */
int slot_values_remove(struct slots *slots, uint32_t slot, struct error *err);

#endif
