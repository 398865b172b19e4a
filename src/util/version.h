/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UTIL_VERSION_H
#define UTIL_VERSION_H

/* The versions of runtimes and kernels, as far as they can be compared. */
#include <stdbool.h>

#define VERSION_PARTS 3

/*
 * "1.1.5+ds1" and "v1.1.5-rc.2" are { 1, 1, 5 }; what follows the numbers is a packager's
 * business.
 */
struct version {
	unsigned long parts[VERSION_PARTS];
};

/* All zero when the text does not begin as a version. */
struct version version_parse(const char *text);

/* Less than, equal to, or greater than 0. */
int version_compare(const struct version *a, const struct version *b);

/* False for what version_parse() makes of a text that is no version. */
bool version_is_known(const struct version *version);

#endif
