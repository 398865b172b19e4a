/* SPDX-License-Identifier: Apache-2.0 */
#ifndef NET_HTTP2_REQUEST_H
#define NET_HTTP2_REQUEST_H

/* A request and what came of its answer, as the client and its sessions see it. */
#include <sys/queue.h>

#include "net/http2.h"

struct http2_session;
struct loop_timer;

struct http2_fields {
	struct http2_header *list; /* owned, and so are the strings */
	size_t count;
};

TAILQ_HEAD(http2_request_queue, http2_request);

struct http2_request_list {
	struct http2_request_queue queue; /* in the order of their start */
	size_t count;
};

struct http2_request {
	TAILQ_ENTRY(http2_request) link;
	struct http2_client *client;
	struct http2_request_list *list; /* of its client; NULL once it is over */
	struct http2_session *session;	 /* NULL while it waits for a connection */
	int32_t stream;
	bool sent;	  /* its headers are on their way */
	bool reset;	  /* by the server */
	bool stream_over; /* the server need not be told of the end */
	const struct http2_handlers *handlers;
	void *data;
	struct loop_timer *deadline; /* NULL without */
	int64_t timeout_ms;
	unsigned int calls; /* of handlers under way */
	bool released;	    /* to be freed after them */

	char *method;
	char *path;
	struct http2_fields asked;
	uint8_t *unsent;
	size_t unsent_size;
	size_t unsent_at;
	bool unsent_ends;  /* nothing follows */
	bool write_failed; /* for lack of room: writable is owed */

	int status;
	bool answered; /* the headers are complete; what comes next are trailers */
	struct http2_fields headers;
	struct http2_fields trailers;
	size_t header_bytes;
	uint8_t *body;
	size_t body_size;
	size_t body_max;
	size_t unconsumed;
	bool retriable;
};

/* A copy of what options say, in no list. Destroying it is for one that was never in a list. */
int http2_request_create(const struct http2_request_options *options,
			 struct http2_request **ret_request, struct error *err);
void http2_request_destroy(struct http2_request *request);
DEFINE_CLEANUP(struct http2_request *, http2_request_destroy);
#define _cleanup_http2_request_ _cleanup_(cleanup_http2_request_destroy)

/* What comes in. Negative with err when it is too much; max_bytes is that of the options. */
int http2_request_take_header(struct http2_request *request, const uint8_t *name, size_t name_size,
			      const uint8_t *value, size_t value_size, size_t max_bytes,
			      struct error *err);
int http2_request_take_body(struct http2_request *request, const uint8_t *bytes, size_t size,
			    struct error *err);

/* The headers that came so far were those of an interim answer (a status of 1xx). */
void http2_request_drop_headers(struct http2_request *request);

/* Call the handlers. The request may be gone afterwards. */
void http2_request_call_headers(struct http2_request *request);
void http2_request_call_body(struct http2_request *request, const uint8_t *bytes, size_t size);
void http2_request_call_writable(struct http2_request *request);

/*
 * Takes the request off its session and its list, calls done, and frees it. err is NULL for a
 * complete answer.
 */
void http2_request_finish(struct http2_request *request, const struct error *err);

/* What goes out: copies up to size bytes of the request's body and returns their number. */
size_t http2_request_take_unsent(struct http2_request *request, uint8_t *bytes, size_t size);

#endif
