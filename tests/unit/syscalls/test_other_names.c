// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "syscalls/other_names.h"
#include "syscalls/purpose.h"

static void the_table_is_sorted_and_names_calls(void **state)
{
	size_t i, k;

	for (i = 0; i < other_name_count; i++) {
		const struct other_name *row = &other_names[i];

		if (i > 0)
			assert_true(strcmp(other_names[i - 1].name, row->name) < 0);
		assert_non_null(row->kernel[0]);
		for (k = 0; row->kernel[k]; k++) {
			assert_string_equal(syscall_purpose(row->kernel[k])->name, row->kernel[k]);
			assert_string_not_equal(row->kernel[k], row->name);
		}
		assert_ptr_equal(other_name_find(row->name), row);
	}
}

static void other_words_have_no_row(void **state)
{
	assert_null(other_name_find("read"));
	assert_null(other_name_find(""));
	assert_null(other_name_find("zzz"));
}

static void the_nearest_call_is_found(void **state)
{
	assert_string_equal(syscall_nearest("gettimeofdaay"), "gettimeofday");
	assert_string_equal(syscall_nearest("raed"), "read");
	assert_null(syscall_nearest("a"));
	assert_null(syscall_nearest("nothing_like_any_call"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_table_is_sorted_and_names_calls),
		cmocka_unit_test(other_words_have_no_row),
		cmocka_unit_test(the_nearest_call_is_found),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
