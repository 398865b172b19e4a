// SPDX-License-Identifier: Apache-2.0
#include "seccomp/lint.h"

#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#include "profile/semantics/semantics.h"
#include "profile/model/model.h"
#include "syscalls/fallbacks.h"
#include "seccomp/scmp_arch.h"
#include "syscalls/other_names.h"
#include "syscalls/purpose.h"
#include "util/array.h"
#include "util/cleanup.h"
#include "util/error.h"

/*
 * MAX_INSNS_PER_PATH of kernel/seccomp.c: the limit for all filters of a process together. The
 * kernel counts each filter as 4 instructions longer.
 */
#define INSTRUCTIONS_OF_PROCESS 32768
#define INSTRUCTIONS_OF_FILTER 4

/* Filters above this share of the kernel's limit are reported as large. */
#define LARGE(limit) ((limit) / 10 * 8)

/*
 * Reports a rule with two conditions on one argument. One of them is enough instead of both, so
 * the rule permits or refuses more than it says.
 */
static int lint_repeated(const struct rule *rule, size_t index, struct findings *findings,
			 struct error *err)
{
	bool widens = rule->action == ACTION_ALLOW || rule->action == ACTION_LOG;
	const struct finding_of of = {
		.severity = widens ? SEVERITY_ERROR : SEVERITY_WARNING,
		.check = "repeated-argument",
		.call = rule->name_count ? rule->names[0] : NULL,
	};
	unsigned int seen = 0, bit;
	size_t i;

	for (i = 0; i < rule->condition_count; i++) {
		bit = 1u << (rule->conditions[i].index & 31);
		if (seen & bit)
			return findings_add(findings, &of, err,
					    "syscalls[%zu] (%s) has two conditions on argument "
					    "%" PRIu32 ", of which runtimes require only one: "
					    "they make a rule of each condition",
					    index, of.call ? of.call : "no name",
					    rule->conditions[i].index);
		seen |= bit;
	}
	return 0;
}

static bool does_nothing(const struct profile *profile, const struct rule *rule)
{
	return effect_equal(effect_of(rule->action, &rule->errno_ret),
			    effect_of(profile->default_action, &profile->default_errno_ret));
}

/* Reports conditions without effect: another rule decides about the call without any. */
static int lint_shadowed(const struct profile *profile, size_t index, struct findings *findings,
			 struct error *err)
{
	const struct rule *rule = &profile->rules[index];
	size_t i, other;

	for (i = 0; i < rule->name_count; i++)
		for (other = 0; other < profile->rule_count; other++)
			if (profile->rules[other].condition_count == 0 &&
			    !does_nothing(profile, &profile->rules[other]) &&
			    rule_has_name(&profile->rules[other], rule->names[i]))
				return findings_add(
					findings,
					&(struct finding_of){ SEVERITY_WARNING, "shadowed",
							      rule->names[i] },
					err,
					"the conditions of syscalls[%zu] on %s have no effect: "
					"syscalls[%zu] has none and decides first",
					index, rule->names[i], other);
	return 0;
}

static size_t count_rules(const struct profile *profile, const char *name)
{
	size_t i, count = 0;

	for (i = 0; i < profile->rule_count; i++)
		count += rule_has_name(&profile->rules[i], name);
	return count;
}

/*
 * Reports a call that has several rules, one of them with several conditions. Such rules are not
 * kept when a node intersects the profile with its own (KEP-6061, profiles as OCI artifacts, and
 * its library security-profiles-merger): the call then gets the most restrictive action.
 */
static int lint_joined(const struct profile *profile, const struct rule *rule,
		       struct findings *findings, struct error *err)
{
	size_t i;
	int r = 0;

	for (i = 0; r == 0 && i < rule->name_count && rule->condition_count > 1; i++)
		if (count_rules(profile, rule->names[i]) > 1)
			r = findings_add(
				findings,
				&(struct finding_of){ SEVERITY_WARNING, "intersection",
						      rule->names[i] },
				err,
				"%s has several rules, and one with several conditions: an "
				"intersection with the node's profile (KEP-6061) denies it",
				rule->names[i]);
	return r;
}

int lint_rules(const struct profile *profile, struct findings *findings, struct error *err)
{
	size_t i;
	int r = 0;

	for (i = 0; r == 0 && i < profile->rule_count; i++) {
		r = lint_repeated(&profile->rules[i], i, findings, err);
		if (r == 0 && profile->rules[i].condition_count)
			r = lint_shadowed(profile, i, findings, err);
		if (r == 0)
			r = lint_joined(profile, &profile->rules[i], findings, err);
	}
	return r;
}

/* Finds the effect of a call. False if the arguments matter or the call is not known. */
static bool effect_always(const struct semantics *semantics, const char *name,
			  struct effect *ret_effect)
{
	int position = semantics_find(semantics, name);
	struct verdict verdict;

	if (position < 0)
		return false;
	verdict = semantics_verdict(semantics, position);
	*ret_effect = verdict.effect;
	return verdict.rule_count == 0;
}

/* Without these no program starts, returns from a signal handler, or ends. */
static const struct {
	const char *name;
	const char *consequence;
} indispensable[] = {
	{ "execve", "the container cannot start: its runtime executes it under the filter" },
	{ "rt_sigreturn", "a program dies when it returns from a signal handler" },
	{ "exit_group", "a program cannot end" },
};

