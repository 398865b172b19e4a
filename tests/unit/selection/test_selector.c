// SPDX-License-Identifier: Apache-2.0
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "selection/selector.h"
#include "util/array.h"
#include "util/error.h"
#include "util/label.h"

#define LETTERS_63 "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyzabcdefghijk"

/* The labels that every selector here is compared with. */
static const struct label labels[] = {
	{ (char *)"app", (char *)"web" },
	{ (char *)"tier", (char *)"front" },
	{ (char *)"cores", (char *)"8" },
	{ (char *)"empty", (char *)"" },
	{ (char *)"in", (char *)"notin" },
	{ (char *)"app.kubernetes.io/name", (char *)"shop" },
	{ (char *)LETTERS_63, (char *)"long" },
};

static const struct {
	const char *text;
	bool matches;
} valid[] = {
	{ "", true },
	{ "  ", true },
	{ "app=web", true },
	{ "app=db", false },
	{ "app==web", true },
	{ "app == web", true },
	{ " app\t=\nweb ", true },
	{ "tier!=db", true },
	{ "tier!=front", false },
	{ "missing!=x", true },
	{ "missing=x", false },
	{ "app in (web,db)", true },
	{ "app in(db , web)", true },
	{ "app in (db)", false },
	{ "missing in (a)", false },
	{ "app notin (db,cache)", true },
	{ "app notin (web)", false },
	{ "missing notin (a)", true },
	{ "app", true },
	{ "missing", false },
	{ "!missing", true },
	{ "! missing", true },
	{ "!app", false },
	{ "app=web,tier in (front),!missing", true },
	{ "app=web,tier in (back),!missing", false },
	{ "app in (web,db),tier!=db", true },
	/* Values may be empty, and so may members of a list. */
	{ "empty=", true },
	{ "empty=,app=web", true },
	{ "app=", false },
	{ "empty in (,)", true },
	{ "empty in (a,,b)", true },
	{ "app in (,web)", true },
	/* Numbers. */
	{ "cores>4", true },
	{ "cores > 8", false },
	{ "cores<9", true },
	{ "cores<8", false },
	{ "app>1", false },
	{ "missing<1", false },
	{ "cores>0000000000000000000000000000000000001", true },
	/* Keywords of the grammar can also be keys and values. */
	{ "in=notin", true },
	{ "in in (notin)", true },
	{ "notin", false },
	{ "in", true },
	/* Prefixes and limits. */
	{ "app.kubernetes.io/name=shop", true },
	{ "a-b.c/Name_x.y", false },
	{ LETTERS_63, true },
	{ "app!=" LETTERS_63, true },
};

static void selectors_match_as_in_kubernetes(void **state)
{
	size_t i;

	for (i = 0; i < array_size(valid); i++) {
		_cleanup_selector_ struct selector *selector = NULL;
		_cleanup_error_ struct error err = ERROR_INIT;
		int r = selector_parse(valid[i].text, &selector, &err);

		if (r < 0)
			fail_msg("'%s': %s", valid[i].text, error_message(&err));
		if (selector_matches(selector, labels, array_size(labels)) != valid[i].matches)
			fail_msg("'%s' should%s match", valid[i].text,
				 valid[i].matches ? "" : " not");
	}
}

static const struct {
	const char *text;
	const char *message; /* a part of the error message */
} invalid[] = {
	{ "app=web,", "ends at column 9, expected a label key" },
	{ ",app=web", "found ',' in column 1, expected a label key" },
	{ "app=web,,tier=db", "found ',' in column 9, expected a label key" },
	{ "app web", "found 'web' in column 5, expected ',', '='" },
	{ "app=web tier=db", "found 'tier' in column 9, expected ',' or the end" },
	{ "app=!web", "found '!' in column 5, expected a value" },
	{ "app=(web)", "found '(' in column 5, expected a value" },
	{ "app===web", "found '=' in column 6, expected a value" },
	{ "!app=web", "found '=' in column 5, expected ',' or the end" },
	{ "!", "ends at column 2, expected a label key" },
	{ "!!app", "found '!' in column 2, expected a label key" },
	{ "app in", "ends at column 7, expected '('" },
	{ "app in web", "found 'web' in column 8, expected '('" },
	{ "app in ()", "found ')' in column 9, expected a value" },
	{ "app in (web", "ends at column 12, expected ',' or ')'" },
	{ "app in (web db)", "found 'db' in column 13, expected ',' or ')'" },
	{ "app in (web))", "found ')' in column 13, expected ',' or the end" },
	{ "app in (=)", "found '=' in column 9, expected a value, ',' or ')'" },
	{ "app IN (web)", "found 'IN' in column 5" },
	{ "cores>", "ends at column 7, expected a whole number" },
	{ "cores>four", "the value 'four' in column 7 is not a whole number" },
	{ "cores>-4", "the value '-4' in column 7 must begin and end" },
	{ "cores>9223372036854775808", "is not a whole number" },
	{ "-app=web", "the key '-app' in column 1 must begin and end" },
	{ "app_=web", "must begin and end" },
	{ "app=web.", "the value 'web.' in column 5 must begin and end" },
	{ "app=w\x1b[2Jb", "may only consist of" },
	{ "app=\xc3\xa4", "may only consist of" },
	{ "/name=x", "must have a DNS subdomain" },
	{ "Prefix.io/name=x", "must have a DNS subdomain" },
	{ "a..b/name=x", "must have a DNS subdomain" },
	{ "a/b/c=x", "may have only one '/'" },
	{ "a/=x", "must have a name after its '/'" },
	{ LETTERS_63 "l=x", "is longer than 63 characters" },
	{ "app=" LETTERS_63 "l", "is longer than 63 characters" },
};

static void mistakes_are_named_with_their_place(void **state)
{
	size_t i;

	for (i = 0; i < array_size(invalid); i++) {
		struct selector *const untouched = (struct selector *)0x1, *selector = untouched;
		_cleanup_error_ struct error err = ERROR_INIT;

		assert_int_equal(selector_parse(invalid[i].text, &selector, &err), -EINVAL);
		assert_ptr_equal(selector, untouched);
		if (!strstr(error_message(&err), invalid[i].message))
			fail_msg("'%s': '%s' lacks '%s'", invalid[i].text, error_message(&err),
				 invalid[i].message);
	}
}

static void a_long_prefix_is_refused(void **state)
{
	struct selector *selector = NULL;
	char key[300];

	memset(key, 'a', 254);
	strcpy(key + 254, "/name");
	assert_int_equal(selector_parse(key, &selector, NULL), -EINVAL);
	assert_int_equal(selector_parse(key + 1, &selector, NULL), 0);
	selector_destroy(selector);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(selectors_match_as_in_kubernetes),
		cmocka_unit_test(mistakes_are_named_with_their_place),
		cmocka_unit_test(a_long_prefix_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
