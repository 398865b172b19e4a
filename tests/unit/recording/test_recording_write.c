// SPDX-License-Identifier: Apache-2.0
#include "../profile/fixtures.h"

/* Labels are taken from the container runtime as they are, and may be invalid UTF-8. */
static void labels_that_are_not_utf8_are_written(void **state)
{
	_cleanup_recording_ struct recording recording = {}, again = {};
	_cleanup_observation_ struct observation observation = { .machine = MACHINE_X86_64 };
	_cleanup_error_ struct error err = ERROR_INIT;
	_cleanup_free_ char *text = NULL;

	assert_success(observation_add_label(&observation, "te\xffst", "\x9d", &err), &err);
	assert_success(recording_add(&recording, &observation, &err), &err);
	assert_success(recording_write(&recording, &text, &err), &err);
	assert_non_null(strstr(text, "\"te?st\": \"?\""));
	assert_success(recording_read("again", text, strlen(text), &again, &err), &err);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(labels_that_are_not_utf8_are_written),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
