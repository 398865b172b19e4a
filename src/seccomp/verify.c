// SPDX-License-Identifier: Apache-2.0
#include "seccomp/verify.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "profile/derive/seen.h"
#include "profile/derive/within.h"
#include "profile/semantics/semantics.h"
#include "profile/model/model.h"
#include "recording/startup_calls.h"
#include "seccomp/lint.h"
#include "seccomp/prove.h"
#include "seccomp/scmp_arch.h"
#include "util/cleanup.h"
#include "util/error.h"

/* "socket(0x2, 0x1, 0x0, 0x0, 0x0, 0x0)" */
static int format_call(char **ret_text, const char *name, const uint64_t arguments[ARGUMENT_COUNT],
		       struct error *err)
{
	int length = asprintf(ret_text,
			      "%s(0x%" PRIx64 ", 0x%" PRIx64 ", 0x%" PRIx64 ", 0x%" PRIx64
			      ", 0x%" PRIx64 ", 0x%" PRIx64 ")",
			      name, arguments[0], arguments[1], arguments[2], arguments[3],
			      arguments[4], arguments[5]);

	if (length >= 0)
		return 0;
	*ret_text = NULL;
	return error_nomem(err);
}

static int report_disagreement(const struct disagreement *disagreement, struct findings *findings,
			       struct error *err)
{
	const struct scmp_arch *architecture = disagreement->architecture;
	char expected[EFFECT_TEXT_SIZE], actual[EFFECT_TEXT_SIZE], name[SCMP_ARCH_CALL_SIZE];
	struct finding_of of = { SEVERITY_ERROR, "proof", name, architecture->name };
	_cleanup_free_ char *call = NULL;
	uint64_t arguments[ARGUMENT_COUNT];
	size_t i;
	int r;

	scmp_arch_call_name(architecture, disagreement->data.nr, name);
	for (i = 0; i < ARGUMENT_COUNT; i++)
		arguments[i] = disagreement->data.args[i];
	r = format_call(&call, name, arguments, err);
	if (r < 0)
		return r;
	return findings_add(findings, &of, err,
			    "the filter answers %s with %s, but the profile says %s", call,
			    effect_text(disagreement->actual, actual),
			    effect_text(disagreement->expected, expected));
}

/* Proves the filter of one layout. */
static int verify_layout(const struct profile *profile, const struct compilation *compilation,
			 struct verification *verification, struct error *err)
{
	_cleanup_proof_ struct proof proof = {};
	size_t i;
	int r = filter_prove(&compilation->filter, profile, &verification->architectures, &proof,
			     err);

	for (i = 0; r == 0 && i < proof.disagreement_count; i++)
		r = report_disagreement(&proof.disagreements[i], &verification->findings, err);
	for (i = 0; r == 0 && i < proof.unenforced_count; i++)
		r = lint_unenforced(proof.unenforced[i].name, proof.unenforced[i].architecture,
				    &verification->findings, err);
	if (r == 0)
		r = lint_compilation(compilation, &verification->findings, err);
	if (r < 0)
		return r;
	verification->proven &= proof.disagreed == 0;
	verification->calls += proof.calls;
	verification->runs += proof.runs;
	if (compilation->filter.length > verification->instructions)
		verification->instructions = compilation->filter.length;
	if (proof.longest > verification->longest)
		verification->longest = proof.longest;
	return 0;
}

/* Compiles in each layout and proves the results. A refusal by libseccomp is a finding. */
static int verify_layouts(const struct profile *profile, struct verification *verification,
			  struct error *err)
{
	static const struct finding_of refused = { SEVERITY_ERROR, "refused" };
	struct compilation compilations[LAYOUT_COUNT] = {};
	_cleanup_error_ struct error refusal = ERROR_INIT;
	size_t i;
	int r = profile_compile_layouts(profile, &verification->architectures, compilations,
					&refusal);

	if (r == -EINVAL)
		return findings_add(&verification->findings, &refused, err,
				    "no runtime accepts this profile: %s", error_message(&refusal));
	if (r < 0)
		return error_set(err, -r, "%s", error_message(&refusal));
	verification->compiled = verification->proven = true;
	for (i = 0; i < LAYOUT_COUNT; i++) {
		if (r == 0)
			r = verify_layout(profile, &compilations[i], verification, err);
		compilation_finish(&compilations[i]);
	}
	return r;
}

