// SPDX-License-Identifier: Apache-2.0
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "profile/format/resource.h"
#include "profile/format/profile_write.h"
#include "profile/model/model.h"
#include "json/builder.h"
#include "util/notes.h"
#include "json/yaml_write.h"
#include "util/array.h"
#include "util/error.h"
#include "util/str.h"

#define CR_API_VERSION "security-profiles-operator.x-k8s.io/v1"
#define CR_KIND "SeccompProfile"

/* maxItems of args in the resource's definition. */
#define CONDITIONS_MAX 6

/* The state while resources are written. */
struct writer {
	struct builder builder;
	const struct resource *resource;
	struct notes *notes;
};

/* Notes that a resource cannot hold something. Fails with -ENOTSUP if there are no notes. */
static int lose(const struct writer *writer, struct error *err, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

static int lose(const struct writer *writer, struct error *err, const char *format, ...)
{
	_cleanup_free_ char *what = NULL;
	va_list args;

	va_start(args, format);
	if (vasprintf(&what, format, args) < 0)
		what = NULL;
	va_end(args);
	if (!what)
		return error_nomem(err);
	if (!writer->notes)
		return error_set(err, ENOTSUP, "a " CR_KIND " cannot hold %s", what);
	return notes_add(writer->notes, err, "%s", what);
}

/* True if the resource's definition has the architecture. Its enumeration lacks these. */
static bool has_place(const char *architecture)
{
	static const char *const unknown[] = { "SCMP_ARCH_LOONGARCH64", "SCMP_ARCH_M68K",
					       "SCMP_ARCH_SH", "SCMP_ARCH_SHEB" };
	size_t i;

	for (i = 0; i < array_size(unknown); i++)
		if (strcmp(unknown[i], architecture) == 0)
			return false;
	return true;
}

static int set_architectures(struct writer *writer, json_t *spec, struct error *err)
{
	const struct profile *profile = writer->resource->profile;
	json_t *array = builder_array(&writer->builder);
	size_t i;
	int r = 0;

	for (i = 0; i < profile->architecture_count && r == 0; i++) {
		if (has_place(profile->architectures[i]))
			builder_append(&writer->builder, array,
				       tree_from_string(profile->architectures[i]));
		else
			r = lose(writer, err, "the architecture %s", profile->architectures[i]);
	}
	builder_set_unless_empty(&writer->builder, spec, "architectures", array);
	return r;
}

static int check_condition(const struct rule *rule, const struct condition *condition,
			   struct error *err)
{
	if (condition->value <= INT64_MAX && condition->value_two <= INT64_MAX)
		return 0;
	return error_set(err, ENOTSUP,
			 "a condition on argument %" PRIu32 " of %s has a value above %" PRId64
			 ", and a " CR_KIND " cannot hold that",
			 condition->index, rule->names[0], INT64_MAX);
}

static int set_conditions(struct writer *writer, json_t *object, const struct rule *rule,
			  struct error *err)
{
	struct builder *builder = &writer->builder;
	json_t *array = builder_array(builder);
	size_t i;
	int r = 0;

	if (rule->condition_count > CONDITIONS_MAX)
		r = error_set(err, ENOTSUP,
			      "a rule about %s has %zu conditions, and a " CR_KIND
			      " holds at most %d in one",
			      rule->names[0], rule->condition_count, CONDITIONS_MAX);
	for (i = 0; i < rule->condition_count && r == 0; i++) {
		const struct condition *condition = &rule->conditions[i];

		r = check_condition(rule, condition, err);
		builder_append(builder, array, tree_from_condition(builder, condition));
	}
	builder_set_unless_empty(builder, object, "args", array);
	return r;
}

static int add_rule(struct writer *writer, json_t *rules, const struct rule *rule,
		    struct error *err)
{
	struct builder *builder = &writer->builder;
	json_t *object = builder_object(builder);
	int r = 0;

	builder_append(builder, rules, object);
	builder_set_string(builder, object, "action", action_name(rule->action));
	if (rule->errno_ret.known && rule->errno_ret.value)
		builder_set_number(builder, object, "errnoRet", rule->errno_ret.value);
	else if (rule->errno_ret.known &&
		 (rule->action == ACTION_ERRNO || rule->action == ACTION_TRACE))
		r = lose(writer, err, "the errno 0 of %s, so the runtime's default applies",
			 rule->names[0]);
	builder_set(builder, object, "names",
		    builder_strings(builder, rule->names, rule->name_count));
	return r < 0 ? r : set_conditions(writer, object, rule, err);
}

static int add_rules(struct writer *writer, json_t *spec, struct error *err)
{
	const struct profile *profile = writer->resource->profile;
	json_t *rules = builder_array(&writer->builder);
	size_t i;
	int r = 0;

	builder_set(&writer->builder, spec, "syscalls", rules);
	for (i = 0; i < profile->rule_count && r == 0; i++)
		r = add_rule(writer, rules, &profile->rules[i], err);
	return r;
}

static int check_defaults(struct writer *writer, struct error *err)
{
	const struct profile *profile = writer->resource->profile;

	if (profile->default_action == ACTION_NOTIFY)
		return error_set(err, ENOTSUP,
				 "a " CR_KIND " cannot have SCMP_ACT_NOTIFY as its default action");
	/* Every runtime answers EPERM by default, so leaving it out loses nothing. */
	if (profile->default_errno_ret.known && profile->default_errno_ret.value != EPERM)
		return lose(writer, err,
			    "the defaultErrnoRet %" PRIu32 ", so the runtime's default applies",
			    profile->default_errno_ret.value);
	return 0;
}

static int set_spec(struct writer *writer, json_t *spec, struct error *err)
{
	const struct resource *resource = writer->resource;
	const struct profile *profile = resource->profile;
	struct builder *builder = &writer->builder;
	int r = check_defaults(writer, err);

	if (resource->disabled)
		builder_set_string(builder, spec, "state", "Disabled");
	builder_set_string(builder, spec, "baseProfileName", resource->base_profile);
	builder_set_string(builder, spec, "defaultAction", action_name(profile->default_action));
	if (r == 0)
		r = set_architectures(writer, spec, err);
	builder_set_unless_empty(builder, spec, "flags",
				 builder_strings(builder, profile->flags, profile->flag_count));
	builder_set_string(builder, spec, "listenerPath", profile->listener_path);
	builder_set_string(builder, spec, "listenerMetadata", profile->listener_metadata);
	return r < 0 ? r : add_rules(writer, spec, err);
}

/* Adds a resource to an array of them. */
static int add_resource(struct writer *writer, json_t *array, struct error *err)
{
	struct builder *builder = &writer->builder;
	json_t *object = builder_object(builder);
	json_t *metadata = builder_object(builder);
	json_t *spec = builder_object(builder);
	const char *name = writer->resource->name;

	builder_append(builder, array, object);
	builder_set_string(builder, object, "apiVersion", CR_API_VERSION);
	builder_set_string(builder, object, "kind", CR_KIND);
	builder_set(builder, object, "metadata", metadata);
	builder_set(builder, object, "spec", spec);
	if (!str_is_dns_subdomain(name))
		return error_set(err, EINVAL,
				 "\"%s\" cannot name a " CR_KIND ": it must be DNS labels joined "
				 "by dots, of a-z, 0-9 and '-', at most 253 characters",
				 name);
	builder_set_string(builder, metadata, "name", name);
	if (writer->resource->labels)
		builder_set(builder, metadata, "labels", json_incref(writer->resource->labels));
	if (writer->resource->annotations)
		builder_set(builder, metadata, "annotations",
			    json_incref(writer->resource->annotations));
	return set_spec(writer, spec, err);
}

static int write_yaml(const json_t *array, char **ret_text, struct error *err)
{
	size_t i, count = json_array_size(array);
	_cleanup_free_ json_t **roots = calloc(count, sizeof(json_t *));

	if (!roots)
		return error_nomem(err);
	for (i = 0; i < count; i++)
		roots[i] = json_array_get(array, i);
	return yaml_write(roots, count, ret_text, err);
}

static int write_json(struct writer *writer, json_t *array, char **ret_text, struct error *err)
{
	_cleanup_json_ json_t *list = NULL;

	if (json_array_size(array) == 1)
		return builder_text(&writer->builder, json_array_get(array, 0), ret_text, err);
	list = builder_object(&writer->builder);
	builder_set_string(&writer->builder, list, "apiVersion", "v1");
	builder_set_string(&writer->builder, list, "kind", "List");
	builder_set(&writer->builder, list, "items", json_incref(array));
	return builder_text(&writer->builder, list, ret_text, err);
}

int resources_write(const struct resource *resources, size_t count, enum resource_syntax syntax,
		    char **ret_text, struct notes *notes, struct error *err)
{
	struct writer writer = { .notes = notes };
	_cleanup_json_ json_t *array = builder_array(&writer.builder);
	size_t i;
	int r;

	for (i = 0; i < count; i++) {
		writer.resource = &resources[i];
		r = add_resource(&writer, array, err);
		if (r < 0)
			return r;
	}
	if (writer.builder.failed)
		return error_nomem(err);
	return syntax == RESOURCE_YAML ? write_yaml(array, ret_text, err) :
					 write_json(&writer, array, ret_text, err);
}

int profile_write_cr(const struct profile *profile, const char *name, char **ret_text,
		     struct error *err)
{
	const struct resource resource = { .name = name, .profile = profile };

	return resources_write(&resource, 1, RESOURCE_YAML, ret_text, NULL, err);
}
