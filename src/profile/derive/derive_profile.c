// SPDX-License-Identifier: Apache-2.0
#include "profile/derive/derive_profile.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "profile/derive/argument_rules.h"
#include "profile/derive/derive_gaps.h"
#include "profile/derive/seen.h"
#include "profile/derive/within.h"
#include "profile/model/model.h"
#include "profile/semantics/coverage.h"
#include "profile/semantics/semantics.h"
#include "recording/derive.h"
#include "recording/recorded_context.h"
#include "util/error.h"
#include "util/string_set.h"

const char *const arguments_mode_names[ARGUMENTS_COUNT + 1] = {
	[ARGUMENTS_NONE] = "none",
	[ARGUMENTS_DEFAULT] = "default",
	[ARGUMENTS_EXACT] = "exact",
	NULL,
};

void derive_notes_finish(struct derive_notes *notes)
{
	notes_finish(&notes->choices);
	notes_finish(&notes->gaps);
	*notes = (struct derive_notes){};
}

/* The rules that a call gets. */
enum form {
	FORM_ALWAYS,  /* one without conditions */
	FORM_DEFAULT, /* argument_rules_of_default() */
	FORM_SEEN,    /* argument_rules_of_seen() */
};

struct derived_call {
	const char *name;
	const struct seen_call *seen;
	enum form form;
	struct argument_rules rules;
};

/* A derivation in progress. */
struct derivation {
	const struct derive_options *options;
	const struct recording *recording;
	struct profile *names; /* the profile without conditions */
	struct seen seen;
	struct default_profile machines[MACHINE_COUNT];
	struct defaults defaults;   /* on the architectures of the profile */
	const char **scmp_archs;    /* of the same length */
	struct derived_call *calls; /* those that are allowed, sorted by name */
	size_t call_count;
	struct derive_gaps gaps;
};

static void derivation_finish(struct derivation *derivation)
{
	size_t i;

	for (i = 0; i < derivation->call_count; i++)
		argument_rules_finish(&derivation->calls[i].rules);
	for (i = 0; i < MACHINE_COUNT; i++)
		default_profile_finish(&derivation->machines[i]);
	seen_finish(&derivation->seen);
	derive_gaps_finish(&derivation->gaps);
	free(derivation->calls);
	free(derivation->scmp_archs);
	free(derivation->defaults.items);
	profile_destroy(derivation->names);
}

/* Resolves the default profile of each machine that something was recorded on. */
static int find_defaults(struct derivation *derivation, struct error *err)
{
	const char *native = abi_scmp_arch(machine_native(), ABI_NATIVE);
	const size_t most = MACHINE_COUNT * ABI_COUNT;
	char **scmp_archs = NULL;
	size_t count = 0;
	int machine, abi;
	int r = profile_collect_architectures(derivation->names, native, &scmp_archs, &count, err);

	derivation->defaults.items = calloc(most, sizeof(*derivation->defaults.items));
	derivation->scmp_archs = calloc(most, sizeof(*derivation->scmp_archs));
	if (r == 0 && (!derivation->defaults.items || !derivation->scmp_archs))
		r = error_nomem(err);
	for (machine = 0; machine < MACHINE_COUNT && r == 0; machine++) {
		struct default_profile *resolved = &derivation->machines[machine];

		if (!recording_ran_on(derivation->recording, machine))
			continue;
		r = default_profile_init(resolved, derivation->recording, machine,
					 &derivation->options->defaults, err);
		for (abi = 0; abi < ABI_COUNT && r == 0; abi++) {
			const char *scmp_arch = abi_scmp_arch(machine, abi);

			if (!scmp_arch || !string_set_has(scmp_archs, count, scmp_arch))
				continue;
			derivation->scmp_archs[derivation->defaults.length] = scmp_arch;
			derivation->defaults.items[derivation->defaults.length++] =
				resolved->semantics[abi];
		}
	}
	string_set_free(scmp_archs, count);
	return r;
}

