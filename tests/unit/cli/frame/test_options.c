// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "cli/frame/frame.h"
#include "util/array.h"
#include "util/error.h"
#include "util/str.h"

/* An option table with every type, parsed as that of a command. */
struct sample {
	bool all;
	unsigned int depth;
	const char *output;
	struct cli_list names;
	int64_t duration;
	int format;
	long pid;
};

static const char *const formats[] = { "short", "long", NULL };

static const struct cli_option sample_options[] = {
	{ .letter = 'a', .name = "all", .type = CLI_FLAG, .offset = offsetof(struct sample, all) },
	{ .letter = 'd',
	  .name = "depth",
	  .type = CLI_COUNT,
	  .offset = offsetof(struct sample, depth) },
	{ .letter = 'o',
	  .name = "output",
	  .type = CLI_STRING,
	  .offset = offsetof(struct sample, output),
	  .argument = "FILE" },
	{ .letter = 'n',
	  .name = "name",
	  .type = CLI_LIST,
	  .offset = offsetof(struct sample, names) },
	{ .name = "duration",
	  .type = CLI_DURATION,
	  .offset = offsetof(struct sample, duration),
	  .initial = "5s" },
	{ .name = "format",
	  .type = CLI_CHOICE,
	  .offset = offsetof(struct sample, format),
	  .choices = formats,
	  .initial = "long" },
	{ .name = "pid",
	  .type = CLI_NUMBER,
	  .offset = offsetof(struct sample, pid),
	  .min = 1,
	  .max = 100 },
	{},
};

static const struct cli_command sample_command = {
	.name = "sample",
	.options = sample_options,
	.options_size = sizeof(struct sample),
	.logs = true,
};

static const struct cli_command prefix_command = {
	.name = "prefix",
	.options = sample_options,
	.options_size = sizeof(struct sample),
	.arguments_are_command = true,
};

#define WORDS_MAX 16

struct parsed {
	struct sample sample;
	struct cli_common_options common;
	char *argv[WORDS_MAX + 1];
	int argc, first, result;
	struct error err;
};

/* Parses words separated by single spaces. */
static void parse(struct parsed *parsed, const struct cli_command *command, char *words)
{
	char *word, *rest = words;

	memset(parsed, 0, sizeof(*parsed));
	parsed->argv[parsed->argc++] = (char *)command->name;
	while ((word = strsep(&rest, " "))) {
		assert_true(parsed->argc < WORDS_MAX);
		parsed->argv[parsed->argc++] = word;
	}
	parsed->result = cli_options_parse(command, parsed->argc, parsed->argv, &parsed->sample,
					   &parsed->common, &parsed->first, &parsed->err);
}

static void parsed_finish(struct parsed *parsed)
{
	cli_options_finish(&sample_command, &parsed->sample);
	error_finish(&parsed->err);
}

static void every_type_is_read(void **state)
{
	char words[] =
		"-a -ddd -ofile --name=x --name y -n z --duration 1m30s --format short --pid 7";
	struct parsed parsed;

	parse(&parsed, &sample_command, words);
	assert_int_equal(parsed.result, 0);
	assert_true(parsed.sample.all);
	assert_int_equal(parsed.sample.depth, 3);
	assert_string_equal(parsed.sample.output, "file");
	assert_int_equal(parsed.sample.names.length, 3);
	assert_string_equal(parsed.sample.names.items[0], "x");
	assert_string_equal(parsed.sample.names.items[2], "z");
	assert_true(parsed.sample.duration == 90 * INT64_C(1000000000));
	assert_int_equal(parsed.sample.format, 0);
	assert_int_equal(parsed.sample.pid, 7);
	assert_int_equal(parsed.first, parsed.argc);
	parsed_finish(&parsed);
}

static void initial_values_stand_until_replaced(void **state)
{
	char words[] = "--all";
	struct parsed parsed;

	parse(&parsed, &sample_command, words);
	assert_int_equal(parsed.result, 0);
	assert_true(parsed.sample.duration == 5 * INT64_C(1000000000));
	assert_int_equal(parsed.sample.format, 1);
	assert_null(parsed.sample.output);
	assert_int_equal(parsed.sample.pid, 0);
	parsed_finish(&parsed);
}

