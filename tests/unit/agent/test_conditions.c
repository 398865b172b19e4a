// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "agent/conditions.h"
#include "json/cursor.h"
#include "util/array.h"
#include "util/cleanup.h"

#define SINCE "2020-01-02T03:04:05Z"

static void read_text(const char *text, struct condition_state *ret_state)
{
	_cleanup_json_ json_t *object = json_loads(text, JSON_DECODE_ANY, NULL);

	assert_non_null(object);
	assert_int_equal(condition_state_read(ret_state, object, NULL), 0);
}

static void set(struct condition_state *state, enum profile_state value, const char *reason,
		const char *message)
{
	assert_int_equal(condition_state_set(state, value, 7, reason, message, NULL), 0);
}

/* The condition of the body that applies what is wanted. */
static json_t *ready_of(const struct condition_state *wanted, const struct condition_state *before)
{
	_cleanup_json_ json_t *body =
		condition_status_body("Kind", NULL, "name", json_object(), wanted, before);
	json_t *conditions = json_object_get(json_object_get(body, "status"), "conditions");

	assert_int_equal(json_array_size(conditions), 1);
	return json_incref(json_array_get(conditions, 0));
}

static const char *text_of(const json_t *condition, const char *key)
{
	return json_string_value(json_object_get(condition, key));
}

static void a_state_becomes_a_condition(void **state)
{
	struct condition_state wanted = {}, before = {};
	_cleanup_json_ json_t *condition = NULL;
	const char *since;

	set(&wanted, PROFILE_INSTALLED, "Available", "installed");
	condition = ready_of(&wanted, &before);
	assert_string_equal(text_of(condition, "type"), "Ready");
	assert_string_equal(text_of(condition, "status"), "True");
	assert_string_equal(text_of(condition, "reason"), "Available");
	assert_string_equal(text_of(condition, "message"), "installed");
	assert_int_equal(json_integer_value(json_object_get(condition, "observedGeneration")), 7);
	since = text_of(condition, "lastTransitionTime");
	assert_int_equal(strlen(since), strlen(SINCE));
	assert_int_equal(since[strlen(since) - 1], 'Z');
	condition_state_finish(&wanted);
}

static void a_body_applies_members_and_the_condition(void **state)
{
	struct condition_state wanted = {}, before = {};
	_cleanup_json_ json_t *body = NULL, *cluster = NULL, *expected = NULL;

	set(&wanted, PROFILE_INSTALLED, "Available", "installed");
	set(&before, PROFILE_INSTALLED, "Available", "installed");
	before.since = strdup(SINCE);
	body = condition_status_body("Kind", "shop", "web",
				     json_pack("{s:s}", "status", "Installed"), &wanted, &before);
	expected = json_loads(
		"{\"apiVersion\": \"security-profiles-operator.x-k8s.io/v1\", \"kind\": \"Kind\","
		"\"metadata\": {\"name\": \"web\", \"namespace\": \"shop\"},"
		"\"status\": {\"status\": \"Installed\", \"conditions\": [{\"type\": \"Ready\","
		"\"status\": \"True\", \"reason\": \"Available\", \"message\": \"installed\","
		"\"lastTransitionTime\": \"" SINCE "\", \"observedGeneration\": 7}]}}",
		0, NULL);
	assert_true(json_equal(body, expected));
	cluster = condition_status_body("Kind", NULL, "web", json_object(), &wanted, &before);
	assert_null(json_object_get(json_object_get(cluster, "metadata"), "namespace"));
	condition_state_finish(&wanted);
	condition_state_finish(&before);
}

static void only_an_installed_profile_is_ready(void **state)
{
	int i;

	for (i = 0; i < PROFILE_STATE_COUNT; i++) {
		struct condition_state wanted = {}, before = {};
		_cleanup_json_ json_t *condition = NULL;

		set(&wanted, i, "A", "b");
		condition = ready_of(&wanted, &before);
		assert_string_equal(text_of(condition, "status"),
				    i == PROFILE_INSTALLED ? "True" : "False");
		condition_state_finish(&wanted);
	}
}

/* What is written is read as equal, but for its time. */
static void a_condition_is_read_again(void **state)
{
	struct condition_state wanted = {}, before = {}, read = {};
	_cleanup_json_ json_t *object = NULL;

	set(&wanted, PROFILE_ERROR, "FileExists", "it is \"there\"");
	object = json_pack("{s:{s:s, s:[{s:s}, o]}}", "status", "status", "Error", "conditions",
			   "type", "Other", ready_of(&wanted, &before));
	assert_int_equal(condition_state_read(&read, object, NULL), 0);
	assert_true(condition_state_equal(&read, &wanted));
	assert_non_null(read.since);
	set(&wanted, PROFILE_ERROR, "FileExists", "it is here");
	assert_false(condition_state_equal(&read, &wanted));
	condition_state_finish(&wanted);
	condition_state_finish(&read);
}

