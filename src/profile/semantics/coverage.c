// SPDX-License-Identifier: Apache-2.0
#include "profile/semantics/coverage.h"

#include <inttypes.h>
#include <stdio.h>

#include "profile/semantics/semantics.h"
#include "util/cleanup.h"
#include "util/error.h"
#include "util/text_stream.h"

/* Larger values are flags or masks, which are read more easily in hexadecimal. */
#define DECIMAL_MAX 4095

static const char *const comparison_signs[COMPARE_COUNT] = {
	[COMPARE_NE] = "is not", [COMPARE_LT] = "<",  [COMPARE_LE] = "<=",
	[COMPARE_EQ] = "is",	 [COMPARE_GE] = ">=", [COMPARE_GT] = ">",
};

static bool granted(struct effect effect)
{
	return effect_permission(effect) == PERMISSION_GRANTED;
}

/* True if some conditional rule grants a call that is otherwise not granted, or the reverse. */
static bool arguments_matter(const struct verdict *verdict)
{
	size_t i;

	for (i = 0; i < verdict->rule_count; i++)
		if (granted(verdict->rules[i].effect) != granted(verdict->effect))
			return true;
	return false;
}

enum coverage semantics_coverage(const struct semantics *semantics, const char *name)
{
	int position = name ? semantics_find(semantics, name) : -1;
	struct call_comparison comparison;
	struct verdict verdict = { .effect = semantics_default(semantics) };

	if (position >= 0)
		verdict = semantics_verdict(semantics, position);
	if (!arguments_matter(&verdict))
		return granted(verdict.effect) ? COVERAGE_ALL : COVERAGE_NONE;
	/*
	 * The rules together can cover all arguments. A call that is too complex to decide
	 * counts as depending on its arguments.
	 */
	if (semantics_compare(semantics, semantics, name, &comparison, NULL) < 0)
		return COVERAGE_SOME;
	if (comparison.a_most != PERMISSION_GRANTED)
		return COVERAGE_NONE;
	return comparison.a_least == PERMISSION_GRANTED ? COVERAGE_ALL : COVERAGE_SOME;
}

void semantics_count_coverage(const struct semantics *semantics, struct coverage_counts *ret_counts)
{
	size_t i;

	*ret_counts = (struct coverage_counts){};
	for (i = 0; i < semantics_call_count(semantics); i++) {
		if (!semantics_call_is_listed(semantics, i))
			continue;
		switch (semantics_coverage(semantics, semantics_call_name(semantics, i))) {
		case COVERAGE_NONE:
			ret_counts->none++;
			break;
		case COVERAGE_SOME:
			ret_counts->some++;
			break;
		case COVERAGE_ALL:
			ret_counts->all++;
			break;
		}
	}
}

static void print_value(FILE *out, uint64_t value)
{
	fprintf(out, value > DECIMAL_MAX ? "0x%" PRIx64 : "%" PRIu64, value);
}

static void print_condition(FILE *out, const struct condition *condition)
{
	fprintf(out, "argument %" PRIu32 " ", condition->index);
	if (condition->comparison == COMPARE_MASKED_EQ) {
		fputs("& ", out);
		print_value(out, condition->value);
		fputs(" is ", out);
		print_value(out, condition->value_two);
		return;
	}
	fprintf(out, "%s ", comparison_signs[condition->comparison]);
	print_value(out, condition->value);
}

int semantics_condition_text(const struct semantics *semantics, const char *name, char **ret_text,
			     struct error *err)
{
	int position = semantics_find(semantics, name);
	_cleanup_text_stream_ struct text_stream stream = {};
	struct verdict verdict = {};
	const char *separator = "";
	FILE *out = text_stream_open(&stream);
	size_t i, j;

	if (!out)
		return error_nomem(err);
	if (position >= 0)
		verdict = semantics_verdict(semantics, position);
	if (granted(verdict.effect) && verdict.rule_count)
		fputs("unless ", out);
	for (i = 0; i < verdict.rule_count; i++) {
		const struct argument_rule *rule = &verdict.rules[i];

		if (granted(rule->effect) == granted(verdict.effect))
			continue;
		fputs(separator, out);
		for (j = 0; j < rule->condition_count; j++) {
			fputs(j ? " and " : "", out);
			print_condition(out, &rule->conditions[j]);
		}
		separator = ", or ";
	}
	return text_stream_take(&stream, ret_text, err);
}
