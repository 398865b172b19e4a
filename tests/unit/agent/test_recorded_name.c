// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "agent/names.h"
#include "agent/recorded_name.h"
#include "install/localhost_path.h"
#include "json/cursor.h"
#include "util/array.h"
#include "util/cleanup.h"
#include "util/str.h"

#define LETTERS_63 "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyzabcdefghijk"

/*
 * Keys, and their names without and with a hash, which is what
 * printf %s NAMESPACE/RECORDING/CONTAINER/SUFFIX | sha256sum begins with.
 */
static const struct {
	struct recorded_key key;
	const char *plain, *hashed;
} names[] = {
	{ { "shop", "web", NULL, NULL }, "web", "web.d77d18e5" },
	{ { "shop", "web", "app", NULL }, "web-app", "web-app.46457b96" },
	{ { "shop", "web-app", NULL, NULL }, "web-app", "web-app.d8c642fe" },
	{ { "other", "web", "app", NULL }, "web-app", "web-app.49f5e831" },
	{ { "shop", "web", "app", "x7k2p" }, "web-app-x7k2p", "web-app-x7k2p.1fecb39c" },
	{ { "shop", "web", "app-x7k2p", NULL }, "web-app-x7k2p", "web-app-x7k2p.cea16bea" },
	{ { "shop", "web", NULL, "x7k2p" }, "web-x7k2p", "web-x7k2p.81c92caf" },
	/* A suffix that could not be a part of any name. */
	{ { "shop", "web", "app", ".x7" }, "web-app-16454e8f", "web-app-16454e8f.8f3d56b7" },
};

static void names_are_those_of_the_operator(void **state)
{
	size_t i;

	for (i = 0; i < array_size(names); i++) {
		_cleanup_free_ char *plain = recorded_name(&names[i].key, false);
		_cleanup_free_ char *hashed = recorded_name(&names[i].key, true);

		assert_string_equal(plain, names[i].plain);
		assert_string_equal(hashed, names[i].hashed);
	}
}

static const char *const suffixes[] = { NULL, "x7k2p",	  ".x",		  "-x", "x-",  "x.y", "x_y",
					"",   LETTERS_63, LETTERS_63 "l", "Ä",	"a/b", "..",  "%s" };

static void every_name_can_be_that_of_an_object_and_a_file(void **state)
{
	static const char *const texts[] = { "a", "a-b", LETTERS_63 };
	size_t i, k, m;

	for (i = 0; i < array_size(texts); i++) {
		for (k = 0; k <= array_size(texts); k++) {
			for (m = 0; m < 2 * array_size(suffixes); m++) {
				const struct recorded_key key = { texts[i], texts[i],
								  k < array_size(texts) ? texts[k] :
											  NULL,
								  suffixes[m / 2] };
				_cleanup_free_ char *name = recorded_name(&key, m % 2),
						    *path = NULL;

				assert_int_equal(localhost_path_create("operator", texts[i], name,
								       &path, NULL),
						 0);
				assert_int_equal(strchr(name, '.') != NULL, m % 2);
				assert_true(strlen(name) <= 201);
			}
		}
	}
}

static void labels_are_valid_values(void **state)
{
	size_t i;

	for (i = 0; i < array_size(suffixes); i++) {
		const struct recorded_key key = { LETTERS_63, LETTERS_63, LETTERS_63, suffixes[i] };
		_cleanup_json_ json_t *labels = recorded_labels(&key);
		const char *name;
		json_t *value;

		assert_int_equal(json_object_size(labels), suffixes[i] ? 4 : 3);
		json_object_foreach(labels, name, value)
			assert_true(str_is_dns_label(json_string_value(value)));
	}
}

static void labels_are_those_of_the_operator(void **state)
{
	const struct recorded_key whole = { "shop", "web", NULL, NULL };
	const struct recorded_key part = { "shop", "web", "app", "x7" };
	_cleanup_json_ json_t *few = recorded_labels(&whole), *all = recorded_labels(&part);
	_cleanup_json_ json_t *expected_few = json_pack("{s:s, s:s}", "spo.x-k8s.io/recording-id",
							"web", "spo.x-k8s.io/recording-namespace",
							"shop");
	_cleanup_json_ json_t *expected_all =
		json_pack("{s:s, s:s, s:s, s:s}", "spo.x-k8s.io/recording-id", "web",
			  "spo.x-k8s.io/recording-namespace", "shop", "spo.x-k8s.io/container-id",
			  "app", "spo.x-k8s.io/pod-suffix", "x7");

	assert_true(json_equal(few, expected_few));
	assert_true(json_equal(all, expected_all));
}

/* Returns an object with the labels of a key. */
static json_t *object_of(const struct recorded_key *key)
{
	return json_pack("{s:{s:o}}", "metadata", "labels", recorded_labels(key));
}

static void an_object_belongs_to_one_key(void **state)
{
	size_t i, k;

	for (i = 0; i < array_size(names); i++) {
		_cleanup_json_ json_t *object = object_of(&names[i].key);

		/* Labels of others do not matter. */
		json_object_set_new(json_object_get(json_object_get(object, "metadata"), "labels"),
				    "app", json_string("web"));
		for (k = 0; k < array_size(names); k++)
			if (recorded_object_is(object, &names[k].key) != (i == k))
				fail_msg("%s and %s", names[i].hashed, names[k].hashed);
	}
}

static void an_object_without_all_labels_belongs_to_nobody(void **state)
{
	static const char *const objects[] = {
		"{}",
		"{\"metadata\":null}",
		"{\"metadata\":{\"labels\":null}}",
		"{\"metadata\":{\"labels\":[]}}",
		"{\"metadata\":{\"labels\":{}}}",
		"{\"metadata\":{\"labels\":{\"" LABEL_RECORDING_ID "\":\"web\"}}}",
		"{\"metadata\":{\"labels\":{\"" LABEL_RECORDING_NAMESPACE "\":\"shop\"}}}",
		"{\"metadata\":{\"labels\":{\"" LABEL_RECORDING_NAMESPACE
		"\":\"shop\",\"" LABEL_RECORDING_ID "\":7}}}",
		/* Of a container, even if it has no name. */
		"{\"metadata\":{\"labels\":{\"" LABEL_RECORDING_NAMESPACE
		"\":\"shop\",\"" LABEL_RECORDING_ID "\":\"web\",\"" LABEL_CONTAINER_ID "\":\"\"}}}",
		"{\"metadata\":{\"annotations\":{\"" LABEL_RECORDING_NAMESPACE
		"\":\"shop\",\"" LABEL_RECORDING_ID "\":\"web\"}}}",
	};
	size_t i;

	for (i = 0; i < array_size(objects); i++) {
		_cleanup_json_ json_t *object = json_loads(objects[i], 0, NULL);

		assert_non_null(object);
		assert_false(recorded_object_is(object, &names[0].key));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_are_those_of_the_operator),
		cmocka_unit_test(every_name_can_be_that_of_an_object_and_a_file),
		cmocka_unit_test(labels_are_valid_values),
		cmocka_unit_test(labels_are_those_of_the_operator),
		cmocka_unit_test(an_object_belongs_to_one_key),
		cmocka_unit_test(an_object_without_all_labels_belongs_to_nobody),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
