// SPDX-License-Identifier: Apache-2.0
#include "json/json_builder.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "json/json_unsigned.h"
#include "util/cleanup.h"
#include "util/error.h"

static json_t *checked(struct json_builder *builder, json_t *value)
{
	if (!value)
		builder->failed = true;
	return value;
}

json_t *json_build_object(struct json_builder *builder)
{
	return checked(builder, json_object());
}

json_t *json_build_array(struct json_builder *builder)
{
	return checked(builder, json_array());
}

void json_set(struct json_builder *builder, json_t *object, const char *key, json_t *value)
{
	if (json_object_set_new(object, key, value) < 0)
		builder->failed = true;
}

void json_append(struct json_builder *builder, json_t *array, json_t *value)
{
	if (json_array_append_new(array, value) < 0)
		builder->failed = true;
}

void json_set_unless_empty(struct json_builder *builder, json_t *object, const char *key,
			   json_t *value)
{
	if (value && json_object_size(value) == 0 && json_array_size(value) == 0)
		json_decref(value);
	else
		json_set(builder, object, key, value);
}

void json_set_members(struct json_builder *builder, json_t *object, json_t *members)
{
	if (members && json_object_update(object, members) < 0)
		builder->failed = true;
}

json_t *json_from_text(const char *text)
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

json_t *json_build_strings(struct json_builder *builder, char *const *strings, size_t count)
{
	json_t *array = json_build_array(builder);
	size_t i;

	for (i = 0; i < count; i++)
		json_append(builder, array, json_from_text(strings[i]));
	return array;
}

json_t *json_build_names(struct json_builder *builder, const char *const *names)
{
	json_t *array = json_build_array(builder);

	for (; names && *names; names++)
		json_append(builder, array, json_string(*names));
	return array;
}

void json_set_text(struct json_builder *builder, json_t *object, const char *key, const char *text)
{
	if (text)
		json_set(builder, object, key, json_from_text(text));
}

void json_set_number(struct json_builder *builder, json_t *object, const char *key, uint64_t number)
{
	/* JSON numbers are signed here. */
	json_set(builder, object, key,
		 json_integer(number > INT64_MAX ? INT64_MAX : (json_int_t)number));
}

static bool json_is_flat(const json_t *value)
{
	const char *key;
	json_t *member;

	json_object_foreach((json_t *)value, key, member) {
		if (json_is_object(member) || json_is_array(member))
			return false;
	}
	return !json_is_array(value);
}

void json_print_indent(FILE *out, unsigned int depth)
{
	fputc('\n', out);
	while (depth-- > 0)
		fputs("  ", out);
}

void json_print_members(FILE *out, const json_t *object, unsigned int depth)
{
	const char *key, *separator = "";
	json_t *member;

	json_object_foreach((json_t *)object, key, member) {
		_cleanup_json_ json_t *name = json_string(key);

		fputs(separator, out);
		json_print_indent(out, depth + 1);
		json_dumpf(name, out, JSON_ENCODE_ANY);
		fputs(": ", out);
		json_print(out, member, depth + 1);
		separator = ",";
	}
}

static void json_print_object(FILE *out, const json_t *object, unsigned int depth)
{
	fputc('{', out);
	json_print_members(out, object, depth);
	json_print_indent(out, depth);
	fputc('}', out);
}

static void json_print_array(FILE *out, const json_t *array, unsigned int depth)
{
	size_t i, length = json_array_size(array);

	fputc('[', out);
	for (i = 0; i < length; i++) {
		const json_t *element = json_array_get(array, i);

		fputs(i ? "," : "", out);
		json_print_indent(out, depth + 1);
		if (json_is_flat(element))
			json_dumpf(element, out, JSON_ENCODE_ANY);
		else
			json_print(out, element, depth + 1);
	}
	json_print_indent(out, depth);
	fputc(']', out);
}

void json_print(FILE *out, const json_t *value, unsigned int depth)
{
	if (json_object_size(value))
		json_print_object(out, value, depth);
	else if (json_array_size(value))
		json_print_array(out, value, depth);
	else
		json_dumpf(value, out, JSON_ENCODE_ANY);
}

int json_build_text(const struct json_builder *builder, const json_t *root, char **ret_text,
		    struct error *err)
{
	_cleanup_free_ char *text = NULL;
	char *line;

	if (!builder->failed)
		text = json_dumps(root, JSON_INDENT(2));
	if (!text || asprintf(&line, "%s\n", text) < 0)
		return error_nomem(err);
	json_restore_unsigned(line);
	*ret_text = line;
	return 0;
}
