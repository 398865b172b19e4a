// SPDX-License-Identifier: Apache-2.0
#include <ctype.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "agent/object_names.h"
#include "util/cleanup.h"
#include "util/str.h"

#define NAME_LENGTH 253

/* As IsValidLabelValue() of k8s.io/apimachinery, for a value that is not empty. */
static bool is_label_value(const char *text)
{
	size_t length = strlen(text);

	return length >= 1 && length <= 63 && isalnum((unsigned char)text[0]) &&
	       isalnum((unsigned char)text[length - 1]) &&
	       strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.") ==
		       length;
}

/* A valid name of this length, with a dash or a dot wherever there can be one, after an offset. */
static char *make_name(size_t length, size_t offset, char separator)
{
	char *name = calloc(length + 1, 1);
	size_t i;

	assert_non_null(name);
	for (i = 0; i < length; i++)
		name[i] = (i + offset) % 2 && i && i < length - 1 ? separator : 'a';
	assert_true(str_is_dns_subdomain(name));
	return name;
}

static void expect_label(const char *kind, const char *name, const char *expected)
{
	_cleanup_free_ char *label = object_label(kind, name);

	assert_string_equal(label, expected);
}

static void a_short_name_is_its_label(void **state)
{
	expect_label("SeccompProfile", "web", "SeccompProfile-web");
	expect_label(NULL, "node-1.example.org", "node-1.example.org");
}

/* The values are printf %s NAME | sha256sum. */
static void a_long_name_ends_with_its_hash(void **state)
{
	const char just[] = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
	_cleanup_free_ char *label = NULL;

	assert_int_equal(strlen(just), 63 - strlen("SeccompProfile-"));
	assert_true(asprintf(&label, "SeccompProfile-%s", just) > 0);
	expect_label("SeccompProfile", just, label);
	expect_label("SeccompProfile", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab",
		     "SeccompProfile-55b8d5b0f996c70a23980e58f19aab89bf42cdb2893c2f8f");
}

static void labels_are_valid_and_differ(void **state)
{
	size_t length;

	for (length = 1; length <= NAME_LENGTH; length++) {
		_cleanup_free_ char *name = make_name(length, 0, '-');
		_cleanup_free_ char *other = make_name(length, 0, '-');
		_cleanup_free_ char *plain = object_label(NULL, name);
		_cleanup_free_ char *kind = object_label("SeccompProfile", name);
		_cleanup_free_ char *another = NULL;

		assert_true(is_label_value(plain));
		assert_true(is_label_value(kind));
		other[length - 1] = 'b';
		another = object_label("SeccompProfile", other);
		assert_string_not_equal(kind, another);
	}
}

static void a_status_has_both_names(void **state)
{
	_cleanup_free_ char *plain = object_status_name("web", "node-1", false);
	_cleanup_free_ char *hashed = object_status_name("web", "node-1", true);

	assert_string_equal(plain, "web-node-1");
	assert_memory_equal(hashed, "web-node-1.", strlen("web-node-1."));
	assert_int_equal(strlen(hashed), strlen("web-node-1.") + 12);
	assert_true(str_is_dns_subdomain(hashed));
}

static void two_pairs_with_one_plain_name(void **state)
{
	_cleanup_free_ char *a = object_status_name("a", "b-c", false);
	_cleanup_free_ char *b = object_status_name("a-b", "c", false);
	_cleanup_free_ char *hashed_a = object_status_name("a", "b-c", true);
	_cleanup_free_ char *hashed_b = object_status_name("a-b", "c", true);

	assert_string_equal(a, b);
	assert_string_not_equal(hashed_a, hashed_b);
	assert_string_not_equal(hashed_a, a);
}

static void expect_status_name(const char *profile, const char *node, bool hashed)
{
	_cleanup_free_ char *name = object_status_name(profile, node, hashed);

	if (!str_is_dns_subdomain(name))
		fail_msg("%s on %s: %s", profile, node, name);
}

/* Wherever a long name is cut, what is left is a valid name. */
static void names_of_statuses_are_valid(void **state)
{
	static const char separators[] = { '-', '.' };
	size_t length, i;

	for (length = 1; length <= NAME_LENGTH; length++) {
		for (i = 0; i < 4; i++) {
			_cleanup_free_ char *profile = make_name(length, i % 2, separators[i / 2]);
			_cleanup_free_ char *node =
				make_name(NAME_LENGTH + 1 - length, i % 2, separators[i / 2]);

			expect_status_name(profile, "n", false);
			expect_status_name(profile, "n", true);
			expect_status_name(profile, node, false);
			expect_status_name(profile, node, true);
		}
	}
}

/* A name that is cut differs behind the cut, too. */
static void long_names_differ(void **state)
{
	_cleanup_free_ char *profile = make_name(NAME_LENGTH, 0, '-');
	_cleanup_free_ char *a = object_status_name(profile, "a", false);
	_cleanup_free_ char *b = object_status_name(profile, "b", false);
	_cleanup_free_ char *again = object_status_name(profile, "a", true);

	assert_string_not_equal(a, b);
	assert_string_equal(a, again);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_short_name_is_its_label),
		cmocka_unit_test(a_long_name_ends_with_its_hash),
		cmocka_unit_test(labels_are_valid_and_differ),
		cmocka_unit_test(a_status_has_both_names),
		cmocka_unit_test(two_pairs_with_one_plain_name),
		cmocka_unit_test(names_of_statuses_are_valid),
		cmocka_unit_test(long_names_differ),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
