// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "util/string_set.h"

#define COUNT 300

struct set {
	char **strings;
	size_t count;
};

static void add(struct set *set, const char *text)
{
	assert_int_equal(string_set_add(&set->strings, &set->count, text, NULL), 0);
}

static void assert_sorted(const struct set *set)
{
	size_t i;

	for (i = 1; i < set->count; i++)
		assert_true(strcmp(set->strings[i - 1], set->strings[i]) < 0);
}

/* Texts in an order that is neither up nor down. */
static const char *text(int i)
{
	static char buffer[16];

	snprintf(buffer, sizeof(buffer), "%03d", i * 7 % COUNT);
	return buffer;
}

static void fill(struct set *set)
{
	int i;

	for (i = 0; i < COUNT; i++)
		add(set, text(i));
	assert_int_equal(set->count, COUNT);
	assert_sorted(set);
}

static void a_text_is_there_once(void **state)
{
	struct set set = {};

	add(&set, "b");
	add(&set, "a");
	add(&set, "b");
	add(&set, "");
	assert_int_equal(set.count, 3);
	assert_string_equal(set.strings[0], "");
	assert_string_equal(set.strings[1], "a");
	assert_string_equal(set.strings[2], "b");
	string_set_free(set.strings, set.count);
}

static void it_has_what_was_added_and_nothing_else(void **state)
{
	struct set set = {};
	int i;

	assert_false(string_set_has(NULL, 0, "a"));
	fill(&set);
	for (i = 0; i < COUNT; i++)
		assert_true(string_set_has(set.strings, set.count, text(i)));
	assert_false(string_set_has(set.strings, set.count, ""));
	assert_false(string_set_has(set.strings, set.count, "0000"));
	assert_false(string_set_has(set.strings, set.count, "00"));
	assert_false(string_set_has(set.strings, set.count, "zzz"));
	string_set_free(set.strings, set.count);
}

static void a_text_goes_and_the_others_stay(void **state)
{
	struct set set = {};
	int i, other;

	fill(&set);
	for (i = 0; i < COUNT; i++) {
		string_set_remove(set.strings, &set.count, text(i));
		assert_int_equal(set.count, COUNT - i - 1);
		assert_sorted(&set);
		for (other = 0; other < COUNT; other++)
			assert_int_equal(string_set_has(set.strings, set.count, text(other)),
					 other > i);
	}
	string_set_free(set.strings, set.count);
}

static void what_is_not_there_cannot_go(void **state)
{
	struct set set = {};

	string_set_remove(set.strings, &set.count, "a");
	assert_int_equal(set.count, 0);
	add(&set, "b");
	string_set_remove(set.strings, &set.count, "a");
	string_set_remove(set.strings, &set.count, "c");
	assert_int_equal(set.count, 1);
	assert_string_equal(set.strings[0], "b");
	string_set_free(set.strings, set.count);
}

static void what_went_can_come_again(void **state)
{
	struct set set = {};
	int i;

	fill(&set);
	for (i = 0; i < COUNT; i += 2)
		string_set_remove(set.strings, &set.count, text(i));
	for (i = 0; i < COUNT; i += 2)
		add(&set, text(i));
	assert_int_equal(set.count, COUNT);
	assert_sorted(&set);
	string_set_free(set.strings, set.count);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_text_is_there_once),
		cmocka_unit_test(it_has_what_was_added_and_nothing_else),
		cmocka_unit_test(a_text_goes_and_the_others_stay),
		cmocka_unit_test(what_is_not_there_cannot_go),
		cmocka_unit_test(what_went_can_come_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
