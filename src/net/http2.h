/* SPDX-License-Identifier: Apache-2.0 */
#ifndef NET_HTTP2_H
#define NET_HTTP2_H

/*
 * An HTTP/2 client of one server, driven by a loop: it never blocks. It has one connection for all
 * requests, which it makes with the first request and makes again when it is lost. HTTP/2 itself is
 * nghttp2's business.
 *
 * What fails is told to the requests that it concerns, at once, and nothing is sent twice: whoever
 * made a request knows whether it may be repeated. Between attempts to connect lies a time that
 * doubles until a server answers a request, and of which up to a half is random, so that the agents
 * of a thousand nodes do not come back together. A request that is made meanwhile waits for the
 * next attempt; so a caller that repeats a request at once is slowed down, too.
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
	struct tls *tls;       /* borrowed; NULL for HTTP/2 in plain text, with prior knowledge */
	const char *authority; /* the server's name in requests; "localhost" when NULL */
	/* What is 0 has the default in brackets. */
	int64_t connect_timeout_ms; /* until the server speaks HTTP/2 [5000] */
	int64_t backoff_min_ms;	    /* between two attempts to connect [100] */
	int64_t backoff_max_ms;	    /* [30000] */
	/*
	 * After how long a silence the server is asked for a sign of life [never], and how long
	 * after that the connection is given up [5000]. Servers with grpc-go's defaults, as
	 * containerd, end connections with more than one such question in five minutes; a Unix
	 * socket needs none.
	 */
	int64_t ping_after_ms;
	int64_t ping_timeout_ms;
	size_t max_requests;	 /* at a time [100] */
	size_t max_header_bytes; /* of one answer with trailers, as RFC 9113 counts [65536] */
	uint32_t window; /* how much of an answer's body may come before it is consumed [262144] */
};

/*
 * The loop and the options' tls outlive the client; the rest of the options is copied. Nothing is
 * sent before the first request. -EINVAL for an endpoint that is none, and for a
 * window of 2^31 or more.
 */
int http2_client_create(struct loop *loop, const struct http2_options *options,
			struct http2_client **ret_client, struct error *err);

/* Ends all requests with -ECANCELED. May be called by any handler of a request. */
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
 * Called by the loop, never inside http2_request_start(). All but done may be NULL. Each may cancel
 * the request, start others, and destroy the client.
 */
struct http2_handlers {
	/* The status and all headers of the answer are there. */
	void (*headers)(struct http2_request *request, void *data);
	/*
	 * A part of the body, valid during the call. The server sends at most the window until
	 * http2_request_consume() says that a part was dealt with. When NULL, the body is
	 * collected.
	 */
	void (*body)(struct http2_request *request, const uint8_t *bytes, size_t size, void *data);
	/* http2_request_write() has room again, after it had none. */
	void (*writable)(struct http2_request *request, void *data);
	/*
	 * The end, once: result is 0 for a complete answer of whatever status, or negative with err
	 * set. The request is freed after the call.
	 *
	 * -ETIMEDOUT (of the request, of connecting, or no sign of life), -ECONNREFUSED and other
	 * results of connect(), -ECONNRESET (the connection is lost), -ECONNABORTED (the server
	 * gave this request up), -EPROTO (no HTTP/2), -EMSGSIZE (too many headers, too large a
	 * body), -ECANCELED (the client is destroyed), and those of tls.h.
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
	bool body_follows; /* the rest comes with http2_request_write() and ends with _end_body() */
	int64_t timeout_ms; /* until the end of the answer; 0 for no limit */
	size_t body_max;    /* of the answer when it is collected [HTTP2_BODY_MAX] */
	const struct http2_handlers *handlers; /* outlive the request */
	void *data;			       /* for the handlers */
};

/*
 * Begins a request; options and what they point to are copied, but for the handlers. ret_request is
 * valid until done was called or it is cancelled. -EBUSY when there are max_requests, or when the
 * server reads so slowly that too much waits to be sent; -ESHUTDOWN while the client is destroyed.
 */
int http2_request_start(struct http2_client *client, const struct http2_request_options *options,
			struct http2_request **ret_request, struct error *err);

/* Ends the request without another call of its handlers. NULL is allowed. */
void http2_request_cancel(struct http2_request *request);

/* 0 before the headers of the answer are there. */
int http2_request_status(const struct http2_request *request);

/* The first header or trailer of that name (in lower case), borrowed from request, or NULL. */
const char *http2_request_header(const struct http2_request *request, const char *name);
const char *http2_request_trailer(const struct http2_request *request, const char *name);

/* The collected body, borrowed from request, with a NUL after its last byte. */
const char *http2_request_body(const struct http2_request *request, size_t *ret_size);

/* True in done if the server certainly has not acted on the request: it may be made again. */
bool http2_request_is_retriable(const struct http2_request *request);

/* The handler of the body has dealt with so many bytes: as many more may come. */
void http2_request_consume(struct http2_request *request, size_t size);

/*
 * More of the request's body, which is copied. -EAGAIN while HTTP2_UNSENT_MAX bytes wait to be
 * sent: nothing is taken then, and writable is called later.
 */
#define HTTP2_UNSENT_MAX (1 << 20)
int http2_request_write(struct http2_request *request, const void *data, size_t size,
			struct error *err);
void http2_request_end_body(struct http2_request *request);

#endif
