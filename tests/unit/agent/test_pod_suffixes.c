// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "agent/pod_suffixes.h"
#include "json/cursor.h"
#include "util/array.h"

#define LETTERS_50 "abcdefghijklmnopqrstuvwxyabcdefghijklmnopqrstuvwxy"

static void note(struct pod_suffixes *suffixes, const char *uid, const char *prefix,
		 const char *name)
{
	_cleanup_json_ json_t *pod = json_pack("{s:{s:s, s:s, s:s*}}", "metadata", "uid", uid,
					       "name", name, "generateName", prefix);

	assert_non_null(pod);
	assert_int_equal(pod_suffixes_note(suffixes, pod, NULL), 0);
}

static void expect(const struct pod_suffixes *suffixes, const char *uid, const char *suffix)
{
	const char *found = pod_suffixes_find(suffixes, uid);

	if (suffix)
		assert_string_equal(found ?: "nothing", suffix);
	else
		assert_null(found);
}

static const struct {
	const char *prefix, *name;
	const char *suffix;
} pods[] = {
	{ "web-5d9c-", "web-5d9c-x7k2p", "x7k2p" },
	{ "db-", "db-0", "0" },
	{ NULL, "web", NULL },
	{ "", "web", NULL },
	/* Whoever makes a pod can set both. */
	{ "web-", "web-", NULL },
	{ "web-", "db-0", NULL },
	{ "web-", "web", NULL },
	{ "web", "web.x", ".x" },
	/* The API server cuts what is longer than 58 characters; a controller need not. */
	{ LETTERS_50 "1234567-", LETTERS_50 "1234567-x7k2p", "x7k2p" },
	{ LETTERS_50 "12345678-", LETTERS_50 "12345678x7k2p", "x7k2p" },
	{ LETTERS_50 "12345678-", LETTERS_50 "12345678-0", "0" },
	{ LETTERS_50 "12345678-", LETTERS_50 "12345678", NULL },
	{ LETTERS_50 "12345678-", LETTERS_50 "1234567x7k2p", NULL },
};

static void the_generated_part_of_a_name_is_known(void **state)
{
	size_t i;

	for (i = 0; i < array_size(pods); i++) {
		struct pod_suffixes suffixes = {};

		note(&suffixes, "u", pods[i].prefix, pods[i].name);
		note(&suffixes, "u", pods[i].prefix, pods[i].name);
		expect(&suffixes, "u", pods[i].suffix);
		expect(&suffixes, "other", NULL);
		assert_int_equal(suffixes.length, pods[i].suffix != NULL);
		pod_suffixes_finish(&suffixes);
	}
}

static void a_deleted_pod_is_remembered(void **state)
{
	struct pod_suffixes suffixes = {};

	note(&suffixes, "u1", "a-", "a-1");
	note(&suffixes, "u2", "a-", "a-2");
	note(&suffixes, "u3", "a-", "a-3");
	pod_suffixes_note_deleted(&suffixes, "u1");
	pod_suffixes_note_deleted(&suffixes, "u1");
	pod_suffixes_note_deleted(&suffixes, "unknown");
	assert_int_equal(suffixes.length, 2);
	/* u3 is not in the next list. */
	pod_suffixes_begin(&suffixes);
	note(&suffixes, "u2", "a-", "a-2");
	note(&suffixes, "u4", "a-", "a-4");
	pod_suffixes_end(&suffixes);
	assert_int_equal(suffixes.length, 2);
	expect(&suffixes, "u1", "1");
	expect(&suffixes, "u2", "2");
	expect(&suffixes, "u3", "3");
	expect(&suffixes, "u4", "4");
	pod_suffixes_finish(&suffixes);
}

static void the_last_deleted_pods_are_remembered(void **state)
{
	struct pod_suffixes suffixes = {};
	char uid[16], name[16];
	int i;

	note(&suffixes, "stays", "a-", "a-stays");
	for (i = 0; i <= POD_SUFFIXES_GONE_MAX; i++) {
		snprintf(uid, sizeof(uid), "u%d", i);
		snprintf(name, sizeof(name), "a-%d", i);
		note(&suffixes, uid, "a-", name);
		pod_suffixes_note_deleted(&suffixes, uid);
	}
	expect(&suffixes, "u0", NULL);
	expect(&suffixes, "u1", "1");
	expect(&suffixes, uid, name + 2);
	expect(&suffixes, "stays", "stays");
	assert_int_equal(suffixes.length, 1);
	pod_suffixes_finish(&suffixes);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_generated_part_of_a_name_is_known),
		cmocka_unit_test(a_deleted_pod_is_remembered),
		cmocka_unit_test(the_last_deleted_pods_are_remembered),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
