// SPDX-License-Identifier: Apache-2.0
#include <inttypes.h>
#include <stdio.h>

#include "profile/diff/default_profiles.h"
#include "profile/diff/diff_describe.h"
#include "profile/diff/diff_report.h"
#include "json/json_builder.h"
#include "syscalls/purpose.h"
#include "util/error.h"
#include "util/str.h"

static const char *const default_answers[] = {
	[DEFAULT_UNKNOWN] = NULL,
	[DEFAULT_REFUSES] = "refuses",
	[DEFAULT_CONDITIONAL] = "conditional",
	[DEFAULT_PERMITS] = "permits",
};

static json_t *build_effect(struct json_builder *builder, struct effect effect)
{
	json_t *object = json_build_object(builder);

	json_set_text(builder, object, "action", action_name(effect.action));
	if (effect.action == ACTION_ERRNO || effect.action == ACTION_TRACE)
		json_set_number(builder, object, "errnoRet", effect.data);
	return object;
}

/* Hexadecimal text: JSON's numbers do not hold 64 bits everywhere. */
static json_t *build_arguments(struct json_builder *builder, const struct difference *difference)
{
	json_t *object = json_build_object(builder);
	char index[2], value[sizeof("0x0123456789abcdef")];
	unsigned int i;

	for (i = 0; i < ARGUMENT_COUNT; i++) {
		if (!difference->arguments_matter || !(difference->looked_at & 1u << i))
			continue;
		snprintf(index, sizeof(index), "%u", i);
		snprintf(value, sizeof(value), "0x%" PRIx64, difference->arguments[i]);
		json_set_text(builder, object, index, value);
	}
	return object;
}

static json_t *build_evidence(struct json_builder *builder, const struct change_evidence *evidence)
{
	json_t *object = json_build_object(builder);
	char time[STR_TIME_SIZE];

	if (evidence->observations == 0)
		return object;
	json_set_text(builder, object, "container", evidence->container);
	json_set_text(builder, object, "pod", evidence->pod);
	json_set_text(builder, object, "namespace", evidence->name_space);
	if (evidence->process[0])
		json_set_text(builder, object, "process", evidence->process);
	if (evidence->first_seen) {
		str_format_time(time, evidence->first_seen);
		json_set_text(builder, object, "firstSeen", time);
	}
	json_set_text(builder, object, "origin", origin_name(evidence->origin));
	json_set_number(builder, object, "observations", evidence->observations);
	return object;
}

static json_t *build_ignored(struct json_builder *builder, const struct ignore_entry *entry)
{
	json_t *object = json_build_object(builder);

	if (!entry)
		return object;
	json_set_text(builder, object, "until", entry->until);
	json_set_text(builder, object, "reason", entry->reason);
	return object;
}

static void set_purpose(struct json_builder *builder, json_t *object, const struct change *change)
{
	if (!change->call)
		return;
	json_set_text(builder, object, "purpose", change->purpose->clause);
	json_set_text(builder, object, "group", change->purpose->group->key);
	json_set_text(builder, object, "risk", risk_level_name(change->purpose->risk));
	json_set_text(builder, object, "riskReason", change->purpose->reason);
}

static json_t *build_change(struct json_builder *builder, const struct change *change)
{
	json_t *object = json_build_object(builder);

	json_set_text(builder, object, "kind", change_kind_name(change->kind));
	json_set(builder, object, "call",
		 change->call ? json_from_text(change->call) : json_null());
	json_set(builder, object, "architectures",
		 json_build_strings(builder, change->architectures, change->architecture_count));
	if (!change->one_sided || change->kind == CHANGE_REMOVED)
		json_set(builder, object, "old", build_effect(builder, change->difference.a));
	if (!change->one_sided || change->kind == CHANGE_ADDED)
		json_set(builder, object, "new", build_effect(builder, change->difference.b));
	json_set_unless_empty(builder, object, "arguments",
			      build_arguments(builder, &change->difference));
	set_purpose(builder, object, change);
	json_set_text(builder, object, "runtimeDefault", default_answers[change->default_answer]);
	json_set_text(builder, object, "runtimeDefaultOf", change->default_label);
	json_set_unless_empty(builder, object, "runtimeDefaultCapabilities",
			      json_build_names(builder, change->default_capabilities));
	json_set_unless_empty(builder, object, "evidence",
			      build_evidence(builder, &change->evidence));
	json_set_unless_empty(builder, object, "ignored", build_ignored(builder, change->ignored));
	json_set(builder, object, "fails", json_boolean(change->fails));
	return object;
}

