/* SPDX-License-Identifier: Apache-2.0 */
#ifndef JSON_ELEMENTS_H
#define JSON_ELEMENTS_H

/*
 * Cuts an array of a JSON text into its elements, without parsing them: a tree of all takes ten times
 * the memory of the text. Only the ends of values are looked for. Who parses what was cut out finds
 * what is wrong with it.
 */
#include <stdbool.h>
#include <stddef.h>

/* A part of a text, which is borrowed. */
struct json_span {
	const char *text;
	size_t size;
};

/* The elements that have not been cut out yet. */
struct json_elements {
	const char *at, *end;
	bool begun;
};

/*
 * Finds the array that is a member of the object that the text is. False if there is none, or if the
 * text before it is no JSON.
 */
bool json_elements_find(const char *text, size_t size, const char *member,
			struct json_elements *ret_elements);

/*
 * Cuts out the next element. Returns 1, or 0 at the end of the array, whose bracket elements->at is
 * at. -EINVAL if the text is no JSON.
 */
int json_elements_next(struct json_elements *elements, struct json_span *ret_element);

#endif
