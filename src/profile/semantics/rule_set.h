/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROFILE_SEMANTICS_RULE_SET_H
#define PROFILE_SEMANTICS_RULE_SET_H

/*
 * The rules of one call, apart from the default action, in a canonical form: a set of
 * alternatives. Each alternative has an effect and the conditions under which it applies. An
 * alternative that another one makes superfluous is left out.
 *
 * Conditions are compared as they are written, so arg0 < 5 is not recognized as a part of arg0
 * < 10. Both are kept, which is correct but not minimal.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "profile/semantics/semantics.h"

struct error;

/*
 * Returns the rank of an effect in a total order: more permissive effects rank higher. Among
 * errnos, ENOSYS ranks highest, because programs have a fallback for it; the others rank by
 * number. No errno permits more than another, but merging must choose the same one in any order
 * of the profiles.
 */
uint64_t effect_rank(struct effect effect);

struct alternative {
	struct effect effect;
	struct condition *conditions; /* all have to hold; sorted, each once; none: always */
	size_t condition_count;
};

/* A zeroed structure is empty and valid. */
struct rule_set {
	struct alternative *items;
	size_t length;
};

/*
 * The kind of rules in a set: those that permit more than the default action, or those that
 * permit less.
 */
enum direction {
	WIDENING,
	NARROWING,
};

/*
 * Adds a copy of an alternative unless it is superfluous, and removes those that it makes
 * superfluous.
 */
int rule_set_add(struct rule_set *set, enum direction direction,
		 const struct alternative *alternative, struct error *err);

/*
 * Combines set with other. Uniting is for WIDENING sets: an alternative of either set is enough
 * to allow a call. Intersecting is for NARROWING sets: a call is denied only where both sets
 * deny it. -E2BIG if an intersection has too many combinations.
 */
int rule_set_unite(struct rule_set *set, const struct rule_set *other, struct error *err);
int rule_set_intersect(struct rule_set *set, const struct rule_set *other, struct error *err);

/* Compares two lists of conditions, in the order in which alternatives and rules are listed. */
int conditions_compare(const struct condition *a, size_t a_count, const struct condition *b,
		       size_t b_count);

void rule_set_finish(struct rule_set *set);
#define _cleanup_rule_set_ _cleanup_(rule_set_finish)

#endif
