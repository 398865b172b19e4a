/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SESSION_PROGRESS_H
#define SESSION_PROGRESS_H

/*
 * The calls and workloads that a recording has found so far, and when it last found a new one.
 * Times are those of CLOCK_MONOTONIC.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "recording/observation.h"

struct error;
struct target;

/* A call that the previous update had not found yet. */
struct discovery {
	const struct observation *whose; /* borrowed from the target until its next use */
	struct call call;
	bool denied;
};

struct progress {
	struct call_set seen; /* with the origin and process that were seen first */
	struct call_set denied;
	int64_t last_new; /* when a call was last new; at first, the start of the recording */
	size_t workloads;
	int64_t last_workload; /* time of the last new workload */
	/* The new calls of the last update, in order of time. */
	struct discovery *discoveries;
	size_t discovery_count;
};

void progress_init(struct progress *progress, int64_t now);
void progress_finish(struct progress *progress);

/* Adds the new calls and workloads of the target, and replaces the discoveries. */
int progress_update(struct progress *progress, const struct target *target, int64_t now,
		    struct error *err);

/* Call before the target is used in other ways, because it owns what they are about. */
void progress_forget_discoveries(struct progress *progress);

/*
 * True if no call and no workload is newer than since. Never true without a workload, so that
 * the recording waits for the first one.
 */
bool progress_is_stable(const struct progress *progress, int64_t since);

#endif