static int lint_indispensable(const struct semantics *semantics,
			      const struct scmp_arch *architecture, struct findings *findings,
			      struct error *err)
{
	struct effect effect;
	size_t i;
	int r = 0;

	for (i = 0; r == 0 && i < array_size(indispensable); i++)
		if (effect_always(semantics, indispensable[i].name, &effect) &&
		    effect_permission(effect) == PERMISSION_REFUSED)
			r = findings_add(findings,
					 &(struct finding_of){ SEVERITY_ERROR, "indispensable",
							       indispensable[i].name,
							       architecture->name },
					 err, "%s is not allowed on %s: %s", indispensable[i].name,
					 architecture->name, indispensable[i].consequence);
	return r;
}

static bool hinders_fallback(struct effect effect)
{
	return effect_permission(effect) == PERMISSION_REFUSED &&
	       !(effect.action == ACTION_ERRNO && effect.data == ENOSYS);
}

static int lint_fallbacks(const struct semantics *semantics, const struct scmp_arch *architecture,
			  struct findings *findings, struct error *err)
{
	char text[EFFECT_TEXT_SIZE];
	struct effect effect;
	size_t i;
	int r = 0;

	for (i = 0; r == 0 && i < fallback_count; i++)
		if (effect_always(semantics, fallbacks[i].name, &effect) &&
		    hinders_fallback(effect))
			r = findings_add(
				findings,
				&(struct finding_of){ SEVERITY_WARNING, "fallback",
						      fallbacks[i].name, architecture->name },
				err, "%s gets %s: only on ENOSYS do programs fall back to %s (%s)",
				fallbacks[i].name, effect_text(effect, text), fallbacks[i].instead,
				fallbacks[i].who);
	return r;
}

/* True if some arguments let a call through. ret_always: whether all arguments do. */
static bool permits(const struct verdict *verdict, bool *ret_always)
{
	bool any = effect_permission(verdict->effect) == PERMISSION_GRANTED, all = any;
	size_t i;

	for (i = 0; i < verdict->rule_count; i++) {
		bool granted = effect_permission(verdict->rules[i].effect) == PERMISSION_GRANTED;

		any |= granted;
		all &= granted;
	}
	*ret_always = all;
	return any;
}

static int lint_risks(const struct semantics *semantics, const struct scmp_arch *architecture,
		      struct findings *findings, struct error *err)
{
	size_t position;
	int r = 0;

	for (position = 0; r == 0 && position < semantics_call_count(semantics); position++) {
		const char *name = semantics_call_name(semantics, position);
		const struct syscall_purpose *purpose = syscall_purpose(name);
		struct verdict verdict = semantics_verdict(semantics, position);
		bool always;

		if (purpose->risk == RISK_HIGH && permits(&verdict, &always))
			r = findings_add(findings,
					 &(struct finding_of){ SEVERITY_WARNING, "risk", name,
							       architecture->name },
					 err, "%s is allowed%s: %s", name,
					 always ? "" : " with some arguments", purpose->reason);
	}
	return r;
}

int lint_calls(const struct semantics *semantics, const struct scmp_arch *architecture,
	       struct findings *findings, struct error *err)
{
	int r = lint_indispensable(semantics, architecture, findings, err);

	if (r == 0)
		r = lint_fallbacks(semantics, architecture, findings, err);
	if (r == 0)
		r = lint_risks(semantics, architecture, findings, err);
	return r;
}

int lint_unenforced(const char *name, const struct scmp_arch *architecture,
		    struct findings *findings, struct error *err)
{
	const struct finding_of of = { SEVERITY_WARNING, "unresolved", name, architecture->name };
	char version[LIBSECCOMP_VERSION_SIZE];

	return findings_add(findings, &of, err,
			    "%s is not enforced: libseccomp %s does not know it, and it gets the "
			    "default action",
			    name, libseccomp_version(version));
}

/* Reports names that no machine has. The other ones are reported for each architecture. */
static int lint_unknown(const struct compilation *compilation, struct findings *findings,
			struct error *err)
{
	size_t i;
	int r = 0;

	for (i = 0; r == 0 && i < compilation->unresolved_count; i++) {
		const char *name = compilation->unresolved[i];
		const struct finding_of of = { SEVERITY_WARNING, "unresolved", name };

		if (!*syscall_purpose(name)->name && !other_name_find(name) &&
		    !syscall_nearest(name))
			r = findings_add(findings, &of, err,
					 "%s is not enforced: no machine that recorder knows has "
					 "this system call",
					 name);
	}
	return r;
}

int lint_compilation(const struct compilation *compilation, struct findings *findings,
		     struct error *err)
{
	static const struct finding_of of = { SEVERITY_WARNING, "size" };
	size_t length = compilation->filter.length;
	int r = lint_unknown(compilation, findings, err);

	if (r < 0 || length <= LARGE(BPF_MAXINSNS))
		return r;
	return findings_add(findings, &of, err,
			    "the filter has %zu instructions of the %d that the kernel takes; a "
			    "process can have %zu such filters",
			    length, BPF_MAXINSNS,
			    INSTRUCTIONS_OF_PROCESS / (length + INSTRUCTIONS_OF_FILTER));
}
