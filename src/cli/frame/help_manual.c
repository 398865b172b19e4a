// SPDX-License-Identifier: Apache-2.0
#include <stdio.h>
#include <string.h>

#include "cli/frame/frame.h"
#include "util/cleanup.h"
#include "util/text_stream.h"

/*
 * Prints the part of the manual page that comes from the tables, in mdoc(7). The rest of the
 * page is deploy/man/recorder.1.in, which has the place for this part.
 */

/* mandoc warns about more than 80. */
#define LINE_MAX_BYTES 78

static void print_word(FILE *out, const char *word, size_t length, bool first)
{
	bool option = memmem(word, length, "--", 2);
	size_t i;

	/* At the beginning of a line, these two would begin a request. */
	if (first && (*word == '.' || *word == '\''))
		fputs("\\&", out);
	for (i = 0; i < length; i++) {
		if (word[i] == '\\')
			fputs("\\e", out);
		else if (word[i] == '-' && option)
			fputs("\\-", out); /* a minus sign, which can be copied and typed */
		else
			fputc(word[i], out);
	}
}

/* The number of bytes that print_word() writes. A character that it escapes takes two. */
static size_t printed_length(const char *word, size_t length)
{
	bool option = memmem(word, length, "--", 2);
	size_t i, bytes = length;

	for (i = 0; i < length; i++)
		bytes += word[i] == '\\' || (word[i] == '-' && option);
	return bytes;
}

/* Prints text as input lines: not too long, and a new one for each sentence. */
static void print_text(FILE *out, const char *text)
{
	size_t at = 0;
	bool sentence_ended = false;

	while (*text) {
		size_t length = strcspn(text, " ");
		size_t bytes = printed_length(text, length);

		if (at > 0 && (sentence_ended || at + 1 + bytes > LINE_MAX_BYTES)) {
			fputc('\n', out);
			at = 0;
		}
		if (at > 0)
			fputc(' ', out);
		print_word(out, text, length, at == 0);
		at += bytes + 1;
		sentence_ended = length > 0 && strchr(".?!", text[length - 1]);
		text += length;
		text += strspn(text, " ");
	}
	fputc('\n', out);
}

/* Prints one argument of a macro, quoted. */
static void print_quoted(FILE *out, const char *text)
{
	fputc('"', out);
	while (*text) {
		size_t length = strcspn(text, "\"");

		print_word(out, text, length, false);
		text += length;
		if (*text) {
			fputs("\\(dq", out);
			text++;
		}
	}
	fputc('"', out);
}

static void print_literal(FILE *out, const char *text)
{
	fputs(".Dl ", out);
	print_quoted(out, text);
	fputc('\n', out);
}

static void print_option(FILE *out, const struct cli_option *option)
{
	_cleanup_free_ char *argument = cli_option_argument(option);

	fputs(".It", out);
	if (option->letter)
		fprintf(out, " Fl %c ,", option->letter);
	fprintf(out, " Fl -%s", option->name);
	if (argument) {
		fputs(" Ar ", out);
		print_quoted(out, argument);
	}
	fputc('\n', out);
	print_text(out, option->help);
	if (option->initial)
		fprintf(out, "(default:\n.Cm %s )\n", option->initial);
}

static void print_options(FILE *out, const struct cli_command *command)
{
	const struct cli_option *rows[CLI_OPTIONS_MAX];
	size_t count = cli_command_options(command, rows, NULL), i;

	for (i = 0; i < count; i++) {
		if (cli_row_starts_group(rows, i))
			fprintf(out, "%s.Pp\n%s:\n.Bl -tag -width Ds\n", i ? ".El\n" : "",
				cli_group_name(rows[i]));
		print_option(out, rows[i]);
	}
	fprintf(out, ".El\n");
}

static void print_command(FILE *out, const struct cli_program *program,
			  const struct cli_command *command)
{
	const char *const *line;

	fprintf(out, ".Ss %s %s\n", program->name, command->name);
	for (line = command->synopsis; *line; line++) {
		_cleanup_free_ char *usage = NULL;

		if (asprintf(&usage, "%s %s%s%s", program->name, command->name, **line ? " " : "",
			     *line) < 0) {
			usage = NULL;
			continue;
		}
		print_literal(out, usage);
	}
	fputs(".Pp\n", out);
	print_text(out, command->summary);
	for (line = command->description; line && *line; line++) {
		fputs(".Pp\n", out);
		print_text(out, *line);
	}
	print_options(out, command);
}

static void print_examples(FILE *out, const struct cli_program *program)
{
	const struct cli_command *const *command;
	const struct cli_example *example;
	bool first = true;

	fputs(".Sh EXAMPLES\n", out);
	for (command = program->commands; *command; command++) {
		for (example = (*command)->examples; example && example->line; example++) {
			fputs(first ? "" : ".Pp\n", out);
			print_text(out, example->text);
			print_literal(out, example->line);
			first = false;
		}
	}
}

char *cli_manual_commands(const struct cli_program *program)
{
	const struct cli_command *const *command;
	_cleanup_text_stream_ struct text_stream stream = {};
	FILE *out = text_stream_open(&stream);

	if (!out)
		return NULL;
	fputs(".Sh COMMANDS\n", out);
	for (command = program->commands; *command; command++)
		print_command(out, program, *command);
	return text_stream_close(&stream);
}

char *cli_manual_examples(const struct cli_program *program)
{
	_cleanup_text_stream_ struct text_stream stream = {};
	FILE *out = text_stream_open(&stream);

	if (!out)
		return NULL;
	print_examples(out, program);
	return text_stream_close(&stream);
}
