// SPDX-License-Identifier: Apache-2.0
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "record/recorder.h"
#include "session/completion.h"
#include "util/error.h"
#include "util/notes.h"

static const struct recorder_totals no_losses;

static void add(struct recording *recording, const char *container, const char *runtime,
		const char *version)
{
	struct observation observation = {
		.container_name = strdup(container),
		.container_id = strdup(container), /* one lifetime each */
		.machine = machine_native(),
		.runtime = runtime ? strdup(runtime) : NULL,
		.runtime_version = version ? strdup(version) : NULL,
		.no_new_privs = TRISTATE_UNKNOWN,
	};

	assert_int_equal(recording_add(recording, &observation, NULL), 0);
}

static void one_container_names_the_recording(void **state)
{
	const struct completion_options options = { .runtime = "none" };
	_cleanup_recording_ struct recording recording = {};
	_cleanup_notes_ struct notes notes = {};

	add(&recording, "web", "runc", NULL);
	assert_int_equal(completion_apply(&options, &no_losses, NULL, &recording, &notes, NULL), 0);
	assert_string_equal(recording.name, "web");
	assert_int_equal(notes.count, 0);
	assert_true(recording_complete(&recording));
}

static void several_containers_do_not(void **state)
{
	const struct completion_options options = { .runtime = "none" };
	_cleanup_recording_ struct recording recording = {};
	_cleanup_notes_ struct notes notes = {};

	add(&recording, "web", NULL, NULL);
	add(&recording, "db", NULL, NULL);
	assert_int_equal(completion_apply(&options, &no_losses, NULL, &recording, &notes, NULL), 0);
	assert_string_equal(recording.name, "recording");
}

static void an_interruption_is_a_reason_and_a_note(void **state)
{
	const struct completion_options options = { .name = "mine", .runtime = "none" };
	_cleanup_error_ struct error interruption = ERROR_INIT;
	_cleanup_recording_ struct recording recording = {};
	_cleanup_notes_ struct notes notes = {};

	error_set(&interruption, EIO, "the disk is gone");
	add(&recording, "web", NULL, NULL);
	assert_int_equal(
		completion_apply(&options, &no_losses, &interruption, &recording, &notes, NULL), 0);
	assert_string_equal(recording.name, "mine");
	assert_false(recording_complete(&recording));
	assert_int_equal(notes.count, 1);
	assert_string_equal(notes.items[0],
			    "web is not complete: the recording was interrupted: the disk is gone");
}

static void a_cgroup_without_a_slot_is_missing_everywhere(void **state)
{
	const struct completion_options options = { .runtime = "none" };
	const struct recorder_totals totals = { .lost_slots = 2 };
	_cleanup_recording_ struct recording recording = {};
	_cleanup_notes_ struct notes notes = {};
	size_t i;

	add(&recording, "web", NULL, NULL);
	add(&recording, "db", NULL, NULL);
	assert_int_equal(completion_apply(&options, &totals, NULL, &recording, &notes, NULL), 0);
	for (i = 0; i < 2; i++) {
		assert_int_equal(recording.observations[i].losses[LOSS_SLOTS], 2);
		assert_false(observation_complete(&recording.observations[i]));
	}
	assert_int_equal(notes.count, 2);
}

static void a_runtime_newer_than_measured_is_noted_once(void **state)
{
	const struct completion_options options = {
		.runtime = "auto",
		.no_new_privs = TRISTATE_UNKNOWN,
	};
	_cleanup_recording_ struct recording recording = {};
	_cleanup_notes_ struct notes notes = {};

	add(&recording, "web", "runc", "99.0");
	add(&recording, "db", "runc", "99.0");
	assert_int_equal(completion_apply(&options, &no_losses, NULL, &recording, &notes, NULL), 0);
	assert_int_equal(notes.count, 1);
	assert_non_null(strstr(notes.items[0], "runc 99.0 is newer than what was measured"));
}

static void an_unknown_runtime_is_a_reason(void **state)
{
	const struct completion_options options = {
		.runtime = "auto",
		.no_new_privs = TRISTATE_UNKNOWN,
	};
	_cleanup_recording_ struct recording recording = {};
	_cleanup_notes_ struct notes notes = {};

	add(&recording, "web", NULL, NULL);
	assert_int_equal(completion_apply(&options, &no_losses, NULL, &recording, &notes, NULL), 0);
	assert_int_equal(notes.count, 1);
	assert_non_null(strstr(notes.items[0], "name it with --runtime-calls"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_container_names_the_recording),
		cmocka_unit_test(several_containers_do_not),
		cmocka_unit_test(an_interruption_is_a_reason_and_a_note),
		cmocka_unit_test(a_cgroup_without_a_slot_is_missing_everywhere),
		cmocka_unit_test(a_runtime_newer_than_measured_is_noted_once),
		cmocka_unit_test(an_unknown_runtime_is_a_reason),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
