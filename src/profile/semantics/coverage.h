/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROFILE_SEMANTICS_COVERAGE_H
#define PROFILE_SEMANTICS_COVERAGE_H

/* How much of each call a profile allows, for counts and comparisons in reports. */
#include <stddef.h>

struct error;
struct semantics;

enum coverage {
	COVERAGE_NONE,
	COVERAGE_SOME, /* depends on the arguments */
	COVERAGE_ALL,
};

/* Returns the coverage of a call by name; NULL stands for numbers without a name. */
enum coverage semantics_coverage(const struct semantics *semantics, const char *name);

/* The number of the architecture's calls with each coverage. */
struct coverage_counts {
	size_t none, some, all;
};

void semantics_count_coverage(const struct semantics *semantics,
			      struct coverage_counts *ret_counts);

/*
 * Describes the arguments for which a call of COVERAGE_SOME is allowed: "argument 0 &
 * 0x7e020000 is 0". The caller owns the text.
 */
int semantics_condition_text(const struct semantics *semantics, const char *name, char **ret_text,
			     struct error *err);

#endif
