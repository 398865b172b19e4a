// SPDX-License-Identifier: Apache-2.0
#include "../fixtures.h"

#include "profile/document/document.h"
#include "util/array.h"
#include "util/str.h"

#define TABLE "tests/golden/formats/refused.txt"
#define ARROW "=>"

/* Returns the message that refuses an input; the caller owns it. */
static char *refusal_of(const char *text, size_t size)
{
	_cleanup_error_ struct error err = ERROR_INIT;
	_cleanup_documents_ struct documents documents = {};

	if (documents_read("input", text, size, NULL, &documents, &err) == 0)
		return strdup("(accepted)");
	return strdup(error_message(&err));
}

/* Returns the table with the message that each input really gets. */
static char *table_anew(FILE *table)
{
	_cleanup_free_ char *anew = NULL, *input = NULL, *line = NULL;
	size_t anew_size, input_size, line_size = 0;
	FILE *out = open_memstream(&anew, &anew_size);
	FILE *in = open_memstream(&input, &input_size);
	bool head = true;

	while (getline(&line, &line_size, table) > 0) {
		if (str_has_prefix(line, ARROW)) {
			_cleanup_free_ char *message = NULL;

			fflush(in);
			message = refusal_of(input, input_size);
			fprintf(out, ARROW " %s\n", message);
			rewind(in);
			head = false;
			continue;
		}
		fputs(line, out);
		if (!head || line[0] != '#')
			fputs(line, in);
	}
	fclose(in);
	fclose(out);
	return steal_pointer(&anew);
}

/* Shows the first line that differs, not two whole tables. */
static void assert_same_lines(char *actual, char *expected)
{
	char *a, *b;

	do {
		a = strsep(&actual, "\n");
		b = strsep(&expected, "\n");
		assert_string_equal(a, b);
	} while (actual && expected);
	assert_null(actual);
	assert_null(expected);
}

static void every_bad_input_is_refused_with_its_place(void **state)
{
	_cleanup_error_ struct error err = ERROR_INIT;
	_cleanup_free_ char *expected = NULL, *anew = NULL;
	FILE *table = fopen(TABLE, "re");

	assert_non_null(table);
	anew = table_anew(table);
	fclose(table);
	if (getenv("UPDATE_GOLDEN")) {
		assert_success(file_write_atomic(AT_FDCWD, TABLE, anew, strlen(anew), 0644, &err),
			       &err);
		return;
	}
	assert_success(file_read(AT_FDCWD, TABLE, 1 << 20, &expected, NULL, &err), &err);
	assert_same_lines(anew, expected);
}

/* Inputs that a table of lines cannot hold. */
#define BYTES(text) text, sizeof(text) - 1
static const struct {
	const char *text;
	size_t size;
	const char *message;
} bytes[] = {
	{ BYTES("{\"defaultAction\":\"SCMP\0\"}"),
	  "input:1:22: not JSON: control character 0x0 near '\"SCMP'" },
	{ BYTES("{\"defaultAction\":\"SCMP\\u0000\"}"),
	  "input:1:29: not JSON: \\u0000 is not allowed without JSON_ALLOW_NUL near '\"SCMP\\u0000\"'" },
	{ BYTES("{\"defaultAction\":\"SCMP\\u0000\",\"a\":18446744073709551615}"),
	  "input:1:29: not JSON: \\u0000 is not allowed without JSON_ALLOW_NUL near '\"SCMP\\u0000\"'" },
	{ BYTES("{\"defaultAction\":\"\xff\"}"),
	  "input:1:18: not JSON: unable to decode byte 0xff near '\"'" },
	{ BYTES("\xef\xbb\xbf{}"),
	  "input:1:2: $: this is not a seccomp profile, SeccompProfile, recording or config.json "
	  "of an OCI bundle" },
	{ BYTES("\0"), "input:1:1: not YAML: control characters are not allowed" },
	{ BYTES("a: \xff\n"), "input:1:4: not YAML: invalid leading UTF-8 octet" },
	{ BYTES("a: \0\n"), "input:1:4: not YAML: control characters are not allowed" },
	{ BYTES("\xff\xfe"
		"a\0:\0"),
	  "input:1:1: not YAML: invalid leading UTF-8 octet" },
};

static void bytes_that_are_no_text_are_refused(void **state)
{
	size_t i;

	for (i = 0; i < array_size(bytes); i++) {
		_cleanup_free_ char *message = refusal_of(bytes[i].text, bytes[i].size);

		assert_string_equal(message, bytes[i].message);
	}
}

