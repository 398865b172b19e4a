/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROFILE_SEMANTICS_PRECEDENCE_H
#define PROFILE_SEMANTICS_PRECEDENCE_H

/*
 * The order in which libseccomp tests the rules of one call (_db_tree_add() and _db_chain_lt()
 * in its src/db.c). It makes a tree of comparisons with 32 bits each, two for an argument of 64
 * bits, the upper half first. On a level come first
 *
 * - the higher argument, - equality, masked or not, then upper bounds, then lower ones, - the
 * tighter bound, and of equalities the larger value, - what stands first in the profile, where
 * all this is the same and the comparisons are not: masks are
 *   not looked at.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "profile/semantics/semantics.h"

/* One comparison of libseccomp's tree. */
struct comparison_node {
	bool present; /* false: the rule has no more of them */
	uint32_t index;
	unsigned int rank; /* by its kind; the least comes first */
	bool upper_bound;
	unsigned int operation;
	uint32_t value, mask;
};

/* A rule with conditions while its call may still turn out to be decided without. */
struct candidate {
	size_t position; /* of the call */
	size_t order;	 /* in the profile; each has another one */
	struct argument_rule rule;
	struct comparison_node node; /* used while sorting, */
	size_t leader;		     /* as is this */
};

/* Sorts the rules of one call; those with the same conditions come to stand together. */
void precedence_sort(struct candidate *candidates, size_t count, bool narrow);

#endif
