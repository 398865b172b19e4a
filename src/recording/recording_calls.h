/* SPDX-License-Identifier: Apache-2.0 */
#ifndef RECORDING_RECORDING_CALLS_H
#define RECORDING_RECORDING_CALLS_H

/*
 * Reads and writes the arrays of calls of a recording, which are nine tenths of its text. They
 * are written without a tree of JSON values, which would be most of the cost of a recording of
 * thousands of containers.
 */
#include <stdio.h>

#include "recording/call_set.h"
#include "json/cursor.h"

struct error;

/*
 * Adds the calls of an array to a set that is empty. Denied calls have no origin. Returns -EINVAL
 * with the place in the document for what is no such array.
 */
int recording_read_calls(const struct cursor *at, enum machine machine, bool with_origin,
			 struct call_set *calls, struct error *err);

/* Prints such an array in the layout of tree_print(): one call per line, indented for depth. */
int recording_print_calls(FILE *out, unsigned int depth, enum machine machine, bool with_origin,
			  const struct call_set *calls, struct error *err);

#endif
