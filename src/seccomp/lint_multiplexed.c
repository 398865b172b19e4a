// SPDX-License-Identifier: Apache-2.0
#include "profile/semantics/argument_space.h"
#include "profile/semantics/arch_info.h"
#include "profile/semantics/semantics.h"
#include "seccomp/lint.h"
#include "seccomp/scmp_arch.h"
#include "util/error.h"

/* Finds the least permission that a call has by its own name, over all arguments. */
static int least_by_name(const struct semantics *semantics, const char *name,
			 enum permission *ret_least, struct error *err)
{
	struct call_comparison comparison;
	int r = semantics_compare(semantics, semantics, name, &comparison, err);

	if (r == 0)
		*ret_least = comparison.a_least;
	return r;
}

/*
 * Finds the most permission that the multiplexer has when its first argument selects the call.
 */
static int most_through(const struct semantics *semantics, const struct multiplexed_call *call,
			enum permission *ret_most, struct error *err)
{
	const struct argument_rule chosen = {
		.effect = { .action = ACTION_ALLOW },
		.condition_count = 1,
		.conditions = { { .comparison = COMPARE_EQ, .value = call->code } },
	};
	const struct verdict verdicts[] = {
		semantics_verdict_of(semantics, call->through),
		{ .effect = { .action = ACTION_KILL_PROCESS }, .rules = &chosen, .rule_count = 1 },
	};
	_cleanup_argument_space_ struct argument_space space = {};
	enum permission most = PERMISSION_REFUSED;
	uint64_t arguments[ARGUMENT_COUNT];
	struct effect effects[2];
	size_t point;
	int r = argument_space_init(&space, verdicts, 2, semantics_is_narrow(semantics), err);

	if (r < 0)
		return r;
	for (point = 0; point < space.points; point++) {
		argument_space_at(&space, point, arguments, effects);
		if (effects[1].action == ACTION_ALLOW && effect_permission(effects[0]) > most)
			most = effect_permission(effects[0]);
	}
	*ret_most = most;
	return 0;
}

static int lint_call(const struct semantics *semantics, const struct multiplexed_call *call,
		     const struct scmp_arch *architecture, struct findings *findings,
		     struct error *err)
{
	const struct finding_of of = { SEVERITY_WARNING, "multiplexer", call->name,
				       architecture->name };
	const struct verdict verdict = semantics_verdict_of(semantics, call->name);
	enum permission least = PERMISSION_REFUSED, most = PERMISSION_REFUSED;
	int r = least_by_name(semantics, call->name, &least, err);

	if (r == 0)
		r = most_through(semantics, call, &most, err);
	if (r < 0 || most <= least)
		return r;
	return findings_add(findings, &of, err,
			    "%s is %s%s, but %s can make it anyway: its arguments are in memory, "
			    "which a filter cannot read",
			    call->name,
			    least == PERMISSION_REFUSED ? "refused" : "decided by another process",
			    verdict.rule_count ? " with some arguments" : "", call->through);
}

int lint_multiplexed(const struct semantics *semantics, const struct scmp_arch *architecture,
		     struct findings *findings, struct error *err)
{
	const struct multiplexed_call *call;
	size_t i;
	int r = 0;

	if (!arch_info_find(architecture->name).multiplexed)
		return 0;
	for (i = 0; r == 0 && (call = multiplexed_call_at(i)); i++)
		r = lint_call(semantics, call, architecture, findings, err);
	return r;
}
