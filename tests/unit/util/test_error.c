// SPDX-License-Identifier: Apache-2.0
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "util/error.h"

static void a_failure_is_stated_in_one_expression(void **state)
{
	_cleanup_error_ struct error err = ERROR_INIT;

	assert_string_equal(error_message(&err), "no error");
	assert_int_equal(error_set(&err, EINVAL, "field %d of %s", 3, "x"), -EINVAL);
	assert_int_equal(err.code, EINVAL);
	assert_string_equal(error_message(&err), "field 3 of x");
	assert_int_equal(error_set(&err, EPERM, "later"), -EPERM);
	assert_int_equal(err.code, EPERM);
	assert_string_equal(error_message(&err), "later");
}

static void a_copy_is_a_failure_of_its_own(void **state)
{
	_cleanup_error_ struct error err = ERROR_INIT, from = ERROR_INIT;

	error_set(&from, ENODEV, "100%% of %s", "x");
	assert_int_equal(error_copy(&err, &from), -ENODEV);
	assert_int_equal(error_copy(NULL, &from), -ENODEV);
	error_finish(&from);
	assert_int_equal(err.code, ENODEV);
	assert_string_equal(error_message(&err), "100% of x");
}

static void the_text_of_the_errno_is_appended(void **state)
{
	_cleanup_error_ struct error err = ERROR_INIT;

	assert_int_equal(error_set_errno(&err, ENOENT, "open %s", "/x"), -ENOENT);
	assert_int_equal(err.code, ENOENT);
	assert_string_equal(error_message(&err), "open /x: No such file or directory");
}

static void each_layer_adds_what_it_was_doing(void **state)
{
	_cleanup_error_ struct error err = ERROR_INIT;

	error_set(&err, EFBIG, "too large");
	assert_int_equal(error_prefix(&err, "read %s", "a"), -EFBIG);
	assert_int_equal(error_prefix(&err, "merge"), -EFBIG);
	assert_string_equal(error_message(&err), "merge: read a: too large");
	assert_int_equal(err.code, EFBIG);
}

/* Callers write error_set(err, code, "… %s", error_message(err)). */
static void the_arguments_may_be_the_message_itself(void **state)
{
	_cleanup_error_ struct error err = ERROR_INIT;

	error_set(&err, EINVAL, "inner");
	error_set(&err, EPERM, "outer (%s)", error_message(&err));
	assert_string_equal(error_message(&err), "outer (inner)");
	error_prefix(&err, "%s", err.message);
	assert_string_equal(error_message(&err), "outer (inner): outer (inner)");
	error_set_errno(&err, EIO, "<%s>", err.message);
	assert_string_equal(error_message(&err),
			    "<outer (inner): outer (inner)>: Input/output error");
}

static void the_message_is_no_format(void **state)
{
	_cleanup_error_ struct error err = ERROR_INIT;

	error_set(&err, EINVAL, "%s", "%n%s%s");
	error_prefix(&err, "%s", "%d");
	assert_string_equal(error_message(&err), "%d: %n%s%s");
}

static void a_caller_may_do_without_the_text(void **state)
{
	assert_int_equal(error_set(NULL, EINVAL, "x"), -EINVAL);
	assert_int_equal(error_set_errno(NULL, ENOENT, "x"), -ENOENT);
	assert_int_equal(error_nomem(NULL), -ENOMEM);
	assert_true(error_prefix(NULL, "x") < 0);
	error_finish(NULL);
}

static void a_finished_error_is_empty(void **state)
{
	struct error err = ERROR_INIT;

	assert_int_equal(error_nomem(&err), -ENOMEM);
	error_finish(&err);
	assert_int_equal(err.code, 0);
	assert_null(err.message);
	error_finish(&err);
	err.code = ENOMEM; /* as when not even the message could be stored */
	assert_string_equal(error_message(&err), strerror(ENOMEM));
	assert_int_equal(error_prefix(&err, "read"), -ENOMEM);
	assert_string_equal(error_message(&err), "read: Cannot allocate memory");
	error_finish(&err);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_failure_is_stated_in_one_expression),
		cmocka_unit_test(a_copy_is_a_failure_of_its_own),
		cmocka_unit_test(the_text_of_the_errno_is_appended),
		cmocka_unit_test(each_layer_adds_what_it_was_doing),
		cmocka_unit_test(the_arguments_may_be_the_message_itself),
		cmocka_unit_test(the_message_is_no_format),
		cmocka_unit_test(a_caller_may_do_without_the_text),
		cmocka_unit_test(a_finished_error_is_empty),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
