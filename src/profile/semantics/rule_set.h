/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROFILE_SEMANTICS_RULE_SET_H
#define PROFILE_SEMANTICS_RULE_SET_H

/*
 * What rules say about one call beside the default action, in a form in which the same rules always
 * look the same: alternatives, each an effect and the conditions under which it holds, without
 * any that another one makes superfluous.
 *
 * Conditions are compared as they are written: arg0 < 5 is not seen to be part of arg0 < 10. So
 * both are kept, which is not minimal but right.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "profile/semantics/semantics.h"

struct error;

/*
 * A total order of effects in which more is more permissive. Of two errnos ENOSYS is the larger,
 * because programs fall back on it, otherwise the larger number: it allows no more, but merging
 * needs one of them whatever the order.
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
 * Which rules a set has: those that permit more than the default action, or those that permit
 * less.
 */
enum direction {
	WIDENING,
	NARROWING,
};

/* Adds a copy, unless it is superfluous; removes those that it makes so. */
int rule_set_add(struct rule_set *set, enum direction direction,
		 const struct alternative *alternative, struct error *err);

/*
 * Makes of set what holds where either says so (for what is wider: one that allows is enough), or
 * only where both do (for what is narrower: one that does not deny is enough). -E2BIG where the
 * latter has too many combinations.
 */
int rule_set_unite(struct rule_set *set, const struct rule_set *other, struct error *err);
int rule_set_intersect(struct rule_set *set, const struct rule_set *other, struct error *err);

/* The order of conditions in which alternatives and rules are written. */
int conditions_compare(const struct condition *a, size_t a_count, const struct condition *b,
		       size_t b_count);

void rule_set_finish(struct rule_set *set);
#define _cleanup_rule_set_ _cleanup_(rule_set_finish)

#endif
