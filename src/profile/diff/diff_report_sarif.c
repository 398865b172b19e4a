// SPDX-License-Identifier: Apache-2.0
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "profile/diff/diff_describe.h"
#include "profile/diff/diff_report.h"
#include "json/builder.h"
#include "util/cleanup.h"
#include "util/error.h"
#include "util/str.h"
#include "util/text_stream.h"

#define SARIF_SCHEMA "https://json.schemastore.org/sarif-2.1.0.json"

/* The rules for other results than changes. The kinds of changes come first. */
enum {
	RULE_DOUBT = CHANGE_KIND_COUNT,
	RULE_NOTE,
	RULE_COUNT,
};

static const struct {
	const char *id;
	const char *text;
} rules[RULE_COUNT] = {
	[CHANGE_ADDED] = { "syscall-added",
			   "The new profile permits a system call that the old one does not." },
	[CHANGE_WIDENED] = { "syscall-widened",
			     "The new profile permits a system call with more arguments." },
	[CHANGE_REMOVED] = { "syscall-removed",
			     "The old profile permits a system call that the new one does not." },
	[CHANGE_NARROWED] = { "syscall-narrowed",
			      "The new profile permits a system call with fewer arguments." },
	[CHANGE_EFFECT] = { "syscall-changed",
			    "A system call that is refused or permitted as before is answered "
			    "differently." },
	[CHANGE_USED] = { "value-used",
			  "The workload used a value of an argument of a system call that it did not "
			  "use before." },
	[RULE_DOUBT] = { "cannot-tell", "The profiles cannot be compared reliably." },
	[RULE_NOTE] = { "profile-changed",
			"The profiles differ in something that is not a system call." },
};

/*
 * A plain text message of SARIF can contain links, "[text](target)" (3.11.6). A space is
 * inserted into names that look like one.
 */
static json_t *build_message(struct builder *builder, const char *text)
{
	json_t *object = builder_object(builder);
	_cleanup_text_stream_ struct text_stream stream = {};
	_cleanup_free_ char *parted = NULL;
	FILE *out = text_stream_open(&stream);
	const char *c;

	for (c = text; out && *c; c++) {
		fputc(*c, out);
		if (c[0] == ']' && c[1] == '(')
			fputc(' ', out);
	}
	parted = text_stream_close(&stream);
	builder_set(builder, object, "text", parted ? tree_from_string(parted) : NULL);
	return object;
}

static json_t *build_rules(struct builder *builder)
{
	json_t *array = builder_array(builder);
	size_t i;

	for (i = 0; i < RULE_COUNT; i++) {
		json_t *rule = builder_object(builder);

		builder_set_string(builder, rule, "id", rules[i].id);
		builder_set(builder, rule, "shortDescription",
			    build_message(builder, rules[i].text));
		builder_append(builder, array, rule);
	}
	return array;
}

static json_t *build_tool(struct builder *builder)
{
	json_t *tool = builder_object(builder), *driver = builder_object(builder);

	builder_set_string(builder, driver, "name", "recorder");
	builder_set_string(builder, driver, "version", RECORDER_VERSION);
	builder_set(builder, driver, "rules", build_rules(builder));
	builder_set(builder, tool, "driver", driver);
	return tool;
}

/*
 * Turns a path into a relative or absolute URI reference. Bytes that RFC 3986 does not leave
 * alone are percent-encoded.
 */
static char *encode_path(const char *path)
{
	_cleanup_text_stream_ struct text_stream stream = {};
	FILE *out = text_stream_open(&stream);
	const unsigned char *byte;

	if (!out)
		return NULL;
	while (str_has_prefix(path, "./"))
		path += 2;
	byte = (const unsigned char *)path;
	for (; *byte; byte++)
		if (*byte < 0x80 && (isalnum(*byte) || strchr("-._~/", *byte)))
			fputc(*byte, out);
		else
			fprintf(out, "%%%02X", *byte);
	return text_stream_close(&stream);
}

/* Points at the whole file, because the place of a rule in the file has no meaning. */
static json_t *build_locations(struct builder *builder, const struct diff_pair *pair)
{
	json_t *locations = builder_array(builder), *location = builder_object(builder);
	json_t *physical = builder_object(builder), *artifact = builder_object(builder);
	json_t *region = builder_object(builder);
	_cleanup_free_ char *uri = encode_path(pair->new_path ? pair->new_path : pair->old_path);

	if (!uri)
		builder->failed = true;
	builder_set_string(builder, artifact, "uri", uri);
	builder_set_number(builder, region, "startLine", 1);
	builder_set(builder, physical, "artifactLocation", artifact);
	builder_set(builder, physical, "region", region);
	builder_set(builder, location, "physicalLocation", physical);
	builder_append(builder, locations, location);
	return locations;
}

