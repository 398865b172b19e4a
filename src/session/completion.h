/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SESSION_COMPLETION_H
#define SESSION_COMPLETION_H

/*
 * Completes observations into evidence: adds what the recorder lost, and the calls that it
 * cannot see.
 */
#include "recording/recording.h"
#include "recording/split.h"

struct error;
struct notes;
struct recorder_totals;

struct completion_options {
	const char *name;	    /* of the recording; NULL: its container's, or "recording" */
	enum split split;	    /* how the recording will be split */
	const char *runtime;	    /* "auto", "none", "runc", "runc@1.2.3", … */
	enum tristate no_new_privs; /* unknown: as in the container */
};

/*
 * Names the recording. Adds to each observation the losses, which concern all of them, the
 * reason why the recording ended early (interruption, or NULL), and the calls of its runtime.
 * Adds sentences to notes: why observations are incomplete, and which runtimes are newer than
 * the measured ones.
 */
int completion_apply(const struct completion_options *options, const struct recorder_totals *totals,
		     const struct error *interruption, struct recording *recording,
		     struct notes *notes, struct error *err);

#endif
