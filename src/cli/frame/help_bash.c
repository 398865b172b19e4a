// SPDX-License-Identifier: Apache-2.0
#include <stdio.h>

#include "cli/frame/frame.h"
#include "util/text_stream.h"

/*
 * Prints the tables of the bash completion, as associative arrays. The function that reads
 * them, and the format of the values, are in deploy/completion/recorder.bash.
 */

/* compgen's letter for each kind of argument. */
static const char *const action_of[] = {
	[CLI_COMPLETE_NONE] = "-",    [CLI_COMPLETE_FILE] = "f", [CLI_COMPLETE_DIRECTORY] = "d",
	[CLI_COMPLETE_COMMAND] = "c", [CLI_COMPLETE_USER] = "u", [CLI_COMPLETE_SUBCOMMAND] = "S",
};

static void print_value(FILE *out, const struct cli_option *option)
{
	size_t i;

	if (!option->choices) {
		fprintf(out, "='%s'\n", action_of[option->complete]);
		return;
	}
	fputs("='W", out);
	for (i = 0; option->choices[i]; i++)
		fprintf(out, " %s", option->choices[i]);
	fputs("'\n", out);
}

/* Prints what to propose after each option that has an argument. */
static void print_values(FILE *out, const struct cli_command *command)
{
	const struct cli_option *rows[CLI_OPTIONS_MAX];
	size_t count = cli_command_options(command, rows, NULL), i;

	for (i = 0; i < count; i++) {
		if (!cli_option_takes_argument(rows[i]))
			continue;
		fprintf(out, "\t['%s --%s']", command->name, rows[i]->name);
		print_value(out, rows[i]);
		if (!rows[i]->letter)
			continue;
		fprintf(out, "\t['%s -%c']", command->name, rows[i]->letter);
		print_value(out, rows[i]);
	}
}

static void print_options(FILE *out, const struct cli_command *command)
{
	const struct cli_option *rows[CLI_OPTIONS_MAX];
	size_t count = cli_command_options(command, rows, NULL), i;

	fprintf(out, "\t[%s]='", command->name);
	for (i = 0; i < count; i++)
		fprintf(out, "%s--%s", i ? " " : "", rows[i]->name);
	fputs("'\n", out);
}

char *cli_bash_completion(const struct cli_program *program)
{
	const struct cli_command *const *command;
	_cleanup_text_stream_ struct text_stream stream = {};
	FILE *out = text_stream_open(&stream);

	if (!out)
		return NULL;
	fprintf(out, "declare -gA _%s_options=(\n", program->name);
	for (command = program->commands; *command; command++)
		print_options(out, *command);
	fprintf(out, ")\ndeclare -gA _%s_arguments=(\n", program->name);
	for (command = program->commands; *command; command++)
		fprintf(out, "\t[%s]='%s'\n", (*command)->name, action_of[(*command)->complete]);
	fprintf(out, ")\ndeclare -gA _%s_values=(\n", program->name);
	for (command = program->commands; *command; command++)
		print_values(out, *command);
	fputs(")\n", out);
	return text_stream_close(&stream);
}
