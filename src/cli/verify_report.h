/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CLI_VERIFY_REPORT_H
#define CLI_VERIFY_REPORT_H

/* The report of 'recorder verify' about a profile. */
#include <stdbool.h>
#include <stdio.h>

#include "json/builder.h"

struct verification;

/*
 * Prints lines for people: one about the proof, then the findings. Findings that come in large
 * numbers are summed up unless verbose is set. name is the name of the file, followed by that
 * of the resource if the file has several.
 */
void verify_print(FILE *out, const char *name, const struct verification *verification,
		  bool verbose);

/* Returns the same as a JSON object; NULL when memory ran out, which the builder remembers. */
json_t *verify_json(struct builder *builder, const char *name,
		    const struct verification *verification);

#endif
