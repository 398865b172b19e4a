// SPDX-License-Identifier: Apache-2.0
#include "json/yaml_write.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <yaml.h>

#include "json/unsigned.h"
#include "json/yaml_scalar.h"
#include "util/cleanup.h"
#include "util/error.h"
#include "util/text_stream.h"

/* A stream under construction. Failures are checked once, at the end. */
struct yaml_out {
	yaml_emitter_t emitter;
	FILE *file;
	bool failed;
};

static int write_bytes(void *data, unsigned char *buffer, size_t size)
{
	return fwrite(buffer, 1, size, data) == size;
}

/* initialized is false if the event could not be made. The emitter takes over the event. */
static void emit(struct yaml_out *out, yaml_event_t *event, int initialized)
{
	if (!initialized || !yaml_emitter_emit(&out->emitter, event))
		out->failed = true;
}

static void emit_scalar(struct yaml_out *out, const char *text, yaml_scalar_style_t style)
{
	yaml_event_t event;

	emit(out, &event,
	     yaml_scalar_event_initialize(&event, NULL, NULL, (const yaml_char_t *)text,
					  strlen(text), 1, 1, style));
}

static void emit_text(struct yaml_out *out, const char *text)
{
	emit_scalar(out, text,
		    yaml_needs_quotes(text) ? YAML_DOUBLE_QUOTED_SCALAR_STYLE :
					      YAML_ANY_SCALAR_STYLE);
}

static void emit_plain(struct yaml_out *out, const json_t *value)
{
	_cleanup_free_ char *text = json_dumps(value, JSON_ENCODE_ANY);

	if (text)
		emit_scalar(out, text, YAML_PLAIN_SCALAR_STYLE);
	else
		out->failed = true;
}

static void emit_value(struct yaml_out *out, const json_t *value);

static void emit_array(struct yaml_out *out, const json_t *array)
{
	yaml_event_t event;
	json_t *element;
	size_t i;

	emit(out, &event,
	     yaml_sequence_start_event_initialize(&event, NULL, NULL, 1,
						  YAML_BLOCK_SEQUENCE_STYLE));
	json_array_foreach(array, i, element)
		emit_value(out, element);
	emit(out, &event, yaml_sequence_end_event_initialize(&event));
}

static void emit_object(struct yaml_out *out, const json_t *object)
{
	yaml_event_t event;
	const char *key;
	json_t *member;

	emit(out, &event,
	     yaml_mapping_start_event_initialize(&event, NULL, NULL, 1, YAML_BLOCK_MAPPING_STYLE));
	json_object_foreach((json_t *)object, key, member) {
		emit_text(out, key);
		emit_value(out, member);
	}
	emit(out, &event, yaml_mapping_end_event_initialize(&event));
}

static void emit_value(struct yaml_out *out, const json_t *value)
{
	if (json_is_object(value))
		emit_object(out, value);
	else if (json_is_array(value))
		emit_array(out, value);
	else if (tree_is_unsigned(value))
		emit_scalar(out, json_string_value(value) + 1, YAML_PLAIN_SCALAR_STYLE);
	else if (json_is_string(value))
		emit_text(out, json_string_value(value));
	else
		emit_plain(out, value);
}

static void emit_stream(struct yaml_out *out, json_t *const *roots, size_t count)
{
	yaml_event_t event;
	size_t i;

	emit(out, &event, yaml_stream_start_event_initialize(&event, YAML_UTF8_ENCODING));
	for (i = 0; i < count; i++) {
		emit(out, &event,
		     yaml_document_start_event_initialize(&event, NULL, NULL, NULL, count == 1));
		emit_value(out, roots[i]);
		emit(out, &event, yaml_document_end_event_initialize(&event, 1));
	}
	emit(out, &event, yaml_stream_end_event_initialize(&event));
}

int yaml_write(json_t *const *roots, size_t count, char **ret_text, struct error *err)
{
	struct yaml_out out = {};
	_cleanup_text_stream_ struct text_stream stream = {};

	out.file = text_stream_open(&stream);
	if (!out.file)
		return error_nomem(err);
	if (yaml_emitter_initialize(&out.emitter)) {
		yaml_emitter_set_output(&out.emitter, write_bytes, out.file);
		yaml_emitter_set_unicode(&out.emitter, 1);
		yaml_emitter_set_width(&out.emitter, -1);
		emit_stream(&out, roots, count);
		yaml_emitter_delete(&out.emitter);
	} else {
		out.failed = true;
	}
	if (out.failed)
		return error_nomem(err);
	return text_stream_take(&stream, ret_text, err);
}
