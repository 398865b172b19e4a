// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdbool.h>

#include <cmocka.h>

#include "util/backoff.h"

/* Half of each delay is random. */
static void grows(void **state)
{
	unsigned int failures;
	int i;

	for (failures = 0; failures < 100; failures++) {
		int64_t whole = failures < 5 ? 100 << failures : 3000;

		for (i = 0; i < 100; i++) {
			int64_t delay = backoff_ms(100, 3000, failures);

			assert_in_range(delay, whole / 2, whole);
		}
	}
}

static void differs(void **state)
{
	int64_t first = backoff_ms(1 << 20, 1 << 20, 0);
	bool same = true;
	int i;

	for (i = 0; i < 100; i++)
		same &= backoff_ms(1 << 20, 1 << 20, 0) == first;
	assert_false(same);
	assert_int_equal(backoff_random(0), 0);
	assert_int_equal(backoff_random(1), 0);
}

/* However many there are, few are so early that nobody has been heard. */
static void few_are_first(void **state)
{
	const int64_t max = 14000;
	int round, i, early = 0;

	for (round = 0; round < 100; round++) {
		int64_t first = max, delays[1000];

		for (i = 0; i < 1000; i++) {
			delays[i] = backoff_among_many_ms(max);
			assert_in_range(delays[i], 0, max - 1);
			if (delays[i] < first)
				first = delays[i];
		}
		for (i = 0; i < 1000; i++)
			early += delays[i] < first + 200;
	}
	/* 1,000 on average if all times were equally likely: 1,000 nodes * 200 / 14,000 * 100. */
	assert_in_range(early, 100, 500);
	assert_int_equal(backoff_among_many_ms(0), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(grows),
		cmocka_unit_test(differs),
		cmocka_unit_test(few_are_first),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
