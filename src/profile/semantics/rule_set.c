// SPDX-License-Identifier: Apache-2.0
#include "profile/semantics/rule_set.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "util/array.h"
#include "util/cleanup.h"
#include "util/error.h"

/* More alternatives for one call than any profile has. An intersection multiplies them. */
#define ALTERNATIVES_MAX 1024

uint64_t effect_rank(struct effect effect)
{
	uint64_t absent = effect.action == ACTION_ERRNO && effect.data == ENOSYS;

	return (uint64_t)effect.action << 33 | absent << 32 | effect.data;
}

static int number_compare(uint64_t a, uint64_t b)
{
	return (a > b) - (a < b);
}

static int condition_compare(const struct condition *a, const struct condition *b)
{
	int order;

	if ((order = number_compare(a->index, b->index)) ||
	    (order = number_compare(a->comparison, b->comparison)) ||
	    (order = number_compare(a->value, b->value)))
		return order;
	return number_compare(a->value_two, b->value_two);
}

int conditions_compare(const struct condition *a, size_t a_count, const struct condition *b,
		       size_t b_count)
{
	size_t i;
	int order;

	for (i = 0; i < a_count && i < b_count; i++)
		if ((order = condition_compare(&a[i], &b[i])))
			return order;
	return number_compare(a_count, b_count);
}

/* True if a applies wherever b does, because b has all conditions of a. */
static bool alternative_covers(const struct alternative *a, const struct alternative *b)
{
	size_t i = 0, k;

	for (k = 0; i < a->condition_count && k < b->condition_count; k++)
		i += condition_compare(&a->conditions[i], &b->conditions[k]) == 0;
	return i == a->condition_count;
}

/* True if a makes b superfluous. */
static bool alternative_replaces(const struct alternative *a, const struct alternative *b,
				 enum direction direction)
{
	uint64_t a_rank = effect_rank(a->effect), b_rank = effect_rank(b->effect);

	return (direction == WIDENING ? a_rank >= b_rank : a_rank <= b_rank) &&
	       alternative_covers(a, b);
}

/* Adds an alternative unless it is superfluous. Once added, the set owns its conditions. */
static int rule_set_take(struct rule_set *set, enum direction direction,
			 struct alternative *alternative, struct error *err)
{
	struct alternative *items;
	size_t from, to = 0;

	for (from = 0; from < set->length; from++)
		if (alternative_replaces(&set->items[from], alternative, direction))
			return 0;
	if (set->length == ALTERNATIVES_MAX)
		return error_set(err, E2BIG, "its rules have more than %d combinations",
				 ALTERNATIVES_MAX);
	items = array_grow(set->items, set->length, sizeof(*items));
	if (!items)
		return error_nomem(err);
	set->items = items;
	for (from = 0; from < set->length; from++) {
		if (alternative_replaces(alternative, &items[from], direction))
			free(items[from].conditions);
		else
			items[to++] = items[from];
	}
	items[to++] = *alternative;
	set->length = to;
	alternative->conditions = NULL;
	return 0;
}

/* Joins two alternatives: the conditions of both, each once, and the higher-ranked effect. */
static int alternative_join(const struct alternative *a, const struct alternative *b,
			    struct alternative *ret_joined, struct error *err)
{
	size_t i = 0, k = 0, count = 0;
	struct condition *conditions =
		malloc((a->condition_count + b->condition_count + 1) * sizeof(*conditions));

	if (!conditions)
		return error_nomem(err);
	while (i < a->condition_count || k < b->condition_count) {
		int order = i == a->condition_count ?
				    1 :
			    k == b->condition_count ?
				    -1 :
				    condition_compare(&a->conditions[i], &b->conditions[k]);

		conditions[count++] = order <= 0 ? a->conditions[i] : b->conditions[k];
		i += order <= 0;
		k += order >= 0;
	}
	*ret_joined = (struct alternative){
		.effect = effect_rank(a->effect) >= effect_rank(b->effect) ? a->effect : b->effect,
		.conditions = conditions,
		.condition_count = count,
	};
	return 0;
}

/* True if no argument can meet all conditions. Detects only two equalities on an argument. */
static bool alternative_is_void(const struct alternative *alternative)
{
	const struct condition *at = alternative->conditions;
	size_t i;

	for (i = 1; i < alternative->condition_count; i++)
		if (at[i - 1].index == at[i].index && at[i - 1].comparison == COMPARE_EQ &&
		    at[i].comparison == COMPARE_EQ)
			return true;
	return false;
}

int rule_set_add(struct rule_set *set, enum direction direction,
		 const struct alternative *alternative, struct error *err)
{
	size_t size = alternative->condition_count * sizeof(*alternative->conditions);
	struct alternative copy = *alternative;
	int r;

	copy.conditions = NULL;
	if (size) {
		copy.conditions = malloc(size);
		if (!copy.conditions)
			return error_nomem(err);
		memcpy(copy.conditions, alternative->conditions, size);
	}
	r = rule_set_take(set, direction, &copy, err);
	free(copy.conditions);
	return r;
}

int rule_set_unite(struct rule_set *set, const struct rule_set *other, struct error *err)
{
	size_t i;
	int r;

	for (i = 0; i < other->length; i++) {
		r = rule_set_add(set, WIDENING, &other->items[i], err);
		if (r < 0)
			return r;
	}
	return 0;
}

int rule_set_intersect(struct rule_set *set, const struct rule_set *other, struct error *err)
{
	_cleanup_rule_set_ struct rule_set both = {};
	struct rule_set before;
	size_t i, k;
	int r;

	for (i = 0; i < set->length; i++)
		for (k = 0; k < other->length; k++) {
			struct alternative joined;

			r = alternative_join(&set->items[i], &other->items[k], &joined, err);
			if (r < 0)
				return r;
			if (!alternative_is_void(&joined))
				r = rule_set_take(&both, NARROWING, &joined, err);
			free(joined.conditions);
			if (r < 0)
				return r;
		}
	before = *set;
	*set = both;
	both = before;
	return 0;
}

void rule_set_finish(struct rule_set *set)
{
	size_t i;

	for (i = 0; i < set->length; i++)
		free(set->items[i].conditions);
	free(set->items);
	*set = (struct rule_set){};
}
