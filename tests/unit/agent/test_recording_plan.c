// SPDX-License-Identifier: Apache-2.0
//
// What a node decides about a ProfileRecording. The objects come from a cluster in which anybody may
// have written anything, perhaps before the rules of the custom resource were there.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "agent/recording_plan.h"
#include "json/cursor.h"
#include "selection/selector.h"
#include "util/array.h"
#include "util/cleanup.h"
#include "util/error.h"
#include "util/label.h"
#include "util/str.h"

#define SECOND 1000000000LL
#define MINUTE (60 * SECOND)
#define HOUR (60 * MINUTE)

#define CREATED "2026-11-22T14:51:03Z"
#define METADATA                                                                                     \
	"\"metadata\":{\"name\":\"my-app\",\"namespace\":\"shop\",\"uid\":\"u-1\",\"generation\":7," \
	"\"creationTimestamp\":\"" CREATED "\"}"
#define SPEC                                                                 \
	"\"kind\":\"SeccompProfile\",\"recorder\":\"bpf\",\"podSelector\":{" \
	"\"matchLabels\":{\"app\":\"web\"}}"

static int64_t created(void)
{
	int64_t time;

	assert_int_equal(str_parse_time(CREATED, &time, NULL), 0);
	return time;
}

/* A cluster without limits, an hour after the recording was made. */
static struct recording_world world_of(void)
{
	return (struct recording_world){ .now = created() + HOUR, .namespace_permitted = true };
}

static json_t *parse(const char *text)
{
	json_error_t problem;
	json_t *object = json_loads(text, 0, &problem);

	if (!object)
		fail_msg("%s in %s", problem.text, text);
	return object;
}

static void plan_text(const char *text, const struct recording_world *world,
		      struct recording_plan *ret_plan)
{
	_cleanup_error_ struct error err = ERROR_INIT;
	_cleanup_json_ json_t *object = parse(text);

	if (recording_plan_make(object, world, ret_plan, &err) < 0)
		fail_msg("%s", error_message(&err));
	assert_non_null(ret_plan->reason);
	assert_non_null(ret_plan->message);
	assert_null(strchr(ret_plan->message, '\n'));
	assert_int_equal(ret_plan->records, strcmp(ret_plan->reason, "Recording") == 0);
}

/* Plans for an object with this spec. */
static void plan_in(const char *spec, const struct recording_world *world,
		    struct recording_plan *ret_plan)
{
	_cleanup_free_ char *text = NULL;

	if (asprintf(&text, "{" METADATA ",\"spec\":{%s}}", spec) < 0)
		text = NULL;
	assert_non_null(text);
	plan_text(text, world, ret_plan);
}

static void plan_one(const char *spec, struct recording_plan *ret_plan)
{
	const struct recording_world world = world_of();

	plan_in(spec, &world, ret_plan);
}

/* message is a part of it. */
static void expect(const struct recording_plan *plan, const char *reason, const char *message)
{
	if (strcmp(plan->reason, reason) != 0 || !strstr(plan->message, message))
		fail_msg("%s: '%s' instead of %s: '%s'", plan->reason, plan->message, reason,
			 message);
}

/* ---- what is recorded */

static void a_recording_has_the_defaults_of_the_operator(void **state)
{
	_cleanup_recording_plan_ struct recording_plan plan = {};

	plan_one(SPEC, &plan);
	expect(&plan, "Recording",
	       "records all containers of the pods with app=web, into profiles of each pod");
	assert_string_equal(plan.namespace, "shop");
	assert_string_equal(plan.name, "my-app");
	assert_string_equal(plan.uid, "u-1");
	assert_int_equal(plan.generation, 7);
	assert_string_equal(plan.selector, "app=web");
	assert_null(plan.containers);
	assert_int_equal(plan.container_count, 0);
	assert_true(plan.apart);
	assert_false(plan.disabled);
	assert_false(plan.logs);
	assert_int_equal(plan.arguments, ARGUMENTS_DEFAULT);
	assert_int_equal(plan.ends, 0);
	assert_false(plan.ended);
}

