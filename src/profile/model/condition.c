// SPDX-License-Identifier: Apache-2.0
#include "profile/model/condition.h"

bool condition_normalize(const struct condition *condition, bool narrow,
			 struct condition *ret_condition)
{
	uint64_t width = narrow ? UINT32_MAX : UINT64_MAX;
	struct condition normal = { .index = condition->index,
				    .comparison = condition->comparison,
				    .value = condition->value & width };

	if (condition->comparison == COMPARE_MASKED_EQ) {
		if (normal.value == 0)
			return false;
		normal.value_two = condition->value_two & normal.value;
		if (normal.value == width) {
			normal.comparison = COMPARE_EQ;
			normal.value = normal.value_two;
			normal.value_two = 0;
		}
	}
	*ret_condition = normal;
	return true;
}

bool condition_equal(const struct condition *a, const struct condition *b)
{
	return a->index == b->index && a->comparison == b->comparison && a->value == b->value &&
	       a->value_two == b->value_two;
}

bool condition_holds(const struct condition *condition, uint64_t argument)
{
	switch (condition->comparison) {
	case COMPARE_NE:
		return argument != condition->value;
	case COMPARE_LT:
		return argument < condition->value;
	case COMPARE_LE:
		return argument <= condition->value;
	case COMPARE_EQ:
		return argument == condition->value;
	case COMPARE_GE:
		return argument >= condition->value;
	case COMPARE_GT:
		return argument > condition->value;
	case COMPARE_MASKED_EQ:
		return (argument & condition->value) == condition->value_two;
	case COMPARE_COUNT:
		break;
	}
	return false;
}

/* __db_chain_op_priority() of libseccomp's src/db.c; the least comes first. */
static int comparison_rank(enum comparison comparison)
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

static int compare_numbers(uint64_t a, uint64_t b)
{
	return (a > b) - (a < b);
}

/* Which of two conditions of the same argument and rank is tighter, as far as libseccomp looks. */
static int compare_tightness(const struct condition *a, const struct condition *b)
{
	uint64_t a_value = a->comparison == COMPARE_MASKED_EQ ? a->value_two : a->value;
	uint64_t b_value = b->comparison == COMPARE_MASKED_EQ ? b->value_two : b->value;
	bool upper_bound = a->comparison == COMPARE_LE || a->comparison == COMPARE_LT;

	return upper_bound ? compare_numbers(a_value, b_value) : compare_numbers(b_value, a_value);
}

int condition_precedence(const struct condition *a, const struct condition *b)
{
	int order = compare_numbers(b->index, a->index);

	if (order == 0)
		order = comparison_rank(a->comparison) - comparison_rank(b->comparison);
	if (order == 0)
		order = compare_tightness(a, b);
	/* libseccomp leaves the rest to the order of the profile, which is not to matter here. */
	if (order == 0)
		order = (int)a->comparison - (int)b->comparison;
	return order ? order : compare_numbers(b->value, a->value);
}
