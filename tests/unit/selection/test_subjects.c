// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "record/lifetime.h"
#include "recording/recording.h"
#include "selection/subjects.h"

#define APART 1000 /* so many lifetimes keep an observation of their own */

/* A container that was born and has made one call; it lives until end() is called. */
static struct subject *begin(struct subjects *subjects, enum verdict verdict, uint32_t number)
{
	struct lifetime lifetime = { .cgroup_id = number, .born = number };
	struct subject *subject;
	char id[16];

	snprintf(id, sizeof(id), "c%u", number);
	assert_int_equal(subjects_add_container(subjects, verdict, id, "/c", "", &subject, NULL),
			 0);
	assert_int_equal(subject_adopt(subject, &lifetime, NULL), 0);
	return subject;
}

static void end(struct subject *subject, uint32_t nr)
{
	_cleanup_lifetime_ struct lifetime *lifetime = calloc(1, sizeof(*lifetime));
	const struct call call = { .nr = nr };

	assert_non_null(lifetime);
	lifetime->died = subject->born + 1;
	lifetime->entered = true;
	call_set_add(&lifetime->calls[RECORDER_OBSERVED], &call, NULL);
	assert_int_equal(subject_absorb(subject, lifetime, NULL), 0);
}

static void what_is_added_is_named(void **state)
{
	struct subjects subjects = {};
	struct subject *subject;

	assert_int_equal(subjects_add_plain(&subjects, "ls", "command", &subject, NULL), 0);
	assert_ptr_equal(subjects.items[0], subject);
	assert_false(subject->is_container);
	assert_int_equal(subject->verdict, VERDICT_WANTED);
	assert_null(subject->cgroup);
	assert_string_equal(subject->observation.container_name, "ls");
	assert_string_equal(subject->observation.attribution, "command");

	assert_int_equal(subjects_add_container(&subjects, VERDICT_OPEN, "c1", "/a/c1", "u1",
						&subject, NULL),
			 0);
	assert_ptr_equal(subjects.items[1], subject);
	assert_true(subject->is_container);
	assert_int_equal(subject->verdict, VERDICT_OPEN);
	assert_string_equal(subject->cgroup, "/a/c1");
	assert_string_equal(subject->observation.container_id, "c1");
	assert_string_equal(subject->observation.pod_uid, "u1");
	assert_string_equal(subject->observation.attribution, "cgroup /a/c1");

	assert_int_equal(subjects_add_container(&subjects, VERDICT_WANTED, "c2", "/c2", "",
						&subject, NULL),
			 0);
	assert_null(subject->observation.pod_uid);
	assert_int_equal(subjects.length, 3);
	subjects_finish(&subjects);
	assert_int_equal(subjects.length, 0);
}

/* Ended or not, wanted or not: what becomes of each. */
static void what_ended_and_is_wanted_is_collected(void **state)
{
	_cleanup_recording_ struct recording recording = {};
	struct subjects subjects = {};
	struct subject *open, *living, *unborn;

	end(begin(&subjects, VERDICT_WANTED, 1), 1);
	end(begin(&subjects, VERDICT_UNWANTED, 2), 2);
	open = begin(&subjects, VERDICT_OPEN, 3);
	end(open, 3);
	living = begin(&subjects, VERDICT_WANTED, 4);
	assert_int_equal(subjects_add_plain(&subjects, "ls", "command", &unborn, NULL), 0);
	begin(&subjects, VERDICT_UNWANTED, 5);

	assert_int_equal(subjects_collect(&subjects, false, &recording, NULL), 0);
	assert_int_equal(recording.observation_count, 1);
	assert_string_equal(recording.observations[0].container_id, "c1");
	assert_int_equal(subjects.length, 4);
	assert_ptr_equal(subjects.items[0], open);
	assert_ptr_equal(subjects.items[1], living);
	assert_ptr_equal(subjects.items[2], unborn);

	/* Now it is known whose it was. */
	open->verdict = VERDICT_WANTED;
	assert_int_equal(subjects_collect(&subjects, false, &recording, NULL), 0);
	assert_int_equal(recording.observation_count, 2);

	/* The recording ends: so does everything else. */
	assert_int_equal(subjects_collect(&subjects, true, &recording, NULL), 0);
	assert_int_equal(recording.observation_count, 4);
	assert_int_equal(subjects.length, 0);
	subjects_finish(&subjects);
}

/* Memory stays flat when there are more, and no call is lost. */
static void past_the_limit_lifetimes_are_folded(void **state)
{
	_cleanup_recording_ struct recording recording = {};
	struct subjects subjects = {};
	struct subject *other;
	uint64_t folded = 0;
	bool kept = false;
	uint32_t i;

	for (i = 1; i <= APART + 5; i++)
		end(begin(&subjects, VERDICT_WANTED, i), i <= APART ? 1 : i);
	assert_int_equal(subjects_collect(&subjects, false, &recording, NULL), 0);
	assert_int_equal(recording.observation_count, APART);
	for (i = 0; i < recording.observation_count; i++) {
		const struct observation *observation = &recording.observations[i];

		folded += observation->folded;
		kept |= observation->folded && call_set_find(&observation->calls, 0, 1) &&
			call_set_find(&observation->calls, 0, APART + 1) &&
			call_set_find(&observation->calls, 0, APART + 5);
	}
	assert_int_equal(folded, 5);
	assert_true(kept);

	/* Another container's calls are not mixed with theirs. */
	other = begin(&subjects, VERDICT_WANTED, APART + 6);
	other->observation.container_name = strdup("other");
	end(other, 1);
	assert_int_equal(subjects_collect(&subjects, false, &recording, NULL), 0);
	assert_int_equal(recording.observation_count, APART + 1);
	subjects_finish(&subjects);
}

static void a_bundle_is_looked_for_where_that_can_help(void **state)
{
	struct subjects subjects = {};
	struct subject *living = begin(&subjects, VERDICT_WANTED, 1);
	struct subject *open = begin(&subjects, VERDICT_OPEN, 2);
	struct subject *ended = begin(&subjects, VERDICT_WANTED, 3);
	struct subject *known = begin(&subjects, VERDICT_WANTED, 4);
	int64_t next_look;

	end(ended, 1);
	known->described = true;
	assert_int_equal(subjects_describe(&subjects, NULL), 0);
	assert_false(living->described); /* there is no such container */
	assert_true(living->next_look > 0);
	assert_int_equal(open->next_look, 0);
	assert_int_equal(ended->next_look, 0);
	assert_int_equal(known->next_look, 0);

	/* Not again before its time has come. */
	living->next_look = next_look = INT64_MAX;
	assert_int_equal(subjects_describe(&subjects, NULL), 0);
	assert_int_equal(living->next_look, next_look);
	subjects_finish(&subjects);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_added_is_named),
		cmocka_unit_test(what_ended_and_is_wanted_is_collected),
		cmocka_unit_test(past_the_limit_lifetimes_are_folded),
		cmocka_unit_test(a_bundle_is_looked_for_where_that_can_help),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
