/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CLI_FRAME_FRAME_H
#define CLI_FRAME_FRAME_H

/* Declarations that the files of the frame share. Commands only need cli.h. */
#include "cli/frame/cli.h"

/* The options that the frame itself handles. */
struct cli_common_options {
	bool help;
	bool quiet;
	unsigned int verbose;
	int log_format; /* enum log_format */
};

#define CLI_OPTIONS_MAX 64

/*
 * Returns the number of all rows of a command: its own table first, then the rows that the
 * frame adds. ret_own, which may be NULL, receives the number of its own rows.
 */
size_t cli_command_options(const struct cli_command *command,
			   const struct cli_option *rows[CLI_OPTIONS_MAX], size_t *ret_own);

/*
 * Reads the options of a command from argv, whose first element is the command's name. options
 * is zeroed memory of command->options_size bytes. The caller calls cli_options_finish() on it,
 * also after a failure. Sorts the options to the beginning of argv, and sets ret_first to the
 * index of the first argument after them.
 */
int cli_options_parse(const struct cli_command *command, int argc, char **argv, void *options,
		      struct cli_common_options *ret_common, int *ret_first, struct error *err);

/* Frees the lists in options. */
void cli_options_finish(const struct cli_command *command, void *options);

/* True if an option has an argument. */
bool cli_option_takes_argument(const struct cli_option *option);

/* "FILE", or "seccomp|cr|recording"; NULL for a flag; owned by the caller. */
char *cli_option_argument(const struct cli_option *option);

/* True if a list of rows has a heading before this row. cli_group_name() is the text of it. */
bool cli_row_starts_group(const struct cli_option *const *rows, size_t index);
const char *cli_group_name(const struct cli_option *row);

/* Texts, owned by the caller; NULL when memory ran out. */
char *cli_help_program(const struct cli_program *program);
char *cli_help_command(const struct cli_program *program, const struct cli_command *command);
char *cli_manual_commands(const struct cli_program *program); /* mdoc(7) sections */
char *cli_manual_examples(const struct cli_program *program);
char *cli_bash_completion(const struct cli_program *program);

#endif
