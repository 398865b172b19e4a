// SPDX-License-Identifier: Apache-2.0
#include "json/yaml_scalar.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "json/cursor.h"
#include "util/array.h"

/* https://yaml.org/type/bool.html and null.html, compared without regard to case. */
static const struct {
	const char *text;
	json_type type;
} words[] = {
	{ "", JSON_NULL },    { "~", JSON_NULL },    { "null", JSON_NULL },   { "y", JSON_TRUE },
	{ "yes", JSON_TRUE }, { "on", JSON_TRUE },   { "true", JSON_TRUE },   { "n", JSON_FALSE },
	{ "no", JSON_FALSE }, { "off", JSON_FALSE }, { "false", JSON_FALSE },
};

/* Returns the type of a word that is no string, otherwise JSON_STRING. */
static json_type word_type(const char *text)
{
	size_t i;

	for (i = 0; i < array_size(words); i++)
		if (strcasecmp(words[i].text, text) == 0)
			return words[i].type;
	return JSON_STRING;
}

/* Reads decimal, 0x, 0o, 0b and, as in YAML 1.1, octal with a leading 0; NULL otherwise. */
static json_t *read_integer(const char *text)
{
	bool negative = *text == '-';
	const char *digits = text + (*text == '-' || *text == '+');
	int base = 10;
	unsigned long long number;
	char *end;

	if (digits[0] == '0' && digits[1]) {
		base = digits[1] == 'x' ? 16 : digits[1] == 'b' ? 2 : 8;
		digits += digits[1] == 'x' || digits[1] == 'b' || digits[1] == 'o' ? 2 : 1;
	}
	if (!isxdigit((unsigned char)*digits))
		return NULL;
	errno = 0;
	number = strtoull(digits, &end, base);
	if (*end || errno)
		return NULL;
	if (!negative)
		return tree_from_number(number);
	return number <= INT64_MAX ? json_integer(-(json_int_t)number) : NULL;
}

static json_t *read_fraction(const char *text)
{
	double number;
	char *end;

	/* strtod() also reads "nan", "infinity" and hexadecimal fractions. */
	if (text[strspn(text, "0123456789+-.eE")] || !strpbrk(text, "0123456789"))
		return NULL;
	number = strtod(text, &end);
	return *end || !isfinite(number) ? NULL : json_real(number);
}

json_t *yaml_plain_scalar(const char *text)
{
	json_t *number;

	switch (word_type(text)) {
	case JSON_NULL:
		return json_null();
	case JSON_TRUE:
		return json_true();
	case JSON_FALSE:
		return json_false();
	default:
		break;
	}
	number = read_integer(text);
	if (!number)
		number = read_fraction(text);
	return number ? number : json_string(text);
}

bool yaml_needs_quotes(const char *text)
{
	return word_type(text) != JSON_STRING ||
	       (!isalpha((unsigned char)text[0]) && text[0] != '_');
}
