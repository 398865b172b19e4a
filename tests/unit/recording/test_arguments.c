// SPDX-License-Identifier: Apache-2.0
#include "../profile/fixtures.h"

#include "recording/argument_union.h"
#include "recording/runtime_calls.h"
#include "recording/derive.h"
#include "syscalls/arguments.h"
#include "util/array.h"

#define NR_IOCTL 16 /* on x86-64 */
#define NR_CLONE 56
#define NR_PRCTL 157

static struct argument *get(struct argument_set *set, uint32_t nr, uint8_t index, bool flags)
{
	const struct argument key = { .nr = nr, .index = index, .flags = flags };
	struct argument *argument;

	assert_int_equal(argument_set_get(set, &key, &argument, NULL), 0);
	return argument;
}

static void add(struct argument *argument, uint32_t value, int64_t time, const char *process)
{
	struct argument_value seen = { .value = value, .first_seen = time };

	strncpy(seen.process, process, sizeof(seen.process) - 1);
	assert_int_equal(argument_add_value(argument, &seen, NULL), 0);
}

static void values_are_sorted_and_the_first_user_is_kept(void **state)
{
	_cleanup_(argument_set_finish) struct argument_set set = {};
	struct argument *argument = get(&set, NR_IOCTL, 1, false);

	add(argument, 9, 30, "late");
	add(argument, 2, 40, "other");
	add(argument, 9, 20, "early");
	add(argument, 9, 0, "unknown");
	assert_int_equal(argument->count, 2);
	assert_int_equal(argument->values[0].value, 2);
	assert_string_equal(argument_find_value(argument, 9)->process, "early");
	assert_null(argument_find_value(argument, 3));
	assert_true(argument_is_known(argument));
}

static void more_values_than_are_kept_are_any(void **state)
{
	_cleanup_(argument_set_finish) struct argument_set set = {};
	struct argument *argument = get(&set, NR_IOCTL, 1, false);
	uint32_t i;

	for (i = 0; i < ARGUMENT_VALUES_MAX; i++)
		add(argument, 1000 - i, 0, "");
	assert_false(argument->any);
	add(argument, 1000, 0, "");
	assert_false(argument->any);
	add(argument, 5, 0, "");
	assert_true(argument->any);
	assert_false(argument_is_known(argument));
	assert_int_equal(argument->count, ARGUMENT_VALUES_MAX);
	assert_int_equal(argument->values[0].value, 5);
	assert_int_equal(argument->values[ARGUMENT_VALUES_MAX - 1].value, 999);
}

/* Fills an observation of one lifetime, in one of several ways. */
static void fill(struct observation *observation, unsigned int variant)
{
	struct argument *argument;
	uint32_t i;

	observation->machine = MACHINE_X86_64;
	observation->container_id = strdup("0");
	add_call(&observation->calls, ABI_NATIVE, NR_IOCTL, ORIGIN_OBSERVED, 1, "");
	if (variant == 0) /* recorded no arguments */
		return;
	argument = get(&observation->arguments, NR_IOCTL, 1, false);
	for (i = 0; i < 40; i++)
		add(argument, variant * 100 + i, variant, "p");
	argument->wide = variant == 2;
	if (variant == 1)
		return;
	add_call(&observation->denied, ABI_NATIVE, NR_CLONE, ORIGIN_OBSERVED, 1, "");
	argument = get(&observation->denied_arguments, NR_CLONE, 0, true);
	add(argument, 1u << variant, 5, "q");
	argument->unrecorded = variant;
	argument->runtime = variant % 2;
}

/* Merges the variants in an order given as digits, and returns the text. */
static char *merge(const char *order)
{
	_cleanup_recording_ struct recording recording = {};

	for (; *order; order++) {
		struct observation observation = {};

		fill(&observation, *order - '0');
		assert_int_equal(recording_add(&recording, &observation, NULL), 0);
	}
	assert_int_equal(recording.observation_count, 1);
	return write_recording(&recording);
}

