/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CLI_OUTPUT_FILE_H
#define CLI_OUTPUT_FILE_H

#include <stdbool.h>
#include <stddef.h>

#include "cli/frame/cli.h"
#include "util/file.h"

struct error;

/* The row of --output. The structure has a const char * named output. */
#define OUTPUT_OPTION(structure)                                                         \
	{                                                                                \
		.letter = 'o', .name = "output", .argument = "FILE", .type = CLI_STRING, \
		.offset = offsetof(structure, output), .complete = CLI_COMPLETE_FILE,    \
		.help = "write to this file (default, and for -: standard output)"       \
	}

/*
 * Writes a result to the path given by the user. NULL and "-" are standard output.
 *
 * A regular or new file is there whole or not at all. A device or a pipe (/dev/stdout, a named
 * pipe) is written to. A symbolic link stays, and its target is written. But a link that points
 * to nothing is replaced: its creator must not choose where a new file appears.
 */
int output_file_write(const char *path, const char *text, size_t size, struct error *err);

/* True for NULL and for "-", as -o has it. */
bool output_is_standard(const char *path);

/*
 * As output_file_write(), but writes the output of a printer, which need not fit into memory as
 * a whole.
 */
int output_file_print(const char *path, file_printer *print, const void *data, struct error *err);

#endif
