/* SPDX-License-Identifier: Apache-2.0 */
#ifndef RECORDING_RECORDING_H
#define RECORDING_RECORDING_H

/*
 * A recording is the evidence: a set of observations. Recordings are stored, merged and
 * explained. Profiles are derived from them, and can be derived again.
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

/* The memory is the caller's. A zeroed structure is empty and valid. */
void recording_finish(struct recording *recording);
#define _cleanup_recording_ _cleanup_(recording_finish)

/* True if each observation is complete. */
bool recording_complete(const struct recording *recording);

/*
 * Moves an observation into the recording. The source is empty afterwards. If the recording has
 * one of the same container lifetime (observation_compare_lifetimes()), both are merged.
 */
int recording_add(struct recording *recording, struct observation *observation, struct error *err);

/*
 * Like recording_add(), but sums the observation up in one of the same kind, if there is one:
 * the same container name, pod namespace, image, runtime and so on (observation_same_kind()).
 */
int recording_fold(struct recording *recording, struct observation *observation, struct error *err);

/*
 * Moves everything of other into the recording. other is empty afterwards. This is a set union:
 * commutative, associative and idempotent, whatever the files or nodes were. Of two names, the
 * one that sorts first is kept; a caller with a better one sets it. It fails only if memory
 * runs out; then the caller finishes both. For more than two recordings, recording_union.h
 * sorts less often.
 */
int recording_merge(struct recording *recording, struct recording *other, struct error *err);

#endif
