// SPDX-License-Identifier: Apache-2.0
#include "agent/recorded_object.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "agent/names.h"
#include "agent/recorded_name.h"
#include "json/cursor.h"
#include "profile/document/document.h"
#include "profile/document/profile_read_cr.h"
#include "profile/format/resource.h"
#include "profile/merge/merge.h"
#include "profile/model/model.h"
#include "util/error.h"
#include "util/notes.h"
#include "util/string_set.h"

#define COVERAGE_VERSION "v1"

void recorded_change_finish(struct recorded_change *change)
{
	json_decref(change->body);
	string_set_free(change->names, change->name_count);
	*change = (struct recorded_change){};
}

/* ---- profiles */

static int read_existing(const json_t *existing, struct document *ret_document, struct error *err)
{
	const struct cursor at = { .value = existing };

	return profile_read_cr(&at, ret_document, err);
}

/* Unites up to two profiles; the result has one form for one meaning. */
static int unite(const struct profile *a, const struct profile *b, struct profile **ret_profile,
		 struct error *err)
{
	_cleanup_(cleanup_profile_merge_destroy) struct profile_merge *merge = NULL;
	int r = profile_merge_create(&merge, err);

	if (r == 0 && a)
		r = profile_merge_add(merge, "the SeccompProfile", a, err);
	if (r == 0 && b)
		r = profile_merge_add(merge, "what was recorded", b, err);
	return r < 0 ? r : profile_merge_take(merge, ret_profile, err);
}

static int add_names(const struct profile *profile, enum action action, struct rule *rule,
		     const struct rule *except, struct error *err)
{
	size_t i, k;
	int r = 0;

	for (i = 0; profile && i < profile->rule_count; i++)
		for (k = 0; profile->rules[i].action == action && r == 0 &&
			    k < profile->rules[i].name_count;
		     k++)
			if (!except || !rule_has_name(except, profile->rules[i].names[k]))
				r = rule_add_name(rule, profile->rules[i].names[k], err);
	return r;
}

static int add_architectures(const struct profile *from, struct profile *profile, struct error *err)
{
	size_t i;
	int r = 0;

	for (i = 0; from && i < from->architecture_count && r == 0; i++)
		r = profile_add_architecture(profile, from->architectures[i], err);
	return r;
}

/*
 * Unites profiles by the names of their calls. libseccomp cannot express each union of conditions,
 * and a call that is allowed too widely breaks nothing.
 */
static int unite_names(const struct profile *a, const struct profile *b,
		       struct profile **ret_profile, struct error *err)
{
	_cleanup_profile_ struct profile *profile = profile_create(ACTION_ERRNO);
	struct rule *allowed = NULL, *refused = NULL;
	int r = profile ? 0 : error_nomem(err);

	if (r == 0)
		r = add_architectures(a, profile, err);
	if (r == 0)
		r = add_architectures(b, profile, err);
	if (r == 0)
		r = profile_add_rule(profile, ACTION_ERRNO, &refused, err);
	if (r == 0)
		r = profile_add_rule(profile, ACTION_ALLOW, &allowed, err);
	if (r == 0)
		r = add_names(a, ACTION_ALLOW, allowed, NULL, err);
	if (r == 0)
		r = add_names(b, ACTION_ALLOW, allowed, NULL, err);
	if (r < 0)
		return r;
	/* Adding a rule has moved the first one. */
	refused = &profile->rules[0];
	refused->errno_ret = (struct optional_errno){ .known = true, .value = ENOSYS };
	r = add_names(a, ACTION_ERRNO, refused, allowed, err);
	if (r == 0)
		r = add_names(b, ACTION_ERRNO, refused, allowed, err);
	if (r < 0)
		return r;
	profile_drop_empty_rules(profile);
	return unite(profile, NULL, ret_profile, err);
}

/* ---- objects */

/* Returns the spec of a profile as a resource holds it, owned by the caller. */
static int make_spec(const struct profile *profile, const char *name, json_t **ret_spec,
		     struct error *err)
{
	const struct resource resource = { .name = name, .profile = profile };
	_cleanup_notes_ struct notes notes = {};
	_cleanup_json_ json_t *object = NULL;
	_cleanup_free_ char *text = NULL;
	int r = resources_write(&resource, 1, RESOURCE_JSON, &text, &notes, err);

	if (r == 0)
		r = tree_parse("a SeccompProfile", text, strlen(text), &object, err);
	if (r == 0)
		*ret_spec = json_incref(json_object_get(object, "spec"));
	return r;
}

/* Makes the spec of the union, with conditions if that is possible. */
static int make_union(const struct profile *have, const struct profile *saw, const char *name,
		      json_t **ret_spec, bool *ret_plain, struct error *err)
{
	_cleanup_profile_ struct profile *both = NULL, *plain = NULL;
	_cleanup_error_ struct error why = ERROR_INIT;
	int r = unite(have, saw, &both, &why);

	if (r == 0)
		r = make_spec(both, name, ret_spec, &why);
	if (r == 0 || r == -ENOMEM)
		return r < 0 ? error_copy(err, &why) : 0;
	*ret_plain = true;
	r = unite_names(have, saw, &plain, err);
	return r < 0 ? r : make_spec(plain, name, ret_spec, err);
}

static bool allows(const struct profile *profile, const char *name)
{
	size_t i;

	for (i = 0; profile && i < profile->rule_count; i++)
		if (profile->rules[i].action == ACTION_ALLOW &&
		    rule_has_name(&profile->rules[i], name))
			return true;
	return false;
}

