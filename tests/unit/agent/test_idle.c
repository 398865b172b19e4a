// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "agent/idle.h"
#include "recording/recording.h"
#include "util/array.h"
#include "util/cleanup.h"

#define SECOND 1000000000LL
#define BEGIN (1700000000 * SECOND)

/* Adds a workload that ran from one second to another; until now, if that is 0. */
static struct observation *add(struct recording *recording, const char *container, int64_t from,
			       int64_t to)
{
	struct observation observation = { .container_name = strdup(container),
					   .start = BEGIN + from * SECOND,
					   .end = to ? BEGIN + to * SECOND : 0 };
	size_t i;

	assert_int_equal(recording_add(recording, &observation, NULL), 0);
	observation_finish(&observation);
	for (i = 0; i < recording->observation_count; i++)
		if (recording->observations[i].start == BEGIN + from * SECOND &&
		    strcmp(recording->observations[i].container_name, container) == 0)
			return &recording->observations[i];
	fail();
	return NULL;
}

static void add_call(struct call_set *calls, uint32_t nr, enum origin origin, int64_t second)
{
	const struct call call = { .nr = nr,
				   .origin = origin,
				   .first_seen = BEGIN + second * SECOND };

	assert_int_equal(call_set_add(calls, &call, NULL), 0);
}

/* Expects a message with this part; NULL: none. */
static void expect(const struct recording *recording, int64_t now, const char *part)
{
	_cleanup_free_ char *message = (char *)0x1;

	assert_int_equal(idle_check(recording, BEGIN + now * SECOND, &message, NULL), 0);
	if (!part)
		assert_null(message);
	else if (!message || !strstr(message, part))
		fail_msg("'%s' instead of '%s'", message ?: "nothing", part);
}

static void what_did_nothing_new_is_idle(void **state)
{
	_cleanup_recording_ struct recording recording = {};
	struct observation *app;

	expect(&recording, 1000, NULL);
	app = add(&recording, "app", 100, 0);
	add_call(&app->calls, 1, ORIGIN_OBSERVED, 100);
	add_call(&app->calls, 2, ORIGIN_OBSERVED, 110);
	expect(&recording, 159, NULL);
	expect(&recording, 160,
	       "in 60 s altogether, app made no new system call after the first 10 s");
	add_call(&app->calls, 3, ORIGIN_OBSERVED, 111);
	expect(&recording, 160, NULL);
}

static void a_call_that_was_refused_counts(void **state)
{
	_cleanup_recording_ struct recording recording = {};

	add_call(&add(&recording, "app", 0, 100)->denied, 1, ORIGIN_OBSERVED, 50);
	expect(&recording, 100, NULL);
}

static void calls_of_nobody_do_not_count(void **state)
{
	_cleanup_recording_ struct recording recording = {};
	struct observation *app = add(&recording, "app", 0, 100);

	add_call(&app->calls, 1, ORIGIN_RUNTIME, 50);
	add_call(&app->calls, 2, ORIGIN_IMPLIED, 50);
	expect(&recording, 100, "app made no new");
}

static void times_add_up(void **state)
{
	_cleanup_recording_ struct recording recording = {};
	int i;

	for (i = 0; i < 30; i++)
		add(&recording, "app", 1000 * i, 1000 * i + 2);
	expect(&recording, 100000, "in 60 s altogether");
}

/* The second pod of a name starts as the first did. */
static void what_another_pod_did_before_is_not_new(void **state)
{
	_cleanup_recording_ struct recording recording = {};
	struct observation *app;

	add_call(&add(&recording, "app", 0, 300)->calls, 1, ORIGIN_OBSERVED, 1);
	add_call(&add(&recording, "app", 200, 300)->calls, 1, ORIGIN_OBSERVED, 201);
	expect(&recording, 300, "in 400 s altogether, app made no");
	app = add(&recording, "app", 250, 300);
	add_call(&app->calls, 2, ORIGIN_OBSERVED, 251);
	expect(&recording, 300, NULL);
}

static void each_container_has_its_own_start(void **state)
{
	_cleanup_recording_ struct recording recording = {};

	add_call(&add(&recording, "app", 0, 300)->calls, 1, ORIGIN_OBSERVED, 1);
	add_call(&add(&recording, "job", 200, 210)->calls, 1, ORIGIN_OBSERVED, 205);
	expect(&recording, 300, "app, job made no");
	add_call(&add(&recording, "log", 0, 300)->calls, 1, ORIGIN_OBSERVED, 200);
	expect(&recording, 300, NULL);
}

static void a_message_names_some_containers(void **state)
{
	static const char *const names[] = { "a", "b", "c", "d", "e", "f", "g" };
	_cleanup_recording_ struct recording recording = {};
	size_t i;

	for (i = 0; i < array_size(names); i++)
		add(&recording, names[i], 0, 100);
	expect(&recording, 100, "altogether, a, b, c, d, e and 2 more made no new");
}

/* Clocks of nodes differ, and a start may be unknown. */
static void times_that_make_no_sense_prove_nothing(void **state)
{
	_cleanup_recording_ struct recording recording = {}, huge = {};
	struct observation *app = add(&recording, "app", 100, 50);

	expect(&recording, 1000, NULL);
	app->start = 0;
	app->end = INT64_MAX;
	add_call(&app->calls, 1, ORIGIN_OBSERVED, 50);
	expect(&recording, 1000, NULL);
	add(&huge, "a", 0, 0)->end = INT64_MAX;
	add(&huge, "b", 1, 0)->end = INT64_MAX;
	expect(&huge, 1000, "a, b made no new");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_did_nothing_new_is_idle),
		cmocka_unit_test(a_call_that_was_refused_counts),
		cmocka_unit_test(calls_of_nobody_do_not_count),
		cmocka_unit_test(times_add_up),
		cmocka_unit_test(what_another_pod_did_before_is_not_new),
		cmocka_unit_test(each_container_has_its_own_start),
		cmocka_unit_test(a_message_names_some_containers),
		cmocka_unit_test(times_that_make_no_sense_prove_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
