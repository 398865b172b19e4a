// SPDX-License-Identifier: Apache-2.0
#include "json/cursor.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "json/locate.h"
#include "json/unsigned.h"
#include "util/notes.h"
#include "util/cleanup.h"
#include "util/error.h"
#include "util/str.h"
#include "util/text_stream.h"

int tree_parse(const char *name, const char *text, size_t size, json_t **ret_root,
	       struct error *err)
{
	json_error_t problem;
	json_t *root = json_loadb(text, size, JSON_REJECT_DUPLICATES, &problem);

	if (!root && json_error_code(&problem) == json_error_numeric_overflow)
		root = tree_load_unsigned(text, size, &problem);
	if (!root && strstr(problem.text, "near '/'"))
		return error_set(err, EINVAL,
				 "%s:%d:%d: JSON has no comments, and runtimes refuse a file with "
				 "one; they ignore a field such as \"_comment\"",
				 name, problem.line, problem.column);
	if (!root)
		return error_set(err, EINVAL, "%s:%d:%d: not JSON: %s", name, problem.line,
				 problem.column, problem.text);
	*ret_root = root;
	return 0;
}

const struct tree_source *cursor_source(const struct cursor *at)
{
	while (at->parent)
		at = at->parent;
	return at->source;
}

/* Writes "$.observations[2].abi". */
static void cursor_path(const struct cursor *at, FILE *out)
{
	_cleanup_free_ char *key = NULL;

	if (!at->parent) {
		fputc('$', out);
		return;
	}
	cursor_path(at->parent, out);
	if (!at->key) {
		fprintf(out, "[%zu]", at->index);
		return;
	}
	key = str_escape(at->key);
	fprintf(out, ".%s", key ? key : "?");
}

int cursor_fail(const struct cursor *at, struct error *err, const char *format, ...)
{
	_cleanup_text_stream_ struct text_stream stream = {};
	_cleanup_free_ char *path = NULL, *message = NULL;
	const struct tree_source *source = cursor_source(at);
	struct tree_place place;
	va_list args;

	if (text_stream_open(&stream))
		cursor_path(at, stream.out);
	path = text_stream_close(&stream);
	va_start(args, format);
	if (vasprintf(&message, format, args) < 0)
		message = NULL;
	va_end(args);
	error_set(err, EINVAL, "%s: %s", path ? path : "?", message ? message : "refused");
	if (source && cursor_locate(source, at, &place))
		error_prefix(err, "%s:%zu:%zu", source->name, place.line, place.column);
	else if (source)
		error_prefix(err, "%s", source->name);
	return -EINVAL;
}

/*
 * The most unknown members to note. More of them are no slip, and finding the place of each
 * walks the text from its beginning.
 */
#define UNKNOWN_MAX 100

/* Refuses an unknown member, or notes it if the source takes notes. */
static int cursor_unknown(const struct cursor *at, const char *const *known, struct error *err)
{
	const struct tree_source *source = cursor_source(at);
	_cleanup_error_ struct error note = ERROR_INIT;
	bool noted = source && source->unknown && source->unknown->count < UNKNOWN_MAX;
	struct error *refusal = noted ? &note : err;
	const char *nearest;
	size_t count = 0;

	while (known[count])
		count++;
	nearest = str_nearest(at->key, known, count);
	if (nearest)
		cursor_fail(at, refusal, "unknown field (did you mean \"%s\"?)", nearest);
	else
		cursor_fail(at, refusal, "unknown field");
	if (!noted)
		return -EINVAL;
	return notes_add(source->unknown, err, "%s", error_message(&note));
}

static const char *tree_type_name(const json_t *value)
{
	switch (json_typeof(value)) {
	case JSON_OBJECT:
		return "an object";
	case JSON_ARRAY:
		return "an array";
	case JSON_STRING:
		return tree_is_unsigned(value) ? "a whole number" : "a string";
	case JSON_INTEGER:
		return "a whole number";
	case JSON_REAL:
		return "a fraction";
	case JSON_TRUE:
	case JSON_FALSE:
		return "true or false";
	case JSON_NULL:
		break;
	}
	return "null";
}

static int cursor_fail_type(const struct cursor *at, const char *wanted, struct error *err)
{
	return cursor_fail(at, err, "expected %s, not %s", wanted, tree_type_name(at->value));
}

int cursor_check_object(const struct cursor *at, struct error *err)
{
	if (!json_is_object(at->value))
		return cursor_fail_type(at, "an object", err);
	return 0;
}

