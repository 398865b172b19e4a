/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UTIL_STRING_SET_H
#define UTIL_STRING_SET_H

/* A sorted array of owned strings that has each once. */
#include <stddef.h>

struct error;

/* Puts in a copy of text unless it is there. */
int string_set_add(char ***strings, size_t *count, const char *text, struct error *err);
void string_set_free(char **strings, size_t count);

#endif
