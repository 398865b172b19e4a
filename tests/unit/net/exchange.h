/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_UNIT_NET_EXCHANGE_H
#define TESTS_UNIT_NET_EXCHANGE_H

/* A request and its outcome, for assertions in tests. */
#include "net/http2.h"
#include "server.h"
#include "util/error.h"
#include "util/loop.h"

struct exchange {
	struct loop *loop;
	struct http2_client *client;
	struct http2_request *request;
	int done; /* number of calls of done */
	int result;
	char message[512];
	bool retriable;
	int status;
	char body[256];
	char trailer[64];
};

static inline void exchange_done(struct http2_request *request, int result, const struct error *err,
				 void *data)
{
	struct exchange *exchange = data;
	const char *trailer = http2_request_trailer(request, "x-end");

	exchange->done++;
	exchange->result = result;
	exchange->request = NULL;
	assert_int_equal(err ? -err->code : 0, result);
	snprintf(exchange->message, sizeof(exchange->message), "%s", err ? error_message(err) : "");
	exchange->retriable = http2_request_is_retriable(request);
	exchange->status = http2_request_status(request);
	snprintf(exchange->body, sizeof(exchange->body), "%s", http2_request_body(request, NULL));
	snprintf(exchange->trailer, sizeof(exchange->trailer), "%s", trailer ? trailer : "");
}

static const struct http2_handlers exchange_handlers = { .done = exchange_done };

/* Makes a loop and a client. options may be NULL if only the endpoint matters. */
static inline void exchange_open(struct exchange *exchange, const struct http2_options *options,
				 const char *endpoint)
{
	struct http2_options all = options ? *options : (struct http2_options){};
	struct error err = ERROR_INIT;

	*exchange = (struct exchange){};
	all.endpoint = endpoint;
	assert_int_equal(loop_create(&exchange->loop, NULL), 0);
	if (http2_client_create(exchange->loop, &all, &exchange->client, &err) < 0)
		fail_msg("%s", error_message(&err));
}

static inline void exchange_close(struct exchange *exchange)
{
	http2_client_destroy(exchange->client);
	loop_destroy(exchange->loop);
}

static inline void exchange_start(struct exchange *exchange,
				  const struct http2_request_options *options)
{
	struct http2_request_options all = options ? *options : (struct http2_request_options){};
	struct error err = ERROR_INIT;

	exchange->done = 0;
	all.method = all.method ? all.method : "GET";
	all.path = all.path ? all.path : "/";
	all.handlers = all.handlers ? all.handlers : &exchange_handlers;
	all.data = exchange;
	if (http2_request_start(exchange->client, &all, &exchange->request, &err) < 0)
		fail_msg("%s", error_message(&err));
}

static inline void exchange_wait(struct exchange *exchange)
{
	while (!exchange->done)
		assert_int_equal(loop_iterate(exchange->loop, -1, NULL), 0);
	assert_int_equal(exchange->done, 1);
}

/* Makes a request and waits for its end. */
static inline void exchange_make(struct exchange *exchange, int64_t timeout_ms)
{
	const struct http2_request_options options = { .timeout_ms = timeout_ms };

	exchange_start(exchange, &options);
	exchange_wait(exchange);
}

/* Checks the end of the request: its result and a part of its message. */
static inline void exchange_expect(const struct exchange *exchange, int result, const char *part)
{
	if (exchange->result != result || !strstr(exchange->message, part))
		fail_msg("ended with %d (%s) instead of %d (%s)", exchange->result,
			 exchange->message, result, part);
}

#endif
