/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UTIL_ARRAY_H
#define UTIL_ARRAY_H

#include <stddef.h>

/*
 * Makes room for one more element in a growing array and returns the array, or NULL when
 * memory ran out (the old array is then still valid and still owned by the caller).
 * The capacity is the next power of two above length, so no capacity is stored.
 */
void *array_grow(void *array, size_t length, size_t element_size);

#define array_size(array) (sizeof(array) / sizeof((array)[0]))

#endif
