/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SESSION_PROGRESS_H
#define SESSION_PROGRESS_H

/*
 * What a recording has found so far, and when it last found something new. Times are those of
 * CLOCK_MONOTONIC.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "recording/observation.h"

struct error;
struct target;

/* A call that was not known at the update before. */
struct discovery {
	const struct observation *whose; /* borrowed from the target until it is used again */
	struct call call;
	bool denied;
};

struct progress {
	struct call_set seen; /* origin and process of the first that made it */
	struct call_set denied;
	int64_t last_new; /* when a call was last new; when the recording began before that */
	size_t workloads;
	int64_t last_workload; /* when one was last added */
	/* What the last update found, in the order of time. */
	struct discovery *discoveries;
	size_t discovery_count;
};

void progress_init(struct progress *progress, int64_t now);
void progress_finish(struct progress *progress);

/* Adds what is new of the target, and replaces the discoveries. */
int progress_update(struct progress *progress, const struct target *target, int64_t now,
		    struct error *err);

/*
 * True if no call and no workload is new since a time. Without a workload nothing is stable: the
 * first is waited for.
 */
bool progress_is_stable(const struct progress *progress, int64_t since);

#endif
