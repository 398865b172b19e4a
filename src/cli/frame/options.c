// SPDX-License-Identifier: Apache-2.0
#include <assert.h>
#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "cli/frame/frame.h"
#include "util/array.h"
#include "util/cleanup.h"
#include "util/error.h"
#include "util/log.h"
#include "util/str.h"

/* Above every letter, so that results of getopt_long() tell long options from short ones. */
#define LONG_OPTION 256

static const char *const log_formats[] = {
	[LOG_TEXT] = "text",
	[LOG_JSON] = "json",
	NULL,
};

static const struct cli_option log_options[] = {
	{ .letter = 'q',
	  .name = "quiet",
	  .type = CLI_FLAG,
	  .offset = offsetof(struct cli_common_options, quiet),
	  .group = "Messages",
	  .help = "print errors only" },
	{ .letter = 'v',
	  .name = "verbose",
	  .type = CLI_COUNT,
	  .offset = offsetof(struct cli_common_options, verbose),
	  .help = "print more; twice, also what helps only to debug" },
	{ .name = "log-format",
	  .type = CLI_CHOICE,
	  .offset = offsetof(struct cli_common_options, log_format),
	  .choices = log_formats,
	  .initial = "text",
	  .help = "how messages are written" },
	{},
};

static const struct cli_option help_options[] = {
	{ .letter = 'h',
	  .name = "help",
	  .type = CLI_FLAG,
	  .offset = offsetof(struct cli_common_options, help),
	  .group = "Help",
	  .help = "print this text" },
	{},
};

static size_t add_rows(const struct cli_option *table, const struct cli_option *rows[], size_t at)
{
	for (; table && table->name; table++) {
		assert(at < CLI_OPTIONS_MAX);
		rows[at++] = table;
	}
	return at;
}

size_t cli_command_options(const struct cli_command *command,
			   const struct cli_option *rows[CLI_OPTIONS_MAX], size_t *ret_own)
{
	size_t count = add_rows(command->options, rows, 0);

	if (ret_own)
		*ret_own = count;
	if (command->logs)
		count = add_rows(log_options, rows, count);
	return add_rows(help_options, rows, count);
}

bool cli_option_takes_argument(const struct cli_option *option)
{
	return option->type != CLI_FLAG && option->type != CLI_COUNT;
}

static int list_add(struct cli_list *list, const char *item, struct error *err)
{
	const char **items = array_grow(list->items, list->length, sizeof(*items));

	if (!items)
		return error_nomem(err);
	list->items = items;
	list->items[list->length++] = item;
	return 0;
}

static int set_choice(const struct cli_option *option, const char *text, int *ret_choice,
		      struct error *err)
{
	_cleanup_free_ char *choices = NULL;
	int i;

	for (i = 0; option->choices[i]; i++) {
		if (strcmp(option->choices[i], text) == 0) {
			*ret_choice = i;
			return 0;
		}
	}
	choices = cli_option_argument(option);
	if (!choices)
		return error_nomem(err);
	return error_set(err, EINVAL, "'%s' is not one of %s", text, choices);
}

/* Stores the value of an option in its member. text is NULL for flags. */
static int set_value(const struct cli_option *option, void *options, const char *text,
		     struct error *err)
{
	void *member = (char *)options + option->offset;

	switch (option->type) {
	case CLI_FLAG:
		*(bool *)member = true;
		return 0;
	case CLI_COUNT:
		++*(unsigned int *)member;
		return 0;
	case CLI_STRING:
		*(const char **)member = text;
		return 0;
	case CLI_LIST:
		return list_add(member, text, err);
	case CLI_DURATION:
		return str_parse_duration(text, member, err);
	case CLI_CHOICE:
		return set_choice(option, text, member, err);
	case CLI_NUMBER:
		return str_parse_long(text, option->min, option->max, member, err);
	}
	return error_set(err, EINVAL, "an option of type %d", option->type);
}

/* True if an option may be given more than once. */
static bool may_repeat(const struct cli_option *option)
{
	return option->type == CLI_FLAG || option->type == CLI_COUNT || option->type == CLI_LIST;
}

struct parser {
	const struct cli_option *rows[CLI_OPTIONS_MAX];
	bool given[CLI_OPTIONS_MAX];
	size_t count, own;
	void *options;
	struct cli_common_options *common;
	struct option long_options[CLI_OPTIONS_MAX + 1];
	char short_options[2 * CLI_OPTIONS_MAX + 3];
};

static void *parser_base(struct parser *parser, size_t index)
{
	return index < parser->own ? parser->options : parser->common;
}

static int parser_set_initial(struct parser *parser, struct error *err)
{
	size_t i;

	for (i = 0; i < parser->count; i++) {
		const struct cli_option *row = parser->rows[i];

		if (row->initial && set_value(row, parser_base(parser, i), row->initial, err))
			return error_prefix(err, "initial value of '--%s'", row->name);
	}
	return 0;
}

