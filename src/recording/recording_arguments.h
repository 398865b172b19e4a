/* SPDX-License-Identifier: Apache-2.0 */
#ifndef RECORDING_RECORDING_ARGUMENTS_H
#define RECORDING_RECORDING_ARGUMENTS_H

/* Reads and writes the arguments of a recording's calls, which are members of the calls. */
#include <stdio.h>

#include "json/cursor.h"
#include "recording/argument_set.h"

struct error;

/* Adds the arguments of one call, from an array, to a set. Returns -EINVAL for another value. */
int recording_read_arguments(const struct cursor *at, enum machine machine, const struct call *call,
			     struct argument_set *arguments, struct error *err);

/*
 * Prints the member "arguments" of a call, if there is something to say about them, preceded by a
 * comma. The arguments of the call begin at *next, which is moved beyond them.
 */
int recording_print_arguments(FILE *out, const struct call *call,
			      const struct argument_set *arguments, size_t *next,
			      struct error *err);

/* Prints ", "process": "…"" as the member of an object; nothing if the name is empty. */
int recording_print_process(FILE *out, const char *process, struct error *err);

/* Reads the member "process", if there is one. */
int recording_read_process(const struct cursor *object, char process[CALL_PROCESS_SIZE],
			   struct error *err);

#endif
