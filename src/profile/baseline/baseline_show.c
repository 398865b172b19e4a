// SPDX-License-Identifier: Apache-2.0
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "profile/baseline/baseline.h"
#include "profile/baseline/baseline_report.h"
#include "profile/baseline/capability_effects.h"
#include "profile/baseline/resolved_baseline.h"
#include "profile/format/conditional_profile.h"
#include "profile/semantics/coverage.h"
#include "profile/semantics/semantics.h"
#include "json/builder.h"
#include "syscalls/listing.h"
#include "util/error.h"
#include "util/str.h"
#include "util/text_stream.h"

/* A table to show, resolved for its context. */
struct shown {
	const struct baseline_view *view;
	struct resolved_baseline baseline;
};

static void shown_finish(struct shown *shown)
{
	resolved_baseline_finish(&shown->baseline);
}

static int shown_init(struct shown *shown, const struct baseline_view *view, struct error *err)
{
	shown->view = view;
	return resolved_baseline_init(&shown->baseline, view->conditional, view->context,
				      view->scmp_arch, err);
}

static void print_head(FILE *out, const struct shown *shown)
{
	const struct baseline_view *view = shown->view;
	struct paragraph paragraph = { out, 0 };
	struct coverage_counts counts;
	size_t i;

	semantics_count_coverage(shown->baseline.semantics, &counts);
	fprintf(out, "%s, %s: %zu calls allowed, %zu for some arguments, %zu left out\n",
		view->title, view->scmp_arch, counts.all, counts.some, counts.none);
	if (view->note)
		fprintf(out, "note: %s\n", view->note);
	fprintf(out, "table of %s %s to %s, from %s\n", view->table->runtime, view->table->first,
		view->table->last, view->table->source);
	paragraph_add(&paragraph, "capabilities:", view->context->capability_count ? "" : " none");
	for (i = 0; i < view->context->capability_count; i++)
		paragraph_add(&paragraph, view->context->capabilities[i], "");
	paragraph_end(&paragraph);
}

/* Stores the calls of one coverage in the caller's array, and returns their number. */
static size_t list_calls(const struct semantics *semantics, enum coverage coverage,
			 struct listed_call *calls)
{
	size_t count = 0, i;

	for (i = 0; i < semantics_call_count(semantics); i++) {
		const char *name = semantics_call_name(semantics, i);

		if (semantics_call_is_listed(semantics, i) &&
		    semantics_coverage(semantics, name) == coverage)
			calls[count++] = (struct listed_call){ name, syscall_purpose(name) };
	}
	return count;
}

static bool opens(const struct shown *shown, const char *capability, const char *name)
{
	const char *other;
	size_t position = 0;

	while ((other = capability_effects_next(shown->baseline.effects, name, &position)))
		if (strcmp(other, capability) == 0)
			return true;
	return false;
}

/* Prints, for each capability, the left-out calls that it allows: "CAP_SYS_CHROOT: chroot". */
static void print_capabilities(FILE *out, const struct shown *shown,
			       const struct listed_call *calls, size_t count)
{
	const char *const *capabilities;
	size_t capability_count, i, j;

	capabilities =
		conditional_profile_capabilities(shown->view->conditional, &capability_count);
	for (i = 0; i < capability_count; i++) {
		struct paragraph paragraph = { out, 2 };
		bool any = false;

		for (j = 0; j < count; j++) {
			if (!opens(shown, capabilities[i], calls[j].name))
				continue;
			if (!any)
				paragraph_add(&paragraph, capabilities[i], ":");
			paragraph_add(&paragraph, calls[j].name, "");
			any = true;
		}
		if (any)
			paragraph_end(&paragraph);
	}
}

static int print_conditions(FILE *out, const struct shown *shown, const struct listed_call *calls,
			    size_t count, struct error *err)
{
	size_t i;
	int r;

	for (i = 0; i < count; i++) {
		struct paragraph paragraph = { out, 2 };
		_cleanup_free_ char *condition = NULL;

		r = semantics_condition_text(shown->baseline.semantics, calls[i].name, &condition,
					     err);
		if (r < 0)
			return r;
		paragraph_add(&paragraph, calls[i].name, ":");
		paragraph_add(&paragraph, condition, "");
		paragraph_end(&paragraph);
	}
	return 0;
}

