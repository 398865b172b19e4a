/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CLI_RECORD_OUTPUT_H
#define CLI_RECORD_OUTPUT_H

/* Turns a recording into the files that the user asked for. */
#include <stdbool.h>

#include "recording/recording.h"
#include "recording/split.h"

struct derive_options;
struct error;

enum output_format {
	OUTPUT_SECCOMP,	  /* OCI JSON */
	OUTPUT_CR,	  /* SeccompProfile in YAML */
	OUTPUT_RECORDING, /* the evidence */
};

struct output_options {
	const char *path; /* a file, a directory when split, NULL for standard output */
	enum output_format format;
	enum split split;
	const struct derive_options *derive; /* for formats of profiles */
};

/*
 * Checks, before the recording starts, that its result can be written. Makes the directory of a
 * split.
 */
int output_check(const struct output_options *options, struct error *err);

/* Writes the files. Warns of calls that could not be named. Empties recording. */
int output_write(const struct output_options *options, struct recording *recording,
		 struct error *err);

#endif
