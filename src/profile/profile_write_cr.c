// SPDX-License-Identifier: Apache-2.0
#include "profile/profile.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <yaml.h>

#include "profile/model.h"
#include "util/array.h"
#include "util/error.h"
#include "util/str.h"

#define CR_API_VERSION "security-profiles-operator.x-k8s.io/v1"
#define CR_KIND "SeccompProfile"

/* A YAML document under construction. A failure is noticed once, at the end. */
struct yaml_out {
	yaml_emitter_t emitter;
	FILE *file;
	bool failed;
};

static int yaml_write(void *data, unsigned char *buffer, size_t size)
{
	return fwrite(buffer, 1, size, data) == size;
}

/* initialized says whether the event could be made; the emitter takes it over. */
static void yaml_emit(struct yaml_out *out, yaml_event_t *event, int initialized)
{
	if (!initialized || !yaml_emitter_emit(&out->emitter, event))
		out->failed = true;
}

/* Whether YAML 1.1, which Kubernetes reads, would take the text for a number, a truth or null. */
static bool yaml_needs_quotes(const char *text)
{
	static const char *const words[] = { "y",   "n",    "yes",   "no",  "on",
					     "off", "true", "false", "null" };
	size_t i;

	for (i = 0; i < array_size(words); i++)
		if (strcasecmp(text, words[i]) == 0)
			return true;
	return !isalpha((unsigned char)text[0]) && text[0] != '_';
}

static void yaml_scalar(struct yaml_out *out, const char *text, yaml_scalar_style_t style)
{
	yaml_event_t event;

	yaml_emit(out, &event,
		  yaml_scalar_event_initialize(&event, NULL, NULL, (yaml_char_t *)text,
					       strlen(text), 1, 1, style));
}

static void yaml_string(struct yaml_out *out, const char *text)
{
	yaml_scalar(out, text,
		    yaml_needs_quotes(text) ? YAML_DOUBLE_QUOTED_SCALAR_STYLE :
					      YAML_ANY_SCALAR_STYLE);
}

static void yaml_text(struct yaml_out *out, const char *key, const char *text)
{
	yaml_string(out, key);
	yaml_string(out, text);
}

static void yaml_number(struct yaml_out *out, const char *key, uint64_t number)
{
	char text[24];

	snprintf(text, sizeof(text), "%" PRIu64, number);
	yaml_string(out, key);
	yaml_scalar(out, text, YAML_PLAIN_SCALAR_STYLE);
}

static void yaml_begin_map(struct yaml_out *out)
{
	yaml_event_t event;

	yaml_emit(out, &event,
		  yaml_mapping_start_event_initialize(&event, NULL, NULL, 1,
						      YAML_BLOCK_MAPPING_STYLE));
}

static void yaml_end_map(struct yaml_out *out)
{
	yaml_event_t event;

	yaml_emit(out, &event, yaml_mapping_end_event_initialize(&event));
}

static void yaml_begin_list(struct yaml_out *out, const char *key)
{
	yaml_event_t event;

	yaml_string(out, key);
	yaml_emit(out, &event,
		  yaml_sequence_start_event_initialize(&event, NULL, NULL, 1,
						       YAML_BLOCK_SEQUENCE_STYLE));
}

static void yaml_end_list(struct yaml_out *out)
{
	yaml_event_t event;

	yaml_emit(out, &event, yaml_sequence_end_event_initialize(&event));
}

static void yaml_strings(struct yaml_out *out, const char *key, char *const *strings, size_t count)
{
	size_t i;

	if (!count)
		return;
	yaml_begin_list(out, key);
	for (i = 0; i < count; i++)
		yaml_string(out, strings[i]);
	yaml_end_list(out);
}

static void yaml_begin(struct yaml_out *out)
{
	yaml_event_t event;

	yaml_emit(out, &event, yaml_stream_start_event_initialize(&event, YAML_UTF8_ENCODING));
	yaml_emit(out, &event, yaml_document_start_event_initialize(&event, NULL, NULL, NULL, 1));
}

