/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CLI_OUTPUT_STREAM_H
#define CLI_OUTPUT_STREAM_H

#include "util/file.h"

struct error;

/*
 * Writes what is printed to a named pipe or a device, or to standard output where path is NULL.
 *
 * That can wait for ever for somebody who reads. SIGINT, SIGTERM and SIGHUP end the wait, also
 * where they are blocked as in a recording: the result is -EINTR then, and the signal stays
 * pending , of which the program ends then. A signal that came before is not heeded unless
 * there is a wait.
 */
int output_stream_print(const char *path, file_printer *print, const void *data, struct error *err);

#endif
