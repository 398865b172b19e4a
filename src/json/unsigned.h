/* SPDX-License-Identifier: Apache-2.0 */
#ifndef JSON_UNSIGNED_H
#define JSON_UNSIGNED_H

/*
 * Numbers above INT64_MAX, which jansson cannot hold and conditions have: a mask of all bits, or
 * the -1 of a system call. In a tree each is a string of a NUL byte and the digits. No string of a
 * document has a NUL, so that nothing can be taken for one.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

/* As json_loadb() that refuses duplicates, with numbers of up to UINT64_MAX. */
json_t *tree_load_unsigned(const char *text, size_t size, json_error_t *problem);

/* Whether a value is such a number, and which. */
bool tree_is_unsigned(const json_t *value);
uint64_t tree_unsigned_value(const json_t *value);

/* Makes the numbers of what jansson dumped plain again, in place. */
void tree_restore_unsigned(char *text);

#endif