static void yaml_end(struct yaml_out *out)
{
	yaml_event_t event;

	yaml_emit(out, &event, yaml_document_end_event_initialize(&event, 1));
	yaml_emit(out, &event, yaml_stream_end_event_initialize(&event));
}

static void write_conditions(struct yaml_out *out, const struct rule *rule)
{
	size_t i;

	if (!rule->condition_count)
		return;
	yaml_begin_list(out, "args");
	for (i = 0; i < rule->condition_count; i++) {
		const struct condition *condition = &rule->conditions[i];

		yaml_begin_map(out);
		yaml_number(out, "index", condition->index);
		yaml_number(out, "value", condition->value);
		if (condition->comparison == COMPARE_MASKED_EQ)
			yaml_number(out, "valueTwo", condition->value_two);
		yaml_text(out, "op", comparison_name(condition->comparison));
		yaml_end_map(out);
	}
	yaml_end_list(out);
}

static void write_spec(struct yaml_out *out, const struct profile *profile)
{
	size_t i;

	yaml_text(out, "defaultAction", action_name(profile->default_action));
	yaml_strings(out, "architectures", profile->architectures, profile->architecture_count);
	yaml_strings(out, "flags", profile->flags, profile->flag_count);
	if (profile->listener_path)
		yaml_text(out, "listenerPath", profile->listener_path);
	if (profile->listener_metadata)
		yaml_text(out, "listenerMetadata", profile->listener_metadata);
	yaml_begin_list(out, "syscalls");
	for (i = 0; i < profile->rule_count; i++) {
		const struct rule *rule = &profile->rules[i];

		yaml_begin_map(out);
		yaml_text(out, "action", action_name(rule->action));
		if (rule->errno_ret.known)
			yaml_number(out, "errnoRet", rule->errno_ret.value);
		yaml_strings(out, "names", rule->names, rule->name_count);
		write_conditions(out, rule);
		yaml_end_map(out);
	}
	yaml_end_list(out);
}

static void write_document(struct yaml_out *out, const struct profile *profile, const char *name)
{
	yaml_begin(out);
	yaml_begin_map(out);
	yaml_text(out, "apiVersion", CR_API_VERSION);
	yaml_text(out, "kind", CR_KIND);
	yaml_string(out, "metadata");
	yaml_begin_map(out);
	yaml_text(out, "name", name);
	yaml_end_map(out);
	yaml_string(out, "spec");
	yaml_begin_map(out);
	write_spec(out, profile);
	yaml_end_map(out);
	yaml_end_map(out);
	yaml_end(out);
}

int profile_write_cr(const struct profile *profile, const char *name, char **ret_text,
		     struct error *err)
{
	struct yaml_out out = { 0 };
	_cleanup_free_ char *text = NULL;
	size_t size;

	if (!str_is_dns_label(name))
		return error_set(err, EINVAL,
				 "\"%s\" cannot name a %s: it has to be a DNS label, at most 63 of "
				 "a-z, 0-9 and '-'",
				 name, CR_KIND);
	/* EPERM is what every runtime answers by default, so saying it loses nothing. */
	if (profile->default_errno_ret.known && profile->default_errno_ret.value != EPERM)
		return error_set(err, ENOTSUP,
				 "a %s has no defaultErrnoRet, and this profile's is %" PRIu32,
				 CR_KIND, profile->default_errno_ret.value);
	out.file = open_memstream(&text, &size);
	if (!out.file)
		return error_nomem(err);
	if (yaml_emitter_initialize(&out.emitter)) {
		yaml_emitter_set_output(&out.emitter, yaml_write, out.file);
		yaml_emitter_set_unicode(&out.emitter, 1);
		yaml_emitter_set_width(&out.emitter, -1);
		write_document(&out, profile, name);
		yaml_emitter_delete(&out.emitter);
	} else {
		out.failed = true;
	}
	if (fclose(out.file) != 0 || out.failed)
		return error_nomem(err);
	*ret_text = steal_pointer(&text);
	return 0;
}
