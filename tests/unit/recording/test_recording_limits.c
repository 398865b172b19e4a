// SPDX-License-Identifier: Apache-2.0
#include "../profile/fixtures.h"

#include "util/array.h"

/*
 * Returns a recording with one observation and a list of count entries. Each is entry with a
 * number in place of '#'.
 */
static char *long_recording(const char *before, const char *entry, const char *after,
			    unsigned int count)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);
	const char *hash = strchr(entry, '#');
	unsigned int i;

	assert_true(out && hash);
	fputs("{\"format\": \"" RECORDING_FORMAT "\", \"complete\": true, \"observations\": [{"
	      "\"machine\": \"x86_64\", \"complete\": true, ",
	      out);
	fputs(before, out);
	for (i = 0; i < count; i++) {
		fputs(i ? ", " : "", out);
		fprintf(out, "%.*s%u%s", (int)(hash - entry), entry, i, hash + 1);
	}
	fprintf(out, "%s}]}", after);
	fclose(out);
	return text;
}

static const struct {
	const char *before, *entry, *after;
	unsigned int count; /* the smallest that is too large */
	const char *message;
} lists[] = {
	{ "\"labels\": {", "\"l#\": \"\"", "}, \"systemCalls\": [], \"denied\": []", 4097,
	  "$.observations[0].labels: it has 4097 entries, and at most 4096 are read" },
	{ "\"capabilities\": [", "\"CAP_#\"", "], \"systemCalls\": [], \"denied\": []", 4097,
	  "$.observations[0].capabilities: it has 4097 entries, and at most 4096 are read" },
	{ "\"systemCalls\": [", "{\"nr\": #, \"abi\": \"native\", \"origin\": \"observed\"}",
	  "], \"denied\": []", 32769,
	  "$.observations[0].systemCalls[32768]: at most 32768 calls are read" },
};

/* Lists are kept sorted entry by entry, so an endless one would take minutes. */
static void endless_lists_are_refused(void **state)
{
	size_t i;

	for (i = 0; i < array_size(lists); i++) {
		_cleanup_error_ struct error err = ERROR_INIT;
		_cleanup_recording_ struct recording recording = {};
		_cleanup_free_ char *text = long_recording(lists[i].before, lists[i].entry,
							   lists[i].after, lists[i].count);

		assert_int_equal(recording_read("test", text, strlen(text), &recording, &err),
				 -EINVAL);
		assert_non_null(strstr(err.message, lists[i].message));
	}
}

static void long_lists_are_read(void **state)
{
	size_t i;

	for (i = 0; i < array_size(lists); i++) {
		_cleanup_error_ struct error err = ERROR_INIT;
		_cleanup_recording_ struct recording recording = {};
		_cleanup_free_ char *text = long_recording(lists[i].before, lists[i].entry,
							   lists[i].after, lists[i].count - 1);

		assert_success(recording_read("test", text, strlen(text), &recording, &err), &err);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(endless_lists_are_refused),
		cmocka_unit_test(long_lists_are_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
