/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UTIL_STRING_SET_H
#define UTIL_STRING_SET_H

/* A sorted array of owned strings without duplicates. */
#include <stdbool.h>
#include <stddef.h>

struct error;

/* Adds a copy of text unless the set has it already. */
int string_set_add(char ***strings, size_t *count, const char *text, struct error *err);
bool string_set_has(char *const *strings, size_t count, const char *text);

/* Does nothing if the set does not have the text. */
void string_set_remove(char **strings, size_t *count, const char *text);

void string_set_free(char **strings, size_t count);

#endif
