// SPDX-License-Identifier: Apache-2.0
#include "profile/semantics/normal_form.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "profile/semantics/semantics.h"
#include "profile/model/model.h"
#include "util/error.h"
#include "util/string_set.h"
#include "util/text_stream.h"

static void write_rule(FILE *out, const struct argument_rule *rule)
{
	char effect[EFFECT_TEXT_SIZE];

	for (size_t i = 0; i < rule->condition_count; i++) {
		const struct condition *condition = &rule->conditions[i];

		fprintf(out, " [%" PRIu32 "] %s %" PRIx64 " %" PRIx64, condition->index,
			comparison_name(condition->comparison), condition->value,
			condition->comparison == COMPARE_MASKED_EQ ? condition->value_two : 0);
	}
	fprintf(out, ": %s;", effect_text(rule->effect, effect));
}

static void write_semantics(FILE *out, const struct semantics *semantics)
{
	struct effect usual = semantics_default(semantics);
	char effect[EFFECT_TEXT_SIZE];

	fprintf(out, "default: %s\n", effect_text(usual, effect));
	for (size_t i = 0; i < semantics_call_count(semantics); i++) {
		struct verdict verdict = semantics_verdict(semantics, i);

		if (!semantics_call_is_listed(semantics, i) ||
		    (verdict.rule_count == 0 && effect_equal(verdict.effect, usual)))
			continue;
		fprintf(out, "%s:", semantics_call_name(semantics, i));
		for (size_t k = 0; k < verdict.rule_count; k++)
			write_rule(out, &verdict.rules[k]);
		fprintf(out, " %s\n", effect_text(verdict.effect, effect));
	}
}

static int write_architecture(FILE *out, const struct profile *profile, const char *architecture,
			      struct error *err)
{
	_cleanup_semantics_ struct semantics *semantics = NULL;
	int r = semantics_create(profile, architecture, &semantics, err);

	if (r < 0)
		return r;
	fprintf(out, "%s\n", architecture);
	write_semantics(out, semantics);
	return 0;
}

static int write_profile(FILE *out, const struct profile *profile, const char *native,
			 struct error *err)
{
	char **architectures = NULL;
	size_t count = 0;
	int r = string_set_add(&architectures, &count, native, err);

	for (size_t i = 0; i < profile->architecture_count && r == 0; i++)
		r = string_set_add(&architectures, &count, profile->architectures[i], err);
	for (size_t i = 0; i < count && r == 0; i++)
		r = write_architecture(out, profile, architectures[i], err);
	string_set_free(architectures, count);
	return r;
}

int profile_normal_form(const struct profile *profile, const char *native, char **ret_text,
			struct error *err)
{
	_cleanup_text_stream_ struct text_stream stream = {};
	FILE *out = text_stream_open(&stream);
	int r;

	if (!out)
		return error_nomem(err);
	r = write_profile(out, profile, native, err);
	return r < 0 ? r : text_stream_take(&stream, ret_text, err);
}
