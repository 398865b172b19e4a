// SPDX-License-Identifier: Apache-2.0
#include <stdio.h>
#include <string.h>

#include "profile/baseline/baseline.h"
#include "profile/baseline/baseline_report.h"
#include "profile/semantics/coverage.h"
#include "profile/semantics/semantics.h"
#include "json/builder.h"
#include "util/error.h"
#include "util/text_stream.h"

static int count_calls(const struct baseline *baseline, const struct container_context *context,
		       const char *scmp_arch, struct coverage_counts *ret_counts, struct error *err)
{
	_cleanup_profile_ struct profile *profile = NULL;
	_cleanup_semantics_ struct semantics *semantics = NULL;
	int r = baseline_resolve(baseline, context, &profile, err);

	if (r == 0)
		r = semantics_create(profile, scmp_arch, &semantics, err);
	if (r == 0)
		semantics_count_coverage(semantics, ret_counts);
	return r;
}

static void print_row(FILE *out, const struct baseline *baseline,
		      const struct coverage_counts *counts)
{
	fprintf(out, "%-10s  %-8s  %-8s  %7zu  %11zu  %8zu\n", baseline->runtime, baseline->first,
		baseline->last, counts->all, counts->some, counts->none);
}

int baseline_list_text(const char *runtime, const struct container_context *context,
		       const char *scmp_arch, char **ret_text, struct error *err)
{
	_cleanup_text_stream_ struct text_stream stream = {};
	FILE *out = text_stream_open(&stream);
	struct coverage_counts counts;
	size_t i;
	int r = 0;

	if (!out)
		return error_nomem(err);
	fputs("RUNTIME     FROM      TO        ALLOWED  CONDITIONAL  LEFT OUT\n", out);
	for (i = 0; i < baseline_count && r == 0; i++) {
		if (runtime && strcmp(baselines[i].runtime, runtime) != 0)
			continue;
		r = count_calls(&baselines[i], context, scmp_arch, &counts, err);
		if (r == 0)
			print_row(out, &baselines[i], &counts);
	}
	return r < 0 ? r : text_stream_take(&stream, ret_text, err);
}

static json_t *from_row(struct builder *builder, const struct baseline *baseline,
			const struct coverage_counts *counts)
{
	json_t *object = builder_object(builder);

	builder_set_string(builder, object, "runtime", baseline->runtime);
	builder_set_string(builder, object, "first", baseline->first);
	builder_set_string(builder, object, "last", baseline->last);
	builder_set_string(builder, object, "source", baseline->source);
	builder_set_number(builder, object, "allowed", counts->all);
	builder_set_number(builder, object, "conditional", counts->some);
	builder_set_number(builder, object, "leftOut", counts->none);
	return object;
}

int baseline_list_json(const char *runtime, const struct container_context *context,
		       const char *scmp_arch, char **ret_text, struct error *err)
{
	_cleanup_json_ json_t *root = NULL;
	struct builder builder = {};
	struct coverage_counts counts;
	json_t *array;
	size_t i;
	int r = 0;

	root = builder_object(&builder);
	array = builder_array(&builder);
	builder_set_string(&builder, root, "format", "recorder.baselines/v1");
	builder_set_string(&builder, root, "architecture", scmp_arch);
	builder_set(&builder, root, "baselines", array);
	for (i = 0; i < baseline_count && r == 0; i++) {
		if (runtime && strcmp(baselines[i].runtime, runtime) != 0)
			continue;
		r = count_calls(&baselines[i], context, scmp_arch, &counts, err);
		if (r == 0)
			builder_append(&builder, array, from_row(&builder, &baselines[i], &counts));
	}
	return r < 0 ? r : builder_text(&builder, root, ret_text, err);
}
