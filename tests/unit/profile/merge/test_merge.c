// SPDX-License-Identifier: Apache-2.0
#include "../fixtures.h"

#include "util/array.h"

/* A small generator of its own, so that a failure is the same on every machine. */
static uint32_t random_state = 1;

static uint32_t random_below(uint32_t limit)
{
	random_state = random_state * 1664525u + 1013904223u;
	return (random_state >> 8) % limit;
}

static char *random_text(const char *prefix)
{
	char *text;

	if (random_below(3) == 0)
		return NULL;
	assert_true(asprintf(&text, "%s%u", prefix, random_below(3)) > 0);
	return text;
}

static void random_calls(struct call_set *set)
{
	static const char *const processes[] = { "", "a", "b" };
	uint32_t i, count = random_below(6);

	for (i = 0; i < count; i++)
		add_call(set, random_below(ABI_COUNT), random_below(4), random_below(ORIGIN_COUNT),
			 random_below(3), processes[random_below(array_size(processes))]);
}

/* Few different values, so that many of them collide. */
static void random_recording(struct recording *recording)
{
	uint32_t i, count = random_below(5);

	*recording = (struct recording){ .name = random_text("recording") };
	for (i = 0; i < count; i++) {
		struct observation observation = { .no_new_privs = (int)random_below(3) - 1 };

		observation.container_id = random_text("id");
		observation.container_name = random_text("name");
		observation.pod_namespace = random_text("namespace");
		observation.pod_name = random_text("pod");
		observation.node = random_text("node");
		observation.attribution = random_text("attribution");
		observation.start = random_below(2);
		observation.end = random_below(4);
		observation.folded = random_below(3);
		observation.seccomp = random_below(3);
		observation.losses[random_below(LOSS_COUNT)] = random_below(3);
		random_calls(&observation.calls);
		random_calls(&observation.denied);
		if (random_below(2))
			assert_int_equal(observation_add_reason(&observation, NULL, "reason %u",
								random_below(3)),
					 0);
		if (random_below(2))
			assert_int_equal(observation_add_label(&observation, "app",
							       random_below(2) ? "x" : "y", NULL),
					 0);
		if (random_below(2))
			assert_int_equal(observation_add_capability(
						 &observation,
						 random_below(2) ? "CAP_KILL" : "CAP_CHOWN", NULL),
					 0);
		assert_int_equal(recording_add(recording, &observation, NULL), 0);
	}
}

static void copy_recording(const struct recording *from, struct recording *to)
{
	_cleanup_free_ char *text = write_recording(from);
	_cleanup_error_ struct error err = ERROR_INIT;

	assert_success(recording_read("copy", text, strlen(text), to, &err), &err);
}

/* Merges copies of both, in this order. */
static char *merged(const struct recording *a, const struct recording *b)
{
	_cleanup_recording_ struct recording left = {}, right = {};

	copy_recording(a, &left);
	copy_recording(b, &right);
	assert_int_equal(recording_merge(&left, &right, NULL), 0);
	assert_int_equal(right.observation_count, 0);
	return write_recording(&left);
}

static void merged_recording(const struct recording *a, const struct recording *b,
			     struct recording *to)
{
	_cleanup_free_ char *text = merged(a, b);

	assert_int_equal(recording_read("merged", text, strlen(text), to, NULL), 0);
}

static void merging_is_a_union_of_sets(void **state)
{
	int round;

	for (round = 0; round < 300; round++) {
		_cleanup_recording_ struct recording a = {}, b = {}, c = {}, ab = {}, bc = {},
						     empty = {};
		_cleanup_free_ char *a_alone = NULL, *a_a = NULL, *a_b = NULL, *b_a = NULL;
		_cleanup_free_ char *ab_c = NULL, *a_bc = NULL, *ab_a = NULL, *a_empty = NULL;

		random_recording(&a);
		random_recording(&b);
		random_recording(&c);
		merged_recording(&a, &b, &ab);
		merged_recording(&b, &c, &bc);
		a_alone = write_recording(&a);
		a_a = merged(&a, &a);
		a_empty = merged(&empty, &a);
		a_b = merged(&a, &b);
		b_a = merged(&b, &a);
		ab_c = merged(&ab, &c);
		a_bc = merged(&a, &bc);
		ab_a = merged(&ab, &a);
		assert_string_equal(a_a, a_alone);
		assert_string_equal(a_empty, a_alone);
		assert_string_equal(a_b, b_a);
		assert_string_equal(ab_c, a_bc);
		assert_string_equal(ab_a, a_b);
	}
}

