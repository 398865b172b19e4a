/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROFILE_DERIVE_DERIVE_GAPS_H
#define PROFILE_DERIVE_DERIVE_GAPS_H

/* The calls whose arguments a derived profile does not limit as it was asked to, by reason. */
#include <stddef.h>

#include "profile/derive/seen.h"

struct error;
struct notes;

enum gap {
	GAP_UNRECORDED, /* not recorded, or not always */
	GAP_MANY,	/* more values than are kept */
	GAP_RUNTIME,	/* the runtime's own are not recorded */
	GAP_CLONE3,	/* and the next ones: each need of enum clone3_need */
	GAP_COUNT = GAP_CLONE3 + CLONE3_NEED_COUNT,
};

/* A zeroed structure is empty and valid. */
struct derive_gaps {
	struct {
		char **names; /* sorted, each once */
		size_t count;
	} items[GAP_COUNT];
};

int derive_gaps_add(struct derive_gaps *gaps, enum gap gap, const char *name, struct error *err);

/* Adds a sentence for each reason. */
int derive_gaps_write(const struct derive_gaps *gaps, struct notes *notes, struct error *err);

void derive_gaps_finish(struct derive_gaps *gaps);

#endif
