// SPDX-License-Identifier: Apache-2.0
//
// Selectors of objects, written as texts. A text has to select the same pods, and nothing in an
// object may become a part of the text's grammar.
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "agent/pod_selector.h"
#include "json/cursor.h"
#include "selection/selector.h"
#include "util/array.h"
#include "util/error.h"
#include "util/label.h"

#define LABELS(labels) "{\"matchLabels\":{" labels "}}"
#define WHERE(expressions) "{\"matchExpressions\":[" expressions "]}"
#define EXPRESSION(key, op, values) \
	"{\"key\":\"" key "\",\"operator\":\"" op "\",\"values\":[" values "]}"
#define BARE(key, op) "{\"key\":\"" key "\",\"operator\":\"" op "\"}"

static json_t *parse(const char *text)
{
	json_error_t problem;
	json_t *value = json_loads(text, JSON_DECODE_ANY, &problem);

	if (!value)
		fail_msg("%s in %s", problem.text, text);
	return value;
}

static int convert(const char *json, char **ret_text, struct error *err)
{
	_cleanup_json_ json_t *value = parse(json);
	const struct cursor at = { .value = value };

	return pod_selector_text(&at, ret_text, err);
}

/* The labels of the pods that the selectors below select, or not. */
static const struct label full[] = { { (char *)"app", (char *)"web" },
				     { (char *)"empty", (char *)"" },
				     { (char *)"in", (char *)"notin" },
				     { (char *)"example.com/tier", (char *)"front" } };

static const struct {
	const char *json;
	const char *text;
	bool full, bare; /* selects the pod with these labels; a pod without any */
} good[] = {
	{ "{}", "", true, true },
	{ "{\"matchLabels\":null,\"matchExpressions\":null}", "", true, true },
	{ "{\"matchLabels\":{},\"matchExpressions\":[]}", "", true, true },
	{ LABELS("\"app\":\"web\""), "app=web", true, false },
	{ LABELS("\"app\":\"db\""), "app=db", false, false },
	{ LABELS("\"empty\":\"\""), "empty=", true, false },
	{ LABELS("\"app\":\"\""), "app=", false, false },
	{ LABELS("\"empty\":\"\",\"app\":\"web\""), "empty=,app=web", true, false },
	{ LABELS("\"in\":\"notin\""), "in=notin", true, false },
	{ WHERE(EXPRESSION("app", "In", "\"web\"")), "app=web", true, false },
	{ WHERE(EXPRESSION("app", "In", "\"db\",\"web\"")), "app in (db,web)", true, false },
	{ WHERE(EXPRESSION("app", "In", "\"db\",\"in\"")), "app in (db,in)", false, false },
	{ WHERE(EXPRESSION("app", "In", "\"\"")), "app=", false, false },
	{ WHERE(EXPRESSION("empty", "In", "\"\"")), "empty=", true, false },
	{ WHERE(EXPRESSION("empty", "In", "\"\",\"a\"")), "empty in (,a)", true, false },
	{ WHERE(EXPRESSION("empty", "In", "\"a\",\"\"")), "empty in (a,)", true, false },
	{ WHERE(EXPRESSION("empty", "In", "\"\",\"\"")), "empty in (,)", true, false },
	{ WHERE(EXPRESSION("in", "In", "\"in\",\"notin\"")), "in in (in,notin)", true, false },
	/* NotIn selects what does not have the label at all. */
	{ WHERE(EXPRESSION("app", "NotIn", "\"web\"")), "app!=web", false, true },
	{ WHERE(EXPRESSION("app", "NotIn", "\"db\"")), "app!=db", true, true },
	{ WHERE(EXPRESSION("app", "NotIn", "\"db\",\"web\"")), "app notin (db,web)", false, true },
	{ WHERE(EXPRESSION("empty", "NotIn", "\"\"")), "empty!=", false, true },
	{ WHERE(EXPRESSION("app", "NotIn", "\"\"")), "app!=", true, true },
	{ WHERE(EXPRESSION("empty", "NotIn", "\"a\",\"\"")), "empty notin (a,)", false, true },
	{ WHERE(BARE("app", "Exists")), "app", true, false },
	{ WHERE(EXPRESSION("empty", "Exists", "")), "empty", true, false },
	{ WHERE(BARE("in", "Exists")), "in", true, false },
	{ WHERE(BARE("app", "DoesNotExist")), "!app", false, true },
	{ WHERE(BARE("notin", "DoesNotExist")), "!notin", true, true },
	{ WHERE(BARE("example.com/tier", "Exists")), "example.com/tier", true, false },
	{ "{\"matchLabels\":{\"app\":\"web\"},\"matchExpressions\":[" EXPRESSION(
		  "example.com/tier", "In", "\"back\",\"front\"") "," BARE("canary",
									   "DoesNotExist") "]}",
	  "app=web,example.com/tier in (back,front),!canary", true, false },
};

