// SPDX-License-Identifier: Apache-2.0
#include "profile/merge/merge_calls.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "profile/model/model.h"
#include "util/array.h"
#include "util/cleanup.h"
#include "util/error.h"

static void merge_call_finish(struct merge_call *call)
{
	free(call->name);
	alternatives_finish(&call->wider);
	alternatives_finish(&call->narrower);
}

void merge_calls_finish(struct merge_calls *calls)
{
	size_t i;

	for (i = 0; i < calls->length; i++)
		merge_call_finish(&calls->items[i]);
	free(calls->items);
	*calls = (struct merge_calls){ 0 };
}

/* The call of that name, which is put in unless it is there. */
static int merge_calls_get(struct merge_calls *calls, const char *name,
			   struct merge_call **ret_call, struct error *err)
{
	size_t low = 0, high = calls->length;
	struct merge_call *items;
	char *copy;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = strcmp(calls->items[middle].name, name);

		if (order == 0) {
			*ret_call = &calls->items[middle];
			return 0;
		}
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	items = array_grow(calls->items, calls->length, sizeof(*items));
	if (!items)
		return error_nomem(err);
	calls->items = items;
	copy = strdup(name);
	if (!copy)
		return error_nomem(err);
	memmove(items + low + 1, items + low, (calls->length - low) * sizeof(*items));
	items[low] = (struct merge_call){ .name = copy };
	calls->length++;
	*ret_call = &items[low];
	return 0;
}

/* What always holds has one alternative, without conditions. */
static bool is_decided(const struct merge_call *call)
{
	const struct alternatives *set = call->wider.length ? &call->wider : &call->narrower;

	return set->length == 1 && set->items[0].condition_count == 0;
}

static int add_alternative(struct merge_call *call, struct effect standard,
			   const struct alternative *alternative, struct error *err)
{
	if (effect_rank(alternative->effect) > effect_rank(standard))
		return alternatives_add(&call->wider, LEANING_WIDER, alternative, err);
	return alternatives_add(&call->narrower, LEANING_NARROWER, alternative, err);
}

static int condition_sort(const void *a, const void *b)
{
	return conditions_compare(a, 1, b, 1);
}

/* Whether two conditions, which are sorted, are about the same argument. */
static bool repeats_argument(const struct condition *conditions, size_t count)
{
	size_t i;

	for (i = 1; i < count; i++)
		if (conditions[i - 1].index == conditions[i].index)
			return true;
	return false;
}

/* One alternative; or one for each condition where an argument has two. */
static int add_rule(struct merge_call *call, struct effect standard, struct effect effect,
		    struct condition *conditions, size_t count, struct error *err)
{
	bool separate = repeats_argument(conditions, count);
	size_t i, alternatives = separate ? count : 1;
	int ret;

	for (i = 0; i < alternatives; i++) {
		struct alternative alternative = {
			.effect = effect,
			.conditions = conditions + i,
			.condition_count = separate ? 1 : count,
		};

		ret = add_alternative(call, standard, &alternative, err);
		if (ret < 0)
			return ret;
	}
	return 0;
}

/* The rule's conditions as they compare: sorted, and nothing in fields that do not matter. */
static int copy_conditions(const struct rule *rule, struct condition **ret_conditions,
			   struct error *err)
{
	struct condition *conditions = calloc(rule->condition_count + 1, sizeof(*conditions));
	size_t i;

	if (!conditions)
		return error_nomem(err);
	for (i = 0; i < rule->condition_count; i++) {
		const struct condition *from = &rule->conditions[i];

		conditions[i] = (struct condition){
			.index = from->index,
			.comparison = from->comparison,
			.value = from->value,
			.value_two = from->comparison == COMPARE_MASKED_EQ ? from->value_two : 0,
		};
	}
	qsort(conditions, rule->condition_count, sizeof(*conditions), condition_sort);
	*ret_conditions = conditions;
	return 0;
}

static int read_rule(const struct rule *rule, struct effect standard, struct merge_calls *calls,
		     struct error *err)
{
	_cleanup_free_ struct condition *conditions = NULL;
	struct effect effect = effect_of(rule->action, &rule->errno_ret);
	struct merge_call *call;
	size_t i;
	int ret;

	if (effect_rank(effect) == effect_rank(standard))
		return 0;
	ret = copy_conditions(rule, &conditions, err);
	if (ret < 0)
		return ret;
	for (i = 0; i < rule->name_count; i++) {
		ret = merge_calls_get(calls, rule->names[i], &call, err);
		if (ret < 0)
			return ret;
		if (is_decided(call))
			continue;
		ret = add_rule(call, standard, effect, conditions, rule->condition_count, err);
		if (ret < 0)
			return error_prefix(err, "%s", rule->names[i]);
	}
	return 0;
}

int merge_calls_read(const struct profile *profile, struct merge_calls *ret_calls,
		     struct error *err)
{
	struct effect standard = effect_of(profile->default_action, &profile->default_errno_ret);
	_cleanup_merge_calls_ struct merge_calls calls = { 0 };
	int with_conditions, ret;
	size_t i;

	/* Those without conditions first: they decide, wherever they stand. */
	for (with_conditions = 0; with_conditions < 2; with_conditions++)
		for (i = 0; i < profile->rule_count; i++) {
			if (!!profile->rules[i].condition_count != with_conditions)
				continue;
			ret = read_rule(&profile->rules[i], standard, &calls, err);
			if (ret < 0)
				return ret;
		}
	*ret_calls = calls;
	calls = (struct merge_calls){ 0 };
	return 0;
}

int merge_calls_join(struct merge_calls *into, const struct merge_calls *from, struct error *err)
{
	struct merge_call *call;
	size_t i, k = 0;
	int ret;

	/* What the other does not name has the default action there: nothing narrower is left. */
	for (i = 0; i < into->length; i++) {
		call = &into->items[i];
		while (k < from->length && strcmp(from->items[k].name, call->name) < 0)
			k++;
		if (k == from->length || strcmp(from->items[k].name, call->name) != 0)
			alternatives_finish(&call->narrower);
	}
	for (i = 0; i < from->length; i++) {
		const struct merge_call *other = &from->items[i];

		if ((ret = merge_calls_get(into, other->name, &call, err)) < 0)
			return ret;
		if ((ret = alternatives_unite(&call->wider, &other->wider, err)) < 0 ||
		    (ret = alternatives_intersect(&call->narrower, &other->narrower, err)) < 0)
			return error_prefix(err, "%s", call->name);
	}
	return 0;
}

static int check_call(const struct merge_call *call, struct error *err)
{
	size_t i;

	for (i = 0; i < call->wider.length; i++)
		if (call->wider.length > 1 && call->wider.items[i].condition_count == 0)
			return error_set(err, EINVAL,
					 "%s is answered in one way whatever its arguments by one "
					 "profile, and more permissively with some arguments by "
					 "another: no profile can say both",
					 call->name);
	for (i = 0; i < call->narrower.length; i++)
		if (repeats_argument(call->narrower.items[i].conditions,
				     call->narrower.items[i].condition_count))
			return error_set(err, EINVAL,
					 "%s is denied under different conditions on the same "
					 "argument: no profile can say that both have to hold",
					 call->name);
	return 0;
}

int merge_calls_check(const struct merge_calls *calls, struct error *err)
{
	size_t i;
	int ret;

	for (i = 0; i < calls->length; i++)
		if ((ret = check_call(&calls->items[i], err)) < 0)
			return ret;
	return 0;
}
