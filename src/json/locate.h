/* SPDX-License-Identifier: Apache-2.0 */
#ifndef JSON_LOCATE_H
#define JSON_LOCATE_H

/*
 * Finds the place of a value in its text. Reading a document keeps no places: only when
 * something is refused, the text is walked through again.
 */
#include <stdbool.h>
#include <stddef.h>

struct cursor;
struct tree_source;

struct tree_place {
	size_t line, column; /* from 1, in characters */
};

/* Returns the place of the byte at an offset of a text. */
struct tree_place tree_place_of(const char *text, size_t offset);

/* Finds the beginning of a member's key, or of any other value; false if it is not found. */
bool cursor_locate(const struct tree_source *source, const struct cursor *at,
		   struct tree_place *ret_place);

#endif
