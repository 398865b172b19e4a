// SPDX-License-Identifier: Apache-2.0
#include "profile/model/profile.h"

#include "profile/format/profile_write.h"
#include "profile/model/model.h"
#include "json/builder.h"

json_t *tree_from_condition(struct builder *builder, const struct condition *condition)
{
	json_t *object = builder_object(builder);

	builder_set_number(builder, object, "index", condition->index);
	builder_set(builder, object, "value", tree_from_number(condition->value));
	/* Only MASKED_EQ uses it, but other comparisons keep a value that was read. */
	if (condition->comparison == COMPARE_MASKED_EQ || condition->value_two)
		builder_set(builder, object, "valueTwo", tree_from_number(condition->value_two));
	builder_set_string(builder, object, "op", comparison_name(condition->comparison));
	return object;
}

static json_t *from_conditions(struct builder *builder, const struct rule *rule)
{
	json_t *array = builder_array(builder);
	size_t i;

	for (i = 0; i < rule->condition_count; i++)
		builder_append(builder, array, tree_from_condition(builder, &rule->conditions[i]));
	return array;
}

static json_t *from_rule(struct builder *builder, const struct rule *rule)
{
	json_t *object = builder_object(builder);

	builder_set(builder, object, "names",
		    builder_strings(builder, rule->names, rule->name_count));
	builder_set_string(builder, object, "action", action_name(rule->action));
	if (rule->errno_ret.known)
		builder_set_number(builder, object, "errnoRet", rule->errno_ret.value);
	builder_set_unless_empty(builder, object, "args", from_conditions(builder, rule));
	builder_set_members(builder, object, rule->unknown);
	return object;
}

int profile_write_oci(const struct profile *profile, char **ret_text, struct error *err)
{
	struct builder builder = {};
	_cleanup_json_ json_t *root = builder_object(&builder);
	json_t *rules = builder_array(&builder);
	size_t i;

	builder_set_string(&builder, root, "defaultAction", action_name(profile->default_action));
	if (profile->default_errno_ret.known)
		builder_set_number(&builder, root, "defaultErrnoRet",
				   profile->default_errno_ret.value);
	builder_set_unless_empty(&builder, root, "architectures",
				 builder_strings(&builder, profile->architectures,
						 profile->architecture_count));
	builder_set_unless_empty(&builder, root, "flags",
				 builder_strings(&builder, profile->flags, profile->flag_count));
	builder_set_string(&builder, root, "listenerPath", profile->listener_path);
	builder_set_string(&builder, root, "listenerMetadata", profile->listener_metadata);
	builder_set_members(&builder, root, profile->unknown);
	builder_set(&builder, root, "syscalls", rules);
	for (i = 0; i < profile->rule_count; i++)
		builder_append(&builder, rules, from_rule(&builder, &profile->rules[i]));
	return builder_text(&builder, root, ret_text, err);
}