/* The least that the default profile allows of a call, of the architectures that have it. */
static enum coverage least_coverage(const struct derivation *derivation, const char *name)
{
	enum coverage least = COVERAGE_ALL, coverage;
	size_t i;

	for (i = 0; i < derivation->defaults.length; i++) {
		const struct semantics *semantics = derivation->defaults.items[i];
		int position = semantics_find(semantics, name);

		if (position < 0 || !semantics_call_is_listed(semantics, position))
			continue;
		coverage = semantics_coverage(semantics, name);
		if (coverage < least)
			least = coverage;
	}
	return least;
}

/* True if the default profile allows the call by default, and rules only take from that. */
static bool is_narrowed(const struct derivation *derivation, const char *name)
{
	size_t i;

	for (i = 0; i < derivation->defaults.length; i++) {
		struct verdict verdict = semantics_verdict_of(derivation->defaults.items[i], name);

		if (effect_permission(verdict.effect) == PERMISSION_GRANTED)
			return true;
	}
	return false;
}

/*
 * The form of the rules of a call that the runtime makes too, with arguments that are not known. It
 * works under the default profile, and so under rules that allow what that does.
 */
static enum form form_for_runtime(const struct derivation *derivation, const char *name,
				  enum coverage coverage)
{
	if (coverage == COVERAGE_NONE)
		return FORM_ALWAYS;
	if (argument_rules_are_cut(name))
		return FORM_DEFAULT;
	return coverage == COVERAGE_SOME && !is_narrowed(derivation, name) ? FORM_DEFAULT :
									     FORM_ALWAYS;
}

/* Chooses the form of the rules of a call whose arguments are to have conditions, if they can. */
static int choose_form(struct derivation *derivation, struct derived_call *call,
		       enum coverage coverage, struct error *err)
{
	bool exact = derivation->options->mode == ARGUMENTS_EXACT;
	const struct argument *argument = &call->seen->argument;

	if (!seen_call_is_known(call->seen))
		return derive_gaps_add(&derivation->gaps, argument->any ? GAP_MANY : GAP_UNRECORDED,
				       call->name, err);
	if (argument->runtime) {
		call->form = form_for_runtime(derivation, call->name, coverage);
		return exact || call->form == FORM_ALWAYS ?
			       derive_gaps_add(&derivation->gaps, GAP_RUNTIME, call->name, err) :
			       0;
	}
	call->form = !exact && (argument_rules_are_cut(call->name) || coverage == COVERAGE_SOME) ?
			     FORM_DEFAULT :
			     FORM_SEEN;
	return 0;
}

static int add_call(struct derivation *derivation, const char *name, struct error *err)
{
	struct derived_call *call = &derivation->calls[derivation->call_count++];
	enum coverage coverage = least_coverage(derivation, name);

	*call = (struct derived_call){ .name = name, .seen = seen_find(&derivation->seen, name) };
	if (!call->seen || !call->seen->row ||
	    (derivation->options->mode == ARGUMENTS_DEFAULT && coverage == COVERAGE_ALL &&
	     !argument_rules_are_cut(name)))
		return 0;
	return choose_form(derivation, call, coverage, err);
}

static int choose_forms(struct derivation *derivation, struct error *err)
{
	const struct seen *seen = &derivation->seen;
	size_t i;
	int r = 0;

	/* All that was seen has a name that is allowed, and clone, which clone3 became. */
	derivation->calls = calloc(seen->length + 1, sizeof(*derivation->calls));
	if (!derivation->calls)
		return error_nomem(err);
	for (i = 0; i < seen->length && r == 0; i++)
		r = add_call(derivation, seen->calls[i].name, err);
	for (i = 0; i < CLONE3_NEED_COUNT && r == 0; i++)
		if (seen->clone3.needs[i])
			r = derive_gaps_add(&derivation->gaps, GAP_CLONE3 + i, "clone3", err);
	return r;
}

