// SPDX-License-Identifier: Apache-2.0
#include "profile/model/profile.h"

#include "profile/model/model.h"
#include "json/json_builder.h"

json_t *json_from_condition(struct json_builder *builder, const struct condition *condition)
{
	json_t *object = json_build_object(builder);

	json_set_number(builder, object, "index", condition->index);
	json_set(builder, object, "value", json_from_number(condition->value));
	/* It means something to one comparison only, but it was there. */
	if (condition->comparison == COMPARE_MASKED_EQ || condition->value_two)
		json_set(builder, object, "valueTwo", json_from_number(condition->value_two));
	json_set_text(builder, object, "op", comparison_name(condition->comparison));
	return object;
}

static json_t *from_conditions(struct json_builder *builder, const struct rule *rule)
{
	json_t *array = json_build_array(builder);
	size_t i;

	for (i = 0; i < rule->condition_count; i++)
		json_append(builder, array, json_from_condition(builder, &rule->conditions[i]));
	return array;
}

static json_t *from_rule(struct json_builder *builder, const struct rule *rule)
{
	json_t *object = json_build_object(builder);

	json_set(builder, object, "names",
		 json_build_strings(builder, rule->names, rule->name_count));
	json_set_text(builder, object, "action", action_name(rule->action));
	if (rule->errno_ret.known)
		json_set_number(builder, object, "errnoRet", rule->errno_ret.value);
	json_set_unless_empty(builder, object, "args", from_conditions(builder, rule));
	json_set_members(builder, object, rule->unknown);
	return object;
}

int profile_write_oci(const struct profile *profile, char **ret_text, struct error *err)
{
	struct json_builder builder = { 0 };
	_cleanup_json_ json_t *root = json_build_object(&builder);
	json_t *rules = json_build_array(&builder);
	size_t i;

	json_set_text(&builder, root, "defaultAction", action_name(profile->default_action));
	if (profile->default_errno_ret.known)
		json_set_number(&builder, root, "defaultErrnoRet",
				profile->default_errno_ret.value);
	json_set_unless_empty(&builder, root, "architectures",
			      json_build_strings(&builder, profile->architectures,
						 profile->architecture_count));
	json_set_unless_empty(&builder, root, "flags",
			      json_build_strings(&builder, profile->flags, profile->flag_count));
	json_set_text(&builder, root, "listenerPath", profile->listener_path);
	json_set_text(&builder, root, "listenerMetadata", profile->listener_metadata);
	json_set_members(&builder, root, profile->unknown);
	json_set(&builder, root, "syscalls", rules);
	for (i = 0; i < profile->rule_count; i++)
		json_append(&builder, rules, from_rule(&builder, &profile->rules[i]));
	return json_build_text(&builder, root, ret_text, err);
}
