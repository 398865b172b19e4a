// SPDX-License-Identifier: Apache-2.0
#include "profile/document/config_map.h"

#include <stdlib.h>
#include <string.h>

#include "json/cursor.h"
#include "util/cleanup.h"
#include "util/error.h"

bool is_config_map(const struct cursor *object)
{
	const char *kind = json_string_value(json_object_get(object->value, "kind"));

	return kind && strcmp(kind, "ConfigMap") == 0;
}

/* Returns the six bits of a base64 character (RFC 4648), or -1. */
static int base64_digit(char c)
{
	static const char digits[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	const char *found = c ? strchr(digits, c) : NULL;

	return found ? (int)(found - digits) : -1;
}

/* Decodes base64 into out, which has room for strlen(text) + 1 bytes. False for other text. */
static bool decode(const char *text, char *out, size_t *ret_size)
{
	size_t length = strlen(text), size = 0, i, end = length;
	unsigned int bits = 0, held = 0;

	if (length % 4 != 0)
		return false;
	while (end > 0 && length - end < 2 && text[end - 1] == '=')
		end--;
	for (i = 0; i < end; i++) {
		int digit = base64_digit(text[i]);

		if (digit < 0)
			return false;
		held = held << 6 | digit;
		bits += 6;
		if (bits < 8)
			continue;
		bits -= 8;
		out[size++] = held >> bits;
	}
	out[size] = '\0';
	*ret_size = size;
	return true;
}

static int read_text(const struct cursor *at, config_map_reader *read, void *data,
		     struct error *err)
{
	const char *text;
	int r = cursor_get_string(at, &text, err);

	return r < 0 ? r : read(at, text, strlen(text), data, err);
}

static int read_binary(const struct cursor *at, config_map_reader *read, void *data,
		       struct error *err)
{
	_cleanup_free_ char *decoded = NULL;
	const char *text;
	size_t size;
	int r = cursor_get_string(at, &text, err);

	if (r < 0)
		return r;
	decoded = malloc(strlen(text) + 1);
	if (!decoded)
		return error_nomem(err);
	if (!decode(text, decoded, &size))
		return cursor_fail(at, err, "this is not base64");
	return read(at, decoded, size, data, err);
}

static int read_files(const struct cursor *object, const char *key, config_map_reader *read,
		      void *data, struct error *err)
{
	bool binary = strcmp(key, "binaryData") == 0;
	struct cursor files, file;
	const char *name;
	json_t *value;
	int r;

	if (!cursor_optional(object, key, &files))
		return 0;
	r = cursor_check_object(&files, err);
	if (r < 0)
		return r;
	json_object_foreach((json_t *)files.value, name, value) {
		if (!cursor_member(&files, name, &file))
			continue;
		r = binary ? read_binary(&file, read, data, err) :
			     read_text(&file, read, data, err);
		if (r < 0)
			return r;
	}
	return 0;
}

int config_map_read(const struct cursor *object, config_map_reader *read, void *data,
		    struct error *err)
{
	static const char *const fields[] = { "apiVersion", "kind",	 "metadata", "data",
					      "binaryData", "immutable", NULL };
	struct cursor at;
	const char *version;
	int r;

	if ((r = cursor_check_members(object, fields, err)) < 0 ||
	    (r = cursor_require_string(object, "apiVersion", &at, &version, err)) < 0)
		return r;
	if (strcmp(version, "v1") != 0)
		return cursor_fail(&at, err, "ConfigMaps are v1, not \"%s\"", version);
	r = read_files(object, "data", read, data, err);
	return r < 0 ? r : read_files(object, "binaryData", read, data, err);
}
