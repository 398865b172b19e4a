/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CLI_RECORD_SESSION_H
#define CLI_RECORD_SESSION_H

/* The time between the beginning of a recording and its end. */
#include <stdbool.h>
#include <stdint.h>

#include "record/recorder.h"

struct error;
struct target;

struct session_options {
	enum recorder_hook hook;
	int64_t duration;     /* ns; 0: until something else ends it */
	int64_t until_stable; /* ns without a new system call; 0: does not matter */
	bool verbose;	      /* tell each new system call */
	bool progress;	      /* standard error is a terminal: keep one line up to date */
};

/*
 * Records the target until it ends, until time is up, or until SIGINT or SIGTERM, which are
 * blocked from here on. ret_totals says what was lost. Where something fails once the recording
 * runs, broke says what, and what was seen until then is there all the same.
 */
int session_run(const struct session_options *options, struct target *target,
		struct recorder_totals *ret_totals, struct error *broke, struct error *err);

#endif
