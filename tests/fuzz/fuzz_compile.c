// SPDX-License-Identifier: Apache-2.0
//
// options: -max_len=128
//
// Profiles made from an input, compiled by libseccomp as runtimes do it. The filter, run
// without a kernel, does what the profile means. The exceptions are faults of libseccomp 2.5.4:
// each has a function below, and a filter in tests/unit/seccomp/test_prove.c.
#include "profiles.h"

#include <seccomp.h>
#include <stdio.h>

#include "profile/format/profile_write.h"
#include "seccomp/compile.h"
#include "seccomp/prove.h"
#include "seccomp/scmp_arch.h"

/* libseccomp 2.5 leaks memory of a rule that it refuses. */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void)
{
	return "leak:libseccomp.so";
}

static bool is_inequality(const struct condition *condition)
{
	return condition->comparison != COMPARE_EQ && condition->comparison != COMPARE_MASKED_EQ;
}

/*
 * True if two rules of a call compare the same argument, one of them with an inequality, and
 *
 * - the other one with an inequality of 64 bits: both share a comparison of the upper half, or
 * - more arguments: after another argument was compared, the first one is not loaded again.
 */
static bool have_faulty_pair(const struct argument_rule *a, const struct argument_rule *b)
{
	bool several = a->condition_count > 1 || b->condition_count > 1;
	size_t i, k;

	for (i = 0; i < a->condition_count; i++)
		for (k = 0; k < b->condition_count; k++) {
			const struct condition *left = &a->conditions[i],
					       *right = &b->conditions[k];

			if (left->index != right->index)
				continue;
			if (is_inequality(left) + is_inequality(right) + several >= 2 &&
			    (is_inequality(left) || is_inequality(right)))
				return true;
		}
	return false;
}

static bool has_faulty_rules(const struct verdict *verdict)
{
	size_t i, k;

	for (i = 0; i < verdict->rule_count; i++)
		for (k = 0; k < i; k++)
			if (have_faulty_pair(&verdict->rules[i], &verdict->rules[k]))
				return true;
	return false;
}

/* True if a rule names a call that other architectures have, and this one does not. */
static bool lacks_a_call(const struct profile *profile, const struct scmp_arch *architecture)
{
	size_t i, k;
	int number;

	for (i = 0; i < profile->rule_count; i++)
		for (k = 0; k < profile->rules[i].name_count; k++) {
			number = seccomp_syscall_resolve_name_arch(architecture->token,
								   profile->rules[i].names[k]);
			if (number < 0 && number != __NR_SCMP_ERROR)
				return true;
		}
	return false;
}

/*
 * True if the filter never loads the number of a call. libseccomp leaves that to the filter's first
 * call, which it omits if the architecture does not have it. A call without conditions comes first.
 */
static bool loads_no_number(const struct profile *profile, const struct semantics *semantics,
			    const struct scmp_arch *architecture)
{
	struct effect effect = semantics_default(semantics);
	size_t i;

	for (i = 0; i < semantics_call_count(semantics); i++) {
		struct verdict verdict = semantics_verdict(semantics, i);

		if (verdict.rule_count == 0 && !effect_equal(verdict.effect, effect))
			return false;
	}
	return lacks_a_call(profile, architecture);
}

/*
 * True if a call gets the default action on an architecture that lacks another call of the
 * profile. Together with that call, libseccomp may omit the way to the next call's rules.
 */
static bool loses_rules(const struct profile *profile, const struct semantics *semantics,
			const struct disagreement *disagreement)
{
	return effect_equal(disagreement->actual, semantics_default(semantics)) &&
	       lacks_a_call(profile, disagreement->architecture);
}

static bool is_known_fault(const struct profile *profile, const struct disagreement *disagreement)
{
	const struct scmp_arch *architecture = disagreement->architecture;
	struct semantics *semantics = take_semantics(profile, architecture->name);
	char name[SCMP_ARCH_CALL_SIZE];
	struct verdict verdict;
	int position;
	bool known;

	assert(semantics);
	scmp_arch_call_name(architecture, disagreement->data.nr, name);
	position = semantics_find(semantics, name);
	verdict = (struct verdict){ .effect = semantics_default(semantics) };
	if (position >= 0)
		verdict = semantics_verdict(semantics, position);
	known = has_faulty_rules(&verdict) || loads_no_number(profile, semantics, architecture) ||
		loses_rules(profile, semantics, disagreement);
	semantics_destroy(semantics);
	return known;
}

static void check_disagreement(const struct profile *profile,
			       const struct disagreement *disagreement)
{
	char expected[EFFECT_TEXT_SIZE], actual[EFFECT_TEXT_SIZE];
	_cleanup_free_ char *text = NULL;

	if (is_known_fault(profile, disagreement))
		return;
	if (profile_write_oci(profile, &text, NULL) == 0)
		fputs(text, stderr);
	fprintf(stderr, "%s, number %d: %s instead of %s\n", disagreement->architecture->name,
		disagreement->data.nr, effect_text(disagreement->actual, actual),
		effect_text(disagreement->expected, expected));
	abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input input = { data, size };
	enum layout layout = take_byte(&input) % LAYOUT_COUNT;
	_cleanup_profile_ struct profile *profile = take_profile(&input, take_action(&input));
	_cleanup_scmp_arch_set_ struct scmp_arch_set architectures = {};
	_cleanup_compilation_ struct compilation compilation = {};
	struct error err = ERROR_INIT;
	_cleanup_proof_ struct proof proof = {};
	size_t i;
	int r = scmp_arch_set_of(profile, scmp_arch_native(), &architectures, &err);

	assert(!failed(r, &err));
	r = profile_compile(profile, &architectures, layout, &compilation, &err);
	if (failed(r, &err))
		return 0;
	assert(!failed(filter_check(&compilation.filter, &err), &err));
	r = filter_prove(&compilation.filter, profile, &architectures, &proof, &err);
	if (failed(r, &err))
		return 0;
	for (i = 0; i < proof.disagreement_count; i++)
		check_disagreement(profile, &proof.disagreements[i]);
	return 0;
}
