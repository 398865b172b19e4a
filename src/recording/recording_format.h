/* SPDX-License-Identifier: Apache-2.0 */
#ifndef RECORDING_RECORDING_FORMAT_H
#define RECORDING_RECORDING_FORMAT_H

#include <stddef.h>
#include <stdio.h>

struct error;
struct recording;

/* The versioned schema of the JSON: deploy/recording.schema.json describes it. */
#define RECORDING_FORMAT "recorder.recording/v2"
/* The version before, which is still read, has no arguments. */
#define RECORDING_FORMAT_V1 "recorder.recording/v1"

/* Writes JSON text: the same bytes for the same recording. The caller owns it. */
int recording_write(const struct recording *recording, char **ret_text, struct error *err);

/* Prints the same text to a stream. A write error is known only when the stream is closed. */
int recording_print(FILE *out, const struct recording *recording, struct error *err);

/*
 * Reads such a text. name names the input in messages. Refuses unknown fields with their path.
 */
int recording_read(const char *name, const char *text, size_t size, struct recording *ret_recording,
		   struct error *err);

#endif
