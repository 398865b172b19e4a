// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "util/name_table.h"

#define COUNT 300

struct thing {
	char *name;
	char text[16];
};

static struct thing things[COUNT];

/* Adds all things, in an order that is neither up nor down. */
static void fill(struct name_table *table)
{
	int i;

	for (i = 0; i < COUNT; i++) {
		things[i].name = things[i].text;
		snprintf(things[i].text, sizeof(things[i].text), "%03d", i * 7 % COUNT);
		assert_int_equal(name_table_add(table, &things[i], NULL), 0);
	}
	assert_int_equal(table->length, COUNT);
}

static void a_thing_is_found_by_its_name(void **state)
{
	struct name_table table = {};
	int i;

	assert_null(name_table_find(&table, "000"));
	fill(&table);
	for (i = 0; i < COUNT; i++)
		assert_ptr_equal(name_table_find(&table, things[i].text), &things[i]);
	assert_null(name_table_find(&table, ""));
	assert_null(name_table_find(&table, "0000"));
	assert_null(name_table_find(&table, "zzz"));
	name_table_finish(&table);
	assert_int_equal(table.length, 0);
}

static void things_are_in_the_order_of_their_names(void **state)
{
	struct name_table table = {};
	size_t i;

	fill(&table);
	for (i = 0; i < table.length; i++) {
		const struct thing *thing = table.items[i];
		char name[24];

		snprintf(name, sizeof(name), "%03zu", i);
		assert_string_equal(thing->name, name);
	}
	name_table_finish(&table);
}

static void a_thing_goes_and_the_others_stay(void **state)
{
	struct name_table table = {};
	int i, other;

	assert_null(name_table_remove(&table, "000"));
	fill(&table);
	for (i = 0; i < COUNT; i++) {
		assert_null(name_table_remove(&table, "none"));
		assert_ptr_equal(name_table_remove(&table, things[i].text), &things[i]);
		assert_int_equal(table.length, COUNT - i - 1);
		for (other = 0; other < COUNT; other++)
			assert_ptr_equal(name_table_find(&table, things[other].text),
					 other > i ? &things[other] : NULL);
	}
	fill(&table);
	name_table_finish(&table);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_thing_is_found_by_its_name),
		cmocka_unit_test(things_are_in_the_order_of_their_names),
		cmocka_unit_test(a_thing_goes_and_the_others_stay),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