static int find_new_names(const struct profile *have, const struct profile *saw,
			  struct recorded_change *change, struct error *err)
{
	size_t i, k;
	int r = 0;

	for (i = 0; i < saw->rule_count; i++) {
		const struct rule *rule = &saw->rules[i];

		for (k = 0; rule->action == ACTION_ALLOW && k < rule->name_count && r == 0; k++)
			if (!allows(have, rule->names[k]))
				r = string_set_add(&change->names, &change->name_count,
						   rule->names[k], err);
	}
	return r;
}

/*
 * Counts, as the operator's annotation does, in how many of the writes each call was. A write has
 * all that a node saw until then.
 */
static json_t *make_coverage(const json_t *existing, const struct profile *saw)
{
	const json_t *annotations =
		json_object_get(json_object_get(existing, "metadata"), "annotations");
	const char *text = json_string_value(json_object_get(annotations, ANNOTATION_COVERAGE));
	_cleanup_json_ json_t *before = text ? json_loads(text, 0, NULL) : NULL;
	const json_t *counts = json_object_get(before, "syscalls");
	_cleanup_json_ json_t *names = json_is_object(counts) ? json_copy((json_t *)counts) :
								json_object();
	_cleanup_json_ json_t *coverage = NULL;
	_cleanup_free_ char *written = NULL;
	size_t i, k;

	for (i = 0; i < saw->rule_count; i++)
		for (k = 0; saw->rules[i].action == ACTION_ALLOW && k < saw->rules[i].name_count;
		     k++) {
			const char *name = saw->rules[i].names[k];
			json_int_t count = json_integer_value(json_object_get(names, name));

			/* A call may have several rules. */
			if (k > 0 && strcmp(saw->rules[i].names[k - 1], name) == 0)
				continue;
			json_object_set_new(names, name, json_integer(count + 1));
		}
	coverage = json_pack("{s:s, s:I, s:O}", "version", COVERAGE_VERSION, "total",
			     json_integer_value(json_object_get(before, "total")) + 1, "syscalls",
			     names);
	written = coverage ? json_dumps(coverage, JSON_COMPACT | JSON_SORT_KEYS) : NULL;
	return written ? json_string(written) : NULL;
}

static json_t *make_annotations(const struct recorded_evidence *evidence, const json_t *existing)
{
	json_t *annotations = json_object();

	json_object_set_new(annotations, ANNOTATION_COVERAGE,
			    make_coverage(existing, evidence->profile));
	if (!existing && evidence->path_taken)
		json_object_set_new(annotations, ANNOTATION_HASHED_PATH, json_string("true"));
	if (evidence->gap)
		json_object_set_new(annotations, ANNOTATION_INCOMPLETE, json_string(evidence->gap));
	return annotations;
}

static json_t *make_body(const struct recorded_evidence *evidence, const char *name,
			 const json_t *existing, json_t *spec)
{
	const char *version = json_string_value(
		json_object_get(json_object_get(existing, "metadata"), "resourceVersion"));

	if (existing)
		return json_pack("{s:{s:s*, s:o}, s:{s:O?, s:O?}}", "metadata", "resourceVersion",
				 version, "annotations", make_annotations(evidence, existing),
				 "spec", "syscalls", json_object_get(spec, "syscalls"),
				 "architectures", json_object_get(spec, "architectures"));
	if (evidence->disabled)
		json_object_set_new(spec, "state", json_string("Disabled"));
	return json_pack("{s:s, s:s, s:{s:s, s:o, s:o}, s:O}", "apiVersion",
			 AGENT_GROUP "/" AGENT_VERSION, "kind", "SeccompProfile", "metadata",
			 "name", name, "labels", recorded_labels(evidence->key), "annotations",
			 make_annotations(evidence, NULL), "spec", spec);
}

/* True if the object says already that calls may be missing, or none may. */
static bool says_gap(const json_t *existing, const char *gap)
{
	const json_t *annotations =
		json_object_get(json_object_get(existing, "metadata"), "annotations");

	return !gap || json_object_get(annotations, ANNOTATION_INCOMPLETE);
}

int recorded_object_change(const struct recorded_evidence *evidence, const char *name,
			   const json_t *existing, struct recorded_change *ret_change,
			   struct error *err)
{
	_cleanup_recorded_change_ struct recorded_change change = {};
	_cleanup_documents_ struct documents documents = {};
	_cleanup_json_ json_t *before = NULL, *after = NULL;
	const struct profile *have = NULL;
	bool plain = false;
	int r = 0;

	documents.items = calloc(1, sizeof(*documents.items));
	if (!documents.items)
		return error_nomem(err);
	documents.length = 1;
	if (existing) {
		r = read_existing(existing, documents.items, err);
		have = documents.items->profile;
	}
	if (r == 0 && have)
		r = make_union(have, NULL, name, &before, &plain, err);
	if (r == 0)
		r = make_union(have, evidence->profile, name, &after, &change.without_arguments,
			       err);
	if (r == 0)
		r = find_new_names(have, evidence->profile, &change, err);
	if (r < 0)
		return r;
	if (!have || !json_equal(before, after) || !says_gap(existing, evidence->gap)) {
		change.body = make_body(evidence, name, existing, after);
		if (!change.body)
			return error_nomem(err);
	}
	*ret_change = change;
	change = (struct recorded_change){};
	return 0;
}
