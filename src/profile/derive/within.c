// SPDX-License-Identifier: Apache-2.0
#include "profile/derive/within.h"

#include <stdlib.h>
#include <string.h>

#include "profile/derive/seen.h"
#include "profile/model/condition.h"
#include "profile/semantics/argument_space.h"
#include "syscalls/arguments.h"
#include "util/cleanup.h"
#include "util/error.h"

static const struct effect refused = { .action = ACTION_ERRNO };
static const struct effect granted = { .action = ACTION_ALLOW };

/* The verdicts of one call: what each of the three sides makes of it. */
struct sides {
	struct verdict baseline, profile, seen;
	struct argument_rule *own;  /* the rules of profile that are not seen as a whole */
	struct argument_rule *many; /* the rules of seen */
	bool narrow;
};

static bool is_granted(struct effect effect)
{
	return effect_permission(effect) == PERMISSION_GRANTED;
}

/* Returns the flags that the baseline permits alone. */
static uint32_t permitted_flags(const struct semantics *baseline, const struct seen_call *call)
{
	int position = semantics_find(baseline, call->name);
	uint64_t arguments[ARGUMENT_COUNT] = {};
	uint32_t flags = 0, bit;

	for (bit = 1; bit && position >= 0; bit <<= 1) {
		arguments[call->row->index] = bit;
		if (is_granted(semantics_evaluate(baseline, position, arguments)))
			flags |= bit;
	}
	return flags;
}

/* Makes a verdict of what was seen of a call: granted where it was. */
static int read_seen(struct sides *sides, const struct seen_call *call,
		     const struct semantics *baseline, struct error *err)
{
	struct condition conditions[ARGUMENT_VALUES_MAX];
	size_t i, count;

	sides->seen.effect = refused;
	if (!call)
		return 0;
	if (!seen_conditions(call, conditions, &count)) {
		sides->seen.effect = granted;
		return 0;
	}
	if (call->argument.flags && count) {
		conditions[0].value &= ~(uint64_t)permitted_flags(baseline, call);
		if (!conditions[0].value) {
			sides->seen.effect = granted;
			return 0;
		}
	}
	sides->many = calloc(count + 1, sizeof(*sides->many));
	if (!sides->many)
		return error_nomem(err);
	for (i = 0; i < count; i++) {
		sides->many[i] = (struct argument_rule){ .effect = granted, .condition_count = 1 };
		condition_normalize(&conditions[i], sides->narrow, &sides->many[i].conditions[0]);
	}
	sides->seen.rules = sides->many;
	sides->seen.rule_count = count;
	return 0;
}

/*
 * Leaves out rules that grant only what was seen. The others may be granted by the baseline and
 * what was seen together, which only a look at all arguments shows. With all values of a call that
 * has many, that would take too long. If a rule refuses, all rules stay: it may come first.
 */
static int leave_out_seen(struct sides *sides, const struct seen_call *call, struct error *err)
{
	const struct verdict *verdict = &sides->profile;
	size_t i, count = 0;

	if (!call || is_granted(verdict->effect))
		return 0;
	sides->own = calloc(verdict->rule_count + 1, sizeof(*sides->own));
	if (!sides->own)
		return error_nomem(err);
	for (i = 0; i < verdict->rule_count; i++) {
		const struct argument_rule *rule = &verdict->rules[i];

		if (!is_granted(rule->effect))
			return 0;
		if (!seen_covers_rule(call, rule))
			sides->own[count++] = *rule;
	}
	sides->profile.rules = sides->own;
	sides->profile.rule_count = count;
	return 0;
}

static bool permits_anything(const struct verdict *verdict)
{
	bool any = effect_permission(verdict->effect) > PERMISSION_REFUSED;
	size_t i;

	for (i = 0; i < verdict->rule_count; i++)
		any |= effect_permission(verdict->rules[i].effect) > PERMISSION_REFUSED;
	return any;
}

static int compare(const struct sides *sides, struct difference *ret_difference, struct error *err)
{
	const struct verdict verdicts[] = { sides->baseline, sides->profile, sides->seen };
	_cleanup_argument_space_ struct argument_space space = {};
	struct difference difference = {};
	struct effect effects[3];
	uint64_t arguments[ARGUMENT_COUNT];
	size_t point, wider = 0;
	int r = argument_space_init(&space, verdicts, 3, sides->narrow, err);

	for (point = 0; r == 0 && point < space.points; point++) {
		argument_space_at(&space, point, arguments, effects);
		if (effect_permission(effects[1]) <= effect_permission(effects[0]) ||
		    is_granted(effects[2]))
			continue;
		if (wider++)
			continue;
		difference.found = true;
		memcpy(difference.arguments, arguments, sizeof(arguments));
		difference.a = effects[0];
		difference.b = effects[1];
	}
	if (r < 0)
		return r;
	difference.arguments_matter = wider < space.points;
	difference.looked_at = argument_space_looked_at(&space);
	*ret_difference = difference;
	return 0;
}

int call_within(const struct semantics *profile, const struct semantics *baseline,
		const struct seen *seen, const char *name, struct difference *ret_difference,
		struct error *err)
{
	const struct seen_call *call = name ? seen_find(seen, name) : NULL;
	struct sides sides = {
		.baseline = semantics_verdict_of(baseline, name),
		.profile = semantics_verdict_of(profile, name),
		.narrow = semantics_is_narrow(profile),
	};
	int r = 0;

	*ret_difference = (struct difference){};
	if (permits_anything(&sides.profile) &&
	    !(is_granted(sides.baseline.effect) && !sides.baseline.rule_count)) {
		r = read_seen(&sides, call, baseline, err);
		if (r == 0)
			r = leave_out_seen(&sides, call, err);
		if (r == 0 && permits_anything(&sides.profile))
			r = compare(&sides, ret_difference, err);
	}
	free(sides.own);
	free(sides.many);
	return r < 0 && name ? error_prefix(err, "%s", name) : r;
}

int profile_within(const struct semantics *profile, const struct semantics *baseline,
		   const struct seen *seen, bool *ret_within, const char **ret_name,
		   struct difference *ret_difference, struct error *err)
{
	size_t i, count = semantics_call_count(profile);
	const char *name = NULL;
	int r = call_within(profile, baseline, seen, NULL, ret_difference, err);

	for (i = 0; i < count && r == 0 && !ret_difference->found; i++) {
		name = semantics_call_name(profile, i);
		r = call_within(profile, baseline, seen, name, ret_difference, err);
	}
	if (r < 0)
		return r;
	*ret_within = !ret_difference->found;
	*ret_name = name;
	return 0;
}
