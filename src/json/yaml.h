/* SPDX-License-Identifier: Apache-2.0 */
#ifndef JSON_YAML_H
#define JSON_YAML_H

/*
 * Reads YAML as the equivalent JSON, so that one reader serves both. It reads only the part of
 * YAML 1.1 in which Kubernetes' objects are written. Anchors, aliases and tags are refused:
 * aliases multiply (a text of a kilobyte can become gigabytes), and no profile needs them.
 */
#include <stdbool.h>
#include <stddef.h>

#include <jansson.h>

struct error;
struct cursor;
struct tree_place;
struct tree_source;

/* The documents of a stream, in order; those without content are left out. */
struct yaml_stream {
	json_t **roots;
	size_t *documents; /* index of each in the stream, for tree_source */
	size_t length;
};

/*
 * Reads at most 16 MiB of UTF-8 with at most 64 levels. name is the name of the text in
 * messages. Duplicate keys and invalid YAML are refused with the line and column. The caller
 * finishes ret_stream.
 */
int yaml_parse(const char *name, const char *text, size_t size, struct yaml_stream *ret_stream,
	       struct error *err);
void yaml_stream_finish(struct yaml_stream *stream);

/* As cursor_locate(), for a YAML text. */
bool yaml_locate(const struct tree_source *source, const struct cursor *at,
		 struct tree_place *ret_place);

#endif
