// SPDX-License-Identifier: Apache-2.0
#include "profile/semantics/precedence.h"

#include <stdlib.h>

/* __db_chain_op_priority() reversed. */
static unsigned int comparison_rank(enum comparison comparison)
{
	switch (comparison) {
	case COMPARE_LE:
	case COMPARE_LT:
		return 1;
	case COMPARE_GE:
	case COMPARE_GT:
		return 2;
	default:
		return 0;
	}
}

/*
 * Returns the comparison of the generated instruction. There are only three instructions; for
 * the opposite comparisons, the jump targets are swapped.
 */
static enum comparison comparison_operation(enum comparison comparison, bool upper_half)
{
	switch (comparison) {
	case COMPARE_MASKED_EQ:
		return COMPARE_MASKED_EQ;
	case COMPARE_GE:
	case COMPARE_LT:
		return upper_half ? COMPARE_GT : COMPARE_GE;
	case COMPARE_GT:
	case COMPARE_LE:
		return COMPARE_GT;
	default:
		return COMPARE_EQ;
	}
}

/* Returns the comparison that a rule has at a depth of the tree. */
static struct comparison_node node_at(const struct argument_rule *rule, size_t depth, bool narrow)
{
	size_t at = narrow ? depth : depth / 2;
	bool upper_half = !narrow && depth % 2 == 0;
	unsigned int shift = upper_half ? 32 : 0;
	const struct condition *condition = &rule->conditions[at];
	bool masked;

	if (at >= rule->condition_count)
		return (struct comparison_node){};
	masked = condition->comparison == COMPARE_MASKED_EQ;
	return (struct comparison_node){
		.present = true,
		.index = condition->index,
		.rank = comparison_rank(condition->comparison),
		.upper_bound = comparison_rank(condition->comparison) == 1,
		.operation = comparison_operation(condition->comparison, upper_half),
		.value = (masked ? condition->value_two : condition->value) >> shift,
		.mask = masked ? condition->value >> shift : UINT32_MAX,
	};
}

static int compare_numbers(size_t a, size_t b)
{
	return (a > b) - (a < b);
}

/* Compares what _db_chain_lt() compares. A rule that ends comes before those that go on. */
static int compare_keys(const struct comparison_node *a, const struct comparison_node *b)
{
	int order;

	if ((order = compare_numbers(a->present, b->present)) ||
	    (order = compare_numbers(b->index, a->index)) ||
	    (order = compare_numbers(a->rank, b->rank)))
		return order;
	return a->upper_bound ? compare_numbers(a->value, b->value) :
				compare_numbers(b->value, a->value);
}

/* Compares what _db_chain_eq() compares in addition. Equal comparisons share one node. */
static int compare_identities(const struct comparison_node *a, const struct comparison_node *b)
{
	int order = compare_numbers(a->operation, b->operation);

	return order ? order : compare_numbers(b->mask, a->mask);
}

static int compare_nodes(const struct comparison_node *a, const struct comparison_node *b)
{
	int order = compare_keys(a, b);

	return order ? order : compare_identities(a, b);
}

static int by_node(const void *left, const void *right)
{
	const struct candidate *a = left, *b = right;
	int order = compare_nodes(&a->node, &b->node);

	return order ? order : compare_numbers(a->order, b->order);
}

static int by_leader(const void *left, const void *right)
{
	const struct candidate *a = left, *b = right;
	int order;

	if ((order = compare_keys(&a->node, &b->node)) ||
	    (order = compare_numbers(a->leader, b->leader)))
		return order;
	return compare_numbers(a->order, b->order);
}

/* Returns how many candidates at the start have the key, or the node, of the first one. */
static size_t run_length(const struct candidate *candidates, size_t count,
			 int (*compare)(const struct comparison_node *,
					const struct comparison_node *))
{
	size_t length = 1;

	while (length < count && compare(&candidates[0].node, &candidates[length].node) == 0)
		length++;
	return length;
}

static bool have_one_effect(const struct candidate *candidates, size_t count)
{
	size_t i;

	for (i = 1; i < count; i++)
		if (!effect_equal(candidates[i].rule.effect, candidates[0].rule.effect))
			return false;
	return true;
}

/*
 * Among nodes with the same key, the one whose first rule is first in the profile leads. If all
 * rules have the same effect, their order does not matter, and must not depend on the order in
 * the profile.
 */
static void choose_leaders(struct candidate *candidates, size_t count)
{
	bool alike = have_one_effect(candidates, count);
	size_t i, j, length;

	for (i = 0; i < count; i += length) {
		size_t leader = alike ? i : candidates[i].order;

		length = run_length(&candidates[i], count - i, compare_nodes);
		for (j = i; j < i + length; j++)
			candidates[j].leader = leader;
	}
}

static void sort_level(struct candidate *candidates, size_t count, size_t depth, bool narrow)
{
	size_t i, length;

	for (i = 0; i < count; i++)
		candidates[i].node = node_at(&candidates[i].rule, depth, narrow);
	qsort(candidates, count, sizeof(*candidates), by_node);
	for (i = 0; i < count; i += length) {
		length = run_length(&candidates[i], count - i, compare_keys);
		choose_leaders(&candidates[i], length);
	}
	qsort(candidates, count, sizeof(*candidates), by_leader);
	for (i = 0; i < count; i += length) {
		length = run_length(&candidates[i], count - i, compare_nodes);
		if (length > 1 && candidates[i].node.present)
			sort_level(&candidates[i], length, depth + 1, narrow);
	}
}

void precedence_sort(struct candidate *candidates, size_t count, bool narrow)
{
	if (count > 1)
		sort_level(candidates, count, 0, narrow);
}
