/* SPDX-License-Identifier: Apache-2.0 */
#ifndef JSON_JSON_H
#define JSON_JSON_H

/*
 * Strict reading of JSON: a value and the way to it, so that every refusal says where. Members
 * that nobody asked for are refused by json_object_only().
 */
#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

struct error;
struct ignored_members;
struct notes;

/* The text that a document was read from, so that refusals can say the line. */
struct json_source {
	const char *name; /* what messages call it */
	const char *text;
	size_t size;
	bool yaml;			 /* read by yaml_parse() */
	size_t document;		 /* which of a YAML stream, from 0 */
	struct notes *unknown;		 /* where unknown fields are noted; NULL refuses them */
	struct ignored_members *ignored; /* where format/members.h notes comments; NULL keeps none */
};

/* A value within a document. Lives on the stack of whoever walks down. */
struct json_at {
	const json_t *value;
	const struct json_at *parent; /* NULL at the top */
	const char *key;	      /* of the parent's member, or NULL for an element */
	size_t index;
	const struct json_source *source; /* at the top, where known */
};

/*
 * Parses one document of at most 2048 levels; name is what messages call it. Members that
 * are there twice are refused. The caller owns the result.
 *
 * jansson's numbers are signed. One above INT64_MAX is kept as a string that begins with a NUL byte,
 * which no string of a document does: json_number() reads it, and nothing takes it for a text.
 */
int json_parse(const char *name, const char *text, size_t size, json_t **ret_root,
	       struct error *err);

/* A number as json_number() reads it; NULL when memory ran out. */
json_t *json_from_number(uint64_t number);

/*
 * Refuses the value: "$.observations[2].abi: message", with "name:line:column: " before it where
 * the source is known. The place is that of a member's key, or of an element. Returns -EINVAL.
 */
int json_refuse(const struct json_at *at, struct error *err, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* The source of the document that the value is in; NULL where it is not known. */
const struct json_source *json_source_of(const struct json_at *at);

/* The value has to be an object. */
int json_any_object(const struct json_at *at, struct error *err);

/*
 * The value has to be an object with no other members than the known ones (NULL-terminated). Where
 * the source takes notes, unknown ones are noted instead of refused.
 */
int json_object_only(const struct json_at *at, const char *const *known, struct error *err);

/*
 * The member of an object, or the element of an array, for walking down. json_member() returns
 * false where there is none.
 */
bool json_member(const struct json_at *object, const char *key, struct json_at *ret_member);
struct json_at json_element(const struct json_at *array, size_t index);

/* As json_member(), but null counts as not there: what Go writes for an empty pointer or slice. */
bool json_optional(const struct json_at *object, const char *key, struct json_at *ret_member);

/* As json_member(), but one that is not there is refused. */
int json_required(const struct json_at *object, const char *key, struct json_at *ret_member,
		  struct error *err);

/* The value has to be an array; its length. */
int json_array_length(const struct json_at *at, size_t *ret_length, struct error *err);

/*
 * Reads each element of an array, which need not be there; the first failure ends that. data is handed
 * on.
 */
int json_each(const struct json_at *object, const char *key,
	      int (*read)(const struct json_at *element, void *data, struct error *err), void *data,
	      struct error *err);

/* The value has to be a string; borrowed from the document. */
int json_text(const struct json_at *at, const char **ret_text, struct error *err);

/* json_required() and json_text() in one; where the member is, for refusing what it says. */
int json_required_text(const struct json_at *object, const char *key, struct json_at *ret_member,
		       const char **ret_text, struct error *err);

/* Copies an optional member; *ret_copy stays as it is where there is none. */
int json_copy_text(const struct json_at *object, const char *key, char **ret_copy,
		   struct error *err);

/* The value has to be a whole number between 0 and max. */
int json_number(const struct json_at *at, uint64_t max, uint64_t *ret_number, struct error *err);

/* The value has to be true or false. */
int json_truth(const struct json_at *at, bool *ret_truth, struct error *err);

static inline void cleanup_json(json_t **json)
{
	json_decref(*json);
}
#define _cleanup_json_ __attribute__((cleanup(cleanup_json)))

#endif
