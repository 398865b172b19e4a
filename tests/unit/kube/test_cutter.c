// SPDX-License-Identifier: Apache-2.0
//
// Objects are cut out of lists and watches wherever the bytes are torn.
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "kube/cutter.h"
#include "util/error.h"

#define OBJECT_MAX 64

/* Cuts a text that arrives in pieces. Writes "OBJECT|OBJECT|REST", or the error. */
static int cut(enum cutter_kind kind, const char *text, size_t piece, char *out, size_t out_size)
{
	_cleanup_cutter_ struct cutter *cutter = NULL;
	_cleanup_error_ struct error err = ERROR_INIT;
	size_t left = strlen(text), size, length;
	const char *object, *bytes;
	FILE *stream = fmemopen(out, out_size, "w");
	int r = cutter_create(kind, OBJECT_MAX, &cutter, &err);

	while (r >= 0 && left) {
		bytes = text;
		size = left < piece ? left : piece;
		text += size;
		left -= size;
		while ((r = cutter_next(cutter, &bytes, &size, &object, &length, &err)) > 0)
			fprintf(stream, "%.*s|", (int)length, object);
	}
	if (r == 0)
		r = cutter_end(cutter, &object, &length, &err);
	if (r == 0)
		fprintf(stream, "%.*s", (int)length, object);
	else
		fprintf(stream, "%s", error_message(&err));
	fclose(stream);
	return r;
}

static void expect(enum cutter_kind kind, const char *text, int result, const char *expected)
{
	char out[512];
	size_t piece;

	for (piece = 1; piece <= strlen(text) + 1; piece++) {
		memset(out, 0, sizeof(out));
		assert_int_equal(cut(kind, text, piece, out, sizeof(out)), result);
		assert_string_equal(out, expected);
	}
}

static void items(void **state)
{
	expect(CUTTER_ITEMS,
	       "{\"metadata\":{\"continue\":\"x\"},\"items\":[{\"a\":[{}]}, {\"b\":2}\n]}", 0,
	       "{\"a\":[{}]}|{\"b\":2}|{\"metadata\":{\"continue\":\"x\"},\"items\":[]}");
	expect(CUTTER_ITEMS, "{\"items\":[],\"metadata\":{}}", 0, "{\"items\":[],\"metadata\":{}}");
	expect(CUTTER_ITEMS, "{\"items\":null}", 0, "{\"items\":null}");
}

static void brackets_in_strings(void **state)
{
	expect(CUTTER_ITEMS, "{\"items\":[{\"a\":\"}]{[\\\"}\"},{\"\\\\\":{}}],\"b\":\"[{\"}", 0,
	       "{\"a\":\"}]{[\\\"}\"}|{\"\\\\\":{}}|{\"items\":[],\"b\":\"[{\"}");
}

static void events(void **state)
{
	expect(CUTTER_EVENTS, "{\"type\":\"ADDED\"}\n{\"type\":\"DELETED\"}\r\n \t", 0,
	       "{\"type\":\"ADDED\"}|{\"type\":\"DELETED\"}|");
	expect(CUTTER_EVENTS, "", 0, "");
}

static void no_streams(void **state)
{
	expect(CUTTER_EVENTS, "{}x", -EPROTO, "{}|there is something between the events");
	expect(CUTTER_EVENTS, "[{}]", -EPROTO, "there is something between the events");
	expect(CUTTER_EVENTS, "{\"a\":", -EPROTO, "the answer ends within an object");
	expect(CUTTER_ITEMS, "{\"items\":[{}", -EPROTO, "{}|the answer ends within an object");
	expect(CUTTER_ITEMS, "{\"items", -EPROTO, "the answer ends within an object");
	expect(CUTTER_ITEMS, "}", -EPROTO, "a bracket closes that was not opened");
}

static void too_large(void **state)
{
	char text[OBJECT_MAX + 64], out[256];

	sprintf(text, "{\"items\":[{\"%0*d\":0}]}", OBJECT_MAX - 6, 0);
	assert_int_equal(cut(CUTTER_ITEMS, text, 7, out, sizeof(out)), 0);
	sprintf(text, "{\"items\":[{\"%0*d\":0}]}", OBJECT_MAX - 5, 0);
	assert_int_equal(cut(CUTTER_ITEMS, text, 7, out, sizeof(out)), -EMSGSIZE);
	assert_string_equal(out, "an object has more than 64 bytes");
}

/* What is left of a list is small, or it is no list. */
static void too_much_rest(void **state)
{
	static char text[70000], out[512];

	sprintf(text, "{\"metadata\":\"%069000d\"}", 0);
	assert_int_equal(cut(CUTTER_ITEMS, text, 1000, out, sizeof(out)), -EMSGSIZE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(items),     cmocka_unit_test(brackets_in_strings),
		cmocka_unit_test(events),    cmocka_unit_test(no_streams),
		cmocka_unit_test(too_large), cmocka_unit_test(too_much_rest),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
