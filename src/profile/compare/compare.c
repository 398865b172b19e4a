// SPDX-License-Identifier: Apache-2.0
#include "profile/compare/compare.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "profile/baseline/capability_effects.h"
#include "profile/baseline/resolved_baseline.h"
#include "profile/compare/judge.h"
#include "profile/semantics/coverage.h"
#include "profile/semantics/semantics.h"
#include "profile/model/model.h"
#include "recording/argument_union.h"
#include "syscalls/fallbacks.h"
#include "syscalls/purpose.h"
#include "util/array.h"
#include "util/error.h"

/* The united calls of all observations on the machine. */
struct evidence_union {
	struct call_set used;
	struct call_set denied;
	struct argument_set arguments; /* of used */
};

/* The comparison on one ABI of the machine. */
struct side_by_side {
	const struct compare_input *input;
	const struct evidence_union *evidence;
	enum abi abi;
	const char *scmp_arch;
	bool counted; /* scmp_arch is compare_architecture() */
	struct semantics *own;
	struct semantics *owned; /* equals baseline, or NULL if that is the input's */
	const struct semantics *baseline;
};

static void evidence_union_finish(struct evidence_union *evidence)
{
	call_set_finish(&evidence->used);
	call_set_finish(&evidence->denied);
	argument_set_finish(&evidence->arguments);
}

static void side_by_side_finish(struct side_by_side *sides)
{
	semantics_destroy(sides->own);
	semantics_destroy(sides->owned);
}

void compare_report_finish(struct compare_report *report)
{
	size_t i;

	for (i = 0; i < report->length; i++) {
		free(report->findings[i].condition);
		free(report->findings[i].capabilities);
	}
	free(report->findings);
	free(report->other_architectures);
	*report = (struct compare_report){};
}

const char *compare_architecture(const struct profile *own, enum machine machine)
{
	const char *native = abi_scmp_arch(machine, ABI_NATIVE), *scmp_arch;
	int abi;

	if (own->architecture_count == 0 || profile_lists(own, native))
		return native;
	for (abi = 0; abi < ABI_COUNT; abi++) {
		scmp_arch = abi_scmp_arch(machine, abi);
		if (scmp_arch && profile_lists(own, scmp_arch))
			return scmp_arch;
	}
	return native;
}

static int unite_evidence(const struct compare_input *input, struct evidence_union *evidence,
			  struct error *err)
{
	size_t i, count = input->recording ? input->recording->observation_count : 0;
	int r = input->recording ? recording_unite_arguments(input->recording, input->machine,
							     false, &evidence->arguments, err) :
				   0;

	for (i = 0; i < count && r == 0; i++) {
		const struct observation *observation = &input->recording->observations[i];

		if (observation->machine != input->machine)
			continue;
		r = call_set_merge(&evidence->used, &observation->calls, err);
		if (r == 0)
			r = call_set_merge(&evidence->denied, &observation->denied, err);
	}
	return r;
}

/*
 * Finds the observation that made a call first. The union has the time; the first observation
 * with the same time is taken.
 */
static void find_witness(const struct compare_input *input, const struct call *call, bool denied,
			 struct finding *finding)
{
	size_t i, count = input->recording ? input->recording->observation_count : 0;

	for (i = 0; call && i < count; i++) {
		const struct observation *observation = &input->recording->observations[i];
		const struct call *own;

		if (observation->machine != input->machine)
			continue;
		own = call_set_find(denied ? &observation->denied : &observation->calls, call->abi,
				    call->nr);
		if (!own || own->first_seen != call->first_seen)
			continue;
		finding->observation = observation;
		finding->call = own;
		return;
	}
}

/* Appends a finding in which only the members common to all kinds are set. */
static int add_finding(const struct side_by_side *sides, enum finding_kind kind, const char *name,
		       struct compare_report *report, struct finding **ret_finding,
		       struct error *err)
{
	struct finding *items = array_grow(report->findings, report->length, sizeof(*items)), *item;
	size_t length = strnlen(name, SYSCALL_NAME_SIZE - 1);

	if (!items)
		return error_nomem(err);
	report->findings = items;
	item = &items[report->length++];
	*item = (struct finding){
		.kind = kind,
		.scmp_arch = sides->scmp_arch,
		.counted = sides->counted,
		.purpose = syscall_purpose(name),
		.allowed = semantics_coverage(sides->baseline, name) != COVERAGE_NONE,
	};
	memcpy(item->name, name, length);
	report->counts[kind]++;
	*ret_finding = item;
	return 0;
}

/*
 * Returns what C libraries and programs do instead of a call if the baseline answers it with
 * ENOSYS. Returns NULL if the baseline does not, or if no fallback is known.
 */
static const char *find_fallback(const struct side_by_side *sides, const char *name)
{
	const struct fallback *fallback = fallback_find(name);
	int position = semantics_find(sides->baseline, name);
	struct verdict verdict;

	if (!fallback || position < 0)
		return NULL;
	verdict = semantics_verdict(sides->baseline, position);
	return verdict.rule_count == 0 && verdict.effect.action == ACTION_ERRNO &&
			       verdict.effect.data == ENOSYS ?
		       fallback->instead :
		       NULL;
}

