// SPDX-License-Identifier: Apache-2.0
#include "kube/cutter.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "util/error.h"

/* The metadata of a list: a continue token of the server has some hundred bytes. */
#define REST_MAX (64 << 10)

/* Items of a list begin two levels deep, in an array in an object. */
#define ITEM_DEPTH 2

struct text {
	char *bytes;
	size_t size;
	size_t capacity;
	size_t max;
};

struct cutter {
	enum cutter_kind kind;
	unsigned int depth;    /* of brackets around the next byte */
	char open[ITEM_DEPTH]; /* the outer brackets */
	unsigned int from;     /* the depth at which the object began, while inside */
	bool inside;	       /* in an object */
	bool in_string;
	bool escaped;
	struct text object;
	struct text rest;
};

int cutter_create(enum cutter_kind kind, size_t object_max, struct cutter **ret_cutter,
		  struct error *err)
{
	struct cutter *cutter = calloc(1, sizeof(*cutter));

	if (!cutter)
		return error_nomem(err);
	cutter->kind = kind;
	cutter->object.max = object_max;
	cutter->rest.max = REST_MAX;
	*ret_cutter = cutter;
	return 0;
}

void cutter_destroy(struct cutter *cutter)
{
	if (!cutter)
		return;
	free(cutter->object.bytes);
	free(cutter->rest.bytes);
	free(cutter);
}

static int append(struct text *text, char byte, struct error *err)
{
	if (text->size == text->max)
		return error_set(err, EMSGSIZE, "an object has more than %zu bytes", text->max);
	if (text->size == text->capacity) {
		size_t capacity = text->capacity ? text->capacity * 2 : 4096;
		char *bytes = realloc(text->bytes, capacity);

		if (!bytes)
			return error_nomem(err);
		text->bytes = bytes;
		text->capacity = capacity;
	}
	text->bytes[text->size++] = byte;
	return 0;
}

/* True if an object that begins now is one to cut out. */
static bool is_object_place(const struct cutter *cutter)
{
	if (cutter->kind == CUTTER_EVENTS)
		return cutter->depth == 0;
	return cutter->depth == ITEM_DEPTH && cutter->open[0] == '{' && cutter->open[1] == '[';
}

static bool is_space(char byte)
{
	return byte == ' ' || byte == '\t' || byte == '\n' || byte == '\r';
}

/* Follows strings and brackets. Returns true if the byte closed a bracket. */
static int follow(struct cutter *cutter, char byte, struct error *err)
{
	if (cutter->in_string) {
		cutter->in_string = byte != '"' || cutter->escaped;
		cutter->escaped = byte == '\\' && !cutter->escaped;
		return false;
	}
	if (byte == '"')
		cutter->in_string = true;
	if (byte == '{' || byte == '[') {
		if (cutter->depth < ITEM_DEPTH)
			cutter->open[cutter->depth] = byte;
		cutter->depth++;
	}
	if (byte != '}' && byte != ']')
		return false;
	if (!cutter->depth)
		return error_set(err, EPROTO, "a bracket closes that was not opened");
	cutter->depth--;
	return true;
}

/* Takes a byte outside of objects. */
static int take_outside(struct cutter *cutter, char byte, struct error *err)
{
	bool place = is_object_place(cutter) && !cutter->in_string;
	int r;

	if (place && byte == '{') {
		cutter->inside = true;
		cutter->from = cutter->depth;
		cutter->object.size = 0;
		follow(cutter, byte, err);
		return append(&cutter->object, byte, err);
	}
	if (place && is_space(byte))
		return 0;
	if (cutter->kind == CUTTER_EVENTS)
		return error_set(err, EPROTO, "there is something between the events");
	/* Only the commas between the items are left of them. */
	if (place && byte == ',')
		return 0;
	r = follow(cutter, byte, err);
	return r < 0 ? r : append(&cutter->rest, byte, err);
}

int cutter_next(struct cutter *cutter, const char **bytes, size_t *size, const char **ret_object,
		size_t *ret_object_size, struct error *err)
{
	while (*size) {
		char byte = **bytes;
		int r;

		++*bytes;
		--*size;
		if (!cutter->inside) {
			r = take_outside(cutter, byte, err);
			if (r < 0)
				return r;
			continue;
		}
		r = append(&cutter->object, byte, err);
		if (r == 0)
			r = follow(cutter, byte, err);
		if (r < 0)
			return r;
		if (r && cutter->depth == cutter->from) {
			cutter->inside = false;
			*ret_object = cutter->object.bytes;
			*ret_object_size = cutter->object.size;
			return 1;
		}
	}
	return 0;
}

int cutter_end(struct cutter *cutter, const char **ret_rest, size_t *ret_rest_size,
	       struct error *err)
{
	if (cutter->inside || cutter->depth || cutter->in_string)
		return error_set(err, EPROTO, "the answer ends within an object");
	*ret_rest = cutter->rest.bytes ? cutter->rest.bytes : "";
	*ret_rest_size = cutter->rest.size;
	return 0;
}