static void every_field_counts(void **state)
{
	_cleanup_recording_plan_ struct recording_plan plan = {};

	plan_one("\"kind\":\"SeccompProfile\",\"recorder\":\"Logs\",\"podSelector\":{},"
		 "\"containers\":[\"web\",\"app\",\"web\"],\"mergeStrategy\":\"Containers\","
		 "\"disableProfileAfterRecording\":true,\"arguments\":\"Exact\","
		 "\"duration\":\"1h30m\",\"paused\":false",
		 &plan);
	expect(&plan, "Recording",
	       "records the containers app, web of all pods of the namespace, into one profile for "
	       "all containers of a name, until 2026-11-22T16:21:03Z; BPF records");
	assert_string_equal(plan.selector, "");
	assert_int_equal(plan.container_count, 2);
	assert_string_equal(plan.containers[0], "app");
	assert_string_equal(plan.containers[1], "web");
	assert_false(plan.apart);
	assert_true(plan.disabled);
	assert_true(plan.logs);
	assert_int_equal(plan.arguments, ARGUMENTS_EXACT);
	assert_int_equal(plan.ends, created() + 90 * MINUTE);
}

static const struct {
	const char *spec;
	bool apart, logs;
	enum arguments_mode arguments;
} spellings[] = {
	{ "\"recorder\":\"Bpf\"", true, false, ARGUMENTS_DEFAULT },
	{ "\"recorder\":\"logs\",\"mergeStrategy\":\"none\",\"arguments\":\"none\"", true, true,
	  ARGUMENTS_NONE },
	{ "\"recorder\":\"Logs\",\"mergeStrategy\":\"None\",\"arguments\":\"None\"", true, true,
	  ARGUMENTS_NONE },
	{ "\"recorder\":\"bpf\",\"mergeStrategy\":\"containers\",\"arguments\":\"exact\"", false,
	  false, ARGUMENTS_EXACT },
	{ "\"recorder\":\"Bpf\",\"mergeStrategy\":\"Containers\",\"arguments\":\"Default\"", false,
	  false, ARGUMENTS_DEFAULT },
	{ "\"recorder\":\"Bpf\",\"mergeStrategy\":null,\"arguments\":null", true, false,
	  ARGUMENTS_DEFAULT },
};

static void both_spellings_are_read(void **state)
{
	size_t i;

	for (i = 0; i < array_size(spellings); i++) {
		_cleanup_recording_plan_ struct recording_plan plan = {};
		_cleanup_free_ char *spec = NULL;

		assert_true(asprintf(&spec, "\"kind\":\"SeccompProfile\",\"podSelector\":{},%s",
				     spellings[i].spec) > 0);
		plan_one(spec, &plan);
		expect(&plan, "Recording", "records");
		assert_int_equal(plan.apart, spellings[i].apart);
		assert_int_equal(plan.logs, spellings[i].logs);
		assert_int_equal(strstr(plan.message, "BPF") != NULL, spellings[i].logs);
		assert_int_equal(plan.arguments, spellings[i].arguments);
	}
}

static void a_recording_in_deletion_goes_on(void **state)
{
	const struct recording_world world = world_of();
	_cleanup_recording_plan_ struct recording_plan plan = {};

	plan_text("{\"metadata\":{\"name\":\"my-app\",\"namespace\":\"shop\",\"uid\":\"u-1\","
		  "\"creationTimestamp\":\"" CREATED "\",\"deletionTimestamp\":\"" CREATED
		  "\",\"finalizers\":[\"a/b\"]},\"spec\":{" SPEC "}}",
		  &world, &plan);
	expect(&plan, "Recording", "records");
}

