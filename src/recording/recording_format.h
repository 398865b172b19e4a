/* SPDX-License-Identifier: Apache-2.0 */
#ifndef RECORDING_RECORDING_FORMAT_H
#define RECORDING_RECORDING_FORMAT_H

#include <stddef.h>
#include <stdio.h>

struct error;
struct recording;

/* The versioned schema of the JSON: deploy/recording.schema.json describes it. */
#define RECORDING_FORMAT "recorder.recording/v1"

/* JSON text, the same bytes for the same recording; owned by the caller. */
int recording_write(const struct recording *recording, char **ret_text, struct error *err);

/* The same text to a stream. Whether it could be written is known when the stream is closed. */
int recording_print(FILE *out, const struct recording *recording, struct error *err);

/*
 * Reads such a text. name is what messages call the input. Unknown fields are refused with
 * their path.
 */
int recording_read(const char *name, const char *text, size_t size, struct recording *ret_recording,
		   struct error *err);

#endif