static bool cursor_is_known(const char *const *known, const char *key)
{
	while (*known && strcmp(*known, key) != 0)
		known++;
	return *known;
}

int cursor_check_members(const struct cursor *at, const char *const *known, struct error *err)
{
	struct cursor member;
	const char *key;
	json_t *value;
	int r;

	r = cursor_check_object(at, err);
	if (r < 0)
		return r;
	json_object_foreach((json_t *)at->value, key, value) {
		if (cursor_is_known(known, key))
			continue;
		member = (struct cursor){ value, at, key, 0 };
		r = cursor_unknown(&member, known, err);
		if (r < 0)
			return r;
	}
	return 0;
}

bool cursor_member(const struct cursor *object, const char *key, struct cursor *ret_member)
{
	json_t *value = json_object_get(object->value, key);

	if (!value)
		return false;
	*ret_member = (struct cursor){ value, object, key, 0 };
	return true;
}

int cursor_required(const struct cursor *object, const char *key, struct cursor *ret_member,
		    struct error *err)
{
	int r;

	r = cursor_check_object(object, err);
	if (r < 0)
		return r;
	if (!cursor_member(object, key, ret_member))
		return cursor_fail(object, err, "the field \"%s\" is missing", key);
	return 0;
}

bool cursor_optional(const struct cursor *object, const char *key, struct cursor *ret_member)
{
	json_t *value = json_object_get(object->value, key);

	return value && !json_is_null(value) && cursor_member(object, key, ret_member);
}

struct cursor cursor_element(const struct cursor *array, size_t index)
{
	return (struct cursor){ json_array_get(array->value, index), array, NULL, index };
}

int cursor_get_length(const struct cursor *at, size_t *ret_length, struct error *err)
{
	if (!json_is_array(at->value))
		return cursor_fail_type(at, "an array", err);
	*ret_length = json_array_size(at->value);
	return 0;
}

int cursor_each(const struct cursor *object, const char *key,
		int (*read)(const struct cursor *element, void *data, struct error *err),
		void *data, struct error *err)
{
	struct cursor array, element;
	size_t i, length = 0;
	int r;

	if (!cursor_optional(object, key, &array))
		return 0;
	r = cursor_get_length(&array, &length, err);
	for (i = 0; r == 0 && i < length; i++) {
		element = cursor_element(&array, i);
		r = read(&element, data, err);
	}
	return r;
}

int cursor_get_string(const struct cursor *at, const char **ret_text, struct error *err)
{
	if (!json_is_string(at->value) || tree_is_unsigned(at->value))
		return cursor_fail_type(at, "a string", err);
	*ret_text = json_string_value(at->value);
	return 0;
}

int cursor_require_string(const struct cursor *object, const char *key, struct cursor *ret_member,
			  const char **ret_text, struct error *err)
{
	int r = cursor_required(object, key, ret_member, err);

	return r < 0 ? r : cursor_get_string(ret_member, ret_text, err);
}

int cursor_copy_string(const struct cursor *object, const char *key, char **ret_copy,
		       struct error *err)
{
	struct cursor member;
	const char *text;
	char *copy;
	int r;

	if (!cursor_member(object, key, &member))
		return 0;
	r = cursor_get_string(&member, &text, err);
	if (r < 0)
		return r;
	copy = strdup(text);
	if (!copy)
		return error_nomem(err);
	*ret_copy = copy;
	return 0;
}

int cursor_get_number(const struct cursor *at, uint64_t max, uint64_t *ret_number,
		      struct error *err)
{
	uint64_t number = 0;

	if (tree_is_unsigned(at->value))
		number = tree_unsigned_value(at->value);
	else if (!json_is_integer(at->value))
		return cursor_fail_type(at, "a whole number", err);
	else if (json_integer_value(at->value) < 0)
		return cursor_fail(at, err, "%" JSON_INTEGER_FORMAT " is not between 0 and %ju",
				   json_integer_value(at->value), (uintmax_t)max);
	else
		number = json_integer_value(at->value);
	if (number > max)
		return cursor_fail(at, err, "%ju is not between 0 and %ju", (uintmax_t)number,
				   (uintmax_t)max);
	*ret_number = number;
	return 0;
}

int cursor_get_bool(const struct cursor *at, bool *ret_truth, struct error *err)
{
	if (!json_is_boolean(at->value))
		return cursor_fail_type(at, "true or false", err);
	*ret_truth = json_is_true(at->value);
	return 0;
}