static void a_message_is_short_whatever_is_selected(void **state)
{
	_cleanup_recording_plan_ struct recording_plan plan = {};
	_cleanup_free_ char *spec = NULL;
	char values[64 * 7 + 1] = "", containers[100 * 7 + 1] = "";
	int i;

	for (i = 0; i < 64; i++)
		sprintf(values + 7 * i, "\"v%03d\"%c", i, i < 63 ? ',' : ' ');
	for (i = 0; i < 100; i++)
		sprintf(containers + 7 * i, "\"c%03d\"%c", i, i < 99 ? ',' : ' ');
	assert_true(asprintf(&spec,
			     "\"kind\":\"SeccompProfile\",\"recorder\":\"Bpf\",\"podSelector\":"
			     "{\"matchExpressions\":[{\"key\":\"a\",\"operator\":\"In\",\"values\":"
			     "[%s]}]},\"containers\":[%s]",
			     values, containers) > 0);
	plan_one(spec, &plan);
	expect(&plan, "Recording",
	       "c000, c001, c002, c003, c004 and 95 more of the pods with a in");
	assert_non_null(strstr(plan.message, "…, into"));
	assert_true(strlen(plan.message) < 400);
	assert_int_equal(plan.container_count, 100);
	assert_int_equal(strlen(plan.selector), strlen("a in (") + 64 * 5);
}

/* ---- time */

static const struct {
	const char *duration;
	int64_t ns; /* 0: refused */
} durations[] = {
	{ "30m", 30 * MINUTE },
	{ "8h", 8 * HOUR },
	{ "1h30m", 90 * MINUTE },
	{ "1h2m3s", HOUR + 2 * MINUTE + 3 * SECOND },
	{ "0h1s", SECOND },
	{ "90s", 90 * SECOND },
	{ "600m", 600 * MINUTE },
	{ "00000000000000000000000000001s", SECOND },
	{ "2500000h", 2500000 * HOUR },
	{ "", 0 },
	{ "0s", 0 },
	{ "0h0m0s", 0 },
	{ "30", 0 },
	{ "m", 0 },
	{ "hm1s", 0 },
	{ "1m1h", 0 },
	{ "1h1h", 0 },
	{ "1s1s", 0 },
	{ "1.5h", 0 },
	{ "-1h", 0 },
	{ "+1h", 0 },
	{ " 1h", 0 },
	{ "1h ", 0 },
	{ "250ms", 0 },
	{ "1d", 0 },
	{ "1H", 0 },
	/* 292 years and more. */
	{ "2562048h", 0 },
	{ "9223372037s", 0 },
	{ "9223372036s", 9223372036 * SECOND },
	{ "2562047h9999m", 0 },
	{ "99999999999999999999999999999h", 0 },
	{ "9223372036854775807h1s", 0 },
};

static void durations_have_the_grammar_of_the_custom_resource(void **state)
{
	size_t i;

	for (i = 0; i < array_size(durations); i++) {
		_cleanup_recording_plan_ struct recording_plan plan = {};
		_cleanup_free_ char *spec = NULL;
		int64_t ends = INT64_MAX;

		assert_true(asprintf(&spec, SPEC ",\"duration\":\"%s\"", durations[i].duration) >
			    0);
		plan_one(spec, &plan);
		if (!durations[i].ns) {
			expect(&plan, "InvalidSpec", "$.spec.duration: write hours, minutes and");
			continue;
		}
		if (durations[i].ns < INT64_MAX - created())
			ends = created() + durations[i].ns;
		if (plan.ends != ends)
			fail_msg("%s ends at %lld", durations[i].duration, (long long)plan.ends);
	}
}

static void a_recording_ends_at_its_time(void **state)
{
	_cleanup_recording_plan_ struct recording_plan before = {}, at = {};
	struct recording_world world = world_of();

	world.now = created() + 30 * MINUTE - 1;
	plan_in(SPEC ",\"duration\":\"30m\"", &world, &before);
	expect(&before, "Recording", "until 2026-11-22T15:21:03Z");
	assert_null(strstr(before.message, "as long as"));
	assert_false(before.ended);
	world.now++;
	plan_in(SPEC ",\"duration\":\"30m\"", &world, &at);
	expect(&at, "Ended", "ended at 2026-11-22T15:21:03Z; its profiles are final");
	assert_true(at.ended);
	assert_string_equal(at.selector, "app=web");
}

