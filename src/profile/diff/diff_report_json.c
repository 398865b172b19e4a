// SPDX-License-Identifier: Apache-2.0
#include <inttypes.h>
#include <stdio.h>

#include "profile/diff/default_profiles.h"
#include "profile/diff/diff_describe.h"
#include "profile/diff/diff_report.h"
#include "json/builder.h"
#include "syscalls/arguments.h"
#include "syscalls/purpose.h"
#include "util/error.h"
#include "util/str.h"

static const char *const default_answers[] = {
	[DEFAULT_UNKNOWN] = NULL,
	[DEFAULT_REFUSES] = "refuses",
	[DEFAULT_CONDITIONAL] = "conditional",
	[DEFAULT_PERMITS] = "permits",
};

static json_t *build_effect(struct builder *builder, struct effect effect)
{
	json_t *object = builder_object(builder);

	builder_set_string(builder, object, "action", action_name(effect.action));
	if (effect.action == ACTION_ERRNO || effect.action == ACTION_TRACE)
		builder_set_number(builder, object, "errnoRet", effect.data);
	return object;
}

/* As hexadecimal text: not every reader of JSON keeps numbers of 64 bits. */
static json_t *build_arguments(struct builder *builder, const struct difference *difference)
{
	json_t *object = builder_object(builder);
	char index[2], value[sizeof("0x0123456789abcdef")];
	unsigned int i;

	for (i = 0; i < ARGUMENT_COUNT; i++) {
		if (!difference->arguments_matter || !(difference->looked_at & 1u << i))
			continue;
		snprintf(index, sizeof(index), "%u", i);
		snprintf(value, sizeof(value), "0x%" PRIx64, difference->arguments[i]);
		builder_set_string(builder, object, index, value);
	}
	return object;
}

/* The value as text, as those of "arguments" are. */
static json_t *build_used(struct builder *builder, const struct change_value *used)
{
	json_t *object = builder_object(builder);
	char value[sizeof("0x01234567")];

	builder_set_number(builder, object, "argument", used->row->index);
	if (used->row->memory)
		builder_set_number(builder, object, "offset", used->row->offset);
	if (used->any) {
		builder_set(builder, object, "any", json_true());
	} else {
		snprintf(value, sizeof(value), "0x%" PRIx32, used->value);
		builder_set_string(builder, object,
				   used->row->kind == ARGUMENT_FLAGS ? "flag" : "value", value);
		builder_set_string(builder, object, "name",
				   argument_value_name(used->machine, used->row, used->value));
	}
	builder_set(builder, object, "denied", json_boolean(used->denied));
	return object;
}

static json_t *build_evidence(struct builder *builder, const struct change_evidence *evidence)
{
	json_t *object = builder_object(builder);
	char time[STR_TIME_SIZE];

	if (evidence->observations == 0)
		return object;
	builder_set_string(builder, object, "container", evidence->container);
	builder_set_string(builder, object, "pod", evidence->pod);
	builder_set_string(builder, object, "namespace", evidence->name_space);
	if (evidence->process[0])
		builder_set_string(builder, object, "process", evidence->process);
	if (evidence->first_seen) {
		str_format_time(time, evidence->first_seen);
		builder_set_string(builder, object, "firstSeen", time);
	}
	builder_set_string(builder, object, "origin", origin_name(evidence->origin));
	builder_set_number(builder, object, "observations", evidence->observations);
	return object;
}

static json_t *build_ignored(struct builder *builder, const struct ignore_entry *entry)
{
	json_t *object = builder_object(builder);

	if (!entry)
		return object;
	builder_set_string(builder, object, "until", entry->until);
	builder_set_string(builder, object, "reason", entry->reason);
	return object;
}

static void set_purpose(struct builder *builder, json_t *object, const struct change *change)
{
	if (!change->call)
		return;
	builder_set_string(builder, object, "purpose", change->purpose->clause);
	builder_set_string(builder, object, "group", change->purpose->group->key);
	builder_set_string(builder, object, "risk", risk_level_name(change->purpose->risk));
	builder_set_string(builder, object, "riskReason", change->purpose->reason);
}

