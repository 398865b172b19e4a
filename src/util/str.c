// SPDX-License-Identifier: Apache-2.0
#include "util/str.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "util/cleanup.h"
#include "util/error.h"

#define NSEC_PER_SEC INT64_C(1000000000)

/* Replaces strftime(), which would take most of the time of writing a large recording. */
static char *put_digits(char *at, int64_t number, int count, char after)
{
	int i;

	for (i = count - 1; i >= 0; i--, number /= 10)
		at[i] = '0' + number % 10;
	at[count] = after;
	return at + count + 1;
}

void str_format_time(char out[STR_TIME_SIZE], int64_t epoch_ns)
{
	time_t seconds = epoch_ns / NSEC_PER_SEC;
	struct tm tm;

	gmtime_r(&seconds, &tm);
	out = put_digits(out, tm.tm_year + 1900, 4, '-');
	out = put_digits(out, tm.tm_mon + 1, 2, '-');
	out = put_digits(out, tm.tm_mday, 2, 'T');
	out = put_digits(out, tm.tm_hour, 2, ':');
	out = put_digits(out, tm.tm_min, 2, ':');
	out = put_digits(out, tm.tm_sec, 2, '.');
	out = put_digits(out, epoch_ns % NSEC_PER_SEC, 9, 'Z');
	*out = '\0';
}

int str_parse_time(const char *text, int64_t *ret_epoch_ns, struct error *err)
{
	struct tm tm = {}, given;
	const char *rest = strptime(text, "%Y-%m-%dT%H:%M:%S", &tm);
	int64_t nanoseconds = 0, unit = NSEC_PER_SEC, seconds;

	if (rest && *rest == '.')
		while (*++rest >= '0' && *rest <= '9') {
			unit /= 10;
			nanoseconds += (*rest - '0') * unit;
		}
	if (!rest || strcmp(rest, "Z") != 0)
		return error_set(err, EINVAL, "\"%s\" is not a time such as 2026-11-22T14:51:03Z",
				 text);
	given = tm;
	seconds = timegm(&tm);
	/* timegm() turns 31 February into a day of March. */
	if (tm.tm_mday != given.tm_mday || tm.tm_mon != given.tm_mon || seconds < 0 ||
	    seconds >= INT64_MAX / NSEC_PER_SEC)
		return error_set(err, ERANGE, "there is no such time as \"%s\", or not after 1970",
				 text);
	*ret_epoch_ns = seconds * NSEC_PER_SEC + nanoseconds;
	return 0;
}

/* The length of the well-formed UTF-8 sequence at text, 0 when there is none (RFC 3629). */
static size_t utf8_length(const unsigned char *text)
{
	size_t length, i;

	if (text[0] < 0x80)
		return 1;
	if (text[0] >= 0xc2 && text[0] <= 0xdf)
		length = 2;
	else if ((text[0] & 0xf0) == 0xe0)
		length = 3;
	else if (text[0] >= 0xf0 && text[0] <= 0xf4)
		length = 4;
	else
		return 0;
	for (i = 1; i < length; i++)
		if ((text[i] & 0xc0) != 0x80)
			return 0;
	/* Overlong forms, surrogates, and code points above U+10FFFF. */
	if ((text[0] == 0xe0 && text[1] < 0xa0) || (text[0] == 0xed && text[1] > 0x9f) ||
	    (text[0] == 0xf0 && text[1] < 0x90) || (text[0] == 0xf4 && text[1] > 0x8f))
		return 0;
	return length;
}

char *str_escape(const char *text)
{
	const unsigned char *in = (const unsigned char *)text;
	char *out = malloc(strlen(text) * 4 + 1);
	size_t at = 0;

	if (!out)
		return NULL;
	while (*in) {
		size_t length = utf8_length(in);
		/* C1 control characters (U+0080 to U+009F) reach terminals too. */
		bool control = *in < 0x20 || *in == 0x7f || (*in == 0xc2 && in[1] < 0xa0);

		if (!length || control) {
			at += sprintf(out + at, "\\x%02x", *in++);
			continue;
		}
		memcpy(out + at, in, length);
		at += length;
		in += length;
	}
	out[at] = '\0';
	return out;
}

void str_print_escaped(FILE *out, const char *text)
{
	_cleanup_free_ char *escaped = str_escape(text);

	fputs(escaped ? escaped : "?", out);
}

bool str_has_prefix(const char *text, const char *prefix)
{
	return strncmp(text, prefix, strlen(prefix)) == 0;
}

bool str_has_suffix(const char *text, const char *suffix)
{
	size_t text_length = strlen(text), length = strlen(suffix);

	return text_length >= length && strcmp(text + text_length - length, suffix) == 0;
}

#define LABEL_CHARACTERS "abcdefghijklmnopqrstuvwxyz0123456789-"
#define LABEL_MAX 63
#define SUBDOMAIN_MAX 253

/* True if the first length bytes can be a label, whose length is not limited. */
static bool is_label(const char *text, size_t length)
{
	return length > 0 && text[0] != '-' && text[length - 1] != '-' &&
	       strspn(text, LABEL_CHARACTERS) >= length;
}

bool str_is_dns_label(const char *text)
{
	size_t length = strlen(text);

	return length <= LABEL_MAX && is_label(text, length);
}

bool str_is_dns_subdomain(const char *text)
{
	size_t length;

	if (strlen(text) > SUBDOMAIN_MAX)
		return false;
	for (;; text += length + 1) {
		length = strcspn(text, ".");
		if (!is_label(text, length) || !text[length])
			return is_label(text, length);
	}
}

static const struct {
	const char *name;
	int64_t ns;
} duration_units[] = {
	/* "ms" before "m": the first that matches is taken. */
	{ "ms", NSEC_PER_SEC / 1000 },
	{ "s", NSEC_PER_SEC },
	{ "m", 60 * NSEC_PER_SEC },
	{ "h", 3600 * NSEC_PER_SEC },
};

/*
 * Parses one "<number><unit>" at *text and moves *text past it. False if malformed or too
 * large.
 */
static bool parse_duration_part(const char **text, int64_t *ret_ns)
{
	size_t i, digits = strspn(*text, "0123456789");
	int64_t value;

	if (digits < 1 || digits > 9)
		return false;
	value = strtoll(*text, NULL, 10);
	*text += digits;
	for (i = 0; i < sizeof(duration_units) / sizeof(duration_units[0]); i++) {
		if (!str_has_prefix(*text, duration_units[i].name))
			continue;
		*text += strlen(duration_units[i].name);
		return !__builtin_mul_overflow(value, duration_units[i].ns, ret_ns);
	}
	return false;
}

int str_parse_duration(const char *text, int64_t *ret_ns, struct error *err)
{
	const char *rest = text;
	int64_t part, total = 0;

	do {
		if (!parse_duration_part(&rest, &part) ||
		    __builtin_add_overflow(total, part, &total))
			return error_set(
				err, EINVAL,
				"'%s' is not a duration; write for example 30s, 5m or 1h30m", text);
	} while (*rest);
	if (total == 0)
		return error_set(err, EINVAL, "a duration must be longer than 0");
	*ret_ns = total;
	return 0;
}

int str_parse_long(const char *text, long min, long max, long *ret_value, struct error *err)
{
	char *end;
	long value;

	errno = 0;
	value = strtol(text, &end, 10);
	if (errno || end == text || *end || isspace((unsigned char)text[0]) || text[0] == '+')
		return error_set(err, EINVAL, "'%s' is not a number", text);
	if (value < min || value > max)
		return error_set(err, ERANGE, "%s is not between %ld and %ld", text, min, max);
	*ret_value = value;
	return 0;
}
