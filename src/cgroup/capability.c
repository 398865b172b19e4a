// SPDX-License-Identifier: Apache-2.0
#include "cgroup/capability.h"

#include <stdio.h>

#include "recording/observation.h"
#include "syscalls/capability_names.h"

int capability_add_mask(struct observation *observation, uint64_t mask, struct error *err)
{
	const char *name;
	char number[16];
	int bit, r;

	for (bit = 0; bit < 64; bit++) {
		if (!(mask & (1ULL << bit)))
			continue;
		snprintf(number, sizeof(number), "CAP_%d", bit);
		name = capability_name(bit);
		r = observation_add_capability(observation, name ? name : number, err);
		if (r < 0)
			return r;
	}
	return 0;
}
