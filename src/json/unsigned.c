// SPDX-License-Identifier: Apache-2.0
#include "json/unsigned.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "json/cursor.h"
#include "util/cleanup.h"
#include "util/text_stream.h"

/* The NUL byte as jansson writes it. It marks the digits of such a number. */
#define MARK "\\u0000"
#define MARK_SIZE (sizeof(MARK) - 1)

/* UINT64_MAX and INT64_MAX have 20 and 19 digits. */
#define DIGITS_MAX 20

json_t *tree_from_number(uint64_t number)
{
	char digits[1 + DIGITS_MAX + 1];
	int length;

	if (number <= INT64_MAX)
		return json_integer((json_int_t)number);
	digits[0] = '\0';
	length = snprintf(digits + 1, sizeof(digits) - 1, "%" PRIu64, number);
	return json_stringn(digits, length + 1);
}

bool tree_is_unsigned(const json_t *value)
{
	return json_is_string(value) && json_string_length(value) > 1 &&
	       json_string_value(value)[0] == '\0';
}

uint64_t tree_unsigned_value(const json_t *value)
{
	return strtoull(json_string_value(value) + 1, NULL, 10);
}

/* True if the digits are a number from INT64_MAX + 1 to UINT64_MAX, without a fraction. */
static bool is_unsigned(const char *digits, size_t count, const char *end)
{
	char copy[DIGITS_MAX + 1] = "";

	if (count == 0 || count > DIGITS_MAX || digits[0] == '0' ||
	    (digits + count < end && strchr(".eE", digits[count])))
		return false;
	memcpy(copy, digits, count);
	errno = 0;
	return strtoull(copy, NULL, 10) > INT64_MAX && errno == 0;
}

/* Returns the end of the string that begins at its quote; NULL if it holds an escaped NUL. */
static const char *skip_string(const char *at, const char *end)
{
	for (at++; at < end && *at != '"'; at++) {
		if (*at != '\\')
			continue;
		if ((size_t)(end - at) >= MARK_SIZE && memcmp(at, MARK, MARK_SIZE) == 0)
			return NULL;
		at++;
	}
	return at < end ? at + 1 : end;
}

static const char *skip_digits(const char *at, const char *end)
{
	while (at < end && *at >= '0' && *at <= '9')
		at++;
	return at;
}

/* Marks the numbers above INT64_MAX in the text. -EINVAL if a string holds an escaped NUL. */
static int mark_numbers(const char *text, size_t size, FILE *out)
{
	const char *at, *next, *end = text + size;

	for (at = text; at < end; at = next) {
		if (*at == '"') {
			next = skip_string(at, end);
			if (!next)
				return -EINVAL;
		} else {
			next = skip_digits(at, end);
			if (is_unsigned(at, next - at, end) && (at == text || at[-1] != '-')) {
				fprintf(out, "\"" MARK "%.*s\"", (int)(next - at), at);
				continue;
			}
			next += next == at;
		}
		fwrite(at, 1, next - at, out);
	}
	return 0;
}

json_t *tree_load_unsigned(const char *text, size_t size, json_error_t *problem)
{
	_cleanup_text_stream_ struct text_stream stream = {};
	_cleanup_free_ char *marked = NULL;
	FILE *out = text_stream_open(&stream);

	if (!out || mark_numbers(text, size, out) < 0)
		return NULL;
	marked = text_stream_close(&stream);
	if (!marked)
		return NULL;
	return json_loadb(marked, stream.size, JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, problem);
}

void tree_restore_unsigned(char *text)
{
	const char *from = text, *mark;

	while ((mark = strstr(from, "\"" MARK))) {
		const char *digits = mark + 1 + MARK_SIZE;
		size_t count = strspn(digits, "0123456789");

		memmove(text, from, mark - from);
		text += mark - from;
		memmove(text, digits, count);
		text += count;
		from = digits + count + 1; /* the closing quote */
	}
	memmove(text, from, strlen(from) + 1);
}