static void options_may_follow_arguments(void **state)
{
	char words[] = "one --all two";
	struct parsed parsed;

	parse(&parsed, &sample_command, words);
	assert_int_equal(parsed.result, 0);
	assert_true(parsed.sample.all);
	assert_int_equal(parsed.argc - parsed.first, 2);
	assert_string_equal(parsed.argv[parsed.first], "one");
	assert_string_equal(parsed.argv[parsed.first + 1], "two");
	parsed_finish(&parsed);
}

static void dashes_end_the_options(void **state)
{
	char words[] = "-a -- ls --all -d";
	struct parsed parsed;

	parse(&parsed, &sample_command, words);
	assert_int_equal(parsed.result, 0);
	assert_int_equal(parsed.sample.depth, 0);
	assert_int_equal(parsed.argc - parsed.first, 3);
	assert_string_equal(parsed.argv[parsed.first], "ls");
	parsed_finish(&parsed);
}

static void a_command_ends_the_options(void **state)
{
	char words[] = "-a ls --all -d";
	struct parsed parsed;

	parse(&parsed, &prefix_command, words);
	assert_int_equal(parsed.result, 0);
	assert_int_equal(parsed.sample.depth, 0);
	assert_int_equal(parsed.argc - parsed.first, 3);
	parsed_finish(&parsed);
}

static void common_options_are_the_frames(void **state)
{
	char words[] = "-qvv --log-format json --help", alien[] = "-q";
	struct parsed parsed;

	parse(&parsed, &sample_command, words);
	assert_int_equal(parsed.result, 0);
	assert_true(parsed.common.quiet && parsed.common.help);
	assert_int_equal(parsed.common.verbose, 2);
	assert_int_equal(parsed.common.log_format, 1);
	parsed_finish(&parsed);

	parse(&parsed, &prefix_command, alien);
	assert_true(parsed.result < 0);
	parsed_finish(&parsed);
}

static void what_is_wrong_is_said(void **state)
{
	static const struct {
		const char *words;
		const char *message;
	} cases[] = {
		{ "--foo", "unknown option '--foo'" },
		{ "--outptu x", "unknown option '--outptu' (did you mean '--output'?)" },
		{ "--outptu=x", "unknown option '--outptu' (did you mean '--output'?)" },
		{ "-x", "unknown option '-x'" },
		{ "-ax", "unknown option '-x'" },
		{ "--d", "option '--d' is ambiguous" },
		{ "--output", "option '--output' needs an argument: FILE" },
		{ "-o", "option '--output' needs an argument: FILE" },
		{ "--format", "option '--format' needs an argument: short|long" },
		{ "--format tall", "option '--format': 'tall' is not one of short|long" },
		{ "--all=yes", "option '--all' takes no argument" },
		{ "-o a -o b", "option '--output' was given twice" },
		{ "--pid x", "option '--pid': 'x' is not a number" },
		{ "--pid 0", "option '--pid': 0 is not between 1 and 100" },
		{ "one --pid 101 two", "option '--pid': 101 is not between 1 and 100" },
		{ "--duration 1", "option '--duration': '1' is not a duration; write for example "
				  "30s, 5m or 1h30m" },
	};
	size_t i;

	for (i = 0; i < array_size(cases); i++) {
		char *words = strdup(cases[i].words);
		struct parsed parsed;

		assert_non_null(words);
		parse(&parsed, &sample_command, words);
		assert_true(parsed.result < 0);
		assert_string_equal(error_message(&parsed.err), cases[i].message);
		parsed_finish(&parsed);
		free(words);
	}
}

static void the_nearest_word_is_found(void **state)
{
	static const char *const words[] = { "record", "recorder", "help", "doctor" };

	assert_string_equal(str_nearest("recrod", words, 4), "record");
	assert_string_equal(str_nearest("recodrer", words, 4), "recorder");
	assert_string_equal(str_nearest("hlep", words, 4), "help");
	assert_null(str_nearest("x", words, 4));
	assert_null(str_nearest("zebra", words, 4));
	assert_null(str_nearest("", words, 4));
	assert_null(
		str_nearest("a-word-that-is-longer-than-all-words-that-are-compared", words, 4));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_type_is_read),
		cmocka_unit_test(initial_values_stand_until_replaced),
		cmocka_unit_test(options_may_follow_arguments),
		cmocka_unit_test(dashes_end_the_options),
		cmocka_unit_test(a_command_ends_the_options),
		cmocka_unit_test(common_options_are_the_frames),
		cmocka_unit_test(what_is_wrong_is_said),
		cmocka_unit_test(the_nearest_word_is_found),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
