// SPDX-License-Identifier: Apache-2.0
#include "profile/profile.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "profile/model.h"
#include "profile/string_set.h"
#include "util/array.h"
#include "util/error.h"

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
	free(profile);
}

int profile_add_architecture(struct profile *profile, const char *scmp_arch, struct error *err)
{
	return string_set_add(&profile->architectures, &profile->architecture_count, scmp_arch,
			      err);
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
