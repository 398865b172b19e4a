// SPDX-License-Identifier: Apache-2.0
//
// Streams that print to a string.
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "util/error.h"
#include "util/text_stream.h"

static void what_is_printed_is_returned(void **state)
{
	_cleanup_text_stream_ struct text_stream stream = {};
	_cleanup_free_ char *text = NULL;
	FILE *out = text_stream_open(&stream);

	assert_non_null(out);
	fprintf(out, "%d calls", 3);
	assert_int_equal(text_stream_take(&stream, &text, NULL), 0);
	assert_string_equal(text, "3 calls");
}

static void nothing_printed_is_an_empty_string(void **state)
{
	_cleanup_text_stream_ struct text_stream stream = {};
	_cleanup_free_ char *text = NULL;

	assert_non_null(text_stream_open(&stream));
	text = text_stream_close(&stream);
	assert_non_null(text);
	assert_string_equal(text, "");
}

/* The sanitizer finds what is not freed. */
static void a_stream_that_is_not_taken_is_freed(void **state)
{
	_cleanup_text_stream_ struct text_stream stream = {};

	assert_non_null(text_stream_open(&stream));
	fputs("lost", stream.out);
}

static void a_stream_that_did_not_open_has_no_text(void **state)
{
	_cleanup_error_ struct error err = ERROR_INIT;
	struct text_stream stream = {};
	char *text = NULL;

	assert_int_equal(text_stream_take(&stream, &text, &err), -ENOMEM);
	assert_null(text);
}

/* Printing to a full device fails as printing to memory does when there is none. */
static void a_failed_print_is_no_text(void **state)
{
	_cleanup_text_stream_ struct text_stream stream = {};

	assert_non_null(text_stream_open(&stream));
	fclose(stream.out);
	assert_non_null(stream.text);
	stream.out = fopen("/dev/full", "w");
	assert_non_null(stream.out);
	fputs("lost", stream.out);
	assert_null(text_stream_close(&stream));
	assert_null(stream.text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_printed_is_returned),
		cmocka_unit_test(nothing_printed_is_an_empty_string),
		cmocka_unit_test(a_stream_that_is_not_taken_is_freed),
		cmocka_unit_test(a_stream_that_did_not_open_has_no_text),
		cmocka_unit_test(a_failed_print_is_no_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
