// SPDX-License-Identifier: Apache-2.0
#include "kube/request.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "kube/client_state.h"
#include "kube/status.h"
#include "kube/token.h"
#include "net/http2.h"
#include "util/backoff.h"
#include "util/cleanup.h"
#include "util/error.h"
#include "util/loop.h"
#include "util/str.h"

/* As client-go: it repeats a request that should wait ten times. */
#define ATTEMPTS_MAX 10

/* Without Retry-After, and at most: no server means a day. */
#define PATIENCE_S 1
#define PATIENCE_MAX_S 120

/* The body of a failure is a Status with one message. */
#define FAILURE_BODY_MAX (64 << 10)

struct kube_request {
	TAILQ_ENTRY(kube_request) link;
	struct kube_client *client;
	const struct kube_request_handlers *handlers;
	void *data;
	char *method;
	char *path;
	char *content_type;
	char *sent;
	size_t sent_size;
	int64_t timeout_ms;

	struct http2_request *attempt; /* NULL between attempts */
	struct loop_timer *later;      /* begins the next attempt */
	unsigned int attempts;
	bool token_refused; /* once already */
	bool handed_over;   /* a part of the body went to the handler: no repetition */
	char *body;
	size_t body_size;
	unsigned int turns; /* running handlers; the request is not freed during one */
	bool over;
	bool released; /* free the request after the last turn */
};

static void request_free(struct kube_request *request)
{
	loop_remove_timer(request->later);
	free(request->method);
	free(request->path);
	free(request->content_type);
	free(request->sent);
	free(request->body);
	free(request);
}

DEFINE_CLEANUP(struct kube_request *, request_free);

static void end_turn(struct kube_request *request)
{
	if (--request->turns == 0 && request->released)
		request_free(request);
}

/* Takes the request from the client, which may be destroyed from here on. */
static void leave_client(struct kube_request *request)
{
	if (request->over)
		return;
	request->over = true;
	http2_request_cancel(request->attempt);
	request->attempt = NULL;
	loop_remove_timer(request->later);
	request->later = NULL;
	TAILQ_REMOVE(&request->client->requests, request, link);
}

void kube_request_cancel(struct kube_request *request)
{
	if (!request || request->released)
		return;
	request->turns++;
	leave_client(request);
	request->released = true;
	end_turn(request);
}

/* Ends the request; err is NULL after success. */
static void finish(struct kube_request *request, const struct error *err)
{
	_cleanup_error_ struct error whole = ERROR_INIT;

	if (request->released)
		return;
	request->turns++;
	leave_client(request);
	if (err) {
		error_set(&whole, err->code, "%s %.200s: %s", request->method, request->path,
			  error_message(err));
		request->handlers->done(request, -whole.code, &whole, request->data);
	} else {
		request->handlers->done(request, 0, NULL, request->data);
	}
	request->released = true;
	end_turn(request);
}

void kube_request_end_all(struct kube_client *client, const struct error *err)
{
	struct kube_request *request;

	while ((request = TAILQ_FIRST(&client->requests)))
		finish(request, err);
}

const char *kube_request_body(const struct kube_request *request, size_t *ret_size)
{
	*ret_size = request->body_size;
	return request->body ? request->body : "";
}

static int collect(struct kube_request *request, const uint8_t *bytes, size_t size, size_t max,
		   struct error *err)
{
	char *body;

	if (size > max - request->body_size)
		return error_set(err, EMSGSIZE, "the answer has more than %zu bytes", max);
	body = realloc(request->body, request->body_size + size + 1);
	if (!body)
		return error_nomem(err);
	request->body = body;
	memcpy(body + request->body_size, bytes, size);
	request->body_size += size;
	body[request->body_size] = '\0';
	return 0;
}

static void on_body(struct http2_request *attempt, const uint8_t *bytes, size_t size, void *data)
{
	struct kube_request *request = data;
	_cleanup_error_ struct error err = ERROR_INIT;
	bool success = http2_request_status(attempt) / 100 == 2;
	int r = 0;

	request->turns++;
	if (success && request->handlers->body) {
		request->handed_over = true;
		request->handlers->body(request, (const char *)bytes, size, request->data);
	} else {
		r = collect(request, bytes, size, success ? KUBE_OBJECT_MAX : FAILURE_BODY_MAX,
			    &err);
	}
	if (r < 0)
		finish(request, &err);
	else if (request->attempt)
		http2_request_consume(request->attempt, size);
	end_turn(request);
}

static int start_attempt(struct kube_request *request, struct error *err);

static void on_later(void *data)
{
	struct kube_request *request = data;
	_cleanup_error_ struct error err = ERROR_INIT;

	request->turns++;
	if (start_attempt(request, &err) < 0)
		finish(request, &err);
	end_turn(request);
}

static void repeat(struct kube_request *request, int64_t delay_ms)
{
	request->body_size = 0;
	loop_start_timer(request->later, delay_ms);
}

