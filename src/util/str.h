/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UTIL_STR_H
#define UTIL_STR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

struct error;

#define STR_TIME_SIZE 40

/* "2026-11-22T14:51:03.123456789Z" for nanoseconds since the epoch. */
void str_format_time(char out[STR_TIME_SIZE], int64_t epoch_ns);

/* The reverse, with any number of digits of a second or none; between 1970 and 2262. */
int str_parse_time(const char *text, int64_t *ret_epoch_ns, struct error *err);

/* A copy in which control characters and bytes that are not UTF-8 are written \xNN. */
char *str_escape(const char *text);

/* Writes such a copy to a stream; "?" when memory ran out. */
void str_print_escaped(FILE *out, const char *text);

bool str_has_prefix(const char *text, const char *prefix);
bool str_has_suffix(const char *text, const char *suffix);

/* A DNS-1123 label: 1 to 63 of [a-z0-9-], not beginning or ending with '-'. */
bool str_is_dns_label(const char *text);

/* A DNS-1123 subdomain: labels joined by dots, at most 253 bytes in all. */
bool str_is_dns_subdomain(const char *text);

/*
 * How many letters to insert, remove, replace or swap with their neighbour; SIZE_MAX for words
 * over 40.
 */
size_t str_distance(const char *a, const char *b);

/* The nearest of the candidates to what was typed, or NULL when none is near. */
const char *str_nearest(const char *typed, const char *const *candidates, size_t count);

/* A length of time such as "90s", "5m", "1h30m" or "250ms" into nanoseconds. */
int str_parse_duration(const char *text, int64_t *ret_ns, struct error *err);

/* A whole decimal number between min and max, and nothing after it. */
int str_parse_long(const char *text, long min, long max, long *ret_value, struct error *err);

#endif
