// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "recording/observation.h"
#include "selection/left_out.h"

static void nothing_left_out_is_complete(void **state)
{
	_cleanup_left_out_ struct left_out left_out = {};
	_cleanup_observation_ struct observation observation = {};

	assert_int_equal(left_out_pass_over(&left_out, NULL, "cgroup %s", "/a"), 0);
	assert_int_equal(left_out_pass_over(&left_out, NULL, "cgroup %s", "/b"), 0);
	assert_int_equal(left_out_apply(&left_out, &observation, NULL), 0);
	assert_true(observation_complete(&observation));
	assert_string_equal(left_out_reason(&left_out), "cgroup /b");
}

static void each_is_a_reason_once(void **state)
{
	_cleanup_left_out_ struct left_out left_out = {};
	_cleanup_observation_ struct observation observation = {};

	assert_null(left_out_reason(&left_out));
	assert_int_equal(left_out_pass_over(&left_out, NULL, "less"), 0);
	assert_int_equal(left_out_add(&left_out, NULL, "container %d", 1), 0);
	assert_int_equal(left_out_add(&left_out, NULL, "container %d", 2), 0);
	assert_int_equal(left_out_add(&left_out, NULL, "container %d", 1), 0);
	assert_string_equal(left_out_reason(&left_out), "container 1");
	assert_int_equal(left_out_apply(&left_out, &observation, NULL), 0);
	assert_int_equal(observation.reason_count, 2);
	assert_string_equal(observation.reasons[1], "container 2");
	assert_false(observation_complete(&observation));
}

static void many_are_counted(void **state)
{
	_cleanup_left_out_ struct left_out left_out = {};
	_cleanup_observation_ struct observation observation = {};
	int i;

	/* Each twice, as a container is met again and again while it is not decided about. */
	for (i = 0; i < 200; i++)
		assert_int_equal(left_out_add(&left_out, NULL, "container %d", i % 100), 0);
	assert_int_equal(left_out_apply(&left_out, &observation, NULL), 0);
	assert_int_equal(observation.reason_count, LEFT_OUT_SHOWN + 1);
	assert_string_equal(observation.reasons[0], /* they are sorted */
			    "95 more containers may belong to it and are not in it");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_left_out_is_complete),
		cmocka_unit_test(each_is_a_reason_once),
		cmocka_unit_test(many_are_counted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
