// SPDX-License-Identifier: Apache-2.0
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "install/localhost_path.h"
#include "util/array.h"
#include "util/cleanup.h"
#include "util/error.h"

#define LONGEST "a23456789012345678901234567890123456789012345678901234567890123"

static void labels_become_a_path(void **state)
{
	_cleanup_free_ char *plain = NULL, *with_namespace = NULL, *longest = NULL;

	assert_int_equal(localhost_path_create("operator", NULL, "web", &plain, NULL), 0);
	assert_string_equal(plain, "operator/web.json");
	assert_int_equal(localhost_path_create("operator", "shop", "web-1", &with_namespace, NULL),
			 0);
	assert_string_equal(with_namespace, "operator/shop/web-1.json");
	assert_int_equal(localhost_path_create(LONGEST, LONGEST, LONGEST, &longest, NULL), 0);
	assert_int_equal(localhost_path_check(longest, NULL), 0);
}

static const char *const not_labels[] = {
	"", ".", "..", "/", "a/b", "../a", "/a", "A", "-a", "a-", "a b", "a\n", "\xc3\xa4",
};

static void anything_else_is_refused(void **state)
{
	for (size_t i = 0; i < array_size(not_labels); i++) {
		const char *bad = not_labels[i];
		char *path = NULL;

		assert_int_equal(localhost_path_create(bad, NULL, "a", &path, NULL), -EINVAL);
		assert_int_equal(localhost_path_create("a", bad, "a", &path, NULL), -EINVAL);
		assert_int_equal(localhost_path_create("a", NULL, bad, &path, NULL), -EINVAL);
		assert_null(path);
	}
}

/* Kubernetes limits the length of a namespace to 63, but not that of a profile's name. */
static void only_a_name_may_be_long(void **state)
{
	_cleanup_free_ char *path = NULL, *other = NULL;

	assert_int_equal(localhost_path_create("operator", LONGEST "4", "a", &other, NULL),
			 -EINVAL);
	assert_int_equal(localhost_path_create(LONGEST "4", NULL, "a", &other, NULL), -EINVAL);
	assert_int_equal(localhost_path_create("operator", "shop", LONGEST "4", &path, NULL), 0);
	assert_string_equal(path, "operator/shop/" LONGEST "4.json");
	assert_int_equal(localhost_path_check(path, NULL), 0);
}

static void a_name_may_have_dots(void **state)
{
	static const char *const bad[] = { "a.", ".a", "a..b", "a.-b", "a./b", "a.." };
	_cleanup_free_ char *dotted = NULL, *path = NULL;
	char longest[242];
	size_t i;

	assert_int_equal(localhost_path_create("operator", "shop", "web.v1", &dotted, NULL), 0);
	assert_string_equal(dotted, "operator/shop/web.v1.json");
	assert_int_equal(localhost_path_check(dotted, NULL), 0);
	assert_int_equal(localhost_path_create("operator", "shop.v1", "web", &path, NULL), -EINVAL);
	for (i = 0; i < array_size(bad); i++)
		assert_int_equal(localhost_path_create("operator", NULL, bad[i], &path, NULL),
				 -EINVAL);
	for (i = 0; i < sizeof(longest) - 1; i++)
		longest[i] = i % 60 == 59 ? '.' : 'a';
	longest[sizeof(longest) - 1] = '\0';
	assert_int_equal(localhost_path_create("operator", NULL, longest, &path, NULL), -EINVAL);
	longest[sizeof(longest) - 2] = '\0';
	longest[sizeof(longest) - 3] = 'a';
	assert_int_equal(localhost_path_create("operator", NULL, longest, &path, NULL), 0);
}

static void the_message_says_which_part_and_what_is_allowed(void **state)
{
	_cleanup_error_ struct error err = ERROR_INIT;
	char *path;

	assert_int_equal(localhost_path_create("operator", "..", "web", &path, &err), -EINVAL);
	assert_string_equal(err.message,
			    "'..' cannot be a profile's namespace: it takes 1 to 63 lower-case "
			    "letters, digits and '-', with no '-' at either end");
}

static void paths_of_others_are_refused(void **state)
{
	static const char *const bad[] = {
		"",	     "a",   "a.json",  "/a/b.json",  "a/../b.json", "a/b/c/d.json",
		"a//b.json", "a/b", "a/.json", "./a/b.json", "a/b.json/",   ".recorder/a/b.json",
		"a/b.JSON",
	};

	for (size_t i = 0; i < array_size(bad); i++)
		assert_int_equal(localhost_path_check(bad[i], NULL), -EINVAL);
	assert_int_equal(localhost_path_check("a/b.json", NULL), 0);
	assert_int_equal(localhost_path_check("a/b/c.json", NULL), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(labels_become_a_path),
		cmocka_unit_test(anything_else_is_refused),
		cmocka_unit_test(only_a_name_may_be_long),
		cmocka_unit_test(a_name_may_have_dots),
		cmocka_unit_test(the_message_says_which_part_and_what_is_allowed),
		cmocka_unit_test(paths_of_others_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
