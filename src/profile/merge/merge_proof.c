// SPDX-License-Identifier: Apache-2.0
#include "profile/merge/merge_proof.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "profile/semantics/argument_space.h"
#include "profile/semantics/semantics.h"
#include "profile/model/model.h"
#include "util/array.h"
#include "util/error.h"
#include "util/string_set.h"

/* The different verdicts about one call. */
struct proof_call {
	const char *name;	  /* borrowed; NULL: numbers without a name */
	struct verdict *verdicts; /* the union's, borrowed; then the inputs', owned */
	size_t count;
};

/* The proof for one architecture. */
struct merge_proof {
	const char *scmp_arch;
	struct semantics *united;
	struct proof_call *calls;
	size_t length;
};

static void verdict_finish(struct verdict *verdict)
{
	free((void *)verdict->rules);
}

static void merge_proof_finish(struct merge_proof *proof)
{
	size_t i, k;

	for (i = 0; i < proof->length; i++) {
		for (k = 1; k < proof->calls[i].count; k++)
			verdict_finish(&proof->calls[i].verdicts[k]);
		free(proof->calls[i].verdicts);
	}
	free(proof->calls);
	semantics_destroy(proof->united);
}

static int copy_verdict(const struct verdict *verdict, struct verdict *ret_copy, struct error *err)
{
	size_t size = verdict->rule_count * sizeof(*verdict->rules);
	struct argument_rule *rules = NULL;

	if (size) {
		rules = malloc(size);
		if (!rules)
			return error_nomem(err);
		memcpy(rules, verdict->rules, size);
	}
	*ret_copy = *verdict;
	ret_copy->rules = rules;
	return 0;
}

/*
 * Adds a copy of a verdict unless the call has an equal one. The union's own verdict comes
 * first and is borrowed.
 */
static int add_verdict(struct proof_call *call, const struct verdict *verdict, struct error *err)
{
	struct verdict *verdicts;
	size_t i;
	int r = 0;

	for (i = 1; i < call->count; i++)
		if (verdict_equal(&call->verdicts[i], verdict))
			return 0;
	verdicts = array_grow(call->verdicts, call->count, sizeof(*verdicts));
	if (!verdicts)
		return error_nomem(err);
	call->verdicts = verdicts;
	if (call->count == 0)
		verdicts[0] = *verdict;
	else
		r = copy_verdict(verdict, &verdicts[call->count], err);
	call->count += r == 0;
	return r;
}

/*
 * True if the profile with all names has a rule for the call, or for one that is made through
 * it.
 */
static bool is_named(const struct semantics *all, size_t position)
{
	struct verdict verdict = semantics_verdict(all, position);

	return verdict.rule_count || !effect_equal(verdict.effect, semantics_default(all));
}

/*
 * Lists the named calls, and the numbers without a name. These also stand for the calls that no
 * profile names, because the default answers both.
 */
static int list_calls(struct merge_proof *proof, const struct semantics *all, struct error *err)
{
	size_t i, count = semantics_call_count(all) + 1;
	int r = 0;

	proof->calls = calloc(count, sizeof(*proof->calls));
	if (!proof->calls)
		return error_nomem(err);
	for (i = 0; i < count && r == 0; i++) {
		struct proof_call *call = &proof->calls[proof->length];
		struct verdict verdict;

		if (i && !is_named(all, i - 1))
			continue;
		call->name = i ? semantics_call_name(all, i - 1) : NULL;
		verdict = semantics_verdict_of(proof->united, call->name);
		proof->length++;
		r = add_verdict(call, &verdict, err);
	}
	return r;
}

static int add_input(struct merge_proof *proof, const struct profile *input, struct error *err)
{
	_cleanup_semantics_ struct semantics *semantics = NULL;
	int r = semantics_create(input, proof->scmp_arch, &semantics, err);
	size_t i;

	for (i = 0; i < proof->length && r == 0; i++) {
		struct proof_call *call = &proof->calls[i];
		struct verdict verdict = semantics_verdict_of(semantics, call->name);

		r = add_verdict(call, &verdict, err);
	}
	return r;
}

static int refuse(const struct merge_proof *proof, const struct proof_call *call, bool always,
		  const uint64_t arguments[ARGUMENT_COUNT], struct effect united,
		  struct effect most, struct error *err)
{
	char united_text[EFFECT_TEXT_SIZE], most_text[EFFECT_TEXT_SIZE], with[160] = "";