/* The limit of a verification. */
struct limit {
	const struct verify_terms *terms;
	struct seen seen; /* with terms->recording */
};

static const struct profile *limit_on(const struct limit *limit, const char *scmp_arch)
{
	int machine, abi;

	for (machine = 0; machine < MACHINE_COUNT; machine++)
		for (abi = 0; abi < ABI_COUNT; abi++) {
			const char *own = abi_scmp_arch(machine, abi);

			if (own && strcmp(own, scmp_arch) == 0)
				return limit->terms->against[machine];
		}
	return limit->terms->against[machine_native()];
}

static int verify_against(const struct semantics *semantics, const struct semantics *base,
			  const struct limit *limit, const struct scmp_arch *architecture,
			  struct findings *findings, struct error *err)
{
	struct finding_of of = { SEVERITY_ERROR, "subset", NULL, architecture->name };
	char base_text[EFFECT_TEXT_SIZE], text[EFFECT_TEXT_SIZE];
	_cleanup_free_ char *call = NULL;
	struct difference difference;
	const char *shown;
	bool subset;
	bool seen = limit->terms->recording;
	int r = seen ? profile_within(semantics, base, &limit->seen, &subset, &of.call, &difference,
				      err) :
		       semantics_subset(semantics, base, &subset, &of.call, &difference, err);

	if (r < 0 || subset)
		return r;
	shown = of.call ? of.call : "a call without a name";
	if (difference.arguments_matter)
		r = format_call(&call, shown, difference.arguments, err);
	if (r < 0)
		return r;
	return findings_add(findings, &of, err,
			    "not a subset: %s gets %s, where the other profile says %s%s",
			    call ? call : shown, effect_text(difference.b, text),
			    effect_text(difference.a, base_text),
			    seen ? ", and the recording has not seen it" : "");
}

static int verify_architecture(const struct profile *profile, const struct limit *limit,
			       const struct scmp_arch *architecture, struct findings *findings,
			       struct error *err)
{
	_cleanup_semantics_ struct semantics *semantics = NULL, *base = NULL;
	const struct profile *against = limit_on(limit, architecture->name);
	/* The caller of a call that was limited to what was seen could evade the limit. */
	enum severity evasion = limit->terms->recording ? SEVERITY_ERROR : SEVERITY_WARNING;
	int r = semantics_create(profile, architecture->name, &semantics, err);

	if (r == 0)
		r = lint_calls(semantics, architecture, findings, err);
	if (r == 0)
		r = lint_arguments(semantics, architecture, evasion, findings, err);
	if (r == 0)
		r = lint_multiplexed(semantics, architecture, findings, err);
	if (r < 0 || !against)
		return r;
	r = semantics_create(against, architecture->name, &base, err);
	if (r == 0)
		r = verify_against(semantics, base, limit, architecture, findings, err);
	return r;
}

/*
 * Reports a native architecture that is not listed. A profile that lists only i386, for
 * example, does not kill the calls of x86-64.
 */
static int lint_native(const struct profile *profile, const struct scmp_arch_set *set,
		       struct findings *findings, struct error *err)
{
	size_t i;
	int r = 0;

	for (i = 0; r == 0 && i < set->length && profile->architecture_count; i++) {
		const struct scmp_arch *architecture = set->items[i];
		const struct finding_of of = { SEVERITY_WARNING, "native", NULL,
					       architecture->name };

		if (scmp_arch_native_of(architecture) == architecture &&
		    !profile_lists(profile, architecture->name))
			r = findings_add(
				findings, &of, err,
				"%s is not listed, but runtimes add it on nodes of this "
				"architecture: its calls are not killed, but filtered by the same "
				"rules",
				architecture->name);
	}
	return r;
}

/* Reports missing calls that a runtime makes under the filter in every version. */
static int lint_startup(const struct profile *profile, const struct scmp_arch_set *set,
			struct findings *findings, struct error *err)
{
	static const char *const runtimes[] = { "runc", "crun" };
	static const struct finding_of of = { SEVERITY_WARNING, "startup", NULL, NULL };
	size_t i;
	int r = 0;

