// SPDX-License-Identifier: Apache-2.0
#include "profile/derive/part.h"

#include "profile/model/condition.h"
#include "profile/semantics/argument_space.h"

static bool is_granted(struct effect effect)
{
	return effect_permission(effect) == PERMISSION_GRANTED;
}

int call_part(const struct semantics *semantics, const char *name,
	      const struct condition *conditions, size_t count, enum part *ret_part,
	      struct error *err)
{
	struct argument_rule rule = { .effect = { .action = ACTION_ALLOW },
				      .condition_count = count };
	const struct verdict verdicts[] = {
		semantics_verdict_of(semantics, name),
		{ .effect = { .action = ACTION_ERRNO }, .rules = &rule, .rule_count = 1 },
	};
	_cleanup_argument_space_ struct argument_space space = {};
	bool narrow = semantics_is_narrow(semantics), any = false, all = true;
	uint64_t arguments[ARGUMENT_COUNT];
	struct effect effects[2];
	size_t i;
	int r;

	for (i = 0; i < count; i++)
		condition_normalize(&conditions[i], narrow, &rule.conditions[i]);
	r = argument_space_init(&space, verdicts, 2, narrow, err);
	for (i = 0; r == 0 && i < space.points; i++) {
		argument_space_at(&space, i, arguments, effects);
		if (!is_granted(effects[1]))
			continue;
		any |= is_granted(effects[0]);
		all &= is_granted(effects[0]);
	}
	*ret_part = all ? PART_ALL : any ? PART_SOME : PART_NONE;
	return r;
}