static void the_union_does_not_depend_on_the_order(void **state)
{
	static const char *const orders[] = { "0132", "3210", "2301", "00112233", "31020123" };
	_cleanup_free_ char *expected = merge("0123");
	size_t i;

	assert_non_null(strstr(expected, "\"any\": true"));
	for (i = 0; i < array_size(orders); i++) {
		_cleanup_free_ char *text = merge(orders[i]);

		assert_string_equal(text, expected);
	}
}

static void what_is_written_is_read_again(void **state)
{
	_cleanup_free_ char *text = merge("123"), *again = NULL;
	_cleanup_recording_ struct recording recording = {};
	_cleanup_error_ struct error err = ERROR_INIT;
	const struct argument *argument;

	assert_success(recording_read("it", text, strlen(text), &recording, &err), &err);
	again = write_recording(&recording);
	assert_string_equal(again, text);
	argument =
		argument_set_find(&recording.observations[0].arguments, ABI_NATIVE, NR_IOCTL, 1, 0);
	assert_true(argument->any);
	assert_true(argument->wide);
	assert_false(argument->flags);
	assert_int_equal(argument->values[0].first_seen, 1);
	argument = argument_set_find(&recording.observations[0].denied_arguments, ABI_NATIVE,
				     NR_CLONE, 0, 0);
	assert_true(argument->flags);
	assert_int_equal(argument_flags(argument), 1u << 2 | 1u << 3);
	assert_int_equal(argument->unrecorded, 3);
}

#define OBSERVATION(version, call)                                                             \
	"{\"format\":\"recorder.recording/" version "\",\"complete\":true,\"observations\":[{" \
	"\"machine\":\"x86_64\",\"complete\":true,\"denied\":[],\"systemCalls\":[{" call "}]}]}"
#define IOCTL "\"nr\":16,\"abi\":\"native\",\"origin\":\"observed\""
#define ARGUMENTS(members) OBSERVATION("v2", IOCTL ",\"arguments\":[" members "]")

static void the_version_before_recorded_no_arguments(void **state)
{
	static const char text[] = OBSERVATION("v1", IOCTL);
	_cleanup_(argument_set_finish) struct argument_set set = {};
	_cleanup_recording_ struct recording recording = {};
	_cleanup_error_ struct error err = ERROR_INIT;

	assert_success(recording_read("old", text, strlen(text), &recording, &err), &err);
	assert_int_equal(recording.observations[0].arguments.length, 0);
	assert_int_equal(recording_unite_arguments(&recording, MACHINE_X86_64, false, &set, &err),
			 0);
	assert_int_equal(set.length, 1);
	assert_int_equal(set.items[0].index, 1);
	assert_false(argument_is_known(&set.items[0]));
}

static void a_late_observation_does_not_know_all_values(void **state)
{
	_cleanup_(argument_set_finish) struct argument_set set = {}, late = {};
	_cleanup_recording_ struct recording recording = {};
	struct observation observation = {};

	fill(&observation, 1);
	assert_int_equal(recording_add(&recording, &observation, NULL), 0);
	assert_int_equal(recording_unite_arguments(&recording, MACHINE_X86_64, false, &set, NULL),
			 0);
	assert_true(argument_is_known(&set.items[0]));
	recording.observations[0].losses[LOSS_LATE] = 1;
	assert_int_equal(recording_unite_arguments(&recording, MACHINE_X86_64, false, &late, NULL),
			 0);
	assert_false(argument_is_known(&late.items[0]));
	assert_int_equal(late.items[0].count, 40);
}

/* The table of a runtime's calls has no arguments. What the workload used is known all the same. */
static void arguments_of_the_runtime_are_not_known(void **state)
{
	static const struct runtime_choice choice = { .name = "runc", .version = "1.1.5" };
	_cleanup_observation_ struct observation observation = { .machine = MACHINE_X86_64 };
	const struct argument *argument;

	add(get(&observation.arguments, NR_PRCTL, 0, false), 15, 0, "");
	assert_int_equal(observation_add_runtime_calls(&observation, &choice, NULL), 0);
	argument = argument_set_find(&observation.arguments, ABI_NATIVE, NR_PRCTL, 0, 0);
	assert_int_equal(argument->count, 1);
	assert_true(argument->runtime);
	assert_true(argument_is_known(argument));
}

