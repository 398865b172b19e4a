// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "util/array.h"

/* The address sanitizer would report a write past the end. */
static void room_is_made_for_one_more_each_time(void **state)
{
	uint32_t *numbers = NULL;
	size_t i;

	for (i = 0; i < 1000; i++) {
		uint32_t *grown = array_grow(numbers, i, sizeof(*numbers));

		assert_non_null(grown);
		numbers = grown;
		numbers[i] = i;
	}
	for (i = 0; i < 1000; i++)
		assert_int_equal(numbers[i], i);
	free(numbers);
}

static void between_powers_of_two_nothing_moves(void **state)
{
	char *array = array_grow(NULL, 0, 1), *same;

	array = array_grow(array, 1, 1);
	array = array_grow(array, 2, 1);
	assert_non_null(array);
	same = array_grow(array, 3, 1);
	assert_ptr_equal(same, array);
	array = array_grow(same, 4, 1);
	assert_non_null(array);
	for (size_t length = 5; length < 8; length++)
		assert_ptr_equal(array_grow(array, length, 1), array);
	free(array);
}

static void a_size_that_overflows_is_refused(void **state)
{
	char *array = array_grow(NULL, 0, 1);

	assert_non_null(array);
	assert_null(array_grow(array, (SIZE_MAX >> 1) + 1, 1));
	assert_null(array_grow(array, (size_t)1 << 60, 16));
	array[0] = 'x'; /* still valid and still owned by the caller */
	free(array);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(room_is_made_for_one_more_each_time),
		cmocka_unit_test(between_powers_of_two_nothing_moves),
		cmocka_unit_test(a_size_that_overflows_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
