// SPDX-License-Identifier: Apache-2.0
#include "selection/label_syntax.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#define NAME_MAX_LENGTH 63
#define SUBDOMAIN_MAX_LENGTH 253

#define LOWER "abcdefghijklmnopqrstuvwxyz"
#define UPPER "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define DIGITS "0123456789"
#define ALNUM LOWER UPPER DIGITS

static bool is_alnum(char c)
{
	return c && strchr(ALNUM, c);
}

/* Returns the problem of a name, which must not be empty; NULL if it is valid. */
static const char *name_problem(const char *name)
{
	size_t length = strlen(name);

	if (length > NAME_MAX_LENGTH)
		return "is longer than 63 characters";
	if (name[strspn(name, ALNUM "-_.")])
		return "may only consist of letters, digits, '-', '_' and '.'";
	if (!is_alnum(name[0]) || !is_alnum(name[length - 1]))
		return "must begin and end with a letter or a digit";
	return NULL;
}

/* DNS-1123 labels joined by dots; Kubernetes limits the whole, not each label. */
static bool is_subdomain(const char *text, size_t length)
{
	const char *end = text + length;

	if (length > SUBDOMAIN_MAX_LENGTH)
		return false;
	for (;;) {
		size_t label = strspn(text, LOWER DIGITS "-");

		if (label < 1 || text[0] == '-' || text[label - 1] == '-')
			return false;
		text += label;
		if (text == end)
			return true;
		if (*text++ != '.')
			return false;
	}
}

const char *label_key_problem(const char *key)
{
	const char *slash = strchr(key, '/');
	const char *name = slash ? slash + 1 : key;

	if (slash && !is_subdomain(key, slash - key))
		return "must have a DNS subdomain of lower-case letters before its '/'";
	if (strchr(name, '/'))
		return "may have only one '/'";
	if (!*name)
		return "must have a name after its '/'";
	return name_problem(name);
}

const char *label_value_problem(const char *value)
{
	return *value ? name_problem(value) : NULL;
}