/* Returns prefix, followed by middle as often as times says. */
static char *repeat(const char *prefix, const char *middle, size_t times)
{
	size_t i, length = strlen(middle);
	char *text = malloc(strlen(prefix) + length * times + 1), *end;

	assert_non_null(text);
	end = stpcpy(text, prefix);
	for (i = 0; i < times; i++)
		end = stpcpy(end, middle);
	return text;
}

static void deep_nesting_is_refused(void **state)
{
	static const char *const beginnings[][2] = {
		{ "", "[" }, { "a: ", "[" }, { "", "- " }, { "{\"a\":", "[" }, { "", "{\"a\":" },
	};
	size_t i;

	for (i = 0; i < array_size(beginnings); i++) {
		_cleanup_free_ char *text = repeat(beginnings[i][0], beginnings[i][1], 100000);
		_cleanup_free_ char *message = refusal_of(text, strlen(text));

		assert_string_not_equal(message, "(accepted)");
	}
}

/* The position of an error at the end of a long input is found in one pass. */
static void a_long_input_is_refused_at_once(void **state)
{
	_cleanup_free_ char *rules =
		repeat("{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"syscalls\":[",
		       "{\"names\":[\"read\"],\"action\":\"SCMP_ACT_ALLOW\"},\n", 50000);
	_cleanup_free_ char *text = NULL, *message = NULL;

	assert_true(asprintf(&text, "%s{\"names\":[\"read\"],\"action\":\"x\"}]}", rules) > 0);
	message = refusal_of(text, strlen(text));
	assert_true(
		str_has_prefix(message, "input:50001:19: $.syscalls[50000].action: \"x\" is not "));
}

/* Lists numbered names, each of which must be sorted in, or notes, which must be located. */
static char *numbered(const char *prefix, const char *before, const char *after, size_t count)
{
	char *text;
	size_t i, size;
	FILE *out = open_memstream(&text, &size);

	fputs(prefix, out);
	for (i = 0; i < count; i++)
		fprintf(out, "%s%zu%s", before, i, after);
	fclose(out);
	return text;
}

static void input_that_would_take_long_is_refused(void **state)
{
	static const char *const rule =
		"{\"defaultAction\":\"SCMP_ACT_LOG\",\"syscalls\":[{\"names\":"
		"[\"a\"],\"action\":\"SCMP_ACT_LOG\",\"includes\":{";
	const struct document_options lenient = { .lenient = true };
	_cleanup_error_ struct error err = ERROR_INIT;
	struct documents documents;
	_cleanup_free_ char *names =
		numbered("{\"defaultAction\":\"SCMP_ACT_LOG\",\"syscalls\":[{\"names\":[\"x\"",
			 ",\"n", "\"", 100000);
	_cleanup_free_ char *unknown =
		numbered("{\"defaultAction\":\"SCMP_ACT_LOG\"", ",\"n", "\":1", 100000);
	_cleanup_free_ char *capabilities = numbered("\"caps\":[\"CAP_X\"", ",\"CAP_", "\"", 1000);
	_cleanup_free_ char *arches = numbered("\"arches\":[\"x\"", ",\"a", "\"", 1000);
	const struct {
		const char *begin, *middle, *end, *message;
	} cases[] = {
		{ names, "", "]}]}", "a rule names at most 4096 system calls" },
		{ rule, capabilities, "]}}]}", "too many capabilities" },
		{ rule, arches, "]}}]}", "too many architectures" },
		{ unknown, "", "}", "$.n100: unknown field, after 100 others" },
	};
	size_t i;

	for (i = 0; i < array_size(cases); i++) {
		_cleanup_free_ char *text = NULL;

		assert_true(asprintf(&text, "%s%s%s", cases[i].begin, cases[i].middle,
				     cases[i].end) > 0);
		assert_int_equal(documents_read("input", text, strlen(text), &lenient, &documents,
						&err),
				 -EINVAL);
		assert_true(str_has_suffix(error_message(&err), cases[i].message));
		error_finish(&err);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_bad_input_is_refused_with_its_place),
		cmocka_unit_test(bytes_that_are_no_text_are_refused),
		cmocka_unit_test(deep_nesting_is_refused),
		cmocka_unit_test(a_long_input_is_refused_at_once),
		cmocka_unit_test(input_that_would_take_long_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
