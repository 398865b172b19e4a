/* SPDX-License-Identifier: Apache-2.0 */
#ifndef JSON_BUILDER_H
#define JSON_BUILDER_H

/*
 * Writing JSON. A part that could not be made (memory) is noticed once, at the end: failed stays
 * true, and everything that was made is freed with the root.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "json/cursor.h"

struct error;

struct builder {
	bool failed;
};

/* Empty values, NULL after a failure. */
json_t *builder_object(struct builder *builder);
json_t *builder_array(struct builder *builder);
json_t *builder_strings(struct builder *builder, char *const *strings, size_t count);

/* An array of names that ends with NULL; the names may be NULL too, for none. */
json_t *builder_names(struct builder *builder, const char *const *names);

/* Puts a value, which it takes over, into an object or at the end of an array. */
void builder_set(struct builder *builder, json_t *object, const char *key, json_t *value);
void builder_append(struct builder *builder, json_t *array, json_t *value);

/* As builder_set(), but an object or array without content is left out. */
void builder_set_unless_empty(struct builder *builder, json_t *object, const char *key,
			      json_t *value);

/* Puts in all members of another object, which may be NULL. */
void builder_set_members(struct builder *builder, json_t *object, json_t *members);

/*
 * What the kernel (a process name) or a container runtime (a label) gives may be anything else
 * than UTF-8: then all but ASCII becomes '?'. NULL when memory ran out.
 */
json_t *tree_from_string(const char *text);

/* As builder_set() with such a text, which is left out when it is NULL. */
void builder_set_string(struct builder *builder, json_t *object, const char *key, const char *text);
void builder_set_number(struct builder *builder, json_t *object, const char *key, uint64_t number);

/*
 * Prints a value for people, as it stands at a depth of nesting: two spaces a level, except that an
 * element of an array that holds only plain values, such as one system call, takes one line. No
 * newline at the end. Whether it could be written is known when the stream is closed.
 */
void tree_print(FILE *out, const json_t *value, unsigned int depth);

/*
 * Prints the members of an object in the same way, so that others can be added: between the
 * brackets of an object that stands at this depth. And a new line within what stands there.
 */
void tree_print_members(FILE *out, const json_t *object, unsigned int depth);
void tree_print_indent(FILE *out, unsigned int depth);

/* The text of the whole with a final newline; owned by the caller. */
int builder_text(const struct builder *builder, const json_t *root, char **ret_text,
		 struct error *err);

#endif
