// SPDX-License-Identifier: Apache-2.0
#include "json/elements.h"

#include <errno.h>
#include <string.h>

static const char *skip_space(const char *at, const char *end)
{
	while (at < end && (*at == ' ' || *at == '\t' || *at == '\n' || *at == '\r'))
		at++;
	return at;
}

/* Each returns the end of what begins at a position, or NULL if the text ends before it. */
static const char *skip_string(const char *at, const char *end)
{
	for (at++; at < end && *at != '"'; at++)
		if (*at == '\\')
			at++;
	return at < end ? at + 1 : NULL;
}

static const char *skip_brackets(const char *at, const char *end)
{
	size_t depth = 0;

	while (at && at < end) {
		if (*at == '"') {
			at = skip_string(at, end);
			continue;
		}
		if (*at == '{' || *at == '[')
			depth++;
		if ((*at == '}' || *at == ']') && --depth == 0)
			return at + 1;
		at++;
	}
	return NULL;
}

static const char *skip_value(const char *at, const char *end)
{
	if (at == end)
		return NULL;
	if (*at == '"')
		return skip_string(at, end);
	if (*at == '{' || *at == '[')
		return skip_brackets(at, end);
	while (at < end && !strchr(",]} \t\n\r", *at))
		at++;
	return at;
}

/* Returns the value of the member that begins at a position, and whether it has this name. */
static const char *skip_key(const char *at, const char *end, const char *name, bool *ret_same)
{
	const char *key = at;
	size_t length = strlen(name);

	at = at < end && *at == '"' ? skip_string(at, end) : NULL;
	if (!at)
		return NULL;
	*ret_same = (size_t)(at - key) == length + 2 && memcmp(key + 1, name, length) == 0;
	at = skip_space(at, end);
	return at < end && *at == ':' ? skip_space(at + 1, end) : NULL;
}

bool json_elements_find(const char *text, size_t size, const char *member,
			struct json_elements *ret_elements)
{
	const char *end = text + size, *at = skip_space(text, end);
	bool same = false;

	if (at == end || *at != '{')
		return false;
	do {
		at = skip_key(skip_space(at + 1, end), end, member, &same);
		if (at && same)
			break;
		at = at ? skip_value(at, end) : NULL;
		at = at ? skip_space(at, end) : NULL;
	} while (at && at < end && *at == ',');
	if (!at || !same || at == end || *at != '[')
		return false;
	*ret_elements = (struct json_elements){ .at = at + 1, .end = end };
	return true;
}

int json_elements_next(struct json_elements *elements, struct json_span *ret_element)
{
	const char *end = elements->end, *at = skip_space(elements->at, end), *from;

	elements->at = at;
	if (at < end && *at == ']')
		return 0;
	if (elements->begun && (at == end || *at != ','))
		return -EINVAL;
	from = elements->begun ? skip_space(at + 1, end) : at;
	at = skip_value(from, end);
	if (!at || at == from)
		return -EINVAL;
	elements->begun = true;
	elements->at = at;
	*ret_element = (struct json_span){ from, at - from };
	return 1;
}