	for (i = 0; r == 0 && i < 2 && scmp_arch_set_has(set, scmp_arch_native()); i++) {
		_cleanup_free_ char *advice = NULL;

		r = startup_calls_describe(profile, runtimes[i], NULL, &advice, err);
		if (r == 0 && advice)
			r = findings_add(findings, &of, err, "%s", advice);
	}
	return r;
}

/*
 * Reports the parts of a profile that runtimes themselves refuse, before they call libseccomp.
 */
static int lint_refusals(const struct profile *profile, const struct verify_terms *terms,
			 struct findings *findings, struct error *err)
{
	static const struct finding_of of = { SEVERITY_ERROR, "runtime" };
	_cleanup_refusals_ struct refusals refusals = {};
	size_t i, k;
	int r = refusals_find(profile, &refusals, err);

	for (i = 0; i < refusals.length; i++)
		for (k = 0; r == 0 && k < terms->runtime_count; k++)
			if (refusal_is_by(&refusals.items[i], &terms->runtimes[k]))
				r = findings_add(findings, &of, err, "%s", refusals.items[i].text);
	return r;
}

static int lint_base(const struct verify_terms *terms, struct findings *findings, struct error *err)
{
	static const struct finding_of of = { SEVERITY_WARNING, "base-profile" };

	if (!terms->base_profile)
		return 0;
	return findings_add(findings, &of, err,
			    "the Security Profiles Operator merges the base profile %s into it, "
			    "which is not read: containers may do more than this report shows",
			    terms->base_profile);
}

static int verify(const struct profile *profile, const struct verify_terms *terms,
		  struct verification *verification, struct error *err)
{
	const struct scmp_arch_set *set = &verification->architectures;
	struct limit limit = { .terms = terms };
	size_t i;
	int r = lint_base(terms, &verification->findings, err);

	if (r == 0)
		r = lint_refusals(profile, terms, &verification->findings, err);
	if (r == 0)
		r = lint_rules(profile, &verification->findings, err);
	if (r == 0)
		r = lint_names(profile, set, &verification->findings, err);
	if (r == 0)
		r = lint_startup(profile, set, &verification->findings, err);
	if (r == 0)
		r = verify_layouts(profile, verification, err);
	if (!verification->compiled)
		return r;
	if (r == 0 && terms->recording)
		r = seen_create(terms->recording, profile, true, &limit.seen, err);
	for (i = 0; r == 0 && i < set->length; i++)
		r = verify_architecture(profile, &limit, set->items[i], &verification->findings,
					err);
	seen_finish(&limit.seen);
	return r;
}

/*
 * Copies a profile and lists the architectures of the set in the copy. The copy borrows
 * everything but the list, which the caller frees.
 */
static int list_architectures(const struct profile *profile, const struct scmp_arch_set *set,
			      struct profile *ret_listed, struct error *err)
{
	char **names = calloc(set->length + 1, sizeof(*names));
	size_t i;

	if (!names)
		return error_nomem(err);
	for (i = 0; i < set->length; i++)
		names[i] = (char *)set->items[i]->name;
	*ret_listed = *profile;
	ret_listed->architectures = names;
	ret_listed->architecture_count = set->length;
	return 0;
}

int profile_verify(const struct profile *profile, const struct scmp_arch_set *architectures,
		   const struct verify_terms *terms, struct verification *ret_verification,
		   struct error *err)
{
	_cleanup_verification_ struct verification verification = {};
	struct profile listed;
	size_t i;
	int r = 0;

	for (i = 0; r == 0 && i < architectures->length; i++)
		r = scmp_arch_set_add(&verification.architectures, architectures->items[i], err);
	if (r == 0)
		r = list_architectures(profile, architectures, &listed, err);
	if (r < 0)
		return r;
	r = lint_native(profile, &verification.architectures, &verification.findings, err);
	if (r == 0)
		r = verify(&listed, terms, &verification, err);
	free(listed.architectures);
	if (r < 0)
		return r;
	*ret_verification = verification;
	verification = (struct verification){};
	return 0;
}

bool verification_ok(const struct verification *verification)
{
	return verification->compiled && verification->proven &&
	       !findings_fail(&verification->findings);
}

void verification_finish(struct verification *verification)
{
	scmp_arch_set_finish(&verification->architectures);
	findings_finish(&verification->findings);
	*verification = (struct verification){};
}