static json_t *build_result(struct builder *builder, const struct diff_pair *pair,
			    unsigned int rule, const char *level, const char *message)
{
	json_t *result = builder_object(builder);

	builder_set_string(builder, result, "ruleId", rules[rule].id);
	builder_set_number(builder, result, "ruleIndex", rule);
	builder_set_string(builder, result, "level", level);
	builder_set(builder, result, "message", build_message(builder, message));
	builder_set(builder, result, "locations", build_locations(builder, pair));
	return result;
}

/* "ptrace: errno EPERM before, allow now; traces another process; …" */
static char *describe(const struct diff *diff, const struct change *change, struct error *err)
{
	_cleanup_text_stream_ struct text_stream stream = {};
	FILE *out = text_stream_open(&stream);
	int detail, r = 0;

	if (!out)
		return NULL;
	str_print_escaped(out, change_call(change));
	for (detail = 0; detail < DETAIL_IGNORED && r == 0; detail++) {
		_cleanup_free_ char *clause = NULL;

		r = change_describe(diff, change, detail, &clause, err);
		if (clause)
			fprintf(out, "%s %s", detail == 0 ? ":" : ";", clause);
	}
	fputc('.', out);
	return r == 0 ? text_stream_close(&stream) : NULL;
}

/*
 * The fingerprint stays the same when the rest of the file changes, so that scanners recognize
 * the finding.
 */
static void set_fingerprint(struct builder *builder, json_t *result, const struct diff *diff,
			    const struct diff_pair *pair, const struct change *change)
{
	json_t *fingerprints = builder_object(builder);
	_cleanup_free_ char *text = NULL, *effect = NULL;

	/* The values of one call are findings of their own. */
	if (change->kind == CHANGE_USED &&
	    change_describe(diff, change, DETAIL_EFFECT, &effect, NULL) < 0)
		builder->failed = true;
	if (asprintf(&text, "%s:%s:%s%s%s", pair->name, rules[change->kind].id, change_call(change),
		     effect ? ":" : "", effect ? effect : "") < 0) {
		text = NULL;
		builder->failed = true;
	}
	builder_set_string(builder, fingerprints, "recorderDiff/v1", text);
	builder_set(builder, result, "partialFingerprints", fingerprints);
}

static void set_suppression(struct builder *builder, json_t *result,
			    const struct ignore_entry *entry)
{
	json_t *array = builder_array(builder), *suppression = builder_object(builder);

	builder_set_string(builder, suppression, "kind", "external");
	builder_set_string(builder, suppression, "justification", entry->reason);
	builder_append(builder, array, suppression);
	builder_set(builder, result, "suppressions", array);
}

static json_t *build_change(struct builder *builder, const struct diff *diff,
			    const struct diff_pair *pair, const struct change *change,
			    struct error *err)
{
	_cleanup_free_ char *message = describe(diff, change, err);
	const char *level = change->fails ? "error" : change->risky ? "warning" : "note";
	json_t *result = build_result(builder, pair, change->kind, level, message);

	if (!message)
		builder->failed = true;
	set_fingerprint(builder, result, diff, pair, change);
	if (change->ignored)
		set_suppression(builder, result, change->ignored);
	return result;
}

static void append_pair(struct builder *builder, json_t *results, const struct diff *diff,
			const struct diff_pair *pair, struct error *err)
{
	size_t i;

	for (i = 0; i < pair->doubt_count; i++)
		builder_append(builder, results,
			       build_result(builder, pair, RULE_DOUBT, "error", pair->doubts[i]));
	for (i = 0; i < pair->note_count; i++)
		builder_append(builder, results,
			       build_result(builder, pair, RULE_NOTE, "note", pair->notes[i]));
	for (i = 0; i < pair->change_count; i++)
		builder_append(builder, results,
			       build_change(builder, diff, pair, &pair->changes[i], err));
}

int diff_report_sarif(const struct diff *diff, char **ret_text, struct error *err)
{
	struct builder builder = {};
	_cleanup_json_ json_t *root = builder_object(&builder);
	json_t *runs = builder_array(&builder), *run = builder_object(&builder);
	json_t *results = builder_array(&builder);
	size_t i;

	builder_set_string(&builder, root, "$schema", SARIF_SCHEMA);
	builder_set_string(&builder, root, "version", "2.1.0");
	builder_set(&builder, run, "tool", build_tool(&builder));
	for (i = 0; i < diff->pair_count; i++)
		append_pair(&builder, results, diff, &diff->pairs[i], err);
	builder_set(&builder, run, "results", results);
	builder_append(&builder, runs, run);
	builder_set(&builder, root, "runs", runs);
	return builder_text(&builder, root, ret_text, err);
}
