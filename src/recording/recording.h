/* SPDX-License-Identifier: Apache-2.0 */
#ifndef RECORDING_RECORDING_H
#define RECORDING_RECORDING_H

/*
 * A recording is the evidence: a set of observations. It is what is stored, merged, and explained;
 * profiles are derived from it and can be derived again.
 */
#include <stdbool.h>
#include <stddef.h>

#include "recording/observation.h"
#include "util/cleanup.h"

struct error;

struct recording {
	char *name;
	struct observation *observations; /* sorted: pod namespace, pod, container, id, start */
	size_t observation_count;
};

/* Memory of the caller; a zeroed structure is empty and valid. */
void recording_finish(struct recording *recording);
#define _cleanup_recording_ _cleanup_(recording_finish)

/* True if each observation is complete. */
bool recording_complete(const struct recording *recording);

/*
 * Moves an observation into the recording; the source is empty afterwards. One of the same
 * container lifetime (container id, start, node) that is there already is merged with it.
 */
int recording_add(struct recording *recording, struct observation *observation, struct error *err);

/*
 * As recording_add(), but the observation is summed up in one of the same container name, pod
 * namespace, image and runtime where there is one.
 */
int recording_fold(struct recording *recording, struct observation *observation, struct error *err);

/*
 * Moves everything of other into the recording; other is empty afterwards. Set union: commutative,
 * associative and idempotent, whatever the files or nodes were. Of two names the one that
 * sorts first is kept; a caller with a better one sets it. It fails only for want of memory, and
 * then both are to be finished. For more than two, recording_union.h sorts less often.
 */
int recording_merge(struct recording *recording, struct recording *other, struct error *err);

#endif
