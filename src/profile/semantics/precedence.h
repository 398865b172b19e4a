/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROFILE_SEMANTICS_PRECEDENCE_H
#define PROFILE_SEMANTICS_PRECEDENCE_H

/*
 * The order in which libseccomp tests the rules of one call (_db_tree_add() and _db_chain_lt()
 * in its src/db.c). libseccomp builds a tree of 32-bit comparisons. A 64-bit argument takes
 * two, the upper half first. On each level, the following come first, in descending importance:
 *
 * - the higher argument,
 * - equality (masked or not) and inequality, then upper bounds, then lower bounds,
 * - the tighter bound, or the larger value of an equality,
 * - the first in the profile, if the comparisons tie in all this but are not the same:
 *   libseccomp does not look at masks.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "profile/semantics/semantics.h"

/* One comparison of libseccomp's tree. */
struct comparison_node {
	bool present; /* false: the rule has no further comparison */
	uint32_t index;
	unsigned int rank; /* by kind; the lowest comes first */
	bool upper_bound;
	unsigned int operation;
	uint32_t value, mask;
};

/* A conditional rule that an unconditional rule of the same call may still override. */
struct candidate {
	size_t position; /* of the call */
	size_t order;	 /* in the profile; unique */
	struct argument_rule rule;
	struct comparison_node node; /* used only while sorting */
	size_t leader;		     /* used only while sorting */
};

/* Sorts the rules of one call. Rules with the same conditions become adjacent. */
void precedence_sort(struct candidate *candidates, size_t count, bool narrow);

#endif
