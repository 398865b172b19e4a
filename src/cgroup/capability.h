/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CGROUP_CAPABILITY_H
#define CGROUP_CAPABILITY_H

#include <stdint.h>

struct error;
struct observation;

/* Adds a name for each bit of a capability mask. A bit without a name becomes "CAP_<number>". */
int capability_add_mask(struct observation *observation, uint64_t mask, struct error *err);

#endif