/*
 * Classifies the use of a call that the baseline does not allow unconditionally. With what was
 * seen of its arguments, a call that is allowed for some of them breaks, or is no finding.
 */
static enum finding_kind classify(enum coverage coverage, const char *instead,
				  const struct judged *judged)
{
	if (judged->judgement == JUDGEMENT_BREAKS)
		return FINDING_BREAKS;
	if (coverage != COVERAGE_NONE)
		return FINDING_CONDITIONAL;
	return instead ? FINDING_FALLBACK : FINDING_BREAKS;
}

static void set_refused(struct refused_argument *refused, enum machine machine,
			const struct judged *judged)
{
	const struct argument *argument = judged->argument;
	const struct syscall_argument *row = syscall_argument_at(
		machine, argument->abi, argument->nr, argument->index, argument->offset);

	*refused = (struct refused_argument){
		.known = true,
		.index = argument->index,
		.offset = argument->offset,
		.flags = argument->flags,
		.value = *judged->value,
		.name = row ? argument_value_name(machine, row, judged->value->value) : NULL,
	};
	if (row)
		argument_value_text(machine, row, judged->value->value, refused->text);
}

/* Adds any finding about a call that the workload makes. call is the evidence, or NULL. */
static int compare_used(const struct side_by_side *sides, const char *name, const struct call *call,
			struct compare_report *report, struct error *err)
{
	enum coverage coverage = semantics_coverage(sides->baseline, name);
	const char *instead = find_fallback(sides, name);
	_cleanup_free_ const char **capabilities = NULL;
	struct call_comparison comparison;
	struct judged judged = {};
	struct finding *finding;
	int r = 0;

	/* Runtimes work under their own default, so they do not need what it denies. */
	if (call && call->origin == ORIGIN_RUNTIME)
		return 0;
	/* The own profile may have conditions that stay within those of the baseline. */
	if (coverage == COVERAGE_SOME && !sides->input->recording &&
	    semantics_compare(sides->baseline, sides->own, name, &comparison, NULL) == 0 &&
	    !comparison.wider.found)
		return 0;
	if (call && (coverage == COVERAGE_SOME || instead))
		r = judge_call(sides->baseline, sides->input->machine, sides->abi, name,
			       &sides->evidence->arguments, &judged, err);
	if (r < 0 || (coverage == COVERAGE_SOME && judged.judgement == JUDGEMENT_FITS))
		return r;
	if (sides->input->baseline->effects)
		r = capability_effects_list(sides->input->baseline->effects, name, &capabilities,
					    err);
	if (r < 0 || (coverage == COVERAGE_ALL && !capabilities))
		return r;
	r = add_finding(sides, classify(coverage, instead, &judged), name, report, &finding, err);
	if (r < 0)
		return r;
	finding->instead = instead;
	finding->refused_reason = judged.reason;
	if (judged.value)
		set_refused(&finding->refused, sides->input->machine, &judged);
	finding->capabilities = steal_pointer(&capabilities);
	find_witness(sides->input, call, false, finding);
	if (coverage == COVERAGE_SOME)
		r = semantics_condition_text(sides->baseline, name, &finding->condition, err);
	return r;
}

static int compare_named(const struct side_by_side *sides, size_t position,
			 struct compare_report *report, struct error *err)
{
	const char *name = semantics_call_name(sides->baseline, position);
	bool has_evidence = sides->input->recording;
	bool own = semantics_coverage(sides->own, name) != COVERAGE_NONE;
	bool allowed = semantics_coverage(sides->baseline, name) != COVERAGE_NONE;
	const struct call *call = NULL;
	struct finding *finding;

	if (has_evidence)
		call = call_set_find(&sides->evidence->used, sides->abi,
				     semantics_call_number(sides->baseline, position));
	if (sides->counted && allowed && semantics_call_is_listed(sides->baseline, position))
		report->allowed++;
	if (has_evidence ? call != NULL : own)
		return compare_used(sides, name, call, report, err);
	if (sides->counted && allowed && !own &&
	    semantics_call_is_listed(sides->baseline, position))
		return add_finding(sides, FINDING_UNUSED, name, report, &finding, err);
	return 0;
}

static int compare_unnamed(const struct side_by_side *sides, const struct call *call,
			   struct compare_report *report, struct error *err)
{
	char buffer[SYSCALL_NAME_SIZE];

	if (call->abi != sides->abi || syscall_name(sides->input->machine, call->abi, call->nr))
		return 0;
	return compare_used(
		sides, syscall_name_or_number(sides->input->machine, call->abi, call->nr, buffer),
		call, report, err);
}

static int compare_denied(const struct side_by_side *sides, const struct call *call,
			  struct compare_report *report, struct error *err)
{
	char buffer[SYSCALL_NAME_SIZE];
	struct finding *finding;
	int r;

