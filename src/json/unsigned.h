/* SPDX-License-Identifier: Apache-2.0 */
#ifndef JSON_UNSIGNED_H
#define JSON_UNSIGNED_H

/*
 * Numbers above INT64_MAX. jansson cannot hold them, but conditions have them: a mask of all
 * bits, or the -1 of a system call. In a tree, each is a string of a NUL byte and the digits.
 * No string of a document has a NUL, so none can be taken for a number.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

/* As json_loadb() with JSON_REJECT_DUPLICATES, but numbers may be up to UINT64_MAX. */
json_t *tree_load_unsigned(const char *text, size_t size, json_error_t *problem);

/* True if a value is such a number. The second function returns the number. */
bool tree_is_unsigned(const json_t *value);
uint64_t tree_unsigned_value(const json_t *value);

/* Turns such numbers in a text that jansson dumped into plain digits, in place. */
void tree_restore_unsigned(char *text);

#endif
