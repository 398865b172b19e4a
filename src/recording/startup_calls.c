// SPDX-License-Identifier: Apache-2.0
#include "recording/startup_calls.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "profile/model/model.h"
#include "recording/observation.h"
#include "recording/runtime_calls.h"
#include "syscalls/syscalls.h"
#include "util/cleanup.h"
#include "util/error.h"
#include "util/string_set.h"
#include "util/text_stream.h"

static bool is_granted(enum action action)
{
	return action == ACTION_ALLOW || action == ACTION_LOG || action == ACTION_NOTIFY ||
	       action == ACTION_TRACE;
}

/* True if the profile allows the call with at least some arguments. */
static bool may_allow(const struct profile *profile, const char *name)
{
	bool allowed = is_granted(profile->default_action);
	size_t i;

	for (i = 0; i < profile->rule_count; i++) {
		const struct rule *rule = &profile->rules[i];

		if (!rule_has_name(rule, name))
			continue;
		if (is_granted(rule->action))
			return true;
		allowed &= rule->condition_count > 0;
	}
	return allowed;
}

static bool row_has(const struct runtime_calls *row, const char *name)
{
	const char *const *each;

	for (each = row->names; *each; each++)
		if (strcmp(*each, name) == 0)
			return true;
	return false;
}

static bool is_start(const struct runtime_calls *row, const struct runtime_choice *choice)
{
	return row->operation == RUNTIME_START && runtime_calls_match(row, choice);
}

/* True if the call counts as needed: with a version, always; without, if every row has it. */
static bool is_needed(const char *name, const struct runtime_choice *choice)
{
	size_t i;

	for (i = 0; i < runtime_calls_count && !choice->version; i++)
		if (is_start(&runtime_calls[i], choice) && !row_has(&runtime_calls[i], name))
			return false;
	return true;
}

int startup_calls_missing(const struct profile *profile, const struct runtime_choice *choice,
			  char ***ret_names, size_t *ret_count, struct error *err)
{
	char **missing = NULL;
	const char *const *name;
	size_t i, count = 0;
	int r = 0;

	for (i = 0; i < runtime_calls_count && r == 0; i++) {
		if (!is_start(&runtime_calls[i], choice))
			continue;
		for (name = runtime_calls[i].names; *name && r == 0; name++)
			if (syscall_number(machine_native(), ABI_NATIVE, *name) >= 0 &&
			    !may_allow(profile, *name) && is_needed(*name, choice))
				r = string_set_add(&missing, &count, *name, err);
	}
	if (r < 0) {
		string_set_free(missing, count);
		return r;
	}
	*ret_names = missing;
	*ret_count = count;
	return 0;
}

static int write_advice(const struct runtime_choice *choice, char *const *missing, size_t count,
			char **ret_text, struct error *err)
{
	const char *at = choice->version ? "@" : "",
		   *version = choice->version ? choice->version : "";
	_cleanup_text_stream_ struct text_stream stream = {};
	FILE *out = text_stream_open(&stream);
	size_t i;

	if (!out)
		return error_nomem(err);
	fprintf(out,
		"the profile lacks calls that %s%s%s makes before it executes the program of a "
		"container%s: ",
		choice->name, choice->version ? " " : "", version,
		choice->no_new_privs == TRISTATE_NO ?
			" without no_new_privs (allowPrivilegeEscalation: false)" :
			"");
	for (i = 0; i < count; i++)
		fprintf(out, "%s%s", i ? ", " : "", missing[i]);
	if (choice->no_new_privs == TRISTATE_YES)
		fputs("; a container may not start under it", out);
	fprintf(out, " ('recorder convert --runtime-calls %s%s%s' adds them)", choice->name, at,
		version);
	return text_stream_take(&stream, ret_text, err);
}

int startup_calls_describe(const struct profile *profile, const char *name, const char *version,
			   char **ret_text, struct error *err)
{
	static const enum tristate ways[] = { TRISTATE_YES, TRISTATE_NO };
	struct runtime_choice choice = { .name = name, .version = version };
	size_t i;
	int r = 0;

	for (i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
		char **missing = NULL;
		size_t count = 0;

		choice.no_new_privs = ways[i];
		r = startup_calls_missing(profile, &choice, &missing, &count, err);
		if (r == 0 && count)
			r = write_advice(&choice, missing, count, ret_text, err);
		string_set_free(missing, count);
		if (r < 0 || count)
			return r;
	}
	*ret_text = NULL;
	return 0;
}

static int refuse_denied(const struct profile *profile, const char *name, struct error *err)
{
	size_t i;

	for (i = 0; i < profile->rule_count; i++)
		if (rule_has_name(&profile->rules[i], name) &&
		    !is_granted(profile->rules[i].action) &&
		    profile->rules[i].action != profile->default_action)
			return error_set(
				err, EINVAL,
				"a rule of the profile refuses %s, which the runtime needs", name);
	return 0;
}

/* True if the profile allows the call with all arguments, as far as its rules say. */
static bool allows_all(const struct profile *profile, const char *name)
{
	bool listed = false;
	size_t i;

	for (i = 0; i < profile->rule_count; i++) {
		if (!rule_has_name(&profile->rules[i], name))
			continue;
		if (is_granted(profile->rules[i].action) && !profile->rules[i].condition_count)
			return true;
		listed = true;
	}
	return !listed && is_granted(profile->default_action);
}

/*
 * Removes the call from rules that refuse it with the default action but, say, another errno, and
 * from those that allow it for some arguments only: which the runtime needs is not known.
 */
static void withdraw(struct profile *profile, const char *name)
{
	size_t i, k;

	for (i = 0; i < profile->rule_count; i++) {
		struct rule *rule = &profile->rules[i];

		if (is_granted(rule->action) && !rule->condition_count)
			continue;
		for (k = 0; k < rule->name_count; k++) {
			if (strcmp(rule->names[k], name) != 0)
				continue;
			free(rule->names[k]);
			memmove(rule->names + k, rule->names + k + 1,
				(--rule->name_count - k) * sizeof(*rule->names));
			break;
		}
	}
}

int profile_add_runtime_calls(struct profile *profile, const struct runtime_choice *choice,
			      struct error *err)
{
	struct observation observation = { .machine = machine_native() };
	struct rule *allowed = NULL;
	size_t i;
	int r = observation_add_runtime_calls(&observation, choice, err);

	for (i = 0; i < observation.calls.length && r == 0; i++) {
		const char *name =
			syscall_name(machine_native(), ABI_NATIVE, observation.calls.items[i].nr);

		if (allows_all(profile, name))
			continue;
		r = refuse_denied(profile, name, err);
		if (r == 0 && !allowed)
			r = profile_add_rule(profile, ACTION_ALLOW, &allowed, err);
		if (r < 0)
			break;
		withdraw(profile, name);
		r = rule_add_name(allowed, name, err);
	}
	profile_drop_empty_rules(profile);
	observation_finish(&observation);
	return r;
}