static int print_view(FILE *out, const struct shown *shown, struct error *err)
{
	size_t total = semantics_call_count(shown->baseline.semantics), count;
	_cleanup_free_ struct listed_call *calls = calloc(total + 1, sizeof(*calls));
	int r;

	if (!calls)
		return error_nomem(err);
	print_head(out, shown);
	count = list_calls(shown->baseline.semantics, COVERAGE_NONE, calls);
	fputs("\nleft out:\n", out);
	listing_print_groups(out, 2, calls, count);
	fputs("\nleft out, and allowed with:\n", out);
	print_capabilities(out, shown, calls, count);
	count = list_calls(shown->baseline.semantics, COVERAGE_SOME, calls);
	fputs("\nallowed for some arguments:\n", out);
	r = print_conditions(out, shown, calls, count, err);
	count = list_calls(shown->baseline.semantics, COVERAGE_ALL, calls);
	fputs("\nallowed:\n", out);
	listing_print_groups(out, 2, calls, count);
	return r;
}

int baseline_show_text(const struct baseline_view *view, char **ret_text, struct error *err)
{
	_cleanup_(shown_finish) struct shown shown = {};
	_cleanup_text_stream_ struct text_stream stream = {};
	FILE *out;
	int r = shown_init(&shown, view, err);

	if (r < 0)
		return r;
	out = text_stream_open(&stream);
	if (!out)
		return error_nomem(err);
	r = print_view(out, &shown, err);
	return r < 0 ? r : text_stream_take(&stream, ret_text, err);
}

static json_t *from_call(struct builder *builder, const struct shown *shown, const char *name,
			 const char *condition)
{
	static const char *const allowed[] = {
		[COVERAGE_NONE] = "no",
		[COVERAGE_SOME] = "some",
		[COVERAGE_ALL] = "yes",
	};
	const struct syscall_purpose *purpose = syscall_purpose(name);
	json_t *object = builder_object(builder), *capabilities = builder_array(builder);
	const char *capability;
	size_t position = 0;

	builder_set_string(builder, object, "name", name);
	builder_set_string(builder, object, "allowed",
			   allowed[semantics_coverage(shown->baseline.semantics, name)]);
	if (*condition)
		builder_set_string(builder, object, "condition", condition);
	while ((capability = capability_effects_next(shown->baseline.effects, name, &position)))
		builder_append(builder, capabilities, json_string(capability));
	builder_set_unless_empty(builder, object, "capabilities", capabilities);
	builder_set_string(builder, object, "group", purpose->group->key);
	builder_set_string(builder, object, "purpose", purpose->clause);
	builder_set_string(builder, object, "risk", risk_level_name(purpose->risk));
	return object;
}

static json_t *from_view(struct builder *builder, const struct baseline_view *view)
{
	json_t *object = builder_object(builder), *capabilities = builder_array(builder);
	size_t i;

	builder_set_string(builder, object, "format", "recorder.baseline/v1");
	builder_set_string(builder, object, "runtime", view->table->runtime);
	builder_set_string(builder, object, "first", view->table->first);
	builder_set_string(builder, object, "last", view->table->last);
	builder_set_string(builder, object, "source", view->table->source);
	builder_set_string(builder, object, "note", view->note);
	builder_set_string(builder, object, "architecture", view->scmp_arch);
	for (i = 0; i < view->context->capability_count; i++)
		builder_append(builder, capabilities, json_string(view->context->capabilities[i]));
	builder_set(builder, object, "capabilities", capabilities);
	return object;
}

int baseline_show_json(const struct baseline_view *view, char **ret_text, struct error *err)
{
	_cleanup_(shown_finish) struct shown shown = {};
	_cleanup_json_ json_t *root = NULL;
	struct builder builder = {};
	json_t *calls;
	size_t i;
	int r = shown_init(&shown, view, err);

	if (r < 0)
		return r;
	root = from_view(&builder, view);
	calls = builder_array(&builder);
	builder_set(&builder, root, "calls", calls);
	for (i = 0; i < semantics_call_count(shown.baseline.semantics); i++) {
		const char *name = semantics_call_name(shown.baseline.semantics, i);
		_cleanup_free_ char *condition = NULL;

		if (!semantics_call_is_listed(shown.baseline.semantics, i))
			continue;
		r = semantics_condition_text(shown.baseline.semantics, name, &condition, err);
		if (r < 0)
			return r;
		builder_append(&builder, calls, from_call(&builder, &shown, name, condition));
	}
	return builder_text(&builder, root, ret_text, err);
}