static void a_text_selects_the_same_pods(void **state)
{
	size_t i;

	for (i = 0; i < array_size(good); i++) {
		_cleanup_selector_ struct selector *selector = NULL;
		_cleanup_error_ struct error err = ERROR_INIT;
		_cleanup_free_ char *text = NULL;

		if (convert(good[i].json, &text, &err) < 0)
			fail_msg("%s: %s", good[i].json, error_message(&err));
		assert_string_equal(text, good[i].text);
		assert_int_equal(selector_parse(text, &selector, NULL), 0);
		if (selector_matches(selector, full, array_size(full)) != good[i].full ||
		    selector_matches(selector, NULL, 0) != good[i].bare)
			fail_msg("%s selects other pods", text);
	}
}

static const struct {
	const char *json;
	const char *message; /* a part of it */
} bad[] = {
	{ "7", "expected an object" },
	{ "[]", "expected an object" },
	{ "{\"matchLabels\":[]}", "$.matchLabels: expected an object" },
	{ LABELS("\"app\":7"), "$.matchLabels.app: expected a string" },
	{ LABELS("\"app\":null"), "expected a string" },
	{ LABELS("\"\":\"a\""), "the key must not be empty" },
	/* Whatever would be more than one value or key in a text. */
	{ LABELS("\"app\":\"a,b\""), "the value may only consist of" },
	{ LABELS("\"app\":\"a,!b=c\""), "the value may only consist of" },
	{ LABELS("\"app\":\" a\""), "the value may only consist of" },
	{ LABELS("\"app\":\"(a)\""), "the value may only consist of" },
	{ LABELS("\"a=b,c\":\"d\""), "the key may only consist of" },
	{ LABELS("\"!a\":\"\""), "the key may only consist of" },
	{ LABELS("\"a\\nb\":\"\""), "$.matchLabels.a\\x0ab: the key may only consist of" },
	{ LABELS("\"a,b/c\":\"d\""), "the key must have a DNS subdomain" },
	{ WHERE("7"), "$.matchExpressions[0]: expected an object" },
	{ "{\"matchExpressions\":{}}", "$.matchExpressions: expected an array" },
	{ WHERE("{}"), "the field \"key\" is missing" },
	{ WHERE("{\"key\":\"a\"}"), "the field \"operator\" is missing" },
	{ WHERE(BARE("a", "exists")), ".operator: use In, NotIn, Exists or DoesNotExist" },
	{ WHERE(BARE("a", "Gt")), ".operator: use In" },
	{ WHERE(BARE("", "Exists")), "the key must not be empty" },
	{ WHERE(BARE("a b", "Exists")), "the key may only consist of" },
	{ WHERE(BARE("a", "In")), "In needs at least one of values" },
	{ WHERE(EXPRESSION("a", "NotIn", "")), "NotIn needs at least one of values" },
	{ WHERE(EXPRESSION("a", "Exists", "\"b\"")), ".values: Exists takes no values" },
	{ WHERE(EXPRESSION("a", "DoesNotExist", "\"\"")), "DoesNotExist takes no values" },
	{ WHERE("{\"key\":\"a\",\"operator\":\"In\",\"values\":\"b\"}"), "expected an array" },
	{ WHERE(EXPRESSION("a", "In", "7")), ".values[0]: expected a string" },
	{ WHERE(EXPRESSION("a", "In", "\"b\",\"c)\"")), ".values[1]: the value may only" },
};

static void what_is_no_selector_is_refused(void **state)
{
	char *const untouched = (char *)0x1;
	size_t i;

	for (i = 0; i < array_size(bad); i++) {
		_cleanup_error_ struct error err = ERROR_INIT;
		char *text = untouched;

		if (convert(bad[i].json, &text, &err) != -EINVAL || text != untouched)
			fail_msg("%s is not refused", bad[i].json);
		if (!strstr(error_message(&err), bad[i].message))
			fail_msg("%s: '%s' lacks '%s'", bad[i].json, error_message(&err),
				 bad[i].message);
	}
}

/* Fills in one more item than is allowed, and one fewer. Without an item, they are labels. */
static void expect_limit(const char *pattern, const char *item, size_t max)
{
	char *items = NULL, *json = NULL, *text = NULL;
	_cleanup_error_ struct error err = ERROR_INIT;
	size_t length, i;
	FILE *out;

	for (size_t count = max; count <= max + 1; count++) {
		out = open_memstream(&items, &length);
		assert_non_null(out);
		for (i = 0; i < count; i++) {
			fputs(i ? "," : "", out);
			if (item)
				fputs(item, out);
			else
				fprintf(out, "\"k%zu\":\"v\"", i);
		}
		fclose(out);
		assert_true(asprintf(&json, "%.*s%s%s", (int)strcspn(pattern, "@"), pattern, items,
				     strchr(pattern, '@') + 1) > 0);
		assert_int_equal(convert(json, &text, &err), count == max ? 0 : -EINVAL);
		free(items);
		free(json);
	}
	free(text);
	assert_non_null(strstr(error_message(&err), "are more than"));
}

static void there_are_as_many_conditions_as_the_custom_resource_allows(void **state)
{
	expect_limit(LABELS("@"), NULL, 64);
	expect_limit(WHERE("@"), BARE("app", "Exists"), 32);
	expect_limit(WHERE(EXPRESSION("a", "In", "@")), "\"v\"", 64);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_text_selects_the_same_pods),
		cmocka_unit_test(what_is_no_selector_is_refused),
		cmocka_unit_test(there_are_as_many_conditions_as_the_custom_resource_allows),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
