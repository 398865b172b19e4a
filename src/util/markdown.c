// SPDX-License-Identifier: Apache-2.0
#include "util/markdown.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "util/cleanup.h"
#include "util/str.h"

#define ZERO_WIDTH_SPACE "&#8203;"

/* Prefixes of a reference to a person, a page or an address. */
static const char *const references[] = { "@", "#", "GH-", "www" };

/* An underscore within a word is literal; elsewhere it can mark emphasis. */
static bool is_markup(const char *text, const char *c)
{
	if (*c == '_')
		return c == text || !isalnum((unsigned char)c[-1]) || !isalnum((unsigned char)c[1]);
	return strchr("\\`*[]<>#|~&!$%^", *c);
}

/* True if a prefix of a reference ends just before c, in upper or lower case. */
static bool ends_reference(const char *text, const char *c)
{
	size_t i;

	if (c > text && c[-1] == ':' && str_has_prefix(c, "//"))
		return true;
	for (i = 0; i < sizeof(references) / sizeof(references[0]); i++) {
		size_t length = strlen(references[i]);

		if ((size_t)(c - text) >= length &&
		    strncasecmp(c - length, references[i], length) == 0)
			return true;
	}
	return false;
}

/* The bidirectional control at c (U+202A to U+202E and U+2066 to U+2069), or 0. */
static unsigned int direction_of(const char *c)
{
	const unsigned char *byte = (const unsigned char *)c;

	if (byte[0] != 0xe2)
		return 0;
	if (byte[1] == 0x80 && byte[2] >= 0xaa && byte[2] <= 0xae)
		return 0x202a + byte[2] - 0xaa;
	if (byte[1] == 0x81 && byte[2] >= 0xa6 && byte[2] <= 0xa9)
		return 0x2066 + byte[2] - 0xa6;
	return 0;
}

void markdown_print(FILE *out, const char *text)
{
	_cleanup_free_ char *escaped = str_escape(text);
	const char *start = escaped ? escaped : "?", *c;

	for (c = start; *c; c++) {
		unsigned int direction = direction_of(c);

		if (ends_reference(start, c))
			fputs(ZERO_WIDTH_SPACE, out);
		if (direction) {
			fprintf(out, "\\\\u%04x", direction);
			c += 2;
			continue;
		}
		if (is_markup(start, c))
			fputc('\\', out);
		fputc(*c, out);
	}
}
