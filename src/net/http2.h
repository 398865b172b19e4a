/* SPDX-License-Identifier: Apache-2.0 */
#ifndef NET_HTTP2_H
#define NET_HTTP2_H

/*
 * An HTTP/2 client of one server, driven by a loop. It never blocks. All requests share one
 * connection. The first request opens it, and a later request opens it again if it was lost.
 * nghttp2 does the protocol itself.
 *
 * A failure ends the affected requests at once, and nothing is sent twice: only the caller
 * knows whether a request may be repeated. The delay between attempts to connect doubles until
 * a server answers a request. Up to half of it is random, so that the agents of a thousand
 * nodes do not reconnect together. A request that starts during the delay waits for the next
 * attempt. So a caller that repeats a request at once is slowed down, too.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/cleanup.h"

struct error;
struct http2_client;
struct http2_request;
struct loop;
struct tls;

struct http2_options {
	const char *endpoint;  /* "unix:///path", "ADDRESS:PORT" or "[ADDRESS]:PORT" */
	struct tls *tls;       /* borrowed; NULL for plain text, with prior knowledge of HTTP/2 */
	const char *authority; /* the server's name in requests; NULL for "localhost" */
	/* For the members below, 0 means the default in brackets. */
	int64_t connect_timeout_ms; /* until the server speaks HTTP/2 [5000] */
	int64_t backoff_min_ms;	    /* between two attempts to connect [100] */
	int64_t backoff_max_ms;	    /* [30000] */
	/*
	 * ping_after_ms: length of a silence after which the client sends a ping [never].
	 * ping_timeout_ms: time until the client gives up an unanswered ping and the connection
	 * [5000]. Servers with grpc-go's defaults, such as containerd, end a connection that
	 * gets more than one ping in five minutes. Unix sockets need no pings.
	 */
	int64_t ping_after_ms;
	int64_t ping_timeout_ms;
	size_t max_requests;	 /* at the same time [100] */
	size_t max_header_bytes; /* of one answer with trailers, as RFC 9113 counts [65536] */
	uint32_t window;	 /* bytes of an answer's body that may arrive unconsumed [262144] */
};

/*
 * Creates a client, which connects with its first request. loop and options->tls must outlive
 * the client; the other options are copied. -EINVAL for an invalid endpoint, or a window of
 * 2^31 or more.
 */
int http2_client_create(struct loop *loop, const struct http2_options *options,
			struct http2_client **ret_client, struct error *err);

/* Ends all requests with -ECANCELED. Any handler of a request may call it. */
void http2_client_destroy(struct http2_client *client);
DEFINE_CLEANUP(struct http2_client *, http2_client_destroy);
#define _cleanup_http2_client_ _cleanup_(cleanup_http2_client_destroy)

/* Borrowed from client. */
const char *http2_client_endpoint(const struct http2_client *client);
struct loop *http2_client_loop(const struct http2_client *client);

struct http2_header {
	const char *name; /* in lower case */
	const char *value;
};

/*
 * Called from the loop, never from http2_request_start(). All but done may be NULL. Each may
 * cancel the request, start others, and destroy the client.
 */
struct http2_handlers {
	/* The status and all headers of the answer have arrived. */
	void (*headers)(struct http2_request *request, void *data);
	/*
	 * A part of the body has arrived. bytes is valid during the call. The server sends at
	 * most the window before http2_request_consume() releases a part. If body is NULL, the
	 * client collects the body.
	 */
	void (*body)(struct http2_request *request, const uint8_t *bytes, size_t size, void *data);
	/* http2_request_write() has room again, after an -EAGAIN. */
	void (*writable)(struct http2_request *request, void *data);
	/*
	 * The end of the request, once. result is 0 for a complete answer with any status, or
	 * negative with err set. The request is freed after the handler returns.
	 *
	 * -ETIMEDOUT (for the request, for connecting, or an unanswered ping), -ECONNREFUSED
	 * and other results of connect(), -ECONNRESET (connection lost), -ECONNABORTED (the
	 * server gave up this request), -EPROTO (no HTTP/2), -EMSGSIZE (headers or body too
	 * large), -ECANCELED (client destroyed), and those of tls.h.
	 */
	void (*done)(struct http2_request *request, int result, const struct error *err,
		     void *data);
};

#define HTTP2_BODY_MAX (16 << 20)

struct http2_request_options {
	const char *method; /* "GET" */
	const char *path;   /* "/version?x=y" */
	const struct http2_header *headers;
	size_t header_count;
	const void *body;
	size_t body_size;
	bool body_follows;  /* http2_request_write() adds the rest, _end_body() ends it */
	int64_t timeout_ms; /* until the end of the answer; 0 for no limit */
	size_t body_max;    /* of an answer that the client collects [HTTP2_BODY_MAX] */
	const struct http2_handlers *handlers; /* must outlive the request */
	void *data;			       /* for the handlers */
};

/*
 * Starts a request. options and their contents are copied, except handlers. ret_request is
 * valid until done has been called or the request is cancelled. -EBUSY if there are
 * max_requests already, or if the server reads so slowly that too much waits to be sent;
 * -ESHUTDOWN while the client is being destroyed.
 */
int http2_request_start(struct http2_client *client, const struct http2_request_options *options,
			struct http2_request **ret_request, struct error *err);

/* Ends the request. No handler is called after that. NULL is allowed. */
void http2_request_cancel(struct http2_request *request);

/* Returns the status of the answer, or 0 before its headers have arrived. */
int http2_request_status(const struct http2_request *request);

/*
 * Returns the first header or trailer of this name (in lower case), borrowed from request, or NULL.
 */
const char *http2_request_header(const struct http2_request *request, const char *name);
const char *http2_request_trailer(const struct http2_request *request, const char *name);

/* Returns the collected body, borrowed from request, with a NUL after its last byte. */
const char *http2_request_body(const struct http2_request *request, size_t *ret_size);

/*
 * True, in done, if the server certainly has not acted on the request, so that it can be repeated.
 */
bool http2_request_is_retriable(const struct http2_request *request);

/* Releases size bytes that the handler of the body has used: the server may send as many again. */
void http2_request_consume(struct http2_request *request, size_t size);

/*
 * Adds to the request's body; data is copied. -EAGAIN if more than HTTP2_UNSENT_MAX bytes would
 * wait to be sent: nothing is taken then, and writable is called later.
 */
#define HTTP2_UNSENT_MAX (1 << 20)
int http2_request_write(struct http2_request *request, const void *data, size_t size,
			struct error *err);
void http2_request_end_body(struct http2_request *request);

#endif
