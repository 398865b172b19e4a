// SPDX-License-Identifier: Apache-2.0
#include "../profile/fixtures.h"

#include "json/scan.h"
#include "util/array.h"

static struct scan scan_of(const char *text)
{
	return (struct scan){ .at = text, .end = text + strlen(text) };
}

static void assert_slice(struct slice slice, const char *expected)
{
	assert_int_equal(slice.end - slice.begin, strlen(expected));
	assert_memory_equal(slice.begin, expected, strlen(expected));
}

static void values_end_where_they_end(void **state)
{
	static const char *const values[] = { "\"a\\\"]\"", "\"\\\\\"", "{\"}\":[1]}", "[[],\"]\"]",
					      "-1.5e3",	    "true",	"null" };
	struct scan scan = scan_of(" [ \"a\\\"]\",\"\\\\\" ,{\"}\":[1]},\n[[],\"]\"],-1.5e3,"
				   "true , null ] ");
	struct slice value;
	size_t i;

	assert_true(scan_open(&scan, '['));
	for (i = 0; scan_more(&scan, ']'); i++) {
		assert_true(i < array_size(values));
		assert_true(scan_value(&scan, &value));
		assert_slice(value, values[i]);
	}
	assert_int_equal(i, array_size(values));
	assert_true(scan_ends(&scan));
}

/* Reads "{…}" of members with any values; whether it was one. */
static bool scan_object(const char *text)
{
	struct scan scan = scan_of(text);
	struct slice key, value;

	if (!scan_open(&scan, '{'))
		return false;
	while (scan_more(&scan, '}'))
		if (!scan_key(&scan, &key) || !scan_value(&scan, &value))
			return false;
	return scan_ends(&scan);
}

static void what_is_no_object_is_noticed(void **state)
{
	static const char *const wrong[] = {
		"",	     "{",	  "{\"a\"",    "{\"a\":",
		"{\"a\":1",  "{\"a\":1,", "{\"a\" 1}", "{\"a\":1 \"b\":2}",
		"{,}",	     "{\"a\":}",  "{a:1}",     "{\"a\":\"}",
		"{\"a\":[}", "{}x",	  "[]",	       "{\"a\":\"\\\"}"
	};
	size_t i;

	assert_true(scan_object("{ }"));
	assert_true(scan_object("{\"a\":1, \"b\" : [ {} ]}"));
	for (i = 0; i < array_size(wrong); i++)
		if (scan_object(wrong[i]))
			fail_msg("%s", wrong[i]);
}

static void only_plain_values_are_read_without_jansson(void **state)
{
	struct slice value;
	struct scan scan;
	char text[4];
	uint64_t number;

	scan = scan_of("[\"abc\",\"abcd\",\"\\u0061\",\"\",12,012,1.0,1234567890123456789]");
	assert_true(scan_open(&scan, '['));
	assert_true(scan_more(&scan, ']') && scan_value(&scan, &value));
	assert_true(slice_text(value, text, sizeof(text)));
	assert_string_equal(text, "abc");
	assert_true(slice_is(value, "abc"));
	assert_false(slice_is(value, "ab"));
	assert_true(scan_more(&scan, ']') && scan_value(&scan, &value));
	assert_false(slice_text(value, text, sizeof(text)));
	assert_true(scan_more(&scan, ']') && scan_value(&scan, &value));
	assert_false(slice_text(value, text, sizeof(text)));
	assert_true(slice_is(value, "a"));
	assert_true(scan_more(&scan, ']') && scan_value(&scan, &value));
	assert_true(slice_text(value, text, sizeof(text)));
	assert_string_equal(text, "");
	assert_false(slice_number(value, &number));
	assert_true(scan_more(&scan, ']') && scan_value(&scan, &value));
	assert_true(slice_number(value, &number));
	assert_int_equal(number, 12);
	while (scan_more(&scan, ']')) {
		assert_true(scan_value(&scan, &value));
		assert_false(slice_number(value, &number));
	}
	assert_true(scan_ends(&scan));
}

