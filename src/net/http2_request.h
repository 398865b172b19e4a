/* SPDX-License-Identifier: Apache-2.0 */
#ifndef NET_HTTP2_REQUEST_H
#define NET_HTTP2_REQUEST_H

/* A request and the received part of its answer, as the client and its sessions see it. */
#include <sys/queue.h>

#include "net/http2.h"

struct http2_session;
struct loop_timer;

struct http2_fields {
	struct http2_header *list; /* owned, like the strings in it */
	size_t count;
};

TAILQ_HEAD(http2_request_queue, http2_request);

struct http2_request_list {
	struct http2_request_queue queue; /* in the order in which they started */
	size_t count;
};

struct http2_request {
	TAILQ_ENTRY(http2_request) link;
	struct http2_client *client;
	struct http2_request_list *list; /* the client's; NULL once the request is over */
	struct http2_session *session;	 /* NULL while the request waits for a connection */
	int32_t stream;
	bool sent;	  /* its headers were sent */
	bool reset;	  /* the server reset the stream */
	bool stream_over; /* the stream is closed: no RST_STREAM is needed */
	const struct http2_handlers *handlers;
	void *data;
	struct loop_timer *deadline; /* NULL if there is none */
	int64_t timeout_ms;
	unsigned int calls; /* running calls of handlers */
	bool released;	    /* free the request after the last call */

	char *method;
	char *path;
	struct http2_fields asked;
	uint8_t *unsent;
	size_t unsent_size;
	size_t unsent_at;
	bool unsent_ends;  /* no more is added */
	bool write_failed; /* no room: call writable later */

	int status;
	bool answered; /* the headers are complete: trailers come next */
	struct http2_fields headers;
	struct http2_fields trailers;
	size_t header_bytes;
	uint8_t *body;
	size_t body_size;
	size_t body_max;
	size_t unconsumed;
	bool retriable;
};

/*
 * Creates a request with a copy of the options, in no list. Only a request that never was in a
 * list may be destroyed with http2_request_destroy().
 */
int http2_request_create(const struct http2_request_options *options,
			 struct http2_request **ret_request, struct error *err);
void http2_request_destroy(struct http2_request *request);
DEFINE_CLEANUP(struct http2_request *, http2_request_destroy);
#define _cleanup_http2_request_ _cleanup_(cleanup_http2_request_destroy)

/*
 * Add a received header, trailer or part of the body. Negative with err if there is too much.
 * max_bytes is max_header_bytes of the options.
 */
int http2_request_take_header(struct http2_request *request, const uint8_t *name, size_t name_size,
			      const uint8_t *value, size_t value_size, size_t max_bytes,
			      struct error *err);
int http2_request_take_body(struct http2_request *request, const uint8_t *bytes, size_t size,
			    struct error *err);

/* Drops the headers of an interim answer (a status of 1xx). */
void http2_request_drop_headers(struct http2_request *request);

/* Call the handlers. The request may be freed afterwards. */
void http2_request_call_headers(struct http2_request *request);
void http2_request_call_body(struct http2_request *request, const uint8_t *bytes, size_t size);
void http2_request_call_writable(struct http2_request *request);

/*
 * Removes the request from its session and its list, calls done, and frees it. err is NULL for
 * a complete answer.
 */
void http2_request_finish(struct http2_request *request, const struct error *err);

/* Copies up to size unsent bytes of the request's body. Returns the number of bytes. */
size_t http2_request_take_unsent(struct http2_request *request, uint8_t *bytes, size_t size);

#endif