static int make_rules(struct derivation *derivation, struct derived_call *call, struct error *err)
{
	argument_rules_finish(&call->rules);
	switch (call->form) {
	case FORM_DEFAULT:
		return argument_rules_of_default(call->seen, &derivation->seen,
						 &derivation->defaults, &call->rules, err);
	case FORM_SEEN:
		return argument_rules_of_seen(call->seen, &call->rules, err);
	default:
		call->rules.always = true;
		return 0;
	}
}

static int add_conditional(struct profile *profile, const char *name,
			   const struct argument_rule_conditions *conditions, struct error *err)
{
	struct rule *rule;
	int r = profile_add_rule(profile, ACTION_ALLOW, &rule, err);

	if (r == 0)
		r = rule_add_name(rule, name, err);
	if (r < 0)
		return r;
	rule->conditions = calloc(conditions->count, sizeof(*rule->conditions));
	if (!rule->conditions)
		return error_nomem(err);
	memcpy(rule->conditions, conditions->items, conditions->count * sizeof(*rule->conditions));
	rule->condition_count = conditions->count;
	return 0;
}

/* Copies the rules that refuse calls. clone3 joins them if clone does its work. */
static int add_refusals(const struct derivation *derivation, struct profile *profile,
			struct error *err)
{
	const struct profile *names = derivation->names;
	bool fold = derivation->seen.clone3_is_clone;
	struct rule *absent = NULL;
	size_t i;
	int r = 0;

	for (i = 0; i < names->rule_count && r == 0; i++) {
		if (names->rules[i].action == ACTION_ALLOW)
			continue;
		r = profile_copy_rule(profile, &names->rules[i], err);
		absent = &profile->rules[profile->rule_count - 1];
	}
	if (r == 0 && fold && !absent) {
		r = profile_add_rule(profile, ACTION_ERRNO, &absent, err);
		if (r == 0)
			absent->errno_ret = (struct optional_errno){ true, ENOSYS };
	}
	return r == 0 && fold ? rule_add_name(absent, "clone3", err) : r;
}

static int make_profile(const struct derivation *derivation, struct profile **ret_profile,
			struct error *err)
{
	_cleanup_profile_ struct profile *profile = NULL;
	struct rule *always;
	size_t i, k;
	int r = profile_copy_head(derivation->names, &profile, err);

	if (r == 0)
		r = profile_add_rule(profile, ACTION_ALLOW, &always, err);
	for (i = 0; i < derivation->call_count && r == 0; i++)
		if (derivation->calls[i].rules.always)
			r = rule_add_name(always, derivation->calls[i].name, err);
	for (i = 0; i < derivation->call_count && r == 0; i++) {
		const struct derived_call *call = &derivation->calls[i];

		for (k = 0; k < call->rules.length && !call->rules.always && r == 0; k++)
			r = add_conditional(profile, call->name, &call->rules.items[k], err);
	}
	if (r == 0)
		r = add_refusals(derivation, profile, err);
	if (r < 0)
		return r;
	profile_drop_empty_rules(profile);
	*ret_profile = steal_pointer(&profile);
	return 0;
}

/*
 * Proves for each call with rules made of the default profile that they stay within it and what
 * was seen. Default profiles with unusual rules can fail that, or be too complex to tell: then
 * only what was seen is allowed. Sets *ret_changed if that changed a call.
 */
static int correct_forms(struct derivation *derivation, const struct profile *profile,
			 bool *ret_changed, struct error *err)
{
	struct difference difference;
	size_t i, k;
	int r = 0;

	for (k = 0; k < derivation->defaults.length && r == 0; k++) {
		_cleanup_semantics_ struct semantics *semantics = NULL;

		r = semantics_create(profile, derivation->scmp_archs[k], &semantics, err);
		for (i = 0; i < derivation->call_count && r == 0; i++) {
			struct derived_call *call = &derivation->calls[i];

			if (call->form != FORM_DEFAULT)
				continue;
			r = call_within(semantics, derivation->defaults.items[k], &derivation->seen,
					call->name, &difference, NULL);
			if (r == -ENOMEM)
				return error_nomem(err);
			if (r == 0 && !difference.found)
				continue;
			*ret_changed = true;
			call->form = call->seen->argument.runtime ? FORM_ALWAYS : FORM_SEEN;
			r = call->form == FORM_ALWAYS ?
				    derive_gaps_add(&derivation->gaps, GAP_RUNTIME, call->name,
						    err) :
				    0;
		}
	}
	return r;
}

