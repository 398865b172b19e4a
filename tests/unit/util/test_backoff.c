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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(grows),
		cmocka_unit_test(differs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
