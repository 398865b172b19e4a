// SPDX-License-Identifier: Apache-2.0
#include "net/http2_request.h"

#include <errno.h>
#include <string.h>

#include "net/http2_session.h"
#include "util/array.h"
#include "util/error.h"
#include "util/loop.h"
#include "util/str.h"

/* Bytes that each header counts in addition to its name and value (RFC 9113, section 6.5.2). */
#define HEADER_OVERHEAD 32

static void fields_finish(struct http2_fields *fields)
{
	size_t i;

	for (i = 0; i < fields->count; i++) {
		free((char *)fields->list[i].name);
		free((char *)fields->list[i].value);
	}
	free(fields->list);
	*fields = (struct http2_fields){};
}

static int fields_add(struct http2_fields *fields, const char *name, size_t name_size,
		      const char *value, size_t value_size)
{
	struct http2_header *grown = array_grow(fields->list, fields->count, sizeof(*grown));
	struct http2_header field;

	if (!grown)
		return -ENOMEM;
	fields->list = grown;
	field.name = strndup(name, name_size);
	field.value = strndup(value, value_size);
	if (!field.name || !field.value) {
		free((char *)field.name);
		free((char *)field.value);
		return -ENOMEM;
	}
	fields->list[fields->count++] = field;
	return 0;
}

static const char *fields_find(const struct http2_fields *fields, const char *name)
{
	size_t i;

	for (i = 0; i < fields->count; i++)
		if (strcmp(fields->list[i].name, name) == 0)
			return fields->list[i].value;
	return NULL;
}

void http2_request_destroy(struct http2_request *request)
{
	if (!request)
		return;
	loop_remove_timer(request->deadline);
	free(request->method);
	free(request->path);
	fields_finish(&request->asked);
	free(request->unsent);
	fields_finish(&request->headers);
	fields_finish(&request->trailers);
	free(request->body);
	free(request);
}

int http2_request_create(const struct http2_request_options *options,
			 struct http2_request **ret_request, struct error *err)
{
	_cleanup_http2_request_ struct http2_request *request = calloc(1, sizeof(*request));
	size_t i;

	if (!request)
		return error_nomem(err);
	request->handlers = options->handlers;
	request->data = options->data;
	request->timeout_ms = options->timeout_ms;
	request->body_max = options->body_max ? options->body_max : HTTP2_BODY_MAX;
	request->method = strdup(options->method);
	request->path = strdup(options->path);
	request->unsent = malloc(options->body_size + 1);
	if (!request->method || !request->path || !request->unsent)
		return error_nomem(err);
	for (i = 0; i < options->header_count; i++) {
		const struct http2_header *header = &options->headers[i];

		if (fields_add(&request->asked, header->name, strlen(header->name), header->value,
			       strlen(header->value)) < 0)
			return error_nomem(err);
	}
	if (options->body_size)
		memcpy(request->unsent, options->body, options->body_size);
	request->unsent_size = options->body_size;
	request->unsent_ends = !options->body_follows;
	*ret_request = steal_pointer(&request);
	return 0;
}

int http2_request_take_header(struct http2_request *request, const uint8_t *name, size_t name_size,
			      const uint8_t *value, size_t value_size, size_t max_bytes,
			      struct error *err)
{
	static const char status[] = ":status";
	long number;

	if (name_size + value_size + HEADER_OVERHEAD > max_bytes - request->header_bytes)
		return error_set(err, EMSGSIZE, "the answer has more than %zu bytes of headers",
				 max_bytes);
	request->header_bytes += name_size + value_size + HEADER_OVERHEAD;
	if (name_size == strlen(status) && memcmp(name, status, name_size) == 0) {
		char text[8];

		if (value_size >= sizeof(text))
			return error_set(err, EPROTO, "the answer has no valid status");
		memcpy(text, value, value_size);
		text[value_size] = '\0';
		if (str_parse_long(text, 100, 999, &number, NULL) < 0)
			return error_set(err, EPROTO, "the answer has no valid status");
		request->status = number;
		return 0;
	}
	if (fields_add(request->answered ? &request->trailers : &request->headers,
		       (const char *)name, name_size, (const char *)value, value_size) < 0)
		return error_nomem(err);
	return 0;
}

int http2_request_take_body(struct http2_request *request, const uint8_t *bytes, size_t size,
			    struct error *err)
{
	uint8_t *grown;

