// SPDX-License-Identifier: Apache-2.0
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "util/array.h"
#include "util/cleanup.h"
#include "util/error.h"
#include "util/str.h"

#define SECOND INT64_C(1000000000)
#define UNTOUCHED 12345

static const struct {
	const char *text;
	const char *escaped; /* NULL: the same */
} escapes[] = {
	{ "", NULL },
	{ "plain text, \"quoted\" and back\\slashed", NULL },
	{ "caf\u00e9 \u65e5\u672c \U0001f600", NULL },
	{ "a\nb\tc\r", "a\\x0ab\\x09c\\x0d" },
	{ "\033[2J\007\177", "\\x1b[2J\\x07\\x7f" },
	{ "\xc2\x80\xc2\x9b\xc2\x9f\xc2\xa0", "\\xc2\\x80\\xc2\\x9b\\xc2\\x9f\xc2\xa0" }, /* C1 */
	{ "\x80\xbf\xff\xfe", "\\x80\\xbf\\xff\\xfe" },
	{ "\xc0\xaf\xc1\xbf", "\\xc0\\xaf\\xc1\\xbf" },		       /* overlong, of two bytes */
	{ "\xe0\x80\xaf", "\\xe0\\x80\\xaf" },			       /* of three */
	{ "\xf0\x80\x80\xaf", "\\xf0\\x80\\x80\\xaf" },		       /* of four */
	{ "\xed\xa0\x80\xed\x9f\xbf", "\\xed\\xa0\\x80\xed\x9f\xbf" }, /* surrogate, last before */
	{ "\xf4\x90\x80\x80", "\\xf4\\x90\\x80\\x80" },		       /* past U+10FFFF */
	{ "\xf4\x8f\xbf\xbf", NULL },				       /* U+10FFFF */
	{ "\xf5\x80\x80\x80", "\\xf5\\x80\\x80\\x80" },
	{ "\xc3", "\\xc3" }, /* cut off */
	{ "\xe2\x82", "\\xe2\\x82" },
	{ "\xf0\x9f\x98", "\\xf0\\x9f\\x98" },
	{ "\xe2\x82\nx", "\\xe2\\x82\\x0ax" }, /* the newline is not swallowed */
};

static void what_a_terminal_could_obey_is_escaped(void **state)
{
	size_t i;

	for (i = 0; i < array_size(escapes); i++) {
		_cleanup_free_ char *escaped = str_escape(escapes[i].text);

		assert_non_null(escaped);
		assert_string_equal(escaped,
				    escapes[i].escaped ? escapes[i].escaped : escapes[i].text);
	}
}

static void prefixes_and_suffixes(void **state)
{
	assert_true(str_has_prefix("runc:[2:INIT]", "runc:["));
	assert_true(str_has_prefix("x", ""));
	assert_false(str_has_prefix("run", "runc"));
	assert_true(str_has_suffix("docker-1.scope", ".scope"));
	assert_true(str_has_suffix("x", ""));
	assert_false(str_has_suffix("ope", ".scope"));
	assert_false(str_has_suffix("a.scope/b", ".scope"));
}

static void labels_of_dns(void **state)
{
	static const char *const good[] = { "a", "0", "a-b", "web-0", "9--9" };
	static const char *const bad[] = { "",	  "-",	 "-a",	"a-",	  "A",
					   "a.b", "a_b", "a b", "\u00e9", "a\n" };
	char longest[65];
	size_t i;

	for (i = 0; i < array_size(good); i++)
		assert_true(str_is_dns_label(good[i]));
	for (i = 0; i < array_size(bad); i++)
		assert_false(str_is_dns_label(bad[i]));
	memset(longest, 'a', sizeof(longest));
	longest[63] = '\0';
	assert_true(str_is_dns_label(longest));
	longest[63] = 'a';
	longest[64] = '\0';
	assert_false(str_is_dns_label(longest));
}

static const struct {
	const char *text;
	int64_t ns; /* 0: not a valid length of time */
} durations[] = {
	{ "1ms", SECOND / 1000 },
	{ "250ms", SECOND / 4 },
	{ "90s", 90 * SECOND },
	{ "5m", 300 * SECOND },
	{ "1h30m", 5400 * SECOND },
	{ "1m1ms", 60 * SECOND + SECOND / 1000 },
	{ "0h1s", SECOND },
	{ "2562047h", 2562047 * (3600 * SECOND) }, /* the last hour that fits */
	{ "2562048h", 0 },
	{ "2562047h2562047h", 0 }, /* each fits, their sum does not */
	{ "999999999s", 999999999 * SECOND },
	{ "1000000000s", 0 },
	{ "99999999999999999999s", 0 },
	{ "", 0 },
	{ "0s", 0 },
	{ "0h0ms", 0 },
	{ "5", 0 },
	{ "s", 0 },
	{ "5d", 0 },
	{ "5 s", 0 },
	{ " 5s", 0 },
	{ "5s ", 0 },
	{ "-5s", 0 },
	{ "+5s", 0 },
	{ "1.5s", 0 },
	{ "5S", 0 },
	{ "1h30", 0 },
};

static void lengths_of_time(void **state)
{
	size_t i;

	for (i = 0; i < array_size(durations); i++) {
		_cleanup_error_ struct error err = ERROR_INIT;
		int64_t ns = UNTOUCHED;
		int r = str_parse_duration(durations[i].text, &ns, &err);

		if (durations[i].ns ? r != 0 || ns != durations[i].ns :
				      r != -EINVAL || ns != UNTOUCHED)
			fail_msg("'%s': %d, %lld", durations[i].text, r, (long long)ns);
	}
}

