// SPDX-License-Identifier: Apache-2.0
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "profile/meaning/argument_domain.h"
#include "profile/meaning/meaning.h"
#include "profile/model/condition.h"
#include "util/error.h"

/* Combinations of classes times rules; some hundredths of a second. */
#define WORK_MAX (1u << 23)

/* A rule in terms of the domains: which of their conditions have to hold. */
struct matcher {
	uint64_t needed[ARGUMENT_COUNT];
	struct effect effect;
};

struct side {
	struct verdict verdict;
	struct matcher *matchers;
};

struct comparer {
	struct argument_domain domains[ARGUMENT_COUNT];
	struct side sides[2];
	size_t points; /* combinations of classes, one of each argument */
	size_t wider, narrower, other;
	struct call_comparison comparison;
};

static void comparer_finish(struct comparer *comparer)
{
	size_t i;

	for (i = 0; i < ARGUMENT_COUNT; i++)
		argument_domain_finish(&comparer->domains[i]);
	free(comparer->sides[0].matchers);
	free(comparer->sides[1].matchers);
}

static bool verdict_equal(const struct verdict *a, const struct verdict *b)
{
	size_t i, j;

	if (!effect_equal(a->effect, b->effect) || a->rule_count != b->rule_count)
		return false;
	for (i = 0; i < a->rule_count; i++) {
		const struct argument_rule *left = &a->rules[i], *right = &b->rules[i];

		if (!effect_equal(left->effect, right->effect) ||
		    left->condition_count != right->condition_count)
			return false;
		for (j = 0; j < left->condition_count; j++)
			if (!condition_equal(&left->conditions[j], &right->conditions[j]))
				return false;
	}
	return true;
}

static int add_matchers(struct comparer *comparer, struct side *side, struct error *err)
{
	uint64_t bit;
	size_t i, j;
	int ret;

	side->matchers = calloc(side->verdict.rule_count + 1, sizeof(*side->matchers));
	if (!side->matchers)
		return error_nomem(err);
	for (i = 0; i < side->verdict.rule_count; i++) {
		const struct argument_rule *rule = &side->verdict.rules[i];

		side->matchers[i].effect = rule->effect;
		for (j = 0; j < rule->condition_count; j++) {
			uint32_t index = rule->conditions[j].index;

			ret = argument_domain_add(&comparer->domains[index], &rule->conditions[j],
						  &bit, err);
			if (ret < 0)
				return ret;
			side->matchers[i].needed[index] |= bit;
		}
	}
	return 0;
}

static int split_domains(struct comparer *comparer, bool narrow, struct error *err)
{
	size_t i, rules = 1;
	int ret;

	rules += comparer->sides[0].verdict.rule_count + comparer->sides[1].verdict.rule_count;
	comparer->points = 1;
	for (i = 0; i < ARGUMENT_COUNT; i++) {
		struct argument_domain *domain = &comparer->domains[i];

		ret = argument_domain_split(domain, narrow ? UINT32_MAX : UINT64_MAX, err);
		if (ret < 0)
			return ret;
		if (domain->class_count > WORK_MAX / rules / comparer->points)
			return error_set(err, E2BIG,
					 "the conditions are too many to compare exactly");
		comparer->points *= domain->class_count;
	}
	return 0;
}

static struct effect side_effect(const struct side *side, const uint64_t truth[ARGUMENT_COUNT])
{
	uint64_t missing;
	size_t i, j;

	for (i = 0; i < side->verdict.rule_count; i++) {
		const struct matcher *matcher = &side->matchers[i];

		for (j = 0, missing = 0; j < ARGUMENT_COUNT; j++)
			missing |= matcher->needed[j] & ~truth[j];
		if (!missing)
			return matcher->effect;
	}
	return side->verdict.effect;
}

static unsigned int looked_at(const struct comparer *comparer)
{
	unsigned int mask = 0, i;

	for (i = 0; i < ARGUMENT_COUNT; i++)
		if (comparer->domains[i].condition_count)
			mask |= 1u << i;
	return mask;
}

static void note_difference(struct difference *difference, size_t *count,
			    const uint64_t arguments[ARGUMENT_COUNT], struct effect a,
			    struct effect b)
{
	if ((*count)++ > 0)
		return;
	difference->found = true;
	memcpy(difference->arguments, arguments, sizeof(difference->arguments));
	difference->a = a;
	difference->b = b;
}

static void compare_point(struct comparer *comparer, const uint64_t arguments[ARGUMENT_COUNT],
			  struct effect a, struct effect b)
{
	struct call_comparison *comparison = &comparer->comparison;
	enum permission a_permits = effect_permission(a), b_permits = effect_permission(b);

	if (a_permits > comparison->a_most)
		comparison->a_most = a_permits;
	if (a_permits < comparison->a_least)
		comparison->a_least = a_permits;
	if (b_permits > comparison->b_most)
		comparison->b_most = b_permits;
	if (b_permits < comparison->b_least)
		comparison->b_least = b_permits;
	if (b_permits > a_permits)
		note_difference(&comparison->wider, &comparer->wider, arguments, a, b);
	else if (b_permits < a_permits)
		note_difference(&comparison->narrower, &comparer->narrower, arguments, a, b);
	else if (!effect_equal(a, b))
		note_difference(&comparison->other, &comparer->other, arguments, a, b);
}

