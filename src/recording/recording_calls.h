/* SPDX-License-Identifier: Apache-2.0 */
#ifndef RECORDING_RECORDING_CALLS_H
#define RECORDING_RECORDING_CALLS_H

/*
 * Reads and writes the arrays of calls of a recording, which are nine tenths of its text. They
 * are written without a tree of JSON values, which would be most of the cost of a recording of
 * thousands of containers.
 */
#include <stdio.h>

#include "recording/argument_set.h"
#include "recording/call_set.h"
#include "json/cursor.h"

struct error;

/*
 * Adds the calls of an array and their arguments to two sets that are empty. Denied calls have no
 * origin. arguments is NULL for a file of version 1, which has none. Returns -EINVAL with the
 * place in the document for what is no such array.
 */
int recording_read_calls(const struct cursor *at, enum machine machine, bool with_origin,
			 struct call_set *calls, struct argument_set *arguments, struct error *err);

/* Prints such an array: one call per line, indented for depth. */
int recording_print_calls(FILE *out, unsigned int depth, enum machine machine, bool with_origin,
			  const struct call_set *calls, const struct argument_set *arguments,
			  struct error *err);

#endif
