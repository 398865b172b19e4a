/* SPDX-License-Identifier: Apache-2.0 */
#ifndef RECORDING_EXPLAIN_ARGUMENTS_H
#define RECORDING_EXPLAIN_ARGUMENTS_H

#include <stdio.h>

#include "json/builder.h"
#include "recording/evidence.h"

/* Prints a line for each recorded argument of a call that was made or attempted. */
void explain_arguments(FILE *out, const struct evidence *evidence);

/* Returns the arguments as they are in a recording. */
json_t *explain_arguments_json(struct builder *builder, const struct evidence *evidence);

#endif