static json_t *build_pair(struct json_builder *builder, const struct diff_pair *pair)
{
	json_t *object = json_build_object(builder), *changes = json_build_array(builder);
	size_t i;

	json_set_text(builder, object, "name", pair->name);
	json_set_text(builder, object, "old", pair->old_path);
	json_set_text(builder, object, "new", pair->new_path);
	json_set_unless_empty(builder, object, "doubts",
			      json_build_strings(builder, pair->doubts, pair->doubt_count));
	json_set_unless_empty(builder, object, "notes",
			      json_build_strings(builder, pair->notes, pair->note_count));
	for (i = 0; i < pair->change_count; i++)
		json_append(builder, changes, build_change(builder, &pair->changes[i]));
	json_set(builder, object, "changes", changes);
	return object;
}

static json_t *build_counts(struct json_builder *builder, const struct diff *diff)
{
	json_t *object = json_build_object(builder);
	int kind;

	for (kind = 0; kind < CHANGE_KIND_COUNT; kind++)
		json_set_number(builder, object, change_kind_name(kind), diff->counts[kind]);
	json_set_number(builder, object, "failing", diff->failing);
	json_set_number(builder, object, "ignored", diff->ignored);
	return object;
}

static json_t *build_fail_on(struct json_builder *builder, unsigned int fail_on)
{
	json_t *array = json_build_array(builder);
	size_t i;

	for (i = 0; i < diff_fail_on_name_count; i++)
		if (fail_on & diff_fail_on_names[i].bit)
			json_append(builder, array, json_string(diff_fail_on_names[i].name));
	return array;
}

/* Sentences on entries of the ignore file that did nothing. */
static int set_entries(struct json_builder *builder, json_t *object, const struct diff *diff,
		       struct error *err)
{
	json_t *array = json_build_array(builder);
	size_t i, count = diff->options.ignore ? diff->options.ignore->length : 0;
	int ret = 0;

	for (i = 0; i < count && ret == 0; i++) {
		_cleanup_free_ char *text = NULL;

		ret = diff_describe_entry(diff, i, &text, err);
		if (text)
			json_append(builder, array, json_from_text(text));
	}
	json_set_unless_empty(builder, object, "ignoreFile", array);
	return ret;
}

int diff_report_json(const struct diff *diff, char **ret_text, struct error *err)
{
	struct json_builder builder = {};
	_cleanup_json_ json_t *root = json_build_object(&builder);
	json_t *pairs = json_build_array(&builder);
	size_t i;
	int ret;

	json_set_text(&builder, root, "format", DIFF_JSON_FORMAT);
	json_set_text(&builder, root, "verdict", diff_verdict_name(diff->verdict));
	json_set(&builder, root, "failOn", build_fail_on(&builder, diff->options.fail_on));
	if (diff->options.defaults)
		json_set_text(&builder, root, "baseline",
			      default_profiles_label(diff->options.defaults));
	json_set_number(&builder, root, "compared", diff->pair_count);
	json_set(&builder, root, "counts", build_counts(&builder, diff));
	for (i = 0; i < diff->pair_count; i++)
		if (pair_is_notable(&diff->pairs[i]))
			json_append(&builder, pairs, build_pair(&builder, &diff->pairs[i]));
	json_set(&builder, root, "profiles", pairs);
	ret = set_entries(&builder, root, diff, err);
	return ret < 0 ? ret : json_build_text(&builder, root, ret_text, err);
}
