// SPDX-License-Identifier: Apache-2.0
#include "profile/profile.h"

#include <errno.h>
#include <inttypes.h>

#include "profile/json_builder.h"
#include "profile/model.h"
#include "util/error.h"

static json_t *from_conditions(struct json_builder *builder, const struct rule *rule)
{
	json_t *array = json_build_array(builder);
	size_t i;

	for (i = 0; i < rule->condition_count; i++) {
		const struct condition *condition = &rule->conditions[i];
		json_t *object = json_build_object(builder);

		json_set_number(builder, object, "index", condition->index);
		json_set_number(builder, object, "value", condition->value);
		if (condition->comparison == COMPARE_MASKED_EQ)
			json_set_number(builder, object, "valueTwo", condition->value_two);
		json_set_text(builder, object, "op", comparison_name(condition->comparison));
		json_append(builder, array, object);
	}
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
	return object;
}

/* A wrong number would be another rule, so what jansson's signed ones cannot hold is refused. */
static int check_conditions(const struct rule *rule, struct error *err)
{
	size_t i;

	for (i = 0; i < rule->condition_count; i++) {
		const struct condition *condition = &rule->conditions[i];

		if (condition->value > INT64_MAX || condition->value_two > INT64_MAX)
			return error_set(err, ERANGE,
					 "a condition on argument %" PRIu32
					 " of %s has a value above %" PRId64
					 ", which cannot be written as JSON",
					 condition->index, rule->names[0], INT64_MAX);
	}
	return 0;
}

int profile_write_oci(const struct profile *profile, char **ret_text, struct error *err)
{
	struct json_builder builder = { 0 };
	_cleanup_json_ json_t *root = json_build_object(&builder);
	json_t *rules = json_build_array(&builder);
	size_t i;
	int ret;

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
	json_set(&builder, root, "syscalls", rules);
	for (i = 0; i < profile->rule_count; i++) {
		ret = check_conditions(&profile->rules[i], err);
		if (ret < 0)
			return ret;
		json_append(&builder, rules, from_rule(&builder, &profile->rules[i]));
	}
	return json_build_text(&builder, root, ret_text, err);
}
