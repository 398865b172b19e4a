/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CLI_RECORD_VIEW_H
#define CLI_RECORD_VIEW_H

/* The view of a running recording for a person. */
#include <stdbool.h>
#include <stdint.h>

struct progress;
struct recorder_totals;
struct target;

struct view {
	bool verbose; /* logs each new system call */
	bool live;    /* keeps one line up to date, on a terminal */
};

void view_init(struct view *view, bool verbose, bool live);

/*
 * Logs what is new, if verbose, and redraws the line, if live. now is a time of
 * CLOCK_MONOTONIC.
 */
void view_draw(const struct view *view, const struct target *target,
	       const struct progress *progress, const struct recorder_totals *totals, int64_t now);

/* Wipes the line. */
void view_finish(struct view *view);

/* Logs a summary of the recording. */
void view_summarize(const struct target *target, const struct progress *progress);

#endif
