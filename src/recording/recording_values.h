/* SPDX-License-Identifier: Apache-2.0 */
#ifndef RECORDING_RECORDING_VALUES_H
#define RECORDING_RECORDING_VALUES_H

/* Reads the values that several objects of a recording have. */
#include <stdint.h>

struct cursor;
struct error;

/*
 * Returns the number that from_name() has for the string of a required member. Returns -EINVAL if
 * from_name() returns a negative number.
 */
int recording_read_name(const struct cursor *object, const char *key,
			int (*from_name)(const char *), struct error *err);

/* Reads a time in nanoseconds since the epoch. Leaves ret_time alone if there is no such member. */
int recording_read_time(const struct cursor *object, const char *key, int64_t *ret_time,
			struct error *err);

#endif