static void a_wrong_length_of_time_is_answered_with_examples(void **state)
{
	_cleanup_error_ struct error err = ERROR_INIT;
	int64_t ns;

	str_parse_duration("5 minutes", &ns, &err);
	assert_string_equal(error_message(&err), "'5 minutes' is not a duration; write for "
						 "example 30s, 5m or 1h30m");
	str_parse_duration("0s", &ns, &err);
	assert_string_equal(error_message(&err), "a duration must be longer than 0");
}

static const struct {
	const char *text;
	int result;
	int64_t epoch_ns;
} times[] = {
	{ "1970-01-01T00:00:00Z", 0, 0 },
	{ "1970-01-01T00:00:00.000000001Z", 0, 1 },
	{ "2026-11-22T14:51:03Z", 0, 1795359063 * SECOND },
	{ "2026-11-22T14:51:03.5Z", 0, 1795359063 * SECOND + SECOND / 2 },
	{ "2026-11-22T14:51:03.123456789Z", 0, 1795359063 * SECOND + 123456789 },
	{ "2026-11-22T14:51:03.1234567899999Z", 0, 1795359063 * SECOND + 123456789 },
	{ "2024-02-29T00:00:00Z", 0, 1709164800 * SECOND },
	{ "2262-04-11T23:47:15Z", 0, 9223372035 * SECOND },
	{ "2262-04-11T23:47:17Z", -ERANGE, 0 },
	{ "2023-02-29T00:00:00Z", -ERANGE, 0 },
	{ "2026-02-31T00:00:00Z", -ERANGE, 0 },
	{ "2026-11-22T23:59:60Z", -ERANGE, 0 },
	{ "1969-12-31T23:59:59Z", -ERANGE, 0 },
	{ "", -EINVAL, 0 },
	{ "2026-11-22", -EINVAL, 0 },
	{ "2026-11-22T14:51:03", -EINVAL, 0 },
	{ "2026-11-22T14:51:03+01:00", -EINVAL, 0 },
	{ "2026-11-22T14:51:03Z ", -EINVAL, 0 },
	{ "2026-11-22T14:51:03.5", -EINVAL, 0 },
	{ "2026-11-22T14:51:03.-5Z", -EINVAL, 0 },
	{ "2026-13-22T14:51:03Z", -EINVAL, 0 },
	{ "2026-11-22T25:51:03Z", -EINVAL, 0 },
	{ "yesterday", -EINVAL, 0 },
};

static void times_are_read(void **state)
{
	size_t i;

	for (i = 0; i < array_size(times); i++) {
		_cleanup_error_ struct error err = ERROR_INIT;
		int64_t epoch_ns = UNTOUCHED;
		int r = str_parse_time(times[i].text, &epoch_ns, &err);

		if (r != times[i].result || epoch_ns != (r ? UNTOUCHED : times[i].epoch_ns))
			fail_msg("'%s': %d, %lld", times[i].text, r, (long long)epoch_ns);
		assert_int_equal(err.code, -r);
	}
}

static void a_time_comes_back_as_it_was_written(void **state)
{
	static const int64_t all[] = { 0, 1, SECOND - 1, SECOND, 1795359063 * SECOND + 123456789 };
	char text[STR_TIME_SIZE];
	int64_t epoch_ns;
	size_t i;

	str_format_time(text, all[4]);
	assert_string_equal(text, "2026-11-22T14:51:03.123456789Z");
	for (i = 0; i < array_size(all); i++) {
		str_format_time(text, all[i]);
		assert_int_equal(str_parse_time(text, &epoch_ns, NULL), 0);
		assert_int_equal(epoch_ns, all[i]);
	}
}

static const struct {
	const char *text;
	int result;
	long value;
} numbers[] = {
	{ "-5", 0, -5 },
	{ "0", 0, 0 },
	{ "100", 0, 100 },
	{ "007", 0, 7 },
	{ "-6", -ERANGE, 0 },
	{ "101", -ERANGE, 0 },
	{ "", -EINVAL, 0 },
	{ "-", -EINVAL, 0 },
	{ "+5", -EINVAL, 0 },
	{ " 5", -EINVAL, 0 },
	{ "\t5", -EINVAL, 0 },
	{ "\n5", -EINVAL, 0 },
	{ "5 ", -EINVAL, 0 },
	{ "5x", -EINVAL, 0 },
	{ "0x5", -EINVAL, 0 },
	{ "5.0", -EINVAL, 0 },
	{ "99999999999999999999", -EINVAL, 0 },
};

static void whole_numbers_between_two_others(void **state)
{
	size_t i;

	for (i = 0; i < array_size(numbers); i++) {
		_cleanup_error_ struct error err = ERROR_INIT;
		long value = UNTOUCHED;
		int r = str_parse_long(numbers[i].text, -5, 100, &value, &err);

		if (r != numbers[i].result || value != (r ? UNTOUCHED : numbers[i].value))
			fail_msg("'%s': %d, %ld", numbers[i].text, r, value);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_a_terminal_could_obey_is_escaped),
		cmocka_unit_test(prefixes_and_suffixes),
		cmocka_unit_test(labels_of_dns),
		cmocka_unit_test(lengths_of_time),
		cmocka_unit_test(a_wrong_length_of_time_is_answered_with_examples),
		cmocka_unit_test(times_are_read),
		cmocka_unit_test(a_time_comes_back_as_it_was_written),
		cmocka_unit_test(whole_numbers_between_two_others),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
