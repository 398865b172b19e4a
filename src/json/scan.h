/* SPDX-License-Identifier: Apache-2.0 */
#ifndef JSON_SCAN_H
#define JSON_SCAN_H

/*
 * Walking through JSON text without making a tree of it, for what is large: jansson takes ten times
 * the time, and ten times the text in memory. Only where values begin and end is found out here;
 * whatever is not plain is handed to jansson, so that there is one judge of what JSON is.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "json/cursor.h"

struct error;

/* The text of one value, borrowed. */
struct slice {
	const char *begin, *end;
};

struct scan {
	const char *at, *end;
	bool opened; /* nothing of the array or object has been read yet */
	bool failed; /* the text is not JSON; every function returns false from then on */
};

/*
 * Enters an array ('[') or object ('{'); false where there is none, which is not a failure. Then
 * scan_more() is true before each element, and false behind the closing bracket.
 */
bool scan_open(struct scan *scan, char bracket);
bool scan_more(struct scan *scan, char closing_bracket);

/* Whether nothing but space is left. */
bool scan_ends(struct scan *scan);

/* The name of a member, with its quotes; then its value follows. */
bool scan_key(struct scan *scan, struct slice *ret_key);

/* A value of any kind; what is inside it is not looked at. */
bool scan_value(struct scan *scan, struct slice *ret_value);

/* Whether a string is this word of letters. */
bool slice_is(struct slice string, const char *word);

/* Copies a string of printable ASCII without escapes that fits; false for anything else. */
bool slice_text(struct slice value, char *buffer, size_t size);

/* A number of digits alone, of at most 18; false for anything else. */
bool slice_number(struct slice value, uint64_t *ret_number);

/* The value as a tree, which the caller owns. -EBADMSG when it is not JSON. */
int slice_tree(struct slice value, json_t **ret_tree, struct error *err);

/*
 * Reads a value as a tree. Where it is an object, the members in cut (NULL-terminated) are null
 * in the tree, and ret_slices has the texts of their values, empty where there is no such
 * member. The scan goes on behind the value. -EBADMSG when the text is not JSON. The caller
 * owns ret_tree.
 */
int scan_outline(struct scan *scan, const char *const *cut, json_t **ret_tree,
		 struct slice *ret_slices, struct error *err);

#endif
