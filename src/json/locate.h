/* SPDX-License-Identifier: Apache-2.0 */
#ifndef JSON_LOCATE_H
#define JSON_LOCATE_H

/*
 * Where in its text a value stands. Nothing is kept for that while a document is read: the text
 * is walked through again when something is refused.
 */
#include <stdbool.h>
#include <stddef.h>

struct cursor;
struct tree_source;

struct tree_place {
	size_t line, column; /* from 1, in characters */
};

/* The place of a byte of a text. */
struct tree_place tree_place_of(const char *text, size_t offset);

/* The key of a member, or the beginning of anything else; false where it is not found. */
bool cursor_locate(const struct tree_source *source, const struct cursor *at,
		   struct tree_place *ret_place);

#endif
