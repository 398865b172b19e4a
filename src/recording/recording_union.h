/* SPDX-License-Identifier: Apache-2.0 */
#ifndef RECORDING_RECORDING_UNION_H
#define RECORDING_RECORDING_UNION_H

/*
 * Collects any number of observations for one recording. It sorts them once in a while instead
 * of at each insertion, so that ten thousand take n log n comparisons and not n * n.
 */
#include "recording/recording.h"

struct error;

/* A zeroed structure is empty and valid. */
struct recording_union {
	char *name;		   /* of all names, the one that sorts first */
	struct observation *items; /* in any order; one lifetime may have several */
	size_t length;
	size_t distinct; /* the length after the last uniting */
};

/* Move an observation or all of a recording into the union. The source is empty afterwards. */
int recording_union_add(struct recording_union *all, struct observation *observation,
			struct error *err);
int recording_union_add_all(struct recording_union *all, struct recording *recording,
			    struct error *err);

/* Moves everything out into a recording; the union is empty afterwards. */
int recording_union_take(struct recording_union *all, struct recording *ret_recording,
			 struct error *err);

void recording_union_finish(struct recording_union *all);
#define _cleanup_recording_union_ _cleanup_(recording_union_finish)

#endif
