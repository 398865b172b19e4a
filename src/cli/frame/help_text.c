// SPDX-License-Identifier: Apache-2.0
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/frame/frame.h"
#include "util/cleanup.h"
#include "util/text_stream.h"

#define WIDTH 80
#define TEXT_COLUMN 30 /* where the help text of an option begins */

bool cli_row_starts_group(const struct cli_option *const *rows, size_t index)
{
	return index == 0 || rows[index]->group;
}

const char *cli_group_name(const struct cli_option *row)
{
	return row->group ?: "Options";
}

char *cli_option_argument(const struct cli_option *option)
{
	_cleanup_free_ char *text = NULL;
	size_t length = 0, i;

	if (!cli_option_takes_argument(option))
		return NULL;
	if (option->argument || !option->choices)
		return strdup(option->argument ?: "VALUE");
	for (i = 0; option->choices[i]; i++)
		length += strlen(option->choices[i]) + 1;
	text = calloc(1, length + 1);
	for (i = 0; text && option->choices[i]; i++) {
		if (i)
			strcat(text, "|");
		strcat(text, option->choices[i]);
	}
	return steal_pointer(&text);
}

/* Writes text from the given column on, and begins further lines at the same column. */
static void print_wrapped(FILE *out, const char *text, size_t column)
{
	size_t at = column;

	while (*text) {
		size_t length = strcspn(text, " ");

		if (at > column && at + 1 + length > WIDTH) {
			fprintf(out, "\n%*s", (int)column, "");
			at = column;
		} else if (at > column) {
			fputc(' ', out);
			at++;
		}
		fwrite(text, 1, length, out);
		at += length;
		text += length;
		text += strspn(text, " ");
	}
	fputc('\n', out);
}

static void print_option(FILE *out, const struct cli_option *option)
{
	_cleanup_free_ char *argument = cli_option_argument(option), *help = NULL;
	int at;

	if (option->letter)
		at = fprintf(out, "  -%c, --%s", option->letter, option->name);
	else
		at = fprintf(out, "      --%s", option->name);
	if (argument)
		at += fprintf(out, " %s", argument);
	if (at >= TEXT_COLUMN) {
		fputc('\n', out);
		at = 0;
	}
	fprintf(out, "%*s", TEXT_COLUMN - at, "");
	if (option->initial &&
	    asprintf(&help, "%s (default: %s)", option->help, option->initial) < 0)
		help = NULL;
	print_wrapped(out, help ?: option->help, TEXT_COLUMN);
}

static void print_options(FILE *out, const struct cli_command *command)
{
	const struct cli_option *rows[CLI_OPTIONS_MAX];
	size_t count = cli_command_options(command, rows, NULL), i;

	for (i = 0; i < count; i++) {
		if (cli_row_starts_group(rows, i))
			fprintf(out, "\n%s:\n", cli_group_name(rows[i]));
		print_option(out, rows[i]);
	}
}

char *cli_help_command(const struct cli_program *program, const struct cli_command *command)
{
	const char *const *line;
	const struct cli_example *example;
	_cleanup_text_stream_ struct text_stream stream = {};
	FILE *out = text_stream_open(&stream);

	if (!out)
		return NULL;
	for (line = command->synopsis; *line; line++)
		fprintf(out, "%s %s %s%s%s\n", line == command->synopsis ? "Usage:" : "      ",
			program->name, command->name, **line ? " " : "", *line);
	fputc('\n', out);
	print_wrapped(out, command->summary, 0);
	for (line = command->description; line && *line; line++) {
		fputc('\n', out);
		print_wrapped(out, *line, 0);
	}
	print_options(out, command);
	for (example = command->examples; example && example->line; example++) {
		fprintf(out, "%s  # ", example == command->examples ? "\nExamples:\n" : "\n");
		print_wrapped(out, example->text, 4);
		fprintf(out, "  %s\n", example->line);
	}
	return text_stream_close(&stream);
}

char *cli_help_program(const struct cli_program *program)
{
	const struct cli_command *const *command;
	_cleanup_text_stream_ struct text_stream stream = {};
	FILE *out = text_stream_open(&stream);

	if (!out)
		return NULL;
	fprintf(out, "Usage: %s COMMAND [OPTION]... [ARGUMENT]...\n\n", program->name);
	print_wrapped(out, program->summary, 0);
	fprintf(out, "\nCommands:\n");
	for (command = program->commands; *command; command++) {
		fprintf(out, "  %-10s ", (*command)->name);
		print_wrapped(out, (*command)->summary, 13);
	}
	fprintf(out, "\n'%s help COMMAND' explains a command and its options.\n", program->name);
	return text_stream_close(&stream);
}
