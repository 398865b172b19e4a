// SPDX-License-Identifier: Apache-2.0
#include "json/builder.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "json/unsigned.h"
#include "util/cleanup.h"
#include "util/error.h"

static json_t *checked(struct builder *builder, json_t *value)
{
	if (!value)
		builder->failed = true;
	return value;
}

json_t *builder_object(struct builder *builder)
{
	return checked(builder, json_object());
}

json_t *builder_array(struct builder *builder)
{
	return checked(builder, json_array());
}

void builder_set(struct builder *builder, json_t *object, const char *key, json_t *value)
{
	if (json_object_set_new(object, key, value) < 0)
		builder->failed = true;
}

void builder_append(struct builder *builder, json_t *array, json_t *value)
{
	if (json_array_append_new(array, value) < 0)
		builder->failed = true;
}

void builder_set_unless_empty(struct builder *builder, json_t *object, const char *key,
			      json_t *value)
{
	if (value && json_object_size(value) == 0 && json_array_size(value) == 0)
		json_decref(value);
	else
		builder_set(builder, object, key, value);
}

void builder_set_members(struct builder *builder, json_t *object, json_t *members)
{
	if (members && json_object_update(object, members) < 0)
		builder->failed = true;
}

json_t *tree_from_string(const char *text)
{
	_cleanup_free_ char *copy = NULL;
	json_t *string = json_string(text);
	char *byte;

	if (string)
		return string;
	copy = strdup(text);
	if (!copy)
		return NULL;
	for (byte = copy; *byte; byte++)
		if ((unsigned char)*byte >= 0x80)
			*byte = '?';
	return json_string(copy);
}

json_t *builder_strings(struct builder *builder, char *const *strings, size_t count)
{
	json_t *array = builder_array(builder);
	size_t i;

	for (i = 0; i < count; i++)
		builder_append(builder, array, tree_from_string(strings[i]));
	return array;
}

json_t *builder_names(struct builder *builder, const char *const *names)
{
	json_t *array = builder_array(builder);

	for (; names && *names; names++)
		builder_append(builder, array, json_string(*names));
	return array;
}

void builder_set_string(struct builder *builder, json_t *object, const char *key, const char *text)
{
	if (text)
		builder_set(builder, object, key, tree_from_string(text));
}

void builder_set_number(struct builder *builder, json_t *object, const char *key, uint64_t number)
{
	/* jansson's integers are signed. */
	builder_set(builder, object, key,
		    json_integer(number > INT64_MAX ? INT64_MAX : (json_int_t)number));
}

static bool tree_is_flat(const json_t *value)
{
	const char *key;
	json_t *member;

	json_object_foreach((json_t *)value, key, member) {
		if (json_is_object(member) || json_is_array(member))
			return false;
	}
	return !json_is_array(value);
}

void tree_print_indent(FILE *out, unsigned int depth)
{
	fputc('\n', out);
	while (depth-- > 0)
		fputs("  ", out);
}

void tree_print_members(FILE *out, const json_t *object, unsigned int depth)
{
	const char *key, *separator = "";
	json_t *member;

	json_object_foreach((json_t *)object, key, member) {
		_cleanup_json_ json_t *name = json_string(key);

		fputs(separator, out);
		tree_print_indent(out, depth + 1);
		json_dumpf(name, out, JSON_ENCODE_ANY);
		fputs(": ", out);
		tree_print(out, member, depth + 1);
		separator = ",";
	}
}

static void tree_print_object(FILE *out, const json_t *object, unsigned int depth)
{
	fputc('{', out);
	tree_print_members(out, object, depth);
	tree_print_indent(out, depth);
	fputc('}', out);
}

static void tree_print_array(FILE *out, const json_t *array, unsigned int depth)
{
	size_t i, length = json_array_size(array);

	fputc('[', out);
	for (i = 0; i < length; i++) {
		const json_t *element = json_array_get(array, i);

		fputs(i ? "," : "", out);
		tree_print_indent(out, depth + 1);
		if (tree_is_flat(element))
			json_dumpf(element, out, JSON_ENCODE_ANY);
		else
			tree_print(out, element, depth + 1);
	}
	tree_print_indent(out, depth);
	fputc(']', out);
}

void tree_print(FILE *out, const json_t *value, unsigned int depth)
{
	if (json_object_size(value))
		tree_print_object(out, value, depth);
	else if (json_array_size(value))
		tree_print_array(out, value, depth);
	else
		json_dumpf(value, out, JSON_ENCODE_ANY);
}

int builder_text(const struct builder *builder, const json_t *root, char **ret_text,
		 struct error *err)
{
	_cleanup_free_ char *text = NULL;
	char *line;

	if (!builder->failed)
		text = json_dumps(root, JSON_INDENT(2));
	if (!text || asprintf(&line, "%s\n", text) < 0)
		return error_nomem(err);
	tree_restore_unsigned(line);
	*ret_text = line;
	return 0;
}
