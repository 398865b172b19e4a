// SPDX-License-Identifier: Apache-2.0
#include "profile/document/profile_read_cr.h"

#include <string.h>

#include "profile/document/document.h"
#include "profile/format/profile_read.h"
#include "profile/model/model.h"
#include "json/cursor.h"
#include "util/error.h"
#include "util/str.h"

#define GROUP "security-profiles-operator.x-k8s.io/"

#define KIND "SeccompProfile"

static int check_type(const struct cursor *object, struct error *err)
{
	struct cursor at;
	const char *text = NULL, *version;
	int r;

	r = cursor_require_string(object, "kind", &at, &text, err);
	if (r < 0)
		return r;
	if (strcmp(text, KIND) != 0)
		return cursor_fail(&at, err, "\"%s\" is not " KIND, text);
	r = cursor_require_string(object, "apiVersion", &at, &text, err);
	if (r < 0)
		return r;
	version = str_has_prefix(text, GROUP) ? text + strlen(GROUP) : "";
	if (strcmp(version, "v1") != 0 && strcmp(version, "v1beta1") != 0 &&
	    strcmp(version, "v1alpha1") != 0)
		return cursor_fail(&at, err, "\"%s\" is not " GROUP "v1, v1beta1 or v1alpha1",
				   text);
	return 0;
}

/* Reads an optional object of strings. */
static int read_texts(const struct cursor *object, const char *key, json_t **ret_texts,
		      struct error *err)
{
	struct cursor at, member;
	const char *name, *text;
	json_t *value;
	int r;

	if (!cursor_optional(object, key, &at))
		return 0;
	if ((r = cursor_check_object(&at, err)) < 0)
		return r;
	json_object_foreach((json_t *)at.value, name, value) {
		if (cursor_member(&at, name, &member) &&
		    (r = cursor_get_string(&member, &text, err)) < 0)
			return r;
	}
	*ret_texts = json_incref((json_t *)at.value);
	return 0;
}

static int read_metadata(const struct cursor *object, struct document *document, struct error *err)
{
	struct cursor at;
	int r;

	if (!cursor_optional(object, "metadata", &at))
		return 0;
	if ((r = cursor_check_object(&at, err)) < 0 ||
	    (r = cursor_copy_string(&at, "name", &document->name, err)) < 0 ||
	    (r = read_texts(&at, "labels", &document->labels, err)) < 0 ||
	    (r = read_texts(&at, "annotations", &document->annotations, err)) < 0)
		return r;
	return cursor_copy_string(&at, "namespace", &document->name_space, err);
}

/* v1 has "state"; for a time the field was the boolean "disabled". */
static int read_disabled(const struct cursor *spec, bool *ret_disabled, struct error *err)
{
	struct cursor at;
	const char *text = NULL;
	int r;

	if (cursor_member(spec, "disabled", &at) &&
	    (r = cursor_get_bool(&at, ret_disabled, err)) < 0)
		return r;
	if (!cursor_member(spec, "state", &at))
		return 0;
	if ((r = cursor_get_string(&at, &text, err)) < 0)
		return r;
	*ret_disabled = strcmp(text, "Disabled") == 0;
	if (!*ret_disabled && strcmp(text, "Enabled") != 0)
		return cursor_fail(&at, err, "\"%s\" is neither Enabled nor Disabled", text);
	return 0;
}

static int read_rule(const struct cursor *at, void *data, struct error *err)
{
	struct profile *profile = data;
	static const char *const fields[] = { "names", "action", "errnoRet", "args", NULL };
	struct rule *rule = NULL;
	int r;

	if ((r = cursor_check_members(at, fields, err)) < 0 ||
	    (r = profile_add_rule(profile, ACTION_ERRNO, &rule, err)) < 0 ||
	    (r = rule_read_names(at, rule, err)) < 0)
		return r;
	return rule_read(at, DIALECT_CR, rule, err);
}

static int read_spec(const struct cursor *spec, struct document *document, struct error *err)
{
	static const char *const fields[] = {
		"defaultAction",
		"defaultErrnoRet",
		"architectures",
		"flags",
		"listenerPath",
		"listenerMetadata",
		"syscalls",
		"baseProfileName",
		"disabled",
		"state",
		NULL,
	};
	struct profile *profile = document->profile;
	int r;

	if ((r = cursor_check_members(spec, fields, err)) < 0 ||
	    (r = profile_read_head(spec, profile, err)) < 0 ||
	    (r = errno_read(spec, "defaultErrnoRet", DIALECT_CR, profile->default_action,
			    &profile->default_errno_ret, err)) < 0 ||
	    (r = cursor_copy_string(spec, "baseProfileName", &document->base_profile, err)) < 0 ||
	    (r = read_disabled(spec, &document->disabled, err)) < 0)
		return r;
	return cursor_each(spec, "syscalls", read_rule, profile, err);
}

int profile_read_cr(const struct cursor *object, struct document *document, struct error *err)
{
	static const char *const fields[] = { "apiVersion", "kind",   "metadata",
					      "spec",	    "status", NULL };
	struct cursor spec;
	int r;

	document->format = DOCUMENT_CR;
	document->profile = profile_create(ACTION_ERRNO);
	if (!document->profile)
		return error_nomem(err);
	if ((r = cursor_check_members(object, fields, err)) < 0 ||
	    (r = check_type(object, err)) < 0 || (r = read_metadata(object, document, err)) < 0 ||
	    (r = cursor_required(object, "spec", &spec, err)) < 0)
		return r;
	return read_spec(&spec, document, err);
}
