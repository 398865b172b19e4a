// SPDX-License-Identifier: Apache-2.0
#include "json/yaml.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <yaml.h>

#include "json/cursor.h"
#include "json/locate.h"
#include "json/yaml_scalar.h"
#include "util/array.h"
#include "util/cleanup.h"
#include "util/error.h"

#define YAML_SIZE_MAX (16u << 20)
#define YAML_DEPTH_MAX 64

struct reader {
	yaml_parser_t parser;
	yaml_event_t event; /* the current one; zeroed when there is none */
	const char *name, *text;
	size_t size;
};

static void reader_init(struct reader *reader, const char *name, const char *text, size_t size)
{
	*reader = (struct reader){ .name = name, .text = text, .size = size };
	if (!yaml_parser_initialize(&reader->parser))
		return;
	yaml_parser_set_input_string(&reader->parser, (const unsigned char *)text, size);
	/* Ignores a byte order mark, because the rest of the program reads UTF-8. */
	yaml_parser_set_encoding(&reader->parser, YAML_UTF8_ENCODING);
}

static void reader_finish(struct reader *reader)
{
	yaml_event_delete(&reader->event);
	yaml_parser_delete(&reader->parser);
}

static int refuse(const struct reader *reader, const yaml_mark_t *mark, struct error *err,
		  const char *what)
{
	return error_set(err, EINVAL, "%s:%zu:%zu: %s", reader->name, mark->line + 1,
			 mark->column + 1, what);
}

static int next(struct reader *reader, struct error *err)
{
	const yaml_parser_t *parser = &reader->parser;
	struct tree_place place;

	yaml_event_delete(&reader->event);
	if (yaml_parser_parse(&reader->parser, &reader->event))
		return 0;
	if (parser->error == YAML_MEMORY_ERROR || !parser->problem)
		return error_nomem(err);
	place = (struct tree_place){ parser->problem_mark.line + 1,
				     parser->problem_mark.column + 1 };
	/* libyaml sets no mark for bytes that are no text, only an offset. */
	if (parser->error == YAML_READER_ERROR && parser->problem_offset <= reader->size)
		place = tree_place_of(reader->text, parser->problem_offset);
	return error_set(err, EINVAL, "%s:%zu:%zu: not YAML: %s", reader->name, place.line,
			 place.column, parser->problem);
}

/* Refuses aliases and anchors, which repeat parts of the text, and tags, which set types. */
static int check_plain(const struct reader *reader, const yaml_event_t *event, struct error *err)
{
	const yaml_char_t *anchor = NULL, *tag = NULL;

	switch (event->type) {
	case YAML_ALIAS_EVENT:
		return refuse(reader, &event->start_mark, err,
			      "an alias is not accepted here: write the value out");
	case YAML_SCALAR_EVENT:
		anchor = event->data.scalar.anchor;
		tag = event->data.scalar.tag;
		break;
	case YAML_SEQUENCE_START_EVENT:
		anchor = event->data.sequence_start.anchor;
		tag = event->data.sequence_start.tag;
		break;
	case YAML_MAPPING_START_EVENT:
		anchor = event->data.mapping_start.anchor;
		tag = event->data.mapping_start.tag;
		break;
	default:
		break;
	}
	if (anchor)
		return refuse(reader, &event->start_mark, err,
			      "an anchor is not accepted here: write the value out where it is "
			      "used");
	if (tag)
		return refuse(reader, &event->start_mark, err, "a tag is not accepted here");
	return 0;
}

static int read_value(struct reader *reader, unsigned int depth, json_t **ret_value,
		      struct error *err);

static int read_sequence(struct reader *reader, unsigned int depth, json_t **ret_value,
			 struct error *err)
{
	_cleanup_json_ json_t *array = json_array();
	json_t *element;
	int r;

	if (!array)
		return error_nomem(err);
	while ((r = next(reader, err)) == 0 && reader->event.type != YAML_SEQUENCE_END_EVENT) {
		r = read_value(reader, depth + 1, &element, err);
		if (r < 0)
			return r;
		if (json_array_append_new(array, element) < 0)
			return error_nomem(err);
	}
	if (r == 0)
		*ret_value = steal_pointer(&array);
	return r;
}