static const struct {
	const char *duration; /* "": none */
	int64_t max, ends;    /* after the creation */
	const char *message;  /* a part of it; NULL: it says nothing of the limit */
} limits[] = {
	{ "", 0, 0, NULL },
	{ "", 2 * HOUR, 2 * HOUR,
	  "until 2026-11-22T16:51:03Z, which is as long as the agents may record" },
	{ "8h", 0, 8 * HOUR, NULL },
	{ "90m", 2 * HOUR, 90 * MINUTE, NULL },
	{ "2h", 2 * HOUR, 2 * HOUR, NULL },
	{ "8h", 2 * HOUR, 2 * HOUR,
	  "until 2026-11-22T16:51:03Z, which is as long as the agents may record (spec.duration is "
	  "8h)" },
	{ "8h", 30 * MINUTE, 30 * MINUTE,
	  "ended at 2026-11-22T15:21:03Z, which is as long as the agents may record "
	  "(spec.duration is 8h)" },
};

static void the_agents_limit_the_time(void **state)
{
	size_t i;

	for (i = 0; i < array_size(limits); i++) {
		_cleanup_recording_plan_ struct recording_plan plan = {};
		struct recording_world world = world_of();
		_cleanup_free_ char *spec = NULL;

		world.duration_max = limits[i].max;
		assert_true(asprintf(&spec, SPEC "%s%s%s",
				     *limits[i].duration ? ",\"duration\":\"" : "",
				     limits[i].duration, *limits[i].duration ? "\"" : "") > 0);
		plan_in(spec, &world, &plan);
		assert_int_equal(plan.ends, limits[i].ends ? created() + limits[i].ends : 0);
		expect(&plan, plan.ended ? "Ended" : "Recording", limits[i].message ?: "");
		if (!limits[i].message)
			assert_null(strstr(plan.message, "as long as"));
	}
}

/* ---- what is not recorded */

static void a_paused_recording_records_nothing(void **state)
{
	_cleanup_recording_plan_ struct recording_plan plan = {}, ended = {};

	plan_one(SPEC ",\"paused\":true", &plan);
	expect(&plan, "Paused", "while spec.paused is true, and keeps what was recorded");
	assert_string_equal(plan.selector, "app=web");
	/* Its time goes on. */
	plan_one(SPEC ",\"paused\":true,\"duration\":\"30m\"", &ended);
	expect(&ended, "Ended", "final");
}

static void other_kinds_are_not_recorded(void **state)
{
	static const char *const kinds[] = { "SelinuxProfile", "AppArmorProfile", "ApparmorProfile",
					     "seccompprofile", "" };
	size_t i;

	for (i = 0; i < array_size(kinds); i++) {
		_cleanup_recording_plan_ struct recording_plan plan = {};
		_cleanup_free_ char *spec = NULL;

		assert_true(asprintf(&spec, "\"kind\":\"%s\",\"recorder\":\"Logs\"", kinds[i]) > 0);
		plan_one(spec, &plan);
		expect(&plan, "KindNotSupported",
		       "$.spec.kind: records nothing: agents record SeccompProfiles only");
		assert_string_equal(plan.name, "my-app");
		assert_int_equal(plan.generation, 7);
		assert_null(plan.selector);
	}
}

static void a_namespace_has_to_be_permitted(void **state)
{
	_cleanup_recording_plan_ struct recording_plan plan = {}, ended = {};
	struct recording_world world = world_of();

	world.namespace_permitted = false;
	plan_in(SPEC ",\"paused\":true", &world, &plan);
	expect(&plan, "NamespaceNotPermitted", "this namespace may not record");
	assert_false(plan.ended);
	/* That its time is over is known all the same. */
	plan_in(SPEC ",\"duration\":\"1s\"", &world, &ended);
	expect(&ended, "NamespaceNotPermitted", "this namespace may not record");
	assert_true(ended.ended);
}

