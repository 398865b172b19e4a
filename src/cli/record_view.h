/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CLI_RECORD_VIEW_H
#define CLI_RECORD_VIEW_H

/* What a person sees while a recording runs. */
#include <stdbool.h>
#include <stdint.h>

#include "profile/recording/recording.h"

struct error;
struct recorder_totals;
struct target;

struct view {
	bool verbose;
	bool progress;
	struct call_set seen; /* origin and process of the first that made it */
	struct call_set denied;
	int64_t last_new; /* CLOCK_MONOTONIC */
};

/* now is CLOCK_MONOTONIC. */
void view_init(struct view *view, bool verbose, bool progress, int64_t now);

/* Wipes the line and says what was seen in all, unless target is NULL. */
void view_finish(struct view *view, const struct target *target);

/* Takes in what is new, tells of it, and draws the line again. */
int view_refresh(struct view *view, const struct target *target,
		 const struct recorder_totals *totals, int64_t now, struct error *err);

#endif
