// SPDX-License-Identifier: Apache-2.0
//
// options: -max_len=128
//
// Profiles made of an input, compiled by libseccomp as runtimes do it: the filter, run without a
// kernel, does what the profile is said to mean. Where several alternatives depend on arguments,
// libseccomp does not always get that right, and proving is what tells.
#include "profiles.h"

#include <stdio.h>

#include "seccomp/compile.h"
#include "seccomp/prove.h"
#include "seccomp/scmp_arch.h"

/* libseccomp 2.5 leaks what it had made of a rule that it refuses. */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void)
{
	return "leak:libseccomp.so";
}

static void check_proof(const struct proof *proof, const struct profile *profile)
{
	_cleanup_free_ char *text = NULL;
	size_t i;

	if (proof->disagreed && profile_write_oci(profile, &text, NULL) == 0)
		fputs(text, stderr);
	for (i = 0; i < proof->disagreement_count; i++) {
		const struct disagreement *disagreement = &proof->disagreements[i];
		char expected[EFFECT_TEXT_SIZE], actual[EFFECT_TEXT_SIZE];

		fprintf(stderr, "%s, number %d: %s instead of %s\n",
			disagreement->architecture->name, disagreement->data.nr,
			effect_text(disagreement->actual, actual),
			effect_text(disagreement->expected, expected));
	}
	assert(proof->disagreed == 0);
}

/* Calls that go through socketcall(2) and ipc(2) too on some architectures, or are one of these. */
static bool is_multiplexed(const char *name)
{
	return strcmp(name, "socket") == 0 || strcmp(name, "socketcall") == 0 ||
	       strcmp(name, "shmget") == 0;
}

/* How many alternatives that depend on arguments a rule gives to a call, at most. */
static size_t alternatives_of(const struct rule *rule)
{
	size_t i, alternatives = rule->condition_count > 0;
	unsigned int seen = 0;

	for (i = 0; i < rule->condition_count; i++) {
		if (seen & 1u << rule->conditions[i].index)
			alternatives++; /* runtimes make a rule of each of its conditions */
		seen |= 1u << rule->conditions[i].index;
	}
	for (i = 0; i < rule->name_count; i++)
		alternatives += is_multiplexed(rule->names[i]);
	return alternatives;
}

static bool is_simple(const struct profile *profile)
{
	size_t i, alternatives = 0;

	for (i = 0; i < profile->rule_count; i++)
		alternatives += alternatives_of(&profile->rules[i]);
	return alternatives <= 1;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input input = { data, size };
	enum layout layout = take_byte(&input) % LAYOUT_COUNT;
	_cleanup_profile_ struct profile *profile = take_profile(&input, take_action(&input));
	_cleanup_scmp_arch_set_ struct scmp_arch_set architectures = { 0 };
	_cleanup_compilation_ struct compilation compilation = { 0 };
	struct error err = ERROR_INIT;
	_cleanup_proof_ struct proof proof = { 0 };
	int ret = scmp_arch_set_of(profile, scmp_arch_native(), &architectures, &err);

	assert(!failed(ret, &err));
	ret = profile_compile(profile, &architectures, layout, &compilation, &err);
	if (failed(ret, &err))
		return 0;
	assert(!failed(filter_check(&compilation.filter, &err), &err));
	ret = filter_prove(&compilation.filter, profile, &architectures, &proof, &err);
	if (!failed(ret, &err) && is_simple(profile))
		check_proof(&proof, profile);
	return 0;
}