/* Reads a key, which is a string even if it looks like another type. The caller frees it. */
static int read_key(struct reader *reader, const json_t *object, char **ret_key, struct error *err)
{
	const yaml_event_t *event = &reader->event;
	_cleanup_free_ char *key = NULL;
	int r = check_plain(reader, event, err);

	if (r < 0)
		return r;
	if (event->type != YAML_SCALAR_EVENT)
		return refuse(reader, &event->start_mark, err, "a key must be a plain string");
	if (memchr(event->data.scalar.value, '\0', event->data.scalar.length))
		return refuse(reader, &event->start_mark, err, "a NUL character is not accepted");
	key = strdup((const char *)event->data.scalar.value);
	if (!key)
		return error_nomem(err);
	if (json_object_get(object, key))
		return refuse(reader, &event->start_mark, err, "this key appears twice");
	*ret_key = steal_pointer(&key);
	return 0;
}

static int read_mapping(struct reader *reader, unsigned int depth, json_t **ret_value,
			struct error *err)
{
	_cleanup_json_ json_t *object = json_object();
	json_t *member;
	int r;

	if (!object)
		return error_nomem(err);
	while ((r = next(reader, err)) == 0 && reader->event.type != YAML_MAPPING_END_EVENT) {
		_cleanup_free_ char *key = NULL;

		if ((r = read_key(reader, object, &key, err)) < 0 || (r = next(reader, err)) < 0 ||
		    (r = read_value(reader, depth + 1, &member, err)) < 0)
			return r;
		if (json_object_set_new(object, key, member) < 0)
			return error_nomem(err);
	}
	if (r == 0)
		*ret_value = steal_pointer(&object);
	return r;
}

static int read_scalar(const struct reader *reader, json_t **ret_value, struct error *err)
{
	const yaml_event_t *event = &reader->event;
	const char *text = (const char *)event->data.scalar.value;
	json_t *value;

	if (memchr(text, '\0', event->data.scalar.length))
		return refuse(reader, &event->start_mark, err, "a NUL character is not accepted");
	value = event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE ? yaml_plain_scalar(text) :
								      json_string(text);
	if (!value)
		return error_nomem(err);
	*ret_value = value;
	return 0;
}

/* Reads the value that begins with the current event. */
static int read_value(struct reader *reader, unsigned int depth, json_t **ret_value,
		      struct error *err)
{
	const yaml_event_t *event = &reader->event;
	int r = check_plain(reader, event, err);

	if (r < 0)
		return r;
	if (depth > YAML_DEPTH_MAX)
		return refuse(reader, &event->start_mark, err, "nested too deeply");
	switch (event->type) {
	case YAML_SCALAR_EVENT:
		return read_scalar(reader, ret_value, err);
	case YAML_SEQUENCE_START_EVENT:
		return read_sequence(reader, depth, ret_value, err);
	default:
		return read_mapping(reader, depth, ret_value, err);
	}
}

static int add_root(struct yaml_stream *stream, json_t *root, size_t document, struct error *err)
{
	json_t **roots = array_grow(stream->roots, stream->length, sizeof(*roots));
	size_t *documents = array_grow(stream->documents, stream->length, sizeof(*documents));

	stream->roots = roots ? roots : stream->roots;
	stream->documents = documents ? documents : stream->documents;
	if (!roots || !documents) {
		json_decref(root);
		return error_nomem(err);
	}
	roots[stream->length] = root;
	documents[stream->length++] = document;
	return 0;
}