static const struct {
	const char *text;
	const char *message;
} bad_inputs[] = {
	{ OBSERVATION("v1", IOCTL ",\"arguments\":[]"), "systemCalls[0].arguments: unknown field" },
	{ ARGUMENTS("{}"), "arguments[0]: the field \"argument\" is missing" },
	{ ARGUMENTS("{\"argument\":6}"), "arguments[0].argument: 6 is not between 0 and 5" },
	{ ARGUMENTS("{\"argument\":1,\"offset\":65536}"),
	  "arguments[0].offset: 65536 is not between 0 and 65535" },
	{ ARGUMENTS("{\"argument\":1,\"values\":[],\"flags\":[]}"),
	  "arguments[0].flags: an argument has values or flags, not both" },
	{ ARGUMENTS("{\"argument\":1,\"flags\":[]}"),
	  "arguments[0]: this argument of ioctl has values" },
	{ ARGUMENTS("{\"argument\":1},{\"argument\":1}"),
	  "arguments[1]: this argument appears twice" },
	{ ARGUMENTS("{\"argument\":1,\"values\":[{\"value\":4294967296}]}"),
	  "values[0].value: 4294967296 is not between 0 and 4294967295" },
	{ ARGUMENTS("{\"argument\":1,\"values\":[{\"value\":1},{\"value\":1}]}"),
	  "values[1].value: this value appears twice" },
	{ ARGUMENTS("{\"argument\":0,\"flags\":[{\"value\":3}]}"),
	  "flags[0].value: 3 is more than one flag" },
	{ ARGUMENTS("{\"argument\":1,\"unrecorded\":-1}"), "arguments[0].unrecorded: -1 is not" },
	{ ARGUMENTS("{\"argument\":1,\"colour\":1}"), "arguments[0].colour: unknown field" },
};

static void bad_input_is_refused_with_its_place(void **state)
{
	size_t i;

	for (i = 0; i < array_size(bad_inputs); i++) {
		_cleanup_error_ struct error err = ERROR_INIT;
		struct recording recording;

		assert_int_equal(recording_read("bad", bad_inputs[i].text,
						strlen(bad_inputs[i].text), &recording, &err),
				 -EINVAL);
		if (!strstr(error_message(&err), bad_inputs[i].message))
			fail_msg("%s", error_message(&err));
	}
}

static void too_many_values_are_refused(void **state)
{
	_cleanup_free_ char *text = calloc(1, 1 << 16);
	_cleanup_error_ struct error err = ERROR_INIT;
	struct recording recording;
	size_t i;

	strcpy(text,
	       "{\"format\":\"recorder.recording/v2\",\"complete\":true,\"observations\":[{"
	       "\"machine\":\"x86_64\",\"complete\":true,\"denied\":[],\"systemCalls\":[{" IOCTL
	       ",\"arguments\":[{\"argument\":1,\"values\":[");
	for (i = 0; i < ARGUMENT_VALUES_MAX + 1; i++)
		sprintf(text + strlen(text), "%s{\"value\":%zu}", i ? "," : "", i);
	strcat(text, "]}]}]}]}");
	assert_int_equal(recording_read("bad", text, strlen(text), &recording, &err), -EINVAL);
	assert_non_null(strstr(error_message(&err), "it has 65 values, and at most 64 are read"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(values_are_sorted_and_the_first_user_is_kept),
		cmocka_unit_test(more_values_than_are_kept_are_any),
		cmocka_unit_test(the_union_does_not_depend_on_the_order),
		cmocka_unit_test(what_is_written_is_read_again),
		cmocka_unit_test(the_version_before_recorded_no_arguments),
		cmocka_unit_test(a_late_observation_does_not_know_all_values),
		cmocka_unit_test(arguments_of_the_runtime_are_not_known),
		cmocka_unit_test(bad_input_is_refused_with_its_place),
		cmocka_unit_test(too_many_values_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
