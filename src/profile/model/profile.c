// SPDX-License-Identifier: Apache-2.0
#include "profile/model/profile.h"

#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "profile/model/architecture.h"
#include "profile/model/model.h"
#include "util/array.h"
#include "util/error.h"
#include "util/string_set.h"

static const char *const action_names[ACTION_COUNT] = {
	[ACTION_KILL_PROCESS] = "SCMP_ACT_KILL_PROCESS",
	[ACTION_KILL_THREAD] = "SCMP_ACT_KILL_THREAD",
	[ACTION_TRAP] = "SCMP_ACT_TRAP",
	[ACTION_ERRNO] = "SCMP_ACT_ERRNO",
	[ACTION_NOTIFY] = "SCMP_ACT_NOTIFY",
	[ACTION_TRACE] = "SCMP_ACT_TRACE",
	[ACTION_LOG] = "SCMP_ACT_LOG",
	[ACTION_ALLOW] = "SCMP_ACT_ALLOW",
};

static const char *const comparison_names[COMPARE_COUNT] = {
	[COMPARE_NE] = "SCMP_CMP_NE",
	[COMPARE_LT] = "SCMP_CMP_LT",
	[COMPARE_LE] = "SCMP_CMP_LE",
	[COMPARE_EQ] = "SCMP_CMP_EQ",
	[COMPARE_GE] = "SCMP_CMP_GE",
	[COMPARE_GT] = "SCMP_CMP_GT",
	[COMPARE_MASKED_EQ] = "SCMP_CMP_MASKED_EQ",
};

const char *action_name(enum action action)
{
	return action_names[action];
}

int action_from_name(const char *name)
{
	int i;

	if (strcmp(name, "SCMP_ACT_KILL") == 0)
		return ACTION_KILL_THREAD;
	for (i = 0; i < ACTION_COUNT; i++)
		if (strcmp(action_names[i], name) == 0)
			return i;
	return -ENOENT;
}

const char *comparison_name(enum comparison comparison)
{
	return comparison_names[comparison];
}

int comparison_from_name(const char *name)
{
	int i;

	for (i = 0; i < COMPARE_COUNT; i++)
		if (strcmp(comparison_names[i], name) == 0)
			return i;
	return -ENOENT;
}

struct profile *profile_create(enum action default_action)
{
	struct profile *profile = calloc(1, sizeof(*profile));

	if (profile)
		profile->default_action = default_action;
	return profile;
}

static void rule_finish(struct rule *rule)
{
	string_set_free(rule->names, rule->name_count);
	free(rule->conditions);
	json_decref(rule->unknown);
}

void profile_destroy(struct profile *profile)
{
	size_t i;

	if (!profile)
		return;
	for (i = 0; i < profile->rule_count; i++)
		rule_finish(&profile->rules[i]);
	free(profile->rules);
	string_set_free(profile->architectures, profile->architecture_count);
	string_set_free(profile->flags, profile->flag_count);
	free(profile->listener_path);
	free(profile->listener_metadata);
	json_decref(profile->unknown);
	free(profile);
}

bool profile_drop_unknown(struct profile *profile)
{
	bool any = profile->unknown;
	size_t i;

	json_decref(steal_pointer(&profile->unknown));
	for (i = 0; i < profile->rule_count; i++) {
		any |= profile->rules[i].unknown != NULL;
		json_decref(steal_pointer(&profile->rules[i].unknown));
	}
	return any;
}

int profile_add_architecture(struct profile *profile, const char *scmp_arch, struct error *err)
{
	return string_set_add(&profile->architectures, &profile->architecture_count, scmp_arch,
			      err);
}

bool profile_lists(const struct profile *profile, const char *scmp_arch)
{
	size_t i;

	for (i = 0; i < profile->architecture_count; i++)
		if (strcmp(profile->architectures[i], scmp_arch) == 0)
			return true;
	return false;
}

int profile_collect_architectures(const struct profile *profile, const char *native, char ***names,
				  size_t *count, struct error *err)
{
	size_t i;
	int r = 0;

	if (profile->architecture_count == 0)
		r = string_set_add(names, count, native, err);
	for (i = 0; i < profile->architecture_count && r == 0; i++) {
		const char *listed = profile->architectures[i];

		r = string_set_add(names, count, listed, err);
		if (r == 0)
			r = string_set_add(names, count, architecture_native(listed), err);
	}
	return r;
}

