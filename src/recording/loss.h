/* SPDX-License-Identifier: Apache-2.0 */
#ifndef RECORDING_LOSS_H
#define RECORDING_LOSS_H

#include <stdbool.h>

/* Kinds of loss. All but the last two make the observation incomplete if not zero. */
enum loss {
	LOSS_SLOTS,	/* no free slot for a container's bitmaps */
	LOSS_MAP,	/* a map update in the BPF program failed */
	LOSS_RECURSION, /* the kernel did not run the program for a call (recursion_misses) */
	LOSS_LATE,	/* the container ran before the recording began */
	LOSS_DENIED,	/* a filter was loaded before denied calls were watched */
	LOSS_EVENTS,	/* events for the live view; hides no call */
	LOSS_ARGUMENTS, /* values of arguments; hides no call, and each such argument says so */
	LOSS_COUNT,
};

const char *loss_name(enum loss loss);	  /* "slots", "map", … as in the recording format */
const char *loss_meaning(enum loss loss); /* a clause, for people */
bool loss_hides_calls(enum loss loss);	  /* false for the last two */

#endif