static void calls_are_sorted_and_keep_the_best_evidence(void **state)
{
	_cleanup_(call_set_finish) struct call_set set = {};
	const struct call *call;

	add_call(&set, ABI_COMPAT, 1, ORIGIN_OBSERVED, 5, "old");
	add_call(&set, ABI_NATIVE, 7, ORIGIN_IMPLIED, 0, "");
	add_call(&set, ABI_NATIVE, 3, ORIGIN_OBSERVED, 9, "late");
	add_call(&set, ABI_NATIVE, 3, ORIGIN_RUNTIME, 4, "early");
	add_call(&set, ABI_NATIVE, 3, ORIGIN_RUNTIME, 0, "never");
	add_call(&set, ABI_NATIVE, 7, ORIGIN_RUNTIME, 0, "");

	assert_int_equal(set.length, 3);
	assert_int_equal(set.items[0].nr, 3);
	assert_int_equal(set.items[1].nr, 7);
	assert_int_equal(set.items[2].abi, ABI_COMPAT);
	call = call_set_find(&set, ABI_NATIVE, 3);
	assert_int_equal(call->origin, ORIGIN_OBSERVED);
	assert_int_equal(call->first_seen, 4);
	assert_string_equal(call->process, "early");
	assert_int_equal(call_set_find(&set, ABI_NATIVE, 7)->origin, ORIGIN_RUNTIME);
	assert_null(call_set_find(&set, ABI_X32, 3));
}

static void only_losses_that_hide_calls_make_it_incomplete(void **state)
{
	_cleanup_observation_ struct observation observation = {};

	assert_true(observation_complete(&observation));
	observation.losses[LOSS_EVENTS] = 3;
	assert_true(observation_complete(&observation));
	observation.losses[LOSS_RECURSION] = 1;
	assert_false(observation_complete(&observation));
	observation.losses[LOSS_RECURSION] = 0;
	assert_int_equal(observation_add_reason(&observation, NULL, "late by %d s", 4), 0);
	assert_false(observation_complete(&observation));
	assert_string_equal(observation.reasons[0], "late by 4 s");
}

static void observations_of_one_container_become_one(void **state)
{
	_cleanup_recording_ struct recording recording = {};
	struct observation known = { .container_id = strdup("1"), .pod_name = strdup("z") };
	struct observation unknown = { .container_id = strdup("1") };
	struct observation restarted = { .container_id = strdup("1"), .start = 7 };
	struct observation other = { .container_id = strdup("2"), .pod_name = strdup("y") };

	add_call(&known.calls, ABI_NATIVE, 1, ORIGIN_OBSERVED, 1, "a");
	add_call(&unknown.calls, ABI_NATIVE, 2, ORIGIN_OBSERVED, 1, "a");
	assert_int_equal(recording_add(&recording, &unknown, NULL), 0);
	assert_int_equal(recording_add(&recording, &other, NULL), 0);
	assert_int_equal(recording_add(&recording, &restarted, NULL), 0);
	assert_int_equal(recording_add(&recording, &known, NULL), 0);

	/* The pod's name came last and moved the observation behind that of the other pod. */
	assert_int_equal(recording.observation_count, 3);
	assert_int_equal(recording.observations[0].start, 7);
	assert_string_equal(recording.observations[1].container_id, "2");
	assert_string_equal(recording.observations[2].pod_name, "z");
	assert_int_equal(recording.observations[2].calls.length, 2);
}

static void lifetimes_of_one_kind_are_folded(void **state)
{
	_cleanup_recording_ struct recording recording = {};
	uint64_t i;

	for (i = 0; i < 3; i++) {
		struct observation job = { .container_name = strdup("job"), .start = i + 1 };

		add_call(&job.calls, ABI_NATIVE, i, ORIGIN_OBSERVED, 1, "a");
		job.losses[LOSS_MAP] = 1;
		assert_int_equal(recording_fold(&recording, &job, NULL), 0);
	}
	assert_int_equal(recording.observation_count, 1);
	assert_int_equal(recording.observations[0].folded, 2);
	assert_int_equal(recording.observations[0].calls.length, 3);
	assert_int_equal(recording.observations[0].losses[LOSS_MAP], 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(merging_is_a_union_of_sets),
		cmocka_unit_test(calls_are_sorted_and_keep_the_best_evidence),
		cmocka_unit_test(only_losses_that_hide_calls_make_it_incomplete),
		cmocka_unit_test(observations_of_one_container_become_one),
		cmocka_unit_test(lifetimes_of_one_kind_are_folded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
