// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdbool.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "json/elements.h"

/* Expects the elements of "a", joined by bars, and then this result and rest. */
static void expect(const char *text, const char *elements, int result, const char *rest)
{
	struct json_elements left;
	struct json_span element;
	char out[256] = "";
	/* Without a NUL: a read beyond the end is noticed. */
	size_t size = strlen(text);
	char *bytes = malloc(size);
	int r;

	memcpy(bytes, text, size);
	assert_true(json_elements_find(bytes, size, "a", &left));
	while ((r = json_elements_next(&left, &element)) > 0) {
		strncat(out, element.text, element.size);
		strcat(out, "|");
	}
	assert_string_equal(out, elements);
	assert_int_equal(r, result);
	if (r == 0) {
		assert_int_equal(left.end - left.at, strlen(rest));
		assert_memory_equal(left.at, rest, strlen(rest));
	}
	free(bytes);
}

static void cuts(void **state)
{
	expect("{\"a\":[]}", "", 0, "]}");
	expect(" { \"a\" : [ ] } ", "", 0, "] } ");
	expect("{\"a\":[1,\"x\",{\"b\":[2]}]}", "1|\"x\"|{\"b\":[2]}|", 0, "]}");
	expect("{\"a\" : [\n {} ,\n [[]] ] , \"b\": 1}", "{}|[[]]|", 0, "] , \"b\": 1}");
}

static void passes_by_what_is_before(void **state)
{
	expect("{\"b\":[1,{\"a\":[2]}],\"c\":{\"a\":[3]},\"d\":\"a\",\"e\":-1.5,\"a\":[4]}", "4|",
	       0, "]}");
	expect("{\"\\\"a\\\\\":1,\"a\":[5]}", "5|", 0, "]}");
}

static void knows_strings(void **state)
{
	expect("{\"b\":\"]}\\\"[\",\"a\":[\"],\\\\\",{\"}\":\"]\"}]}", "\"],\\\\\"|{\"}\":\"]\"}|",
	       0, "]}");
}

static void refuses(void **state)
{
	expect("{\"a\":[1 2]}", "1|", -EINVAL, NULL);
	expect("{\"a\":[1,]}", "1|", -EINVAL, NULL);
	expect("{\"a\":[,1]}", "", -EINVAL, NULL);
	expect("{\"a\":[1", "1|", -EINVAL, NULL);
	expect("{\"a\":[1,", "1|", -EINVAL, NULL);
	expect("{\"a\":[", "", -EINVAL, NULL);
	expect("{\"a\":[{\"b\":1}", "{\"b\":1}|", -EINVAL, NULL);
	expect("{\"a\":[{\"b\":[1}", "", -EINVAL, NULL);
	expect("{\"a\":[\"b", "", -EINVAL, NULL);
	expect("{\"a\":[\"b\\", "", -EINVAL, NULL);
}

static void finds_nothing(void **state)
{
	static const char *const texts[] = {
		"",
		" ",
		"[]",
		"{}",
		"{",
		"{\"a\"",
		"{\"a\":",
		"{\"a\":1}",
		"{\"b\":[]}",
		"{\"aa\":[]}",
		"{\"b\":{\"a\":[]}}",
		"{\"b\":1 \"a\":[]}",
		"{1:2,\"a\":[]}",
		"{\"b\\",
		"{\"b\":[",
		"x{\"a\":[]}",
	};
	struct json_elements left;
	size_t i;

	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		assert_false(json_elements_find(texts[i], strlen(texts[i]), "a", &left));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cuts),		 cmocka_unit_test(passes_by_what_is_before),
		cmocka_unit_test(knows_strings), cmocka_unit_test(refuses),
		cmocka_unit_test(finds_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
