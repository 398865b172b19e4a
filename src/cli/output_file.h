/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CLI_OUTPUT_FILE_H
#define CLI_OUTPUT_FILE_H

#include <stdbool.h>
#include <stddef.h>

#include "cli/frame/cli.h"
#include "util/file.h"

struct error;

/* The row of an option table; the member is a const char * of that name. */
#define OUTPUT_OPTION(structure)                                                         \
	{                                                                                \
		.letter = 'o', .name = "output", .argument = "FILE", .type = CLI_STRING, \
		.offset = offsetof(structure, output), .complete = CLI_COMPLETE_FILE,    \
		.help = "write to this file; standard output without it, and for -"      \
	}

/*
 * Writes a result to the path that a user named; NULL and "-" are standard output. A regular
 * file, or a new one, is there whole or not at all; a device or a pipe (/dev/stdout, a named
 * pipe) is written to; a symbolic link stays and what it points to is written, but one that
 * points to nothing is replaced: whoever made it does not choose where a new file appears.
 */
int output_file_write(const char *path, const char *text, size_t size, struct error *err);

/* True for NULL and for "-", as -o has it. */
bool output_is_standard(const char *path);

/* As output_file_write(), of what is printed, which need not be in memory as a whole. */
int output_file_print(const char *path, file_printer *print, const void *data, struct error *err);

#endif