static void a_namespace_has_only_so_many_recordings(void **state)
{
	static const struct {
		size_t rank, max;
		bool records;
	} cases[] = { { 0, 1, true },	 { 1, 1, false },   { 9, 10, true },
		      { 10, 10, false }, { 5000, 0, true }, { 5000, 10, false } };
	size_t i;

	for (i = 0; i < array_size(cases); i++) {
		_cleanup_recording_plan_ struct recording_plan plan = {};
		struct recording_world world = world_of();

		world.rank = cases[i].rank;
		world.per_namespace_max = cases[i].max;
		plan_in(SPEC, &world, &plan);
		expect(&plan, cases[i].records ? "Recording" : "TooManyRecordings",
		       cases[i].records ? "records" : "older recordings, and may have");
	}
}

static const struct {
	const char *spec;
	const char *message; /* a part of it */
} invalid[] = {
	{ "", "$.spec: the field \"kind\" is missing" },
	{ "\"kind\":7", "$.spec.kind: expected a string" },
	{ "\"kind\":\"SeccompProfile\"", "the field \"recorder\" is missing" },
	{ "\"kind\":\"SeccompProfile\",\"recorder\":\"audit\"",
	  "$.spec.recorder: use Bpf or Logs" },
	{ "\"kind\":\"SeccompProfile\",\"recorder\":7", "$.spec.recorder: expected a string" },
	{ "\"kind\":\"SeccompProfile\",\"recorder\":\"Bpf\"",
	  "the field \"podSelector\" is missing" },
	{ "\"kind\":\"SeccompProfile\",\"recorder\":\"Bpf\",\"podSelector\":null",
	  "$.spec.podSelector: expected an object" },
	{ "\"kind\":\"SeccompProfile\",\"recorder\":\"Bpf\",\"podSelector\":{\"matchLabels\":"
	  "{\"app\":\"a,b\"}}",
	  "$.spec.podSelector.matchLabels.app: the value may only consist of" },
	{ SPEC ",\"mergeStrategy\":\"pods\"", "$.spec.mergeStrategy: use None or Containers" },
	{ SPEC ",\"arguments\":\"all\"", "$.spec.arguments: use none, default or exact" },
	{ SPEC ",\"paused\":\"yes\"", "$.spec.paused: expected true or false" },
	{ SPEC ",\"disableProfileAfterRecording\":1", "expected true or false" },
	{ SPEC ",\"duration\":30", "$.spec.duration: expected a string" },
	{ SPEC ",\"containers\":\"app\"", "$.spec.containers: expected an array" },
	{ SPEC ",\"containers\":[\"app\",7]", "$.spec.containers[1]: expected a string" },
	{ SPEC ",\"containers\":[\"\"]", "$.spec.containers[0]: this is no name of a container" },
	{ SPEC ",\"containers\":[\"../app\"]", "this is no name of a container" },
	{ SPEC ",\"containers\":[\"a.b\"]", "this is no name of a container" },
};

static void a_spec_that_cannot_be_read_is_refused(void **state)
{
	size_t i;

	for (i = 0; i < array_size(invalid); i++) {
		_cleanup_recording_plan_ struct recording_plan plan = {};

		plan_one(invalid[i].spec, &plan);
		expect(&plan, "InvalidSpec", invalid[i].message);
		assert_null(plan.selector);
		assert_false(plan.ended);
	}
}

