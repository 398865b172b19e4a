// SPDX-License-Identifier: Apache-2.0
//
// The SeccompProfile of a recording, which many nodes write.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "agent/names.h"
#include "agent/recorded_name.h"
#include "agent/recorded_object.h"
#include "json/cursor.h"
#include "profile/document/document.h"
#include "profile/model/profile.h"
#include "util/cleanup.h"
#include "util/error.h"

#define X86 "\"architectures\":[\"SCMP_ARCH_X86_64\"],"
#define DENY "\"defaultAction\":\"SCMP_ACT_ERRNO\","
#define ALLOW(names) "{\"action\":\"SCMP_ACT_ALLOW\",\"names\":[" names "]}"
#define NOSYS(names) "{\"action\":\"SCMP_ACT_ERRNO\",\"errnoRet\":38,\"names\":[" names "]}"
#define ALLOW_IF(name, value)                                                                    \
	"{\"action\":\"SCMP_ACT_ALLOW\",\"names\":[\"" name "\"],\"args\":[{\"index\":0,\"op\":" \
	"\"SCMP_CMP_EQ\",\"value\":" value "}]}"
#define PROFILE(rules) "{" DENY X86 "\"syscalls\":[" rules "]}"

static const struct recorded_key key = { .namespace = "shop", .recording = "web" };

static struct profile *profile_of(const char *text)
{
	_cleanup_error_ struct error err = ERROR_INIT;
	_cleanup_documents_ struct documents documents = {};

	if (documents_read("a test", text, strlen(text), NULL, &documents, &err) < 0)
		fail_msg("%s", error_message(&err));
	return steal_pointer(&documents.items[0].profile);
}

/* What a node that recorded such a profile writes. */
static void change_with(const json_t *existing, const char *text, const char *gap,
			struct recorded_change *ret_change)
{
	_cleanup_profile_ struct profile *profile = profile_of(text);
	const struct recorded_evidence evidence = { .key = &key, .profile = profile, .gap = gap };
	_cleanup_error_ struct error err = ERROR_INIT;

	if (recorded_object_change(&evidence, "web", existing, ret_change, &err) < 0)
		fail_msg("%s", error_message(&err));
}

/* Applies a merge patch (RFC 7386) as the API server does, with a new version. */
static json_t *merge(const json_t *object, const json_t *patch)
{
	json_t *merged = json_is_object(object) ? json_copy((json_t *)object) : json_object();
	const char *name;
	json_t *value;

	if (!json_is_object(patch)) {
		json_decref(merged);
		return json_incref((json_t *)patch);
	}
	json_object_foreach((json_t *)patch, name, value)
		json_object_set_new(merged, name, merge(json_object_get(merged, name), value));
	return merged;
}

/* Returns the object as it is after a node wrote what it recorded. */
static json_t *written(json_t *existing, const char *text)
{
	_cleanup_recorded_change_ struct recorded_change change = {};
	json_t *object;

	change_with(existing, text, NULL, &change);
	assert_non_null(change.body);
	object = merge(existing, change.body);
	json_decref(existing);
	json_object_set_new(json_object_get(object, "metadata"), "resourceVersion",
			    json_string("7"));
	return object;
}

static json_t *rules_of(const json_t *object)
{
	return json_object_get(json_object_get(object, "spec"), "syscalls");
}

static bool allows(const json_t *object, const char *call)
{
	const json_t *rule, *name;
	size_t i, k;

	json_array_foreach(rules_of(object), i, rule)
		json_array_foreach(json_object_get(rule, "names"), k, name)
			if (strcmp(json_string_value(name), call) == 0)
				return strcmp(json_string_value(json_object_get(rule, "action")),
					      "SCMP_ACT_ALLOW") == 0;
	return false;
}

static json_t *coverage_of(const json_t *object)
{
	const json_t *annotations =
		json_object_get(json_object_get(object, "metadata"), "annotations");
	const char *text = json_string_value(json_object_get(annotations, ANNOTATION_COVERAGE));

	assert_non_null(text);
	return json_loads(text, 0, NULL);
}

static void test_new(void **state)
{
	_cleanup_recorded_change_ struct recorded_change change = {};

	change_with(NULL, PROFILE(ALLOW("\"read\",\"write\"") "," NOSYS("\"clone3\"")), NULL,
		    &change);
	assert_true(recorded_object_is(change.body, &key));
	assert_true(allows(change.body, "write"));
	assert_false(allows(change.body, "clone3"));
	assert_int_equal(change.name_count, 2);
	assert_null(json_object_get(json_object_get(change.body, "spec"), "state"));
}

static void test_disabled(void **state)
{
	_cleanup_profile_ struct profile *profile = profile_of(PROFILE(ALLOW("\"read\"")));
	const struct recorded_evidence evidence = { .key = &key,
						    .profile = profile,
						    .disabled = true };
	_cleanup_recorded_change_ struct recorded_change change = {};

	assert_int_equal(recorded_object_change(&evidence, "web", NULL, &change, NULL), 0);
	assert_string_equal(
		json_string_value(json_object_get(json_object_get(change.body, "spec"), "state")),
		"Disabled");
}