/* Translates the table for getopt_long(). */
static void parser_prepare(struct parser *parser, bool first_argument_ends)
{
	char *letter = parser->short_options;
	size_t i;

	if (first_argument_ends)
		*letter++ = '+';
	*letter++ = ':'; /* tell a missing argument from an unknown option */
	for (i = 0; i < parser->count; i++) {
		const struct cli_option *row = parser->rows[i];
		bool argument = cli_option_takes_argument(row);

		parser->long_options[i] = (struct option){
			.name = row->name,
			.has_arg = argument ? required_argument : no_argument,
			.val = LONG_OPTION + (int)i,
		};
		if (!row->letter)
			continue;
		*letter++ = row->letter;
		if (argument)
			*letter++ = ':';
	}
}

/* The index of the row for a result of getopt_long(), or for optopt; -1 if there is none. */
static int parser_row(const struct parser *parser, int value)
{
	size_t i;

	if (value >= LONG_OPTION)
		return value - LONG_OPTION;
	for (i = 0; i < parser->count; i++)
		if (value && parser->rows[i]->letter == value)
			return (int)i;
	return -1;
}

static int unknown_long_option(const struct parser *parser, const char *word, struct error *err)
{
	const char *names[CLI_OPTIONS_MAX];
	_cleanup_free_ char *typed = strndup(word, strcspn(word, "="));
	const char *nearest;
	size_t i, prefixed = 0;

	if (!typed)
		return error_nomem(err);
	for (i = 0; i < parser->count; i++) {
		names[i] = parser->rows[i]->name;
		prefixed += str_has_prefix(names[i], typed + 2);
	}
	if (prefixed > 1)
		return cli_usage_error(err, "option '%s' is ambiguous", typed);
	nearest = str_nearest(typed + 2, names, parser->count);
	if (nearest)
		return cli_usage_error(err, "unknown option '%s' (did you mean '--%s'?)", typed,
				       nearest);
	return cli_usage_error(err, "unknown option '%s'", typed);
}

/* Reports what getopt_long() did not accept. word is the argument that it was parsing. */
static int parser_refuse(const struct parser *parser, int result, const char *word,
			 struct error *err)
{
	int row = parser_row(parser, optopt);

	if (result == ':' && row >= 0) {
		_cleanup_free_ char *argument = cli_option_argument(parser->rows[row]);

		return cli_usage_error(err, "option '--%s' needs an argument: %s",
				       parser->rows[row]->name, argument ?: "");
	}
	if (row >= 0)
		return cli_usage_error(err, "option '--%s' takes no argument",
				       parser->rows[row]->name);
	if (optopt)
		return cli_usage_error(err, "unknown option '-%c'", optopt);
	return unknown_long_option(parser, word, err);
}

static int parser_take(struct parser *parser, int index, struct error *err)
{
	const struct cli_option *row = parser->rows[index];
	_cleanup_error_ struct error why = ERROR_INIT;

	if (parser->given[index] && !may_repeat(row))
		return cli_usage_error(err, "option '--%s' was given twice", row->name);
	parser->given[index] = true;
	if (set_value(row, parser_base(parser, index), optarg, &why) == 0)
		return 0;
	if (why.code == ENOMEM)
		return error_nomem(err);
	return cli_usage_error(err, "option '--%s': %s", row->name, error_message(&why));
}

int cli_options_parse(const struct cli_command *command, int argc, char **argv, void *options,
		      struct cli_common_options *ret_common, int *ret_first, struct error *err)
{
	struct parser parser = { .options = options, .common = ret_common };
	int result, r;

	memset(ret_common, 0, sizeof(*ret_common));
	parser.count = cli_command_options(command, parser.rows, &parser.own);
	r = parser_set_initial(&parser, err);
	if (r < 0)
		return r;
	parser_prepare(&parser, command->arguments_are_command);
	opterr = 0;
	optind = 0; /* makes glibc start over */
	while ((result = getopt_long(argc, argv, parser.short_options, parser.long_options,
				     NULL)) != -1) {
		if (result == '?' || result == ':')
			return parser_refuse(&parser, result, argv[optind - 1], err);
		r = parser_take(&parser, parser_row(&parser, result), err);
		if (r < 0)
			return r;
	}
	*ret_first = optind;
	return 0;
}

void cli_options_finish(const struct cli_command *command, void *options)
{
	const struct cli_option *rows[CLI_OPTIONS_MAX];
	size_t own, i;

	cli_command_options(command, rows, &own);
	for (i = 0; i < own; i++)
		if (rows[i]->type == CLI_LIST)
			free(((struct cli_list *)((char *)options + rows[i]->offset))->items);
}