static int read_stream(struct reader *reader, struct yaml_stream *stream, struct error *err)
{
	size_t document = 0;
	json_t *root;
	int r;

	while ((r = next(reader, err)) == 0 && reader->event.type != YAML_STREAM_END_EVENT) {
		if (reader->event.type != YAML_DOCUMENT_START_EVENT)
			continue; /* the beginning of the stream, the end of a document */
		if ((r = next(reader, err)) < 0 || (r = read_value(reader, 0, &root, err)) < 0)
			return r;
		if (json_is_null(root))
			json_decref(root);
		else if ((r = add_root(stream, root, document, err)) < 0)
			return r;
		document++;
	}
	return r;
}

int yaml_parse(const char *name, const char *text, size_t size, struct yaml_stream *ret_stream,
	       struct error *err)
{
	_cleanup_(yaml_stream_finish) struct yaml_stream stream = {};
	_cleanup_(reader_finish) struct reader reader;
	int r;

	reader_init(&reader, name, text, size);
	if (size > YAML_SIZE_MAX)
		return error_set(err, EFBIG, "%s: YAML of more than %u bytes is not read", name,
				 YAML_SIZE_MAX);
	r = read_stream(&reader, &stream, err);
	if (r < 0)
		return r;
	*ret_stream = stream;
	stream = (struct yaml_stream){};
	return 0;
}

void yaml_stream_finish(struct yaml_stream *stream)
{
	size_t i;

	for (i = 0; i < stream->length; i++)
		json_decref(stream->roots[i]);
	free(stream->roots);
	free(stream->documents);
}

/* Moves from the first event of a value to its last. */
static bool skip_value(struct reader *reader)
{
	size_t depth = 0;

	for (;;) {
		depth += reader->event.type == YAML_MAPPING_START_EVENT ||
			 reader->event.type == YAML_SEQUENCE_START_EVENT;
		depth -= reader->event.type == YAML_MAPPING_END_EVENT ||
			 reader->event.type == YAML_SEQUENCE_END_EVENT;
		if (depth == 0)
			return true;
		if (next(reader, NULL) < 0)
			return false;
	}
}

static bool enter_member(struct reader *reader, const char *key, yaml_mark_t *ret_mark)
{
	bool found;

	while (next(reader, NULL) == 0 && reader->event.type == YAML_SCALAR_EVENT) {
		found = strcmp((const char *)reader->event.data.scalar.value, key) == 0;
		*ret_mark = reader->event.start_mark;
		if (next(reader, NULL) < 0)
			return false;
		if (found)
			return true;
		if (!skip_value(reader))
			return false;
	}
	return false;
}

static bool enter_element(struct reader *reader, size_t index, yaml_mark_t *ret_mark)
{
	while (next(reader, NULL) == 0 && reader->event.type != YAML_SEQUENCE_END_EVENT) {
		*ret_mark = reader->event.start_mark;
		if (index-- == 0)
			return true;
		if (!skip_value(reader))
			return false;
	}
	return false;
}

static bool enter_document(struct reader *reader, size_t document, yaml_mark_t *ret_mark)
{
	while (next(reader, NULL) == 0 && reader->event.type != YAML_STREAM_END_EVENT) {
		if (reader->event.type != YAML_DOCUMENT_START_EVENT || document-- != 0)
			continue;
		if (next(reader, NULL) < 0)
			return false;
		*ret_mark = reader->event.start_mark;
		return true;
	}
	return false;
}

/* Moves to the first event of the value. */
static bool enter(struct reader *reader, const struct tree_source *source, const struct cursor *at,
		  yaml_mark_t *ret_mark)
{
	if (!at->parent)
		return enter_document(reader, source->document, ret_mark);
	if (!enter(reader, source, at->parent, ret_mark))
		return false;
	return at->key ? enter_member(reader, at->key, ret_mark) :
			 enter_element(reader, at->index, ret_mark);
}

bool yaml_locate(const struct tree_source *source, const struct cursor *at,
		 struct tree_place *ret_place)
{
	_cleanup_(reader_finish) struct reader reader;
	yaml_mark_t mark = {};

	reader_init(&reader, source->name, source->text, source->size);
	if (!enter(&reader, source, at, &mark))
		return false;
	*ret_place = (struct tree_place){ mark.line + 1, mark.column + 1 };
	return true;
}