static void compare_points(struct comparer *comparer)
{
	struct call_comparison *comparison = &comparer->comparison;
	size_t point, i, rest;

	for (point = 0; point < comparer->points; point++) {
		uint64_t truth[ARGUMENT_COUNT], arguments[ARGUMENT_COUNT];

		for (i = 0, rest = point; i < ARGUMENT_COUNT; i++) {
			const struct argument_domain *domain = &comparer->domains[i];
			const struct argument_class *class =
				&domain->classes[rest % domain->class_count];

			rest /= domain->class_count;
			truth[i] = class->truth;
			arguments[i] = class->witness;
		}
		compare_point(comparer, arguments, side_effect(&comparer->sides[0], truth),
			      side_effect(&comparer->sides[1], truth));
	}
	comparison->wider.arguments_matter = comparer->wider < comparer->points;
	comparison->narrower.arguments_matter = comparer->narrower < comparer->points;
	comparison->other.arguments_matter = comparer->other < comparer->points;
	comparison->wider.looked_at = looked_at(comparer);
	comparison->narrower.looked_at = looked_at(comparer);
	comparison->other.looked_at = looked_at(comparer);
}

static int compare_verdicts(const struct verdict *a, const struct verdict *b, bool narrow,
			    struct call_comparison *ret_comparison, struct error *err)
{
	_cleanup_(comparer_finish) struct comparer comparer = {
		.sides = { { .verdict = *a }, { .verdict = *b } },
		.comparison = { .a_least = PERMISSION_GRANTED, .b_least = PERMISSION_GRANTED },
	};
	int ret;

	if ((ret = add_matchers(&comparer, &comparer.sides[0], err)) < 0 ||
	    (ret = add_matchers(&comparer, &comparer.sides[1], err)) < 0 ||
	    (ret = split_domains(&comparer, narrow, err)) < 0)
		return ret;
	compare_points(&comparer);
	*ret_comparison = comparer.comparison;
	return 0;
}

/* A name that the meaning does not know gets the default. */
static struct verdict verdict_of(const struct meaning *meaning, const char *name)
{
	int position = name ? meaning_find(meaning, name) : -ENOENT;

	if (position < 0)
		return (struct verdict){ .effect = meaning_default(meaning) };
	return meaning_verdict(meaning, position);
}

int meaning_compare(const struct meaning *a, const struct meaning *b, const char *name,
		    struct call_comparison *ret_comparison, struct error *err)
{
	struct verdict left = verdict_of(a, name), right = verdict_of(b, name);
	int ret;

	ret = compare_verdicts(&left, &right, meaning_is_narrow(a), ret_comparison, err);
	return ret < 0 && name ? error_prefix(err, "%s", name) : ret;
}

struct visit {
	const struct meaning *a, *b;
	meaning_visitor each;
	void *data;
};

static int visit_call(const struct visit *visit, const char *name, const struct verdict *a,
		      const struct verdict *b, struct error *err)
{
	struct call_comparison comparison;
	int ret;

	if (verdict_equal(a, b))
		return 0;
	ret = compare_verdicts(a, b, meaning_is_narrow(visit->a), &comparison, err);
	if (ret < 0)
		return name ? error_prefix(err, "%s", name) : ret;
	if (!comparison.wider.found && !comparison.narrower.found && !comparison.other.found)
		return 0;
	return visit->each(visit->data, name, &comparison, err);
}

int meaning_visit_differences(const struct meaning *a, const struct meaning *b,
			      meaning_visitor each, void *data, struct error *err)
{
	const struct visit visit = { a, b, each, data };
	struct verdict left = { .effect = meaning_default(a) };
	struct verdict right = { .effect = meaning_default(b) };
	size_t i = 0, j = 0;
	int ret;

	ret = visit_call(&visit, NULL, &left, &right, err);
	while (ret == 0 && (i < meaning_call_count(a) || j < meaning_call_count(b))) {
		bool in_a = i < meaning_call_count(a), in_b = j < meaning_call_count(b);
		const char *a_name = in_a ? meaning_call_name(a, i) : NULL;
		const char *b_name = in_b ? meaning_call_name(b, j) : NULL;
		int order = 0;

		/* With a table, both have the very same names; without, they are sorted. */
		if (a_name != b_name)
			order = !in_a ? 1 : !in_b ? -1 : strcmp(a_name, b_name);
		left = (struct verdict){ .effect = meaning_default(a) };
		right = (struct verdict){ .effect = meaning_default(b) };
		if (order <= 0)
			left = meaning_verdict(a, i++);
		if (order >= 0)
			right = meaning_verdict(b, j++);
		ret = visit_call(&visit, order <= 0 ? a_name : b_name, &left, &right, err);
	}
	return ret;
}

struct counterexample {
	bool found;
	const char *name;
	struct difference difference;
};

static int note_counterexample(void *data, const char *name,
			       const struct call_comparison *comparison, struct error *err)
{
	struct counterexample *example = data;

	if (!comparison->wider.found)
		return 0;
	*example = (struct counterexample){ true, name, comparison->wider };
	return 1;
}

int meaning_subset(const struct meaning *inner, const struct meaning *outer, bool *ret_subset,
		   const char **ret_name, struct difference *ret_difference, struct error *err)
{
	struct counterexample example = {};
	int ret;

	ret = meaning_visit_differences(outer, inner, note_counterexample, &example, err);
	if (ret < 0)
		return ret;
	*ret_subset = !example.found;
	if (example.found) {
		*ret_name = example.name;
		*ret_difference = example.difference;
	}
	return 0;
}