static json_t *build_change(struct builder *builder, const struct change *change)
{
	json_t *object = builder_object(builder);

	builder_set_string(builder, object, "kind", change_kind_name(change->kind));
	builder_set(builder, object, "call",
		    change->call ? tree_from_string(change->call) : json_null());
	builder_set(builder, object, "architectures",
		    builder_strings(builder, change->architectures, change->architecture_count));
	if (!change->one_sided || change->kind == CHANGE_REMOVED)
		builder_set(builder, object, "old", build_effect(builder, change->difference.a));
	if (!change->one_sided || change->kind == CHANGE_ADDED)
		builder_set(builder, object, "new", build_effect(builder, change->difference.b));
	builder_set_unless_empty(builder, object, "arguments",
				 build_arguments(builder, &change->difference));
	if (change->kind == CHANGE_USED)
		builder_set(builder, object, "used", build_used(builder, &change->used));
	set_purpose(builder, object, change);
	builder_set_string(builder, object, "runtimeDefault",
			   default_answers[change->default_answer]);
	builder_set_string(builder, object, "runtimeDefaultOf", change->default_label);
	builder_set_unless_empty(builder, object, "runtimeDefaultCapabilities",
				 builder_names(builder, change->default_capabilities));
	builder_set_unless_empty(builder, object, "evidence",
				 build_evidence(builder, &change->evidence));
	builder_set_unless_empty(builder, object, "ignored",
				 build_ignored(builder, change->ignored));
	builder_set(builder, object, "fails", json_boolean(change->fails));
	return object;
}

static json_t *build_pair(struct builder *builder, const struct diff_pair *pair)
{
	json_t *object = builder_object(builder), *changes = builder_array(builder);
	size_t i;

	builder_set_string(builder, object, "name", pair->name);
	builder_set_string(builder, object, "old", pair->old_path);
	builder_set_string(builder, object, "new", pair->new_path);
	builder_set_unless_empty(builder, object, "doubts",
				 builder_strings(builder, pair->doubts, pair->doubt_count));
	builder_set_unless_empty(builder, object, "notes",
				 builder_strings(builder, pair->notes, pair->note_count));
	for (i = 0; i < pair->change_count; i++)
		builder_append(builder, changes, build_change(builder, &pair->changes[i]));
	builder_set(builder, object, "changes", changes);
	return object;
}

static json_t *build_counts(struct builder *builder, const struct diff *diff)
{
	json_t *object = builder_object(builder);
	int kind;

	for (kind = 0; kind < CHANGE_KIND_COUNT; kind++)
		builder_set_number(builder, object, change_kind_name(kind), diff->counts[kind]);
	builder_set_number(builder, object, "failing", diff->failing);
	builder_set_number(builder, object, "ignored", diff->ignored);
	return object;
}

static json_t *build_fail_on(struct builder *builder, unsigned int fail_on)
{
	json_t *array = builder_array(builder);
	size_t i;

	for (i = 0; i < diff_fail_on_name_count; i++)
		if (fail_on & diff_fail_on_names[i].bit)
			builder_append(builder, array, json_string(diff_fail_on_names[i].name));
	return array;
}

/* Adds sentences on the entries of the ignore file that had no effect. */
static int set_entries(struct builder *builder, json_t *object, const struct diff *diff,
		       struct error *err)
{
	json_t *array = builder_array(builder);
	size_t i, count = diff->options.ignore ? diff->options.ignore->length : 0;
	int r = 0;

	for (i = 0; i < count && r == 0; i++) {
		_cleanup_free_ char *text = NULL;

		r = diff_describe_entry(diff, i, &text, err);
		if (text)
			builder_append(builder, array, tree_from_string(text));
	}
	builder_set_unless_empty(builder, object, "ignoreFile", array);
	return r;
}

int diff_report_json(const struct diff *diff, char **ret_text, struct error *err)
{
	struct builder builder = {};
	_cleanup_json_ json_t *root = builder_object(&builder);
	json_t *pairs = builder_array(&builder);
	size_t i;
	int r;

	builder_set_string(&builder, root, "format", DIFF_JSON_FORMAT);
	builder_set_string(&builder, root, "verdict", diff_verdict_name(diff->verdict));
	builder_set(&builder, root, "failOn", build_fail_on(&builder, diff->options.fail_on));
	if (diff->options.defaults)
		builder_set_string(&builder, root, "baseline",
				   default_profiles_label(diff->options.defaults));
	builder_set_number(&builder, root, "compared", diff->pair_count);
	builder_set(&builder, root, "counts", build_counts(&builder, diff));
	for (i = 0; i < diff->pair_count; i++)
		if (pair_is_notable(&diff->pairs[i]))
			builder_append(&builder, pairs, build_pair(&builder, &diff->pairs[i]));
	builder_set(&builder, root, "profiles", pairs);
	r = set_entries(&builder, root, diff, err);
	return r < 0 ? r : builder_text(&builder, root, ret_text, err);
}
