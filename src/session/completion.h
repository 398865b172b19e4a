/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SESSION_COMPLETION_H
#define SESSION_COMPLETION_H

/* From what was seen to evidence: what the recorder lost, and the calls that nobody could see. */
#include "recording/recording.h"
#include "recording/split.h"

struct error;
struct notes;
struct recorder_totals;

struct completion_options {
	const char *name;	    /* of the recording; NULL: its container's, or "recording" */
	enum split split;	    /* into what the recording will be split */
	const char *runtime;	    /* "auto", "none", "runc", "runc@1.2.3", … */
	enum tristate no_new_privs; /* unknown: as the container had it */
};

/*
 * Names the recording and adds to each observation what was lost for all of them, why the recording
 * ended early (interruption, or NULL), and the calls of its runtime. Adds to notes, as sentences,
 * why observations are not complete, and which runtimes are newer than what was measured.
 */
int completion_apply(const struct completion_options *options, const struct recorder_totals *totals,
		     const struct error *interruption, struct recording *recording,
		     struct notes *notes, struct error *err);

#endif
