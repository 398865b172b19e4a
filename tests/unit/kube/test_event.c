// SPDX-License-Identifier: Apache-2.0
//
// Events keep to the limits of the API server, whatever they say.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "json/cursor.h"
#include "kube/event.h"

static const struct kube_event event = {
	.api_version = "v1",
	.kind = "Pod",
	.namespace = "shop",
	.name = "web",
	.instance = "node-1",
	.action = "Install",
	.reason = "ProfileInstalled",
	.note = "it was installed",
	.time = 1700000000123456789,
};

static void expect(const struct kube_event *built, const char *expected)
{
	_cleanup_json_ json_t *body = NULL;
	char *text;

	assert_int_equal(kube_event_build(built, &body, NULL), 0);
	text = json_dumps(body, JSON_COMPACT);
	assert_string_equal(text, expected);
	free(text);
}

static void whole(void **state)
{
	expect(&event,
	       "{\"apiVersion\":\"events.k8s.io/v1\",\"kind\":\"Event\",\"metadata\":"
	       "{\"generateName\":\"recorder-\",\"namespace\":\"shop\"},\"eventTime\":"
	       "\"2023-11-14T22:13:20.123456Z\",\"reportingController\":\"recorder\","
	       "\"reportingInstance\":\"node-1\",\"action\":\"Install\",\"reason\":"
	       "\"ProfileInstalled\",\"type\":\"Normal\",\"note\":\"it was installed\","
	       "\"regarding\":{\"apiVersion\":\"v1\",\"kind\":\"Pod\",\"namespace\":\"shop\","
	       "\"name\":\"web\"}}");
}

static void of_the_cluster(void **state)
{
	struct kube_event other = event;

	other.namespace = NULL;
	assert_string_equal(kube_event_namespace(&event), "shop");
	assert_string_equal(kube_event_namespace(&other), "default");
}

/* Cuts between characters: the last one here has two bytes, and ends beyond the limit. */
static void long_note(void **state)
{
	char note[1100] = "";
	struct kube_event other = event;
	_cleanup_json_ json_t *body = NULL;
	const char *text;

	memset(note, 'x', 1023);
	strcat(note, "\xc3\xa9 and more");
	other.note = note;
	assert_int_equal(kube_event_build(&other, &body, NULL), 0);
	text = json_string_value(json_object_get(body, "note"));
	assert_int_equal(strlen(text), 1023);
	assert_true(strspn(text, "x") == 1023);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(whole),
		cmocka_unit_test(of_the_cluster),
		cmocka_unit_test(long_note),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
