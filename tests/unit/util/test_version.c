// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "util/array.h"
#include "util/version.h"

static int compare(const char *a, const char *b)
{
	struct version left = version_parse(a), right = version_parse(b);

	return version_compare(&left, &right);
}

static void numbers_are_compared_as_numbers(void **state)
{
	assert_true(compare("1.9", "1.10") < 0);
	assert_true(compare("2.0.0", "1.6.39") > 0);
	assert_int_equal(compare("1.6", "1.6.0"), 0);
}

static void what_packagers_add_does_not_matter(void **state)
{
	assert_int_equal(compare("1.6.20~ds1", "v1.6.20"), 0);
	assert_int_equal(compare("2.0.0-rc.1", "2.0.0"), 0);
	assert_int_equal(compare("6.18.5-cloud-amd64", "6.18.5"), 0);
}

static void text_without_a_version_is_unknown(void **state)
{
	static const char *const texts[] = { "", "latest", "v", "-1.0", ".5" };
	size_t i;

	for (i = 0; i < array_size(texts); i++) {
		struct version version = version_parse(texts[i]);

		assert_false(version_is_known(&version));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers_are_compared_as_numbers),
		cmocka_unit_test(what_packagers_add_does_not_matter),
		cmocka_unit_test(text_without_a_version_is_unknown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