static void too_many_containers_are_refused(void **state)
{
	_cleanup_recording_plan_ struct recording_plan plan = {};
	_cleanup_free_ char *spec = NULL;
	char containers[101 * 7 + 1] = "";
	int i;

	for (i = 0; i < 101; i++)
		sprintf(containers + 7 * i, "\"c%03d\"%c", i, i < 100 ? ',' : ' ');
	assert_true(asprintf(&spec, SPEC ",\"containers\":[%s]", containers) > 0);
	plan_one(spec, &plan);
	expect(&plan, "InvalidSpec", "$.spec.containers: more than 100 containers");
}

#define OBJECT(metadata) "{\"metadata\":{" metadata "},\"spec\":{" SPEC "}}"
#define NAMED(name, namespace) "\"name\":\"" name "\",\"namespace\":\"" namespace "\""
#define AT(time) ",\"creationTimestamp\":\"" time "\""
#define LETTERS_64 "abcdefghijklmnopabcdefghijklmnopabcdefghijklmnopabcdefghijklmnop"

static const struct {
	const char *object;
	const char *message; /* a part of it */
} objects[] = {
	{ "{}", "the field \"spec\" is missing" },
	{ "{\"spec\":7}", "expected an object" },
	{ "{\"spec\":{" SPEC "}}", "the field \"metadata\" is missing" },
	{ "{\"metadata\":[],\"spec\":{" SPEC "}}", "$.metadata: expected an object" },
	{ OBJECT("\"name\":\"a\"" AT(CREATED)), "the field \"namespace\" is missing" },
	{ OBJECT("\"namespace\":\"a\"" AT(CREATED)), "the field \"name\" is missing" },
	{ OBJECT(NAMED("a", "../b") AT(CREATED)), "this is no name of a namespace" },
	{ OBJECT(NAMED("a.b", "c") AT(CREATED)), "a name of at most 63 lower-case letters" },
	{ OBJECT(NAMED("a/b", "c") AT(CREATED)), "$.metadata.name: make a recording with a name" },
	{ OBJECT(NAMED(LETTERS_64, "c") AT(CREATED)), "a name of at most 63 lower-case letters" },
	{ OBJECT(NAMED("a", "b")), "the field \"creationTimestamp\" is missing" },
	{ OBJECT(NAMED("a", "b") ",\"creationTimestamp\":null"), "expected a string" },
	{ OBJECT(NAMED("a", "b") AT("")), "$.metadata.creationTimestamp: this is no time" },
	{ OBJECT(NAMED("a", "b") AT("yesterday")), "this is no time" },
	{ OBJECT(NAMED("a", "b") AT("1926-11-22T14:51:03Z")), "this is no time" },
};

static void an_object_that_cannot_be_read_is_refused(void **state)
{
	const struct recording_world world = world_of();
	size_t i;

	for (i = 0; i < array_size(objects); i++) {
		_cleanup_recording_plan_ struct recording_plan plan = {};

		plan_text(objects[i].object, &world, &plan);
		expect(&plan, "InvalidSpec", objects[i].message);
		assert_non_null(plan.namespace);
		assert_non_null(plan.name);
		assert_non_null(plan.uid);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_recording_has_the_defaults_of_the_operator),
		cmocka_unit_test(every_field_counts),
		cmocka_unit_test(both_spellings_are_read),
		cmocka_unit_test(a_recording_in_deletion_goes_on),
		cmocka_unit_test(a_message_is_short_whatever_is_selected),
		cmocka_unit_test(durations_have_the_grammar_of_the_custom_resource),
		cmocka_unit_test(a_recording_ends_at_its_time),
		cmocka_unit_test(the_agents_limit_the_time),
		cmocka_unit_test(a_paused_recording_records_nothing),
		cmocka_unit_test(other_kinds_are_not_recorded),
		cmocka_unit_test(a_namespace_has_to_be_permitted),
		cmocka_unit_test(a_namespace_has_only_so_many_recordings),
		cmocka_unit_test(a_spec_that_cannot_be_read_is_refused),
		cmocka_unit_test(too_many_containers_are_refused),
		cmocka_unit_test(an_object_that_cannot_be_read_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
