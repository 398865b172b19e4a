/* SPDX-License-Identifier: Apache-2.0 */
#ifndef JSON_YAML_H
#define JSON_YAML_H

/*
 * YAML read as the JSON that it stands for, so that one reader serves both: the part of YAML 1.1
 * that Kubernetes' objects are written in. Anchors, aliases and tags are refused: they multiply
 * (a text of a kilobyte can stand for gigabytes), and nobody needs them here.
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
	size_t *documents; /* the place of each in the stream, for tree_source */
	size_t length;
};

/*
 * Reads at most 16 MiB of UTF-8 with at most 64 levels; name is what messages call it. Keys that
 * are there twice are refused, with the line and column, as everything that is no YAML.
 */
int yaml_parse(const char *name, const char *text, size_t size, struct yaml_stream *ret_stream,
	       struct error *err);
void yaml_stream_finish(struct yaml_stream *stream);

/* As cursor_locate(), for such a text. */
bool yaml_locate(const struct tree_source *source, const struct cursor *at,
		 struct tree_place *ret_place);

#endif
