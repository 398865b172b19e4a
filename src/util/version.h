/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UTIL_VERSION_H
#define UTIL_VERSION_H

/* Versions of runtimes and kernels, reduced to the numbers that can be compared. */
#include <stdbool.h>

#define VERSION_PARTS 3

/* "1.1.5+ds1" and "v1.1.5-rc.2" are { 1, 1, 5 }: anything after the numbers is ignored. */
struct version {
	unsigned long parts[VERSION_PARTS];
};

/* Parses a version. All parts are zero if the text does not begin with one. */
struct version version_parse(const char *text);

/* Less than, equal to, or greater than 0. */
int version_compare(const struct version *a, const struct version *b);

/* False for the result of version_parse() on a text that is no version. */
bool version_is_known(const struct version *version);

#endif