int profile_add_rule(struct profile *profile, enum action action, struct rule **ret_rule,
		     struct error *err)
{
	struct rule *rules = array_grow(profile->rules, profile->rule_count, sizeof(*rules));

	if (!rules)
		return error_nomem(err);
	profile->rules = rules;
	*ret_rule = &rules[profile->rule_count++];
	**ret_rule = (struct rule){ .action = action };
	return 0;
}

int rule_add_name(struct rule *rule, const char *name, struct error *err)
{
	return string_set_add(&rule->names, &rule->name_count, name, err);
}

bool rule_has_name(const struct rule *rule, const char *name)
{
	size_t i;

	for (i = 0; i < rule->name_count; i++)
		if (strcmp(rule->names[i], name) == 0)
			return true;
	return false;
}

static int compare_names(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

int profile_collect_names(const struct profile *profile, const char ***ret_names, size_t *ret_count,
			  struct error *err)
{
	size_t i, k, count = 0, length = 0;
	const char **names;

	for (i = 0; i < profile->rule_count; i++)
		count += profile->rules[i].name_count;
	names = calloc(count + 1, sizeof(*names));
	if (!names)
		return error_nomem(err);
	for (i = 0; i < profile->rule_count; i++)
		for (k = 0; k < profile->rules[i].name_count; k++)
			names[length++] = profile->rules[i].names[k];
	qsort(names, length, sizeof(*names), compare_names);
	for (i = 0, length = 0; i < count; i++)
		if (length == 0 || strcmp(names[i], names[length - 1]) != 0)
			names[length++] = names[i];
	*ret_names = names;
	*ret_count = length;
	return 0;
}

static int copy_strings(char *const *strings, size_t count, char ***to, size_t *to_count,
			struct error *err)
{
	size_t i;

	*to = calloc(count + 1, sizeof(**to));
	if (!*to)
		return error_nomem(err);
	for (i = 0; i < count; i++) {
		(*to)[i] = strdup(strings[i]);
		if (!(*to)[i])
			return error_nomem(err);
		++*to_count;
	}
	return 0;
}

static int copy_text(const char *text, char **to, struct error *err)
{
	if (!text)
		return 0;
	*to = strdup(text);
	return *to ? 0 : error_nomem(err);
}

int profile_copy_head(const struct profile *profile, struct profile **ret_copy, struct error *err)
{
	_cleanup_profile_ struct profile *copy = profile_create(profile->default_action);
	int r;

	if (!copy)
		return error_nomem(err);
	copy->default_errno_ret = profile->default_errno_ret;
	copy->unknown = json_incref(profile->unknown);
	if ((r = copy_strings(profile->architectures, profile->architecture_count,
			      &copy->architectures, &copy->architecture_count, err)) < 0 ||
	    (r = copy_strings(profile->flags, profile->flag_count, &copy->flags, &copy->flag_count,
			      err)) < 0 ||
	    (r = copy_text(profile->listener_path, &copy->listener_path, err)) < 0 ||
	    (r = copy_text(profile->listener_metadata, &copy->listener_metadata, err)) < 0)
		return r;
	*ret_copy = steal_pointer(&copy);
	return 0;
}

int profile_copy_rule(struct profile *profile, const struct rule *rule, struct error *err)
{
	struct rule *copy = NULL;
	int r;

	if ((r = profile_add_rule(profile, rule->action, &copy, err)) < 0 ||
	    (r = copy_strings(rule->names, rule->name_count, &copy->names, &copy->name_count,
			      err)) < 0)
		return r;
	copy->errno_ret = rule->errno_ret;
	copy->unknown = json_incref(rule->unknown);
	if (!rule->condition_count)
		return 0;
	copy->conditions = calloc(rule->condition_count, sizeof(*copy->conditions));
	if (!copy->conditions)
		return error_nomem(err);
	memcpy(copy->conditions, rule->conditions,
	       rule->condition_count * sizeof(*copy->conditions));
	copy->condition_count = rule->condition_count;
	return 0;
}

void profile_drop_empty_rules(struct profile *profile)
{
	size_t from, to = 0;

	for (from = 0; from < profile->rule_count; from++) {
		if (profile->rules[from].name_count)
			profile->rules[to++] = profile->rules[from];
		else
			rule_finish(&profile->rules[from]);
	}
	profile->rule_count = to;
}