	effect_text(united, united_text);
	effect_text(most, most_text);
	if (!always)
		snprintf(with, sizeof(with),
			 " with the arguments 0x%" PRIx64 ", 0x%" PRIx64 ", 0x%" PRIx64
			 ", 0x%" PRIx64 ", 0x%" PRIx64 ", 0x%" PRIx64,
			 arguments[0], arguments[1], arguments[2], arguments[3], arguments[4],
			 arguments[5]);
	return error_set(err, EINVAL,
			 "%s on %s%s would get %s, where the most permissive of the profiles says "
			 "%s: no profile can express their union",
			 call->name ? call->name : "a call without a name", proof->scmp_arch, with,
			 united_text, most_text);
}

static struct effect most_permissive(const struct effect *effects, size_t count)
{
	struct effect most = effects[0];
	size_t i;

	for (i = 1; i < count; i++)
		if (effect_permission(effects[i]) > effect_permission(most))
			most = effects[i];
	return most;
}

/* Compares the union with the inputs for all arguments. */
static int prove_points(const struct merge_proof *proof, const struct proof_call *call,
			const struct argument_space *space, struct effect *effects,
			struct error *err)
{
	uint64_t arguments[ARGUMENT_COUNT];
	struct effect most;
	size_t point;

	for (point = 0; point < space->points; point++) {
		argument_space_at(space, point, arguments, effects);
		most = most_permissive(&effects[1], call->count - 1);
		if (effect_permission(effects[0]) != effect_permission(most))
			return refuse(proof, call, space->points == 1, arguments, effects[0], most,
				      err);
	}
	return 0;
}

static int prove_call(const struct merge_proof *proof, const struct proof_call *call,
		      struct error *err)
{
	_cleanup_argument_space_ struct argument_space space = {};
	_cleanup_free_ struct effect *effects = NULL;
	int r;

	if (call->count == 2 && verdict_equal(&call->verdicts[0], &call->verdicts[1]))
		return 0;
	effects = calloc(call->count, sizeof(*effects));
	if (!effects)
		return error_nomem(err);
	r = argument_space_init(&space, call->verdicts, call->count,
				semantics_is_narrow(proof->united), err);
	if (r < 0)
		return error_prefix(err, "%s", call->name);
	return prove_points(proof, call, &space, effects, err);
}

static int prove_on(const char *scmp_arch, const struct profile *united, const struct profile *all,
		    struct profile *const *inputs, size_t count, struct error *err)
{
	_cleanup_(merge_proof_finish) struct merge_proof proof = { .scmp_arch = scmp_arch };
	_cleanup_semantics_ struct semantics *names = NULL;
	size_t i;
	int r = semantics_create(all, scmp_arch, &names, err);

	if (r == 0)
		r = semantics_create(united, scmp_arch, &proof.united, err);
	if (r == 0)
		r = list_calls(&proof, names, err);
	for (i = 0; i < count && r == 0; i++)
		r = add_input(&proof, inputs[i], err);
	for (i = 0; i < proof.length && r == 0; i++)
		r = prove_call(&proof, &proof.calls[i], err);
	return r;
}

static int add_all_names(struct rule *rule, const struct profile *profile, struct error *err)
{
	size_t i, k;
	int r = 0;

	for (i = 0; i < profile->rule_count; i++)
		for (k = 0; k < profile->rules[i].name_count && r == 0; k++)
			r = rule_add_name(rule, profile->rules[i].names[k], err);
	return r;
}

int merge_prove(const struct profile *united, struct profile *const *inputs, size_t count,
		const char *native, struct error *err)
{
	_cleanup_profile_ struct profile *all = profile_create(ACTION_ERRNO);
	char **architectures = NULL;
	size_t i, architecture_count = 0;
	struct rule *rule;
	int r;

	if (!all)
		return error_nomem(err);
	r = profile_add_rule(all, ACTION_ALLOW, &rule, err);
	for (i = 0; i < count && r == 0; i++) {
		r = add_all_names(rule, inputs[i], err);
		if (r == 0)
			r = profile_collect_architectures(inputs[i], native, &architectures,
							  &architecture_count, err);
	}
	for (i = 0; i < architecture_count && r == 0; i++)
		r = profile_add_architecture(all, architectures[i], err);
	for (i = 0; i < architecture_count && r == 0; i++)
		r = prove_on(architectures[i], united, all, inputs, count, err);
	string_set_free(architectures, architecture_count);
	return r;
}
