/* SPDX-License-Identifier: Apache-2.0 */
#ifndef RECORDING_RECORDING_CALLS_H
#define RECORDING_RECORDING_CALLS_H

/*
 * The arrays of calls of a recording: nine tenths of its text. They are read from the text and
 * written to it without a tree of JSON values in between, which is most of what a recording of
 * thousands of containers would cost.
 */
#include <stdio.h>

#include "recording/call_set.h"
#include "json/scan.h"

struct error;

/*
 * Reads an array of system calls, or of denied ones, which have no origin. at is where it
 * stands, for messages. -EBADMSG when the text is not JSON.
 */
int recording_read_calls(const struct cursor *at, struct slice array, enum machine machine,
			 bool with_origin, struct call_set *calls, struct error *err);

/* Prints such an array for people, as tree_print() does: one call a line, as deep as depth. */
int recording_print_calls(FILE *out, unsigned int depth, enum machine machine, bool with_origin,
			  const struct call_set *calls, struct error *err);

#endif