	if (call->abi != sides->abi)
		return 0;
	r = add_finding(sides, FINDING_DENIED,
			syscall_name_or_number(sides->input->machine, call->abi, call->nr, buffer),
			report, &finding, err);
	if (r == 0)
		find_witness(sides->input, call, true, finding);
	return r;
}

/*
 * Compares the calls that only the own profile names: neither the rules of the baseline nor the
 * table of the architecture have them.
 */
static int compare_unlisted(const struct side_by_side *sides, struct compare_report *report,
			    struct error *err)
{
	size_t i, count = sides->input->recording ? 0 : semantics_call_count(sides->own);
	int r = 0;

	for (i = 0; i < count && r == 0; i++) {
		const char *name = semantics_call_name(sides->own, i);

		if (!semantics_call_is_listed(sides->own, i) &&
		    semantics_find(sides->baseline, name) < 0 &&
		    semantics_coverage(sides->own, name) != COVERAGE_NONE)
			r = compare_used(sides, name, NULL, report, err);
	}
	return r;
}

static int compare_calls(const struct side_by_side *sides, struct compare_report *report,
			 struct error *err)
{
	const struct evidence_union *evidence = sides->evidence;
	size_t i;
	int r = 0;

	for (i = 0; i < semantics_call_count(sides->baseline) && r == 0; i++)
		r = compare_named(sides, i, report, err);
	if (r == 0)
		r = compare_unlisted(sides, report, err);
	for (i = 0; i < evidence->used.length && r == 0; i++)
		r = compare_unnamed(sides, &evidence->used.items[i], report, err);
	for (i = 0; i < evidence->denied.length && r == 0; i++)
		r = compare_denied(sides, &evidence->denied.items[i], report, err);
	return r;
}

static int compare_abi(const struct compare_input *input, const struct evidence_union *evidence,
		       enum abi abi, struct compare_report *report, struct error *err)
{
	_cleanup_(side_by_side_finish) struct side_by_side sides = {
		.input = input,
		.evidence = evidence,
		.abi = abi,
		.scmp_arch = abi_scmp_arch(input->machine, abi),
	};
	const struct resolved_baseline *baseline = input->baseline;
	int r;

	if (!sides.scmp_arch)
		return 0;
	sides.counted = strcmp(sides.scmp_arch, compare_architecture(input->own, input->machine)) ==
			0;
	r = semantics_create(input->own, sides.scmp_arch, &sides.own, err);
	if (r == 0 && strcmp(sides.scmp_arch, baseline->scmp_arch) != 0)
		r = semantics_create(baseline->profile, sides.scmp_arch, &sides.owned, err);
	if (r < 0)
		return r;
	sides.baseline = sides.owned ? sides.owned : baseline->semantics;
	return compare_calls(&sides, report, err);
}

static int list_other_architectures(const struct compare_input *input,
				    struct compare_report *report, struct error *err)
{
	const struct profile *baseline = input->baseline->profile, *own = input->own;
	size_t i, length = 0;

	report->other_architectures =
		calloc(baseline->architecture_count + 1, sizeof(*report->other_architectures));
	if (!report->other_architectures)
		return error_nomem(err);
	for (i = 0; i < baseline->architecture_count; i++) {
		const char *scmp_arch = baseline->architectures[i];

		if (!profile_lists(own, scmp_arch) &&
		    strcmp(scmp_arch, compare_architecture(own, input->machine)) != 0)
			report->other_architectures[length++] = scmp_arch;
	}
	return 0;
}

static int compare_findings(const void *a, const void *b)
{
	const struct finding *left = a, *right = b;
	int order;

	if (left->kind != right->kind)
		return left->kind < right->kind ? -1 : 1;
	if (left->counted != right->counted)
		return left->counted ? -1 : 1;
	order = strcmp(left->scmp_arch, right->scmp_arch);
	if (order != 0)
		return order;
	if (left->purpose->group != right->purpose->group)
		return left->purpose->group < right->purpose->group ? -1 : 1;
	if (left->purpose->risk != right->purpose->risk)
		return left->purpose->risk > right->purpose->risk ? -1 : 1;
	return strcmp(left->name, right->name);
}

int compare_with_baseline(const struct compare_input *input, struct compare_report *ret_report,
			  struct error *err)
{
	_cleanup_compare_report_ struct compare_report report = {};
	_cleanup_(evidence_union_finish) struct evidence_union evidence = {};
	int abi, r = unite_evidence(input, &evidence, err);

	for (abi = 0; abi < ABI_COUNT && r == 0; abi++)
		r = compare_abi(input, &evidence, abi, &report, err);
	if (r == 0)
		r = list_other_architectures(input, &report, err);
	if (r < 0)
		return r;
	report.fits = report.counts[FINDING_BREAKS] == 0;
	if (report.length)
		qsort(report.findings, report.length, sizeof(*report.findings), compare_findings);
	*ret_report = report;
	report = (struct compare_report){};
	return 0;
}
