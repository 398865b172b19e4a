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