static const struct {
	enum profile_state value;
	const char *since; /* NULL: now */
} transitions[] = {
	{ PROFILE_INSTALLED, NULL },
	{ PROFILE_ERROR, SINCE },
	{ PROFILE_PENDING, SINCE },
};

static void the_time_is_of_the_transition(void **state)
{
	size_t i;

	for (i = 0; i < array_size(transitions); i++) {
		struct condition_state wanted = {}, before = {};
		_cleanup_json_ json_t *condition = NULL;
		bool same;

		read_text("{\"status\":{\"status\":\"Error\",\"conditions\":[{\"type\":\"Ready\","
			  "\"lastTransitionTime\":\"" SINCE "\"}]}}",
			  &before);
		set(&wanted, transitions[i].value, "A", "b");
		condition = ready_of(&wanted, &before);
		same = strcmp(text_of(condition, "lastTransitionTime"), SINCE) == 0;
		assert_int_equal(same, transitions[i].since != NULL);
		condition_state_finish(&wanted);
		condition_state_finish(&before);
	}
}

static const char *const garbage[] = {
	"null",
	"7",
	"[]",
	"{}",
	"{\"status\":7}",
	"{\"status\":{}}",
	"{\"status\":{\"status\":7,\"conditions\":{}}}",
	"{\"status\":{\"status\":\"installed\",\"conditions\":[7,null,[]]}}",
	"{\"status\":{\"conditions\":[{\"type\":7}]}}",
	"{\"status\":{\"conditions\":[{\"type\":\"Ready\",\"reason\":7,\"message\":[],"
	"\"lastTransitionTime\":7,\"observedGeneration\":\"7\"}]}}",
};

static void garbage_equals_nothing_that_is_wanted(void **state)
{
	size_t i;
	int value;

	for (i = 0; i < array_size(garbage); i++) {
		struct condition_state read = {};

		read_text(garbage[i], &read);
		for (value = 0; value < PROFILE_STATE_COUNT; value++) {
			struct condition_state wanted = {};

			assert_int_equal(condition_state_set(&wanted, value, 0, "", "", NULL), 0);
			assert_false(condition_state_equal(&read, &wanted));
			condition_state_finish(&wanted);
		}
		assert_null(read.since);
		condition_state_finish(&read);
	}
}

static void nothing_equals_nothing(void **state)
{
	const struct condition_state none = {};
	struct condition_state some = {};

	assert_false(condition_state_equal(&none, &none));
	set(&some, PROFILE_INSTALLED, "A", "b");
	assert_false(condition_state_equal(&none, &some));
	assert_false(condition_state_equal(&some, &none));
	condition_state_finish(&some);
}

static void a_state_can_be_set_from_itself(void **state)
{
	struct condition_state some = {};

	set(&some, PROFILE_ERROR, "A", "b");
	set(&some, PROFILE_INSTALLED, some.reason, some.message);
	assert_string_equal(some.reason, "A");
	assert_string_equal(some.message, "b");
	condition_state_finish(&some);
}

/* The API refuses a message of more than 32768 bytes, and JSON a broken character. */
static void a_message_has_a_limit(void **state)
{
	size_t offset;

	for (offset = 0; offset < 3; offset++) {
		struct condition_state wanted = {}, before = {};
		_cleanup_json_ json_t *condition = NULL;
		char *message = calloc(100000, 1);
		size_t i;

		assert_non_null(message);
		for (i = 0; i < offset; i++)
			message[i] = 'a';
		for (; i + 3 < 99990; i += 3)
			memcpy(message + i, "\xe2\x82\xac", 3);
		set(&wanted, PROFILE_ERROR, "A", message);
		condition = ready_of(&wanted, &before);
		assert_non_null(condition);
		assert_in_range(strlen(text_of(condition, "message")), 1000, 32768);
		/* What is there is equal to what is wanted, or it would be written again and again. */
		set(&before, PROFILE_ERROR, "A", message);
		assert_true(condition_state_equal(&wanted, &before));
		condition_state_finish(&wanted);
		condition_state_finish(&before);
		free(message);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_state_becomes_a_condition),
		cmocka_unit_test(a_body_applies_members_and_the_condition),
		cmocka_unit_test(only_an_installed_profile_is_ready),
		cmocka_unit_test(a_condition_is_read_again),
		cmocka_unit_test(the_time_is_of_the_transition),
		cmocka_unit_test(garbage_equals_nothing_that_is_wanted),
		cmocka_unit_test(nothing_equals_nothing),
		cmocka_unit_test(a_state_can_be_set_from_itself),
		cmocka_unit_test(a_message_has_a_limit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