	if (size > request->body_max - request->body_size)
		return error_set(err, EMSGSIZE, "the answer is larger than %zu bytes",
				 request->body_max);
	grown = realloc(request->body, request->body_size + size + 1);
	if (!grown)
		return error_nomem(err);
	memcpy(grown + request->body_size, bytes, size);
	request->body = grown;
	request->body_size += size;
	request->body[request->body_size] = '\0';
	return 0;
}

void http2_request_drop_headers(struct http2_request *request)
{
	fields_finish(&request->headers);
	request->status = 0;
}

/* Ends a call of a handler. Frees the request if it was released meanwhile. */
static void end_call(struct http2_request *request)
{
	if (--request->calls == 0 && request->released)
		http2_request_destroy(request);
}

void http2_request_call_headers(struct http2_request *request)
{
	request->answered = true;
	if (!request->handlers->headers)
		return;
	request->calls++;
	request->handlers->headers(request, request->data);
	end_call(request);
}

void http2_request_call_body(struct http2_request *request, const uint8_t *bytes, size_t size)
{
	request->unconsumed += size;
	request->calls++;
	request->handlers->body(request, bytes, size, request->data);
	end_call(request);
}

void http2_request_call_writable(struct http2_request *request)
{
	request->write_failed = false;
	if (!request->handlers->writable)
		return;
	request->calls++;
	request->handlers->writable(request, request->data);
	end_call(request);
}

/* Detaches the request, so that nothing calls its handlers any more. False if it already was. */
static bool leave(struct http2_request *request)
{
	if (!request->list)
		return false;
	TAILQ_REMOVE(&request->list->queue, request, link);
	request->list->count--;
	request->list = NULL;
	loop_remove_timer(request->deadline);
	request->deadline = NULL;
	http2_session_detach(request);
	return true;
}

void http2_request_finish(struct http2_request *request, const struct error *err)
{
	leave(request);
	request->calls++;
	request->handlers->done(request, err ? -err->code : 0, err, request->data);
	request->released = true;
	end_call(request);
}

void http2_request_cancel(struct http2_request *request)
{
	if (!request || !leave(request))
		return;
	request->calls++;
	request->released = true;
	end_call(request);
}

size_t http2_request_take_unsent(struct http2_request *request, uint8_t *bytes, size_t size)
{
	size_t left = request->unsent_size - request->unsent_at;

	if (size > left)
		size = left;
	memcpy(bytes, request->unsent + request->unsent_at, size);
	request->unsent_at += size;
	return size;
}

int http2_request_status(const struct http2_request *request)
{
	return request->answered ? request->status : 0;
}

const char *http2_request_header(const struct http2_request *request, const char *name)
{
	return fields_find(&request->headers, name);
}

const char *http2_request_trailer(const struct http2_request *request, const char *name)
{
	return fields_find(&request->trailers, name);
}

const char *http2_request_body(const struct http2_request *request, size_t *ret_size)
{
	if (ret_size)
		*ret_size = request->body_size;
	return request->body ? (const char *)request->body : "";
}

bool http2_request_is_retriable(const struct http2_request *request)
{
	return request->retriable;
}

void http2_request_consume(struct http2_request *request, size_t size)
{
	if (size > request->unconsumed)
		size = request->unconsumed;
	request->unconsumed -= size;
	http2_session_consume(request, size);
}

int http2_request_write(struct http2_request *request, const void *data, size_t size,
			struct error *err)
{
	size_t waiting = request->unsent_size - request->unsent_at;
	uint8_t *grown;

	if (request->unsent_ends)
		return error_set(err, EINVAL, "the body of the request has ended");
	if (size > HTTP2_UNSENT_MAX || waiting > HTTP2_UNSENT_MAX - size) {
		request->write_failed = true;
		return error_set(err, EAGAIN, "too much of the request waits to be sent");
	}
	memmove(request->unsent, request->unsent + request->unsent_at, waiting);
	request->unsent_at = 0;
	request->unsent_size = waiting;
	grown = realloc(request->unsent, waiting + size + 1);
	if (!grown)
		return error_nomem(err);
	memcpy(grown + waiting, data, size);
	request->unsent = grown;
	request->unsent_size += size;
	http2_session_resume(request);
	return 0;
}

void http2_request_end_body(struct http2_request *request)
{
	request->unsent_ends = true;
	http2_session_resume(request);
}
