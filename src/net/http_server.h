/* SPDX-License-Identifier: Apache-2.0 */
#ifndef NET_HTTP_SERVER_H
#define NET_HTTP_SERVER_H

/*
 * A small HTTP/1.1 server for GET and HEAD, driven by a loop. It never blocks, and whatever its
 * clients do, its memory is bounded: at most HTTP_SERVER_CONNECTIONS_MAX connections, each with at
 * most HTTP_SERVER_HEADERS_MAX bytes of headers, one request and a limited time. When all places
 * are taken, the oldest connection is ended, so that clients that hold theirs keep nobody out.
 */
#include <stdint.h>
#include <stdio.h>

#include "util/cleanup.h"

struct error;
struct http_server;
struct loop;

#define HTTP_SERVER_CONNECTIONS_MAX 16
#define HTTP_SERVER_HEADERS_MAX 8192
#define HTTP_SERVER_TIMEOUT_MS 10000

struct http_answer {
	int status;		  /* [200] */
	const char *content_type; /* ["text/plain; charset=utf-8"]; copied after the call */
};

/*
 * Answers a request: prints the body, and changes answer if its defaults are wrong. path is as the client
 * sent it, without the query. Must not destroy the server or run the loop.
 */
typedef void http_server_handler(const char *path, FILE *body, struct http_answer *answer,
				 void *data);

struct http_server_options {
	const char *address; /* as in transport_parse_listener() */
	http_server_handler *handler;
	void *data;
	int64_t timeout_ms; /* of a connection, from its first byte to its last [HTTP_SERVER_TIMEOUT_MS] */
};

/*
 * Listens. options is copied. loop must outlive the server. The caller destroys ret_server. -EINVAL
 * for a bad address; the errors of bind(2), such as -EADDRINUSE.
 */
int http_server_create(struct loop *loop, const struct http_server_options *options,
		       struct http_server **ret_server, struct error *err);

/* Closes all connections. NULL is allowed. */
void http_server_destroy(struct http_server *server);
DEFINE_CLEANUP(struct http_server *, http_server_destroy);

/* Returns the port that the server listens on. */
uint16_t http_server_port(const struct http_server *server);

#endif