static int make_all_rules(struct derivation *derivation, struct error *err)
{
	size_t i;
	int r = 0;

	for (i = 0; i < derivation->call_count && r == 0; i++)
		r = make_rules(derivation, &derivation->calls[i], err);
	return r;
}

static int add_conditions(struct derivation *derivation, struct profile **ret_profile,
			  struct error *err)
{
	_cleanup_profile_ struct profile *profile = NULL;
	bool changed = false;
	int r;

	if ((r = find_defaults(derivation, err)) < 0 ||
	    (r = seen_create(derivation->recording, derivation->names, true, &derivation->seen,
			     err)) < 0 ||
	    (r = choose_forms(derivation, err)) < 0 || (r = make_all_rules(derivation, err)) < 0 ||
	    (r = make_profile(derivation, &profile, err)) < 0 ||
	    (r = correct_forms(derivation, profile, &changed, err)) < 0)
		return r;
	if (changed) {
		profile_destroy(steal_pointer(&profile));
		if ((r = make_all_rules(derivation, err)) < 0 ||
		    (r = make_profile(derivation, &profile, err)) < 0)
			return r;
	}
	*ret_profile = steal_pointer(&profile);
	return 0;
}

/* True if conditions were made because of the default profile. */
static bool is_limited(const struct derivation *derivation)
{
	bool exact = derivation->options->mode == ARGUMENTS_EXACT;
	size_t i;

	for (i = 0; i < derivation->call_count; i++)
		if (derivation->calls[i].form == FORM_DEFAULT ||
		    (derivation->calls[i].form == FORM_SEEN && !exact))
			return true;
	return false;
}

static int note_all(const struct derivation *derivation, struct derive_notes *notes,
		    struct error *err)
{
	int machine, r = 0;

	for (machine = 0; machine < MACHINE_COUNT && r == 0 && is_limited(derivation); machine++) {
		const struct default_profile *resolved = &derivation->machines[machine];

		if (!resolved->title)
			continue;
		if (resolved->engine_unknown)
			r = notes_add(
				&notes->choices, err,
				"the container engine is not known, so arguments are limited "
				"by the default profile of %s; choose another with --baseline",
				resolved->title);
		else if (resolved->nearest)
			r = notes_add(&notes->choices, err, "%s", resolved->nearest);
	}
	return r < 0 ? r : derive_gaps_write(&derivation->gaps, &notes->gaps, err);
}

int derive_profile(const struct recording *recording, const struct derive_options *options,
		   struct profile **ret_profile, struct call_set *ret_unnamed,
		   struct derive_notes *notes, struct error *err)
{
	_cleanup_(derivation_finish) struct derivation derivation = {
		.options = options,
		.recording = recording,
	};
	_cleanup_profile_ struct profile *profile = NULL;
	_cleanup_(call_set_finish) struct call_set unnamed = {};
	int r = recording_derive_profile(recording, &derivation.names, &unnamed, err);

	if (r == 0 && options->mode == ARGUMENTS_NONE)
		profile = steal_pointer(&derivation.names);
	else if (r == 0)
		r = add_conditions(&derivation, &profile, err);
	if (r == 0 && notes)
		r = note_all(&derivation, notes, err);
	if (r < 0)
		return r;
	*ret_profile = steal_pointer(&profile);
	if (ret_unnamed) {
		*ret_unnamed = unnamed;
		unnamed = (struct call_set){};
	}
	return 0;
}