static void test_nothing_new(void **state)
{
	_cleanup_json_ json_t *object =
		written(NULL, PROFILE(ALLOW("\"read\",\"write\"") "," ALLOW_IF("socket", "1")));
	_cleanup_recorded_change_ struct recorded_change change = {};

	change_with(object, PROFILE(ALLOW("\"write\"") "," ALLOW_IF("socket", "1")), NULL, &change);
	assert_null(change.body);
	assert_int_equal(change.name_count, 0);
}

static void test_growth(void **state)
{
	_cleanup_json_ json_t *object =
		written(NULL, PROFILE(ALLOW("\"read\"") "," NOSYS("\"clone3\"")));
	_cleanup_recorded_change_ struct recorded_change change = {};
	_cleanup_json_ json_t *after = NULL;

	change_with(object, PROFILE(ALLOW("\"clone3\",\"mkdir\"")), NULL, &change);
	assert_int_equal(change.name_count, 2);
	assert_string_equal(change.names[1], "mkdir");
	assert_string_equal(json_string_value(json_object_get(
				    json_object_get(change.body, "metadata"), "resourceVersion")),
			    "7");
	after = merge(object, change.body);
	assert_true(allows(after, "read"));
	assert_true(allows(after, "clone3")); /* what one node saw outranks a fall-back */
	assert_true(allows(after, "mkdir"));
}

/* Whoever writes first, the object is the same. */
static void test_order(void **state)
{
	static const char a[] = PROFILE(ALLOW("\"read\"") "," ALLOW_IF("socket", "1"));
	static const char b[] = PROFILE(ALLOW("\"mkdir\"") "," ALLOW_IF("socket", "2"));
	_cleanup_json_ json_t *ab = written(written(NULL, a), b);
	_cleanup_json_ json_t *ba = written(written(NULL, b), a);

	assert_true(json_equal(rules_of(ab), rules_of(ba)));
}

static void test_coverage(void **state)
{
	_cleanup_json_ json_t *object = written(written(NULL, PROFILE(ALLOW("\"read\""))),
						PROFILE(ALLOW("\"mkdir\",\"read\"")));
	_cleanup_json_ json_t *coverage = coverage_of(object);
	const json_t *counts = json_object_get(coverage, "syscalls");

	assert_int_equal(json_integer_value(json_object_get(coverage, "total")), 2);
	assert_int_equal(json_integer_value(json_object_get(counts, "read")), 2);
	assert_int_equal(json_integer_value(json_object_get(counts, "mkdir")), 1);
}

static void test_gap(void **state)
{
	_cleanup_json_ json_t *object = written(NULL, PROFILE(ALLOW("\"read\"")));
	_cleanup_recorded_change_ struct recorded_change change = {}, again = {};
	_cleanup_json_ json_t *after = NULL;

	change_with(object, PROFILE(ALLOW("\"read\"")), "lost", &change);
	assert_non_null(change.body);
	after = merge(object, change.body);
	change_with(after, PROFILE(ALLOW("\"read\"")), "lost too", &again);
	assert_null(again.body); /* one reason is enough */
}

/* Someone may have changed the object, whose labels still name the recording. */
static void test_hostile(void **state)
{
	static const char *const specs[] = {
		"null",
		"{}",
		"{\"defaultAction\":\"SCMP_ACT_ALLOW\"}",
		"{\"defaultAction\":\"SCMP_ACT_KILL_PROCESS\",\"syscalls\":[]}",
		"{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"syscalls\":7}",
		"{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"syscalls\":[{\"names\":[1],\"action\":\"x\"}]}",
	};
	size_t i;

	for (i = 0; i < sizeof(specs) / sizeof(specs[0]); i++) {
		_cleanup_profile_ struct profile *profile = profile_of(PROFILE(ALLOW("\"read\"")));
		const struct recorded_evidence evidence = { .key = &key, .profile = profile };
		_cleanup_json_ json_t *spec = json_loads(specs[i], JSON_DECODE_ANY, NULL);
		_cleanup_json_ json_t *object =
			json_pack("{s:s, s:s, s:{s:s, s:{s:s}}, s:O}", "apiVersion",
				  AGENT_GROUP "/v1", "kind", "SeccompProfile", "metadata", "name",
				  "web", "annotations", ANNOTATION_COVERAGE, "[]", "spec", spec);
		_cleanup_recorded_change_ struct recorded_change change = {};
		_cleanup_error_ struct error err = ERROR_INIT;
		int r = recorded_object_change(&evidence, "web", object, &change, &err);

		if (r == 0)
			assert_true(!change.body || rules_of(change.body));
		else
			assert_non_null(err.message);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_new),	    cmocka_unit_test(test_disabled),
		cmocka_unit_test(test_nothing_new), cmocka_unit_test(test_growth),
		cmocka_unit_test(test_order),	    cmocka_unit_test(test_coverage),
		cmocka_unit_test(test_gap),	    cmocka_unit_test(test_hostile),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
