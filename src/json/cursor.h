/* SPDX-License-Identifier: Apache-2.0 */
#ifndef JSON_CURSOR_H
#define JSON_CURSOR_H

/*
 * Strict reading of JSON: a value and the way to it, so that every refusal says where. Members
 * that nobody asked for are refused by cursor_check_members().
 */
#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

struct error;
struct ignored_members;
struct notes;

/* The text that a document was read from, so that refusals can say the line. */
struct tree_source {
	const char *name; /* what messages call it */
	const char *text;
	size_t size;
	bool yaml;			 /* read by yaml_parse() */
	size_t document;		 /* which of a YAML stream, from 0 */
	struct notes *unknown;		 /* where unknown fields are noted; NULL refuses them */
	struct ignored_members *ignored; /* where format/members.h notes comments; NULL keeps none */
};

/* A value within a document. Lives on the stack of whoever walks down. */
struct cursor {
	const json_t *value;
	const struct cursor *parent; /* NULL at the top */
	const char *key;	     /* of the parent's member, or NULL for an element */
	size_t index;
	const struct tree_source *source; /* at the top, where known */
};

/*
 * Parses one document of at most 2048 levels; name is what messages call it. Members that
 * are there twice are refused. The caller owns the result.
 *
 * jansson's numbers are signed. One above INT64_MAX is kept as a string that begins with a NUL
 * byte, which no string of a document does: cursor_get_number() reads it, and nothing takes it
 * for a text.
 */
int tree_parse(const char *name, const char *text, size_t size, json_t **ret_root,
	       struct error *err);

/* A number as cursor_get_number() reads it; NULL when memory ran out. */
json_t *tree_from_number(uint64_t number);

/*
 * Refuses the value: "$.observations[2].abi: message", with "name:line:column: " before it where
 * the source is known. The place is that of a member's key, or of an element. Returns -EINVAL.
 */
int cursor_fail(const struct cursor *at, struct error *err, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* The source of the document that the value is in; NULL where it is not known. */
const struct tree_source *cursor_source(const struct cursor *at);

/* The value has to be an object. */
int cursor_check_object(const struct cursor *at, struct error *err);

/*
 * The value has to be an object with no other members than the known ones (NULL-terminated). Where
 * the source takes notes, unknown ones are noted instead of refused.
 */
int cursor_check_members(const struct cursor *at, const char *const *known, struct error *err);

/*
 * The member of an object, or the element of an array, for walking down. cursor_member() returns
 * false where there is none.
 */
bool cursor_member(const struct cursor *object, const char *key, struct cursor *ret_member);
struct cursor cursor_element(const struct cursor *array, size_t index);

/*
 * As cursor_member(), but null counts as not there: what Go writes for an empty pointer or
 * slice.
 */
bool cursor_optional(const struct cursor *object, const char *key, struct cursor *ret_member);

/* As cursor_member(), but one that is not there is refused. */
int cursor_required(const struct cursor *object, const char *key, struct cursor *ret_member,
		    struct error *err);

/* The value has to be an array; its length. */
int cursor_get_length(const struct cursor *at, size_t *ret_length, struct error *err);

/*
 * Reads each element of an array, which need not be there; the first failure ends that. data is
 * handed on.
 */
int cursor_each(const struct cursor *object, const char *key,
		int (*read)(const struct cursor *element, void *data, struct error *err),
		void *data, struct error *err);

/* The value has to be a string; borrowed from the document. */
int cursor_get_string(const struct cursor *at, const char **ret_text, struct error *err);

/*
 * cursor_required() and cursor_get_string() in one; where the member is, for refusing what it
 * says.
 */
int cursor_require_string(const struct cursor *object, const char *key, struct cursor *ret_member,
			  const char **ret_text, struct error *err);

/* Copies an optional member; *ret_copy stays as it is where there is none. */
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
