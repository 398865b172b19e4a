// SPDX-License-Identifier: Apache-2.0
//
// options: -max_len=256
//
// Checks the exact comparison of two profiles' meanings against evaluating both, at the
// arguments that the comparison gives as examples, and at others.
#include "profiles.h"

struct pair {
	const struct semantics *a, *b;
	const char *name; /* the call's; NULL: numbers without a name */
	struct call_comparison comparison;
};

static struct effect evaluate(const struct semantics *semantics, const char *name,
			      const uint64_t arguments[ARGUMENT_COUNT])
{
	int position = name ? semantics_find(semantics, name) : -1;

	return position < 0 ? semantics_default(semantics) :
			      semantics_evaluate(semantics, position, arguments);
}

/* An example has the claimed effects and order. */
static void check_example(const struct pair *pair, const struct difference *difference, int order)
{
	enum permission a = effect_permission(difference->a), b = effect_permission(difference->b);

	if (!difference->found)
		return;
	assert(effect_equal(difference->a, evaluate(pair->a, pair->name, difference->arguments)));
	assert(effect_equal(difference->b, evaluate(pair->b, pair->name, difference->arguments)));
	assert((b > a) - (b < a) == order);
	assert(!effect_equal(difference->a, difference->b));
}

/* The comparison knows every difference that shows at these arguments. */
static void check_point(const struct pair *pair, const uint64_t arguments[ARGUMENT_COUNT])
{
	const struct call_comparison *comparison = &pair->comparison;
	struct effect a = evaluate(pair->a, pair->name, arguments);
	struct effect b = evaluate(pair->b, pair->name, arguments);
	enum permission from = effect_permission(a), to = effect_permission(b);

	if (to > from)
		assert(comparison->wider.found);
	else if (to < from)
		assert(comparison->narrower.found);
	else if (!effect_equal(a, b))
		assert(comparison->other.found);
	assert(from >= comparison->a_least && from <= comparison->a_most);
	assert(to >= comparison->b_least && to <= comparison->b_most);
	if (comparison->wider.found && !comparison->wider.arguments_matter)
		assert(to > from);
}

static void check_call(const struct semantics *a, const struct semantics *b, const char *name,
		       struct input *input)
{
	struct pair pair = { .a = a, .b = b, .name = name };
	struct call_comparison reverse, same;
	struct error err = ERROR_INIT;
	uint64_t arguments[ARGUMENT_COUNT];

	if (failed(semantics_compare(a, b, name, &pair.comparison, &err), &err))
		return;
	check_example(&pair, &pair.comparison.wider, 1);
	check_example(&pair, &pair.comparison.narrower, -1);
	check_example(&pair, &pair.comparison.other, 0);
	take_arguments(input, arguments);
	check_point(&pair, arguments);
	if (pair.comparison.wider.found)
		check_point(&pair, pair.comparison.wider.arguments);
	assert(!failed(semantics_compare(b, a, name, &reverse, &err), &err));
	assert(reverse.wider.found == pair.comparison.narrower.found);
	assert(reverse.narrower.found == pair.comparison.wider.found);
	assert(reverse.other.found == pair.comparison.other.found);
	if (failed(semantics_compare(a, a, name, &same, &err), &err))
		return;
	assert(!same.wider.found && !same.narrower.found && !same.other.found);
}

/* Going through all calls takes long, so it is done only if the profiles have few. */
static bool has_few_calls(const struct semantics *semantics)
{
	return semantics_call_count(semantics) <= array_size(fuzzed_names);
}

/* If the answer is no subset, the example shows a wider call. */
static void check_subset(const struct semantics *inner, const struct semantics *outer)
{
	const char *name = NULL;
	struct difference difference = {};
	struct error err = ERROR_INIT;
	bool subset = false;

	if (failed(semantics_subset(inner, outer, &subset, &name, &difference, &err), &err) ||
	    subset)
		return;
	assert(effect_permission(evaluate(inner, name, difference.arguments)) >
	       effect_permission(evaluate(outer, name, difference.arguments)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input input = { data, size };
	size_t i, choice = take_byte(&input) % array_size(fuzzed_architectures);
	const char *architecture = fuzzed_architectures[choice];
	_cleanup_profile_ struct profile *old = take_profile(&input, take_action(&input));
	_cleanup_profile_ struct profile *new = take_profile(&input, take_action(&input));
	_cleanup_semantics_ struct semantics *a = take_semantics(old, architecture);
	_cleanup_semantics_ struct semantics *b = take_semantics(new, architecture);

	if (!a || !b)
		return 0;
	for (i = 0; i < array_size(fuzzed_names); i++)
		check_call(a, b, fuzzed_names[i], &input);
	check_call(a, b, NULL, &input);
	if (has_few_calls(a) && has_few_calls(b))
		check_subset(a, b);
	return 0;
}
