// SPDX-License-Identifier: Apache-2.0
#include "json/locate.h"

#include <string.h>

#include "json/cursor.h"
#include "json/yaml.h"

/* A walk through a text that jansson has accepted. */
struct walk {
	const char *at, *end;
};

static void skip_space(struct walk *walk)
{
	while (walk->at < walk->end && strchr(" \t\r\n", *walk->at))
		walk->at++;
}

/* Moves past the closing quote. */
static void skip_string(struct walk *walk)
{
	for (walk->at++; walk->at < walk->end && *walk->at != '"'; walk->at++)
		walk->at += *walk->at == '\\';
	walk->at++;
}

static void skip_value(struct walk *walk)
{
	size_t depth = 0;

	do {
		if (*walk->at == '"') {
			skip_string(walk);
			continue;
		}
		depth += *walk->at == '{' || *walk->at == '[';
		depth -= depth && (*walk->at == '}' || *walk->at == ']');
		walk->at++;
	} while (walk->at < walk->end && (depth || !strchr(",}] \t\r\n", *walk->at)));
}

/* True if the string at the walk, with escapes decoded, is the key. Moves past the string. */
static bool is_key(struct walk *walk, const char *key)
{
	const char *begin = walk->at;
	_cleanup_json_ json_t *string = NULL;

	skip_string(walk);
	if (walk->at > walk->end)
		return false;
	string = json_loadb(begin, walk->at - begin, JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);
	return string && strcmp(json_string_value(string), key) == 0;
}

/* Moves from the beginning of an object to a member's value. ret_key is the key's beginning. */
static bool enter_member(struct walk *walk, const char *key, const char **ret_key)
{
	bool found;

	do {
		walk->at++; /* the brace or comma */
		skip_space(walk);
		if (walk->at >= walk->end || *walk->at != '"')
			return false;
		*ret_key = walk->at;
		found = is_key(walk, key);
		skip_space(walk);
		walk->at++; /* the colon */
		skip_space(walk);
		if (found || walk->at >= walk->end)
			return found;
		skip_value(walk);
		skip_space(walk);
	} while (walk->at < walk->end && *walk->at == ',');
	return false;
}

static bool enter_element(struct walk *walk, size_t index)
{
	for (;;) {
		walk->at++; /* the bracket or comma */
		skip_space(walk);
		if (walk->at >= walk->end)
			return false;
		if (index-- == 0)
			return true;
		skip_value(walk);
		skip_space(walk);
		if (walk->at >= walk->end || *walk->at != ',')
			return false;
	}
}

/* Moves to the value. ret_place is the beginning of its key or, without one, of the value. */
static bool enter(struct walk *walk, const struct cursor *at, const char **ret_place)
{
	if (!at->parent) {
		skip_space(walk);
	} else {
		if (!enter(walk, at->parent, ret_place) || walk->at >= walk->end)
			return false;
		if (at->key)
			return enter_member(walk, at->key, ret_place);
		if (!enter_element(walk, at->index))
			return false;
	}
	*ret_place = walk->at;
	return true;
}

struct tree_place tree_place_of(const char *text, size_t offset)
{
	struct tree_place place = { 1, 1 };
	size_t i;

	for (i = 0; i < offset; i++) {
		if (text[i] == '\n')
			place = (struct tree_place){ place.line + 1, 1 };
		else
			place.column += (text[i] & 0xc0) != 0x80; /* only first bytes */
	}
	return place;
}

bool cursor_locate(const struct tree_source *source, const struct cursor *at,
		   struct tree_place *ret_place)
{
	struct walk walk = { source->text, source->text + source->size };
	const char *found;

	if (source->yaml)
		return yaml_locate(source, at, ret_place);
	if (!enter(&walk, at, &found))
		return false;
	*ret_place = tree_place_of(source->text, found - source->text);
	return true;
}
