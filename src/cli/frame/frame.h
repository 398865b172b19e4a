/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CLI_FRAME_FRAME_H
#define CLI_FRAME_FRAME_H

/*
 * What the files of the frame share and commands do not need: see cli.h.
 */
#include "cli/frame/cli.h"

/* What the frame itself understands for every command. */
struct cli_common_options {
	bool help;
	bool quiet;
	unsigned int verbose;
	int log_format; /* enum log_format */
};

#define CLI_OPTIONS_MAX 64

/*
 * All rows of a command: its own table first, then the ones that the frame adds. Returns how
 * many there are; ret_own, which may be NULL, how many of them are the command's own.
 */
size_t cli_command_options(const struct cli_command *command,
			   const struct cli_option *rows[CLI_OPTIONS_MAX], size_t *ret_own);

/*
 * Reads the options of a command from argv, whose first element is the command's name.
 * options is memory of command->options_size bytes; whatever came of it, the caller calls
 * cli_options_finish(). Sets ret_first to the index of the first argument that is no option;
 * argv is sorted so that all that follow are none either.
 */
int cli_options_parse(const struct cli_command *command, int argc, char **argv, void *options,
		      struct cli_common_options *ret_common, int *ret_first, struct error *err);

/* Frees the lists in options. */
void cli_options_finish(const struct cli_command *command, void *options);

/* Whether an option has an argument. */
bool cli_option_takes_argument(const struct cli_option *option);

/* "FILE", or "seccomp|cr|recording"; NULL for a flag; owned by the caller. */
char *cli_option_argument(const struct cli_option *option);

/* Whether a heading stands above a row in a list of them, and what it says. */
bool cli_row_starts_group(const struct cli_option *const *rows, size_t index);
const char *cli_group_name(const struct cli_option *row);

/* Texts, owned by the caller; NULL when memory ran out. */
char *cli_help_program(const struct cli_program *program);
char *cli_help_command(const struct cli_program *program, const struct cli_command *command);
char *cli_manual_commands(const struct cli_program *program); /* mdoc(7) sections */
char *cli_manual_examples(const struct cli_program *program);
char *cli_bash_completion(const struct cli_program *program);

#endif