static void members_can_be_cut_out_of_a_tree(void **state)
{
	static const char *const cut[] = { "large", "other", NULL };
	struct scan scan = scan_of("{\"a\":1,\"l\\u0061rge\":[1,{\"b\":\"]\"}],\"c\":{}} ");
	_cleanup_json_ json_t *tree = NULL;
	_cleanup_error_ struct error err = ERROR_INIT;
	struct slice slices[2];

	assert_success(scan_outline(&scan, cut, &tree, slices, &err), &err);
	assert_slice(slices[0], "[1,{\"b\":\"]\"}]");
	assert_null(slices[1].begin);
	assert_int_equal(json_object_size(tree), 3);
	assert_true(json_is_null(json_object_get(tree, "large")));
	assert_int_equal(json_integer_value(json_object_get(tree, "a")), 1);
	assert_true(scan_ends(&scan));
}

/* A small generator of its own, so that a failure is the same on every machine. */
static uint32_t random_state = 1;

static uint32_t random_below(uint32_t limit)
{
	random_state = random_state * 1664525u + 1013904223u;
	return (random_state >> 8) % limit;
}

/* Puts some characters that matter in JSON where others were, or takes some away. */
static void damage(char *text)
{
	static const char characters[] = "\"\\{}[],: 0a-\n\x80u";
	uint32_t i, at, count = 1 + random_below(3);

	for (i = 0; i < count; i++) {
		at = random_below(strlen(text));
		if (random_below(3))
			text[at] = characters[random_below(sizeof(characters) - 1)];
		else
			memmove(text + at, text + at + 1, strlen(text + at));
	}
}

/* Whatever becomes of a recording, it is read only as long as it is JSON. */
static void jansson_has_the_last_word(void **state)
{
	_cleanup_free_ char *whole = read_golden("pod.recording.json");
	int round, accepted = 0;

	for (round = 0; round < 5000; round++) {
		_cleanup_recording_ struct recording recording = { 0 };
		_cleanup_free_ char *text = strdup(whole);
		_cleanup_json_ json_t *tree = NULL;

		damage(text);
		if (recording_read("damaged", text, strlen(text), &recording, NULL) < 0)
			continue;
		accepted++;
		if (tree_parse("damaged", text, strlen(text), &tree, NULL) < 0)
			fail_msg("round %d: accepted, and not JSON: %s", round, text);
	}
	assert_in_range(accepted, 100, 4900);
}

#define OBSERVATION(more) "{\"machine\":\"x86_64\",\"complete\":true,\"denied\":[]," more "}"
#define RECORDING(observations)                                                                   \
	"{\"format\":\"recorder.recording/v1\",\"complete\":true,\"observations\":[" observations \
	"]}"

static void a_field_that_is_there_twice_is_refused(void **state)
{
	static const char *const texts[] = {
		RECORDING(OBSERVATION("\"systemCalls\":[{\"nr\":1,\"abi\":\"native\","
				      "\"origin\":\"observed\",\"nr\":2}]")),
		/* Found by fuzzing: with space before the object. */
		RECORDING("\n" OBSERVATION("\"systemCalls\":true,\"systemCalls\":[]")),
		RECORDING(OBSERVATION("\"systemCalls\":[]") ",\n" OBSERVATION(
			"\"systemCalls\":true,\"systemCalls\":[]")),
	};
	size_t i;

	for (i = 0; i < array_size(texts); i++) {
		_cleanup_error_ struct error err = ERROR_INIT;
		struct recording recording;

		assert_int_equal(recording_read("twice", texts[i], strlen(texts[i]), &recording,
						&err),
				 -EINVAL);
		assert_non_null(strstr(error_message(&err), "not JSON: duplicate object key"));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(values_end_where_they_end),
		cmocka_unit_test(what_is_no_object_is_noticed),
		cmocka_unit_test(only_plain_values_are_read_without_jansson),
		cmocka_unit_test(members_can_be_cut_out_of_a_tree),
		cmocka_unit_test(jansson_has_the_last_word),
		cmocka_unit_test(a_field_that_is_there_twice_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
