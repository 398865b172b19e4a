/* SPDX-License-Identifier: Apache-2.0 */
#ifndef JSON_CURSOR_H
#define JSON_CURSOR_H

/*
 * Strict reading of JSON. A cursor is a value and the path to it, so that every refusal gives
 * the position. cursor_check_members() refuses unknown members.
 */
#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

struct error;
struct ignored_members;
struct notes;

/* The text that a document was read from, for the lines and columns in refusals. */
struct tree_source {
	const char *name; /* name in messages */
	const char *text;
	size_t size;
	bool yaml;			 /* read by yaml_parse() */
	size_t document;		 /* index in a YAML stream, from 0 */
	struct notes *unknown;		 /* notes unknown fields; NULL refuses them */
	struct ignored_members *ignored; /* format/members.h notes comments here; NULL keeps none */
};

/* A value within a document. Lives on the stack of the function that descends to it. */
struct cursor {
	const json_t *value;
	const struct cursor *parent; /* NULL at the top */
	const char *key;	     /* of a member; NULL for an element of an array */
	size_t index;
	const struct tree_source *source; /* only at the top; NULL: not known */
};

/*
 * Parses one document of at most 2048 levels. name is its name in messages. Duplicate members
 * are refused. The caller owns ret_root.
 *
 * jansson's integers are signed. A number above INT64_MAX is kept as a string that begins with
 * a NUL byte, which no string of a document does. cursor_get_number() reads it. No function
 * takes it for a string.
 */
int tree_parse(const char *name, const char *text, size_t size, json_t **ret_root,
	       struct error *err);

/* Makes a number that cursor_get_number() reads; NULL when memory ran out. */
json_t *tree_from_number(uint64_t number);

/*
 * Refuses the value with "$.observations[2].abi: message". If the source is known,
 * "name:line:column: " precedes it: the position of the member's key, or of the element.
 * Returns -EINVAL.
 */
int cursor_fail(const struct cursor *at, struct error *err, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* Returns the source of the value's document; NULL if it is not known. */
const struct tree_source *cursor_source(const struct cursor *at);

/* The value has to be an object. */
int cursor_check_object(const struct cursor *at, struct error *err);

/*
 * The value has to be an object with no other members than the known ones (NULL-terminated). If
 * the source takes notes, unknown members are noted instead of refused.
 */
int cursor_check_members(const struct cursor *at, const char *const *known, struct error *err);

/*
 * Return a cursor for a member of an object or an element of an array. cursor_member() returns
 * false if there is no such member.
 */
bool cursor_member(const struct cursor *object, const char *key, struct cursor *ret_member);
struct cursor cursor_element(const struct cursor *array, size_t index);

/*
 * As cursor_member(), but false also for null, which Go writes for an empty pointer or slice.
 */
bool cursor_optional(const struct cursor *object, const char *key, struct cursor *ret_member);

/* As cursor_member(), but a missing member is refused. */
int cursor_required(const struct cursor *object, const char *key, struct cursor *ret_member,
		    struct error *err);

/* Returns the length of the value, which has to be an array. */
int cursor_get_length(const struct cursor *at, size_t *ret_length, struct error *err);

/*
 * Calls read with each element of an array and with data. The array may be missing or null.
 * Stops at the first failure and returns it.
 */
int cursor_each(const struct cursor *object, const char *key,
		int (*read)(const struct cursor *element, void *data, struct error *err),
		void *data, struct error *err);

/* Returns the value, which has to be a string; borrowed from the document. */
int cursor_get_string(const struct cursor *at, const char **ret_text, struct error *err);

/*
 * cursor_required() and cursor_get_string() in one. With ret_member, the caller can refuse the
 * content of the string.
 */
int cursor_require_string(const struct cursor *object, const char *key, struct cursor *ret_member,
			  const char **ret_text, struct error *err);

/*
 * Copies an optional string; *ret_copy stays unchanged if there is none. The caller frees the
 * copy.
 */
int cursor_copy_string(const struct cursor *object, const char *key, char **ret_copy,
		       struct error *err);

/* The value has to be a whole number between 0 and max. */
int cursor_get_number(const struct cursor *at, uint64_t max, uint64_t *ret_number,
		      struct error *err);

/* The value has to be true or false. */
int cursor_get_bool(const struct cursor *at, bool *ret_truth, struct error *err);

static inline void cleanup_json(json_t **json)
{
	json_decref(*json);
}
#define _cleanup_json_ __attribute__((cleanup(cleanup_json)))

#endif
