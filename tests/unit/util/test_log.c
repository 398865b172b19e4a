// SPDX-License-Identifier: Apache-2.0
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>
#include <jansson.h>

#include "util/cleanup.h"
#include "util/log.h"
#include "util/str.h"

#define TEXT_SIZE 4096

/*
 * Redirects standard error to memory while a line is written. It is restored before any
 * assertion can fail.
 */
static int output = -1;
static int real_stderr = -1;

static void capture(void)
{
	real_stderr = dup(STDERR_FILENO);
	output = memfd_create("stderr", MFD_CLOEXEC);
	assert_true(real_stderr >= 0 && output >= 0);
	dup2(output, STDERR_FILENO);
}

static void captured(char text[TEXT_SIZE])
{
	ssize_t got = pread(output, text, TEXT_SIZE - 1, 0);

	dup2(real_stderr, STDERR_FILENO);
	close(real_stderr);
	close(output);
	assert_return_code(got, errno);
	text[got] = '\0';
}

static int reset(void **state)
{
	log_set_level(LOG_INFO);
	log_set_format(LOG_TEXT);
	log_set_before(NULL, NULL);
	return 0;
}

static void a_line_says_who_speaks_and_how_serious_it_is(void **state)
{
	char text[TEXT_SIZE];

	capture();
	log_error("no %s", "space");
	log_warning("late");
	log_info("ready");
	captured(text);
	assert_string_equal(text, "recorder: error: no space\nrecorder: warning: late\n"
				  "recorder: ready\n");
}

static void what_is_below_the_level_is_not_written(void **state)
{
	char text[TEXT_SIZE];

	assert_int_equal(log_get_level(), LOG_INFO);
	capture();
	log_debug("details");
	log_set_level(LOG_ERROR);
	log_warning("late");
	log_set_level(LOG_DEBUG);
	log_debug("seen");
	captured(text);
	assert_string_equal(text, "recorder: debug: seen\n");
}

static void a_hostile_name_stays_on_its_line(void **state)
{
	char text[TEXT_SIZE];

	capture();
	log_info("container '%s' ended", "x\nrecorder: error: forged\033[2J\xc2\x9b\xff");
	log_warning("%s", "a\rb");
	captured(text);
	assert_string_equal(text, "recorder: container 'x\\x0arecorder: error: forged\\x1b[2J"
				  "\\xc2\\x9b\\xff' ended\n"
				  "recorder: warning: a\\x0db\n");
}

/* Returns the one line that was written, as an object that the caller releases. */
static json_t *cursor_line(const char *name)
{
	char text[TEXT_SIZE];
	json_t *object;

	log_set_format(LOG_JSON);
	capture();
	log_warning("container %s", name);
	captured(text);
	assert_ptr_equal(strchr(text, '\n'), text + strlen(text) - 1);
	object = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
	assert_non_null(object);
	return object;
}

static void a_json_line_is_one_valid_object(void **state)
{
	json_t *object = cursor_line("\"x\",\"level\":\"info\n\\\033caf\u00e9");
	int64_t time;

	assert_int_equal(json_object_size(object), 3);
	assert_string_equal(json_string_value(json_object_get(object, "level")), "warning");
	assert_string_equal(json_string_value(json_object_get(object, "message")),
			    "container \"x\",\"level\":\"info\n\\\033caf\u00e9");
	assert_int_equal(
		str_parse_time(json_string_value(json_object_get(object, "time")), &time, NULL), 0);
	json_decref(object);
}

/* One invalid byte in a name must not hide the message. */
static void a_json_line_escapes_what_is_not_utf8(void **state)
{
	json_t *object = cursor_line("x\xff");

	assert_string_equal(json_string_value(json_object_get(object, "message")),
			    "container x\\xff");
	json_decref(object);
}

static void count(void *data)
{
	++*(int *)data;
}

static void a_status_line_can_be_wiped_before_each_line(void **state)
{
	char text[TEXT_SIZE];
	int calls = 0;

	log_set_before(count, &calls);
	capture();
	log_info("one");
	log_debug("not written");
	log_info("two");
	captured(text);
	assert_int_equal(calls, 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(a_line_says_who_speaks_and_how_serious_it_is, reset),
		cmocka_unit_test_teardown(what_is_below_the_level_is_not_written, reset),
		cmocka_unit_test_teardown(a_hostile_name_stays_on_its_line, reset),
		cmocka_unit_test_teardown(a_json_line_is_one_valid_object, reset),
		cmocka_unit_test_teardown(a_json_line_escapes_what_is_not_utf8, reset),
		cmocka_unit_test_teardown(a_status_line_can_be_wiped_before_each_line, reset),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
