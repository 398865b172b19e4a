/* SPDX-License-Identifier: Apache-2.0 */
#ifndef JSON_JSON_LOCATE_H
#define JSON_JSON_LOCATE_H

/*
 * Where in its text a value stands. Nothing is kept for that while a document is read: the text
 * is walked through again when something is refused.
 */
#include <stdbool.h>
#include <stddef.h>

struct json_at;
struct json_source;

struct json_place {
	size_t line, column; /* from 1, in characters */
};

/* The place of a byte of a text. */
struct json_place json_place_of(const char *text, size_t offset);

/* The key of a member, or the beginning of anything else; false where it is not found. */
bool json_locate(const struct json_source *source, const struct json_at *at,
		 struct json_place *ret_place);

#endif
