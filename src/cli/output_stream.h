/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CLI_OUTPUT_STREAM_H
#define CLI_OUTPUT_STREAM_H

#include "util/file.h"

struct error;

/*
 * Writes the output of a printer to a named pipe or a device, or to standard output if path is
 * NULL.
 *
 * Writing may wait for ever for a reader. SIGINT, SIGTERM and SIGHUP end the wait, even if they
 * are blocked as in a recording. The result is then -EINTR, and the signal stays pending, so
 * that the program can end by it. A signal from before the call has no effect unless there is a
 * wait.
 */
int output_stream_print(const char *path, file_printer *print, const void *data, struct error *err);

#endif
