/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROFILE_SEMANTICS_COVERAGE_H
#define PROFILE_SEMANTICS_COVERAGE_H

/* How much of each call a profile allows, for people who want to count and to compare. */
#include <stddef.h>

struct error;
struct semantics;

enum coverage {
	COVERAGE_NONE,
	COVERAGE_SOME, /* depends on the arguments */
	COVERAGE_ALL,
};

/* By the name of a call; NULL stands for numbers without one. */
enum coverage semantics_coverage(const struct semantics *semantics, const char *name);

/* How many of the architecture's calls there are of each. */
struct coverage_counts {
	size_t none, some, all;
};

void semantics_count_coverage(const struct semantics *semantics,
			      struct coverage_counts *ret_counts);

/*
 * For which arguments a call is allowed that is allowed for some: "argument 0 & 0x7e020000 is
 * 0", owned by the caller.
 */
int semantics_condition_text(const struct semantics *semantics, const char *name, char **ret_text,
			     struct error *err);

#endif
