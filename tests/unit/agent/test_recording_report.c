// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "agent/recording_report.h"
#include "profile/model/model.h"
#include "util/string_set.h"

static struct recording_report *make(void)
{
	struct recording_report *report = recording_report_create("shop", "web", "1");

	assert_non_null(report);
	return report;
}

/* Adds the part of a container with a profile; returns the profile. */
static const struct profile *add(struct recording_report *report, const char *container)
{
	struct recorded_part *part = recording_report_add_part(report);

	assert_non_null(part);
	part->container = container ? strdup(container) : NULL;
	part->profile = profile_create(ACTION_ERRNO);
	assert_non_null(part->profile);
	return part->profile;
}

static void later_parts_replace_earlier_ones(void **state)
{
	_cleanup_recording_report_ struct recording_report *into = make(), *later = make();
	const struct profile *kept, *whole, *app;

	add(into, NULL);
	kept = add(into, "proxy");
	whole = add(later, NULL);
	app = add(later, "app");
	assert_int_equal(recording_report_merge(into, later, NULL), 0);
	assert_int_equal(into->part_count, 3);
	assert_ptr_equal(into->parts[0].profile, whole);
	assert_null(into->parts[0].container);
	assert_ptr_equal(into->parts[1].profile, kept);
	assert_ptr_equal(into->parts[2].profile, app);
	assert_string_equal(into->parts[2].container, "app");
}

static void the_later_state_counts_and_sentences_add_up(void **state)
{
	_cleanup_recording_report_ struct recording_report *into = make(), *later = make();
	size_t i;

	assert_int_equal(notes_add(&into->news, NULL, "mkdir by a"), 0);
	into->failure = strdup("no runtime");
	assert_int_equal(string_set_add(&into->pods, &into->pod_count, "old", NULL), 0);
	for (i = 0; i < 200; i++)
		assert_int_equal(notes_add(&later->news, NULL, "sync by b"), 0);
	assert_int_equal(notes_add(&later->gaps, NULL, "a pod came and went"), 0);
	assert_int_equal(string_set_add(&later->pods, &later->pod_count, "new", NULL), 0);
	later->idle = strdup("idle");
	later->final = true;
	assert_int_equal(recording_report_merge(into, later, NULL), 0);
	assert_string_equal(into->news.items[0], "mkdir by a");
	assert_int_equal(into->news.count, 100);
	assert_int_equal(into->gaps.count, 1);
	assert_int_equal(into->pod_count, 1);
	assert_string_equal(into->pods[0], "new");
	assert_string_equal(into->idle, "idle");
	assert_null(into->failure);
	assert_true(into->final);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(later_parts_replace_earlier_ones),
		cmocka_unit_test(the_later_state_counts_and_sentences_add_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
