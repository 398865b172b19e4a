// SPDX-License-Identifier: Apache-2.0
#include "profile/merge/merge_calls.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "profile/model/model.h"
#include "util/cleanup.h"
#include "util/error.h"

static void merge_call_finish(struct merge_call *call)
{
	free(call->name);
	rule_set_finish(&call->wider);
	rule_set_finish(&call->narrower);
}

void merge_calls_finish(struct merge_calls *calls)
{
	size_t i;

	for (i = 0; i < calls->length; i++)
		merge_call_finish(&calls->items[i]);
	free(calls->items);
	*calls = (struct merge_calls){};
}

/* Lists a call without alternatives for each name in the rules. */
static int name_calls(const struct profile *profile, struct merge_calls *calls, struct error *err)
{
	_cleanup_free_ const char **names = NULL;
	size_t count, i;
	int r;

	r = profile_collect_names(profile, &names, &count, err);
	if (r < 0)
		return r;
	calls->items = calloc(count + 1, sizeof(*calls->items));
	if (!calls->items)
		return error_nomem(err);
	for (i = 0; i < count; i++) {
		calls->items[i].name = strdup(names[i]);
		if (!calls->items[i].name)
			return error_nomem(err);
		calls->length++;
	}
	return 0;
}

static int compare_name(const void *name, const void *call)
{
	return strcmp(name, ((const struct merge_call *)call)->name);
}

/* Returns the call of a name that is in the rules. */
static struct merge_call *find_call(const struct merge_calls *calls, const char *name)
{
	return bsearch(name, calls->items, calls->length, sizeof(*calls->items), compare_name);
}

/* True if a rule without conditions decides: its alternative is then the only one. */
static bool is_decided(const struct merge_call *call)
{
	const struct rule_set *set = call->wider.length ? &call->wider : &call->narrower;

	return set->length == 1 && set->items[0].condition_count == 0;
}

static int add_alternative(struct merge_call *call, struct effect standard,
			   const struct alternative *alternative, struct error *err)
{
	if (effect_rank(alternative->effect) > effect_rank(standard))
		return rule_set_add(&call->wider, WIDENING, alternative, err);
	return rule_set_add(&call->narrower, NARROWING, alternative, err);
}

static int condition_sort(const void *a, const void *b)
{
	return conditions_compare(a, 1, b, 1);
}

/* True if two of the sorted conditions are about the same argument. */
static bool repeats_argument(const struct condition *conditions, size_t count)
{
	size_t i;

	for (i = 1; i < count; i++)
		if (conditions[i - 1].index == conditions[i].index)
			return true;
	return false;
}

/* Adds one alternative, or one per condition if two conditions are on the same argument. */
static int add_rule(struct merge_call *call, struct effect standard, struct effect effect,
		    struct condition *conditions, size_t count, struct error *err)
{
	bool separate = repeats_argument(conditions, count);
	size_t i, alternatives = separate ? count : 1;
	int r;

	for (i = 0; i < alternatives; i++) {
		struct alternative alternative = {
			.effect = effect,
			.conditions = conditions + i,
			.condition_count = separate ? 1 : count,
		};

		r = add_alternative(call, standard, &alternative, err);
		if (r < 0)
			return r;
	}
	return 0;
}

/* Copies a rule's conditions for comparison: sorted, with 0 in members that do not matter. */
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

static int read_rule(const struct rule *rule, struct effect standard,
		     const struct merge_calls *calls, struct error *err)
{
	_cleanup_free_ struct condition *conditions = NULL;
	struct effect effect = effect_of(rule->action, &rule->errno_ret);
	struct merge_call *call;
	size_t i;
	int r;

	if (effect_rank(effect) == effect_rank(standard))
		return 0;
	r = copy_conditions(rule, &conditions, err);
	if (r < 0)
		return r;
	for (i = 0; i < rule->name_count; i++) {
		call = find_call(calls, rule->names[i]);
		if (is_decided(call))
			continue;
		r = add_rule(call, standard, effect, conditions, rule->condition_count, err);
		if (r < 0)
			return error_prefix(err, "%s", rule->names[i]);
	}
	return 0;
}

int merge_calls_read(const struct profile *profile, struct merge_calls *ret_calls,
		     struct error *err)
{
	struct effect standard = effect_of(profile->default_action, &profile->default_errno_ret);
	_cleanup_merge_calls_ struct merge_calls calls = {};
	int with_conditions, r = name_calls(profile, &calls, err);
	size_t i;

	if (r < 0)
		return r;
	/* Rules without conditions come first: they decide, wherever the profile has them. */
	for (with_conditions = 0; with_conditions < 2; with_conditions++)
		for (i = 0; i < profile->rule_count; i++) {
			if (!!profile->rules[i].condition_count != with_conditions)
				continue;
			r = read_rule(&profile->rules[i], standard, &calls, err);
			if (r < 0)
				return r;
		}
	*ret_calls = calls;
	calls = (struct merge_calls){};
	return 0;
}

static void take_call(struct merge_call *to, struct merge_call *from)
{
	*to = *from;
	*from = (struct merge_call){};
}

int merge_calls_join(struct merge_calls *into, struct merge_calls *from, struct error *err)
{
	_cleanup_merge_calls_ struct merge_calls joined = {};
	size_t i = 0, k = 0;

	joined.items = calloc(into->length + from->length + 1, sizeof(*joined.items));
	if (!joined.items)
		return error_nomem(err);
	while (i < into->length || k < from->length) {
		struct merge_call *one = &into->items[i], *other = &from->items[k];
		struct merge_call *call = &joined.items[joined.length++];
		int order = i == into->length ? 1 :
			    k == from->length ? -1 :
						strcmp(one->name, other->name);

		take_call(call, order <= 0 ? one : other);
		if (order != 0)
			/*
			 * The other profile has the default action, so nothing narrower is
			 * left.
			 */
			rule_set_finish(&call->narrower);
		else if (rule_set_unite(&call->wider, &other->wider, err) < 0 ||
			 rule_set_intersect(&call->narrower, &other->narrower, err) < 0)
			return error_prefix(err, "%s", call->name);
		i += order <= 0;
		k += order >= 0;
	}
	merge_calls_finish(into);
	*into = joined;
	joined = (struct merge_calls){};
	return 0;
}

static int check_call(const struct merge_call *call, struct error *err)
{
	size_t i;

	for (i = 0; i < call->wider.length; i++)
		if (call->wider.length > 1 && call->wider.items[i].condition_count == 0)
			return error_set(err, EINVAL,
					 "one profile treats %s the same for all arguments, and "
					 "another is more permissive for some: no profile can "
					 "express both",
					 call->name);
	for (i = 0; i < call->narrower.length; i++)
		if (repeats_argument(call->narrower.items[i].conditions,
				     call->narrower.items[i].condition_count))
			return error_set(err, EINVAL,
					 "%s is denied under different conditions on the same "
					 "argument: no profile can require both",
					 call->name);
	return 0;
}

int merge_calls_check(const struct merge_calls *calls, struct error *err)
{
	size_t i;
	int r;

	for (i = 0; i < calls->length; i++)
		if ((r = check_call(&calls->items[i], err)) < 0)
			return r;
	return 0;
}