/*
 * Returns how long to wait before the next attempt, in seconds, or -1 if the answer is final.
 * Retry-After may be a date too (RFC 9110, section 10.2.3), which the API server never sends.
 */
static long patience(const struct kube_request *request, const struct http2_request *attempt)
{
	const char *text = http2_request_header(attempt, "retry-after");
	int status = http2_request_status(attempt);
	long seconds;

	if (request->attempts >= ATTEMPTS_MAX || (status != 429 && status / 100 != 5))
		return -1;
	if (text && str_parse_long(text, 0, PATIENCE_MAX_S, &seconds, NULL) == 0)
		return seconds;
	return text || status == 429 ? PATIENCE_S : -1;
}

/* Decides what a complete answer means. Its status is not 2xx. */
static void take_failure(struct kube_request *request, const struct http2_request *attempt)
{
	_cleanup_error_ struct error err = ERROR_INIT;
	int status = http2_request_status(attempt);
	long seconds = patience(request, attempt);

	if (status == 401 && request->client->token && !request->token_refused) {
		request->token_refused = true;
		token_refuse(request->client->token);
		repeat(request, 0);
		return;
	}
	if (seconds >= 0) {
		/* Not all clients that were sent away may come back at the same moment. */
		repeat(request, seconds * 1000 + backoff_random(seconds * 1000));
		return;
	}
	status_to_error(status, request->body, request->body_size, &err);
	finish(request, &err);
}

/*
 * A lost request is repeated if the server has not acted on it, or if it only reads. The delay
 * between connections is the http2 client's.
 */
static bool may_repeat(const struct kube_request *request, const struct http2_request *attempt,
		       int result)
{
	if (request->handed_over || request->attempts >= ATTEMPTS_MAX || result == -ECANCELED)
		return false;
	if (http2_request_is_retriable(attempt))
		return result == -ECONNRESET || result == -ECONNABORTED;
	return !strcmp(request->method, "GET") && result == -ECONNRESET;
}

static void on_done(struct http2_request *attempt, int result, const struct error *err, void *data)
{
	struct kube_request *request = data;

	request->turns++;
	request->attempt = NULL;
	if (result == 0 && http2_request_status(attempt) / 100 == 2)
		finish(request, NULL);
	else if (result == 0)
		take_failure(request, attempt);
	else if (may_repeat(request, attempt, result))
		repeat(request, 0);
	else
		finish(request, err);
	end_turn(request);
}

static const struct http2_handlers attempt_handlers = { .body = on_body, .done = on_done };

static int start_attempt(struct kube_request *request, struct error *err)
{
	struct kube_client *client = request->client;
	struct http2_header headers[4] = {
		{ "accept", "application/json" },
		{ "user-agent", "recorder/" RECORDER_VERSION },
	};
	struct http2_request_options options = {
		.method = request->method,
		.path = request->path,
		.headers = headers,
		.header_count = 2,
		.body = request->sent,
		.body_size = request->sent_size,
		.timeout_ms = request->timeout_ms,
		.handlers = &attempt_handlers,
		.data = request,
	};
	int r = 0;

	if (request->content_type)
		headers[options.header_count++] =
			(struct http2_header){ "content-type", request->content_type };
	if (client->token) {
		headers[options.header_count].name = "authorization";
		r = token_get(client->token, &headers[options.header_count++].value, err);
	}
	if (r < 0)
		return r;
	request->attempts++;
	return http2_request_start(client->http2, &options, &request->attempt, err);
}

static int copy_options(struct kube_request *request, const struct kube_request_options *options,
			struct error *err)
{
	request->handlers = options->handlers;
	request->data = options->data;
	request->timeout_ms = options->timeout_ms;
	request->method = strdup(options->method);
	if (asprintf(&request->path, "%s%s", request->client->prefix, options->path) < 0)
		request->path = NULL;
	if (!request->method || !request->path)
		return error_nomem(err);
	if (!options->content_type)
		return 0;
	request->content_type = strdup(options->content_type);
	request->sent = malloc(options->body_size + 1);
	if (!request->content_type || !request->sent)
		return error_nomem(err);
	memcpy(request->sent, options->body, options->body_size);
	request->sent_size = options->body_size;
	return 0;
}

int kube_request_start(struct kube_client *client, const struct kube_request_options *options,
		       struct kube_request **ret_request, struct error *err)
{
	_cleanup_(cleanup_request_free) struct kube_request *request = calloc(1, sizeof(*request));
	int r;

	if (!request)
		return error_nomem(err);
	if (client->destroyed)
		return error_set(err, ESHUTDOWN, "the client is shutting down");
	request->client = client;
	r = copy_options(request, options, err);
	if (r == 0)
		r = loop_add_timer(client->loop, on_later, request, &request->later, err);
	if (r == 0)
		r = start_attempt(request, err);
	if (r < 0)
		return r;
	TAILQ_INSERT_TAIL(&client->requests, request, link);
	*ret_request = steal_pointer(&request);
	return 0;
}
