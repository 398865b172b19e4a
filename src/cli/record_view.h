/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CLI_RECORD_VIEW_H
#define CLI_RECORD_VIEW_H

/* What a person sees while a recording runs. */
#include <stdbool.h>
#include <stdint.h>

struct progress;
struct recorder_totals;
struct target;

struct view {
	bool verbose; /* says each new system call */
	bool live;    /* keeps one line up to date, on a terminal */
};

void view_init(struct view *view, bool verbose, bool live);

/* Says what is new and draws the line again. now is CLOCK_MONOTONIC. */
void view_draw(const struct view *view, const struct target *target,
	       const struct progress *progress, const struct recorder_totals *totals, int64_t now);

/* Wipes the line. */
void view_finish(struct view *view);

/* Says what was recorded in all. */
void view_summarize(const struct target *target, const struct progress *progress);

#endif
