/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UTIL_STR_H
#define UTIL_STR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

struct error;

#define STR_TIME_SIZE 40

/* Writes nanoseconds since the epoch as "2026-11-22T14:51:03.123456789Z". */
void str_format_time(char out[STR_TIME_SIZE], int64_t epoch_ns);

/*
 * Parses such a time into nanoseconds since the epoch. The second may have any number of
 * decimals, or none. -EINVAL for any other text, -ERANGE if there is no such time from 1970 to
 * 2262.
 */
int str_parse_time(const char *text, int64_t *ret_epoch_ns, struct error *err);

/*
 * Returns a copy with control characters and bytes that are not UTF-8 written as \xNN. The
 * caller owns it. NULL when memory ran out.
 */
char *str_escape(const char *text);

/* Writes such a copy to a stream, or "?" when memory ran out. */
void str_print_escaped(FILE *out, const char *text);

bool str_has_prefix(const char *text, const char *prefix);
bool str_has_suffix(const char *text, const char *suffix);

/* A DNS-1123 label: 1 to 63 of [a-z0-9-], not beginning or ending with '-'. */
bool str_is_dns_label(const char *text);

/*
 * The name of an object of Kubernetes, as IsDNS1123Subdomain() of k8s.io/apimachinery: labels of any
 * length joined by dots, at most 253 bytes in all.
 */
bool str_is_dns_subdomain(const char *text);

/*
 * The number of letters to insert, remove, replace or swap with their neighbour to turn a into
 * b. SIZE_MAX if a word has more than 40 letters.
 */
size_t str_distance(const char *a, const char *b);

/* Returns the candidate nearest to the typed word, or NULL if none is near. */
const char *str_nearest(const char *typed, const char *const *candidates, size_t count);

/* Parses a length of time such as "90s", "5m", "1h30m" or "250ms" into nanoseconds. */
int str_parse_duration(const char *text, int64_t *ret_ns, struct error *err);

/* Parses a decimal integer from min to max, with nothing after it. */
int str_parse_long(const char *text, long min, long max, long *ret_value, struct error *err);

#endif
