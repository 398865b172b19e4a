/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CLI_VERIFY_REPORT_H
#define CLI_VERIFY_REPORT_H

/* What 'recorder verify' says of a profile. */
#include <stdbool.h>
#include <stdio.h>

#include "json/builder.h"

struct verification;

/*
 * Lines for people: one about the proof, then the findings, of which those that come in numbers are
 * summed up unless verbose is set. name is the file's, and the resource's where there are several.
 */
void verify_print(FILE *out, const char *name, const struct verification *verification,
		  bool verbose);

/* The same as an object, or NULL when memory ran out, which the builder knows. */
json_t *verify_json(struct builder *builder, const char *name,
		    const struct verification *verification);

#endif
