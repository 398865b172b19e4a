// SPDX-License-Identifier: Apache-2.0
#include <errno.h>
#include <string.h>

#include "profile/semantics/argument_space.h"
#include "profile/semantics/semantics.h"
#include "profile/model/condition.h"
#include "util/error.h"

/* The comparison of two verdicts, and the number of points of each kind of difference. */
struct comparer {
	size_t wider, narrower, other;
	struct call_comparison comparison;
};

bool verdict_equal(const struct verdict *a, const struct verdict *b)
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

static void compare_points(struct comparer *comparer, const struct argument_space *space)
{
	struct call_comparison *comparison = &comparer->comparison;
	unsigned int looked_at = argument_space_looked_at(space);
	uint64_t arguments[ARGUMENT_COUNT];
	struct effect effects[2];
	size_t point;

	for (point = 0; point < space->points; point++) {
		argument_space_at(space, point, arguments, effects);
		compare_point(comparer, arguments, effects[0], effects[1]);
	}
	comparison->wider.arguments_matter = comparer->wider < space->points;
	comparison->narrower.arguments_matter = comparer->narrower < space->points;
	comparison->other.arguments_matter = comparer->other < space->points;
	comparison->wider.looked_at = looked_at;
	comparison->narrower.looked_at = looked_at;
	comparison->other.looked_at = looked_at;
}

static int compare_verdicts(const struct verdict *a, const struct verdict *b, bool narrow,
			    struct call_comparison *ret_comparison, struct error *err)
{
	const struct verdict verdicts[] = { *a, *b };
	_cleanup_argument_space_ struct argument_space space = {};
	struct comparer comparer = {
		.comparison = { .a_least = PERMISSION_GRANTED, .b_least = PERMISSION_GRANTED },
	};
	int r = argument_space_init(&space, verdicts, 2, narrow, err);

	if (r < 0)
		return r;
	compare_points(&comparer, &space);
	*ret_comparison = comparer.comparison;
	return 0;
}

struct verdict semantics_verdict_of(const struct semantics *semantics, const char *name)
{
	int position = name ? semantics_find(semantics, name) : -ENOENT;

	if (position < 0)
		return (struct verdict){ .effect = semantics_default(semantics) };
	return semantics_verdict(semantics, position);
}

int semantics_compare(const struct semantics *a, const struct semantics *b, const char *name,
		      struct call_comparison *ret_comparison, struct error *err)
{
	struct verdict left = semantics_verdict_of(a, name), right = semantics_verdict_of(b, name);
	int r;

	r = compare_verdicts(&left, &right, semantics_is_narrow(a), ret_comparison, err);
	return r < 0 && name ? error_prefix(err, "%s", name) : r;
}

struct visit {
	const struct semantics *a, *b;
	semantics_visitor each;
	void *data;
};

static int visit_call(const struct visit *visit, const char *name, const struct verdict *a,
		      const struct verdict *b, struct error *err)
{
	struct call_comparison comparison;
	int r;

	if (verdict_equal(a, b))
		return 0;
	r = compare_verdicts(a, b, semantics_is_narrow(visit->a), &comparison, err);
	if (r < 0)
		return name ? error_prefix(err, "%s", name) : r;
	if (!comparison.wider.found && !comparison.narrower.found && !comparison.other.found)
		return 0;
	return visit->each(visit->data, name, &comparison, err);
}

int semantics_visit_differences(const struct semantics *a, const struct semantics *b,
				semantics_visitor each, void *data, struct error *err)
{
	const struct visit visit = { a, b, each, data };
	struct verdict left = { .effect = semantics_default(a) };
	struct verdict right = { .effect = semantics_default(b) };
	size_t i = 0, j = 0;
	int r;

	r = visit_call(&visit, NULL, &left, &right, err);
	while (r == 0 && (i < semantics_call_count(a) || j < semantics_call_count(b))) {
		bool in_a = i < semantics_call_count(a), in_b = j < semantics_call_count(b);
		const char *a_name = in_a ? semantics_call_name(a, i) : NULL;
		const char *b_name = in_b ? semantics_call_name(b, j) : NULL;
		int order = 0;

		/* Names of the table are the same pointers in both; the others are sorted. */
		if (a_name != b_name)
			order = !in_a ? 1 : !in_b ? -1 : strcmp(a_name, b_name);
		left = (struct verdict){ .effect = semantics_default(a) };
		right = (struct verdict){ .effect = semantics_default(b) };
		if (order <= 0)
			left = semantics_verdict(a, i++);
		if (order >= 0)
			right = semantics_verdict(b, j++);
		r = visit_call(&visit, order <= 0 ? a_name : b_name, &left, &right, err);
	}
	return r;
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

int semantics_subset(const struct semantics *inner, const struct semantics *outer, bool *ret_subset,
		     const char **ret_name, struct difference *ret_difference, struct error *err)
{
	struct counterexample example = {};
	int r;

	r = semantics_visit_differences(outer, inner, note_counterexample, &example, err);
	if (r < 0)
		return r;
	*ret_subset = !example.found;
	if (example.found) {
		*ret_name = example.name;
		*ret_difference = example.difference;
	}
	return 0;
}
