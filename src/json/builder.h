/* SPDX-License-Identifier: Apache-2.0 */
#ifndef JSON_BUILDER_H
#define JSON_BUILDER_H

/*
 * Builds and prints JSON. The caller checks for failures (memory) once, at the end: failed
 * stays true, and all parts are freed with the root.
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

/* Return a new object, array, or array of strings; NULL after a failure. */
json_t *builder_object(struct builder *builder);
json_t *builder_array(struct builder *builder);
json_t *builder_strings(struct builder *builder, char *const *strings, size_t count);

/* Returns an array of the names in a NULL-terminated list. The list may be NULL: no names. */
json_t *builder_names(struct builder *builder, const char *const *names);

/* Add a value to an object or to the end of an array, and take ownership of the value. */
void builder_set(struct builder *builder, json_t *object, const char *key, json_t *value);
void builder_append(struct builder *builder, json_t *array, json_t *value);

/* As builder_set(), but leaves out an empty object or array. */
void builder_set_unless_empty(struct builder *builder, json_t *object, const char *key,
			      json_t *value);

/* Adds all members of another object, which stays with the caller and may be NULL. */
void builder_set_members(struct builder *builder, json_t *object, json_t *members);

/*
 * Makes a string. Text of the kernel (a process name) or a container runtime (a label) may not
 * be UTF-8; then each byte that is not ASCII becomes '?'. NULL when memory ran out.
 */
json_t *tree_from_string(const char *text);

/* As builder_set() with tree_from_string(text). A text that is NULL is left out. */
void builder_set_string(struct builder *builder, json_t *object, const char *key, const char *text);
void builder_set_number(struct builder *builder, json_t *object, const char *key, uint64_t number);

/*
 * Prints a value for people, at a depth of nesting: two spaces a level. An array element that
 * holds only plain values, such as one system call, takes one line. There is no newline at the
 * end. The caller checks for write errors when it closes the stream.
 */
void tree_print(FILE *out, const json_t *value, unsigned int depth);

/*
 * Prints the members of an object at this depth in the same way, without the brackets, so that
 * the caller can add others. tree_print_indent() begins a new line at this depth.
 */
void tree_print_members(FILE *out, const json_t *object, unsigned int depth);
void tree_print_indent(FILE *out, unsigned int depth);

/* Returns the text of the whole tree with a final newline; the caller frees it. */
int builder_text(const struct builder *builder, const json_t *root, char **ret_text,
		 struct error *err);

#endif
