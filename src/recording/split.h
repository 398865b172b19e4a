/* SPDX-License-Identifier: Apache-2.0 */
#ifndef RECORDING_SPLIT_H
#define RECORDING_SPLIT_H

/* Splits a recording into several, each of which gets its own profile. */
#include <stddef.h>

#include "recording/recording.h"

enum split {
	SPLIT_NONE,
	SPLIT_CONTAINER, /* by container name, whatever the pod: <recording>-<container> */
	SPLIT_POD,	 /* by namespace and pod: <recording>-<pod> */
	SPLIT_COUNT,
};

/* "none", "container", "pod"; negative when unknown. */
const char *split_name(enum split split);
int split_from_name(const char *name);

/*
 * Moves the observations into one recording per group, sorted by name. The source keeps only
 * its name. A failure, which only memory can cause, leaves a source that the caller finishes.
 * SPLIT_NONE always makes one recording; the others make none if nothing was observed. The
 * caller frees the result with recordings_free().
 *
 * Each name is a DNS-1123 label, so that it can name a file and a custom resource. A name that
 * had to be changed for that, or that two groups would share, ends with a hash of its source.
 * So all names differ, and the same groups get the same names in any order.
 */
int recording_split(struct recording *recording, enum split split, struct recording **ret_parts,
		    size_t *ret_count, struct error *err);

void recordings_free(struct recording *recordings, size_t count);

#endif
