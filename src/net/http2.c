// SPDX-License-Identifier: Apache-2.0
#include "net/http2.h"

#include <errno.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

#include "net/http2_request.h"
#include "net/http2_session.h"
#include "net/transport.h"
#include "util/clock.h"
#include "util/error.h"
#include "util/loop.h"

#define NSEC_PER_MSEC 1000000LL

/* A session that takes no new requests while its old ones continue. */
struct leaving {
	LIST_ENTRY(leaving) link;
	struct http2_session *session;
};

struct http2_client {
	struct loop *loop;
	struct http2_options options; /* with defaults filled in; the strings are owned */
	struct transport_address address;
	struct http2_request_list requests;
	struct http2_session *session; /* for new requests; NULL without a connection */
	LIST_HEAD(, leaving) leaving;
	struct loop_timer *retry;
	int64_t not_before;	   /* earliest next attempt to connect, ns of CLOCK_MONOTONIC */
	unsigned int failures;	   /* failed attempts since a server answered a request */
	struct error last_failure; /* of the connection */
	unsigned int busy;	   /* running loops over requests; not freed during one */
	bool destroyed;
};

static void client_free(struct http2_client *client)
{
	loop_remove_timer(client->retry);
	free((char *)client->options.endpoint);
	free((char *)client->options.authority);
	error_finish(&client->last_failure);
	free(client);
}

static void destroy_leaving(struct leaving *leaving)
{
	LIST_REMOVE(leaving, link);
	http2_session_destroy(leaving->session);
	free(leaving);
}

void http2_client_destroy(struct http2_client *client)
{
	struct error err = ERROR_INIT;
	struct http2_request *request;

	if (!client || client->destroyed)
		return;
	client->destroyed = true;
	error_set(&err, ECANCELED, "the client is shutting down");
	while ((request = TAILQ_FIRST(&client->requests.queue)))
		http2_request_finish(request, &err);
	error_finish(&err);
	http2_session_destroy(client->session);
	while (!LIST_EMPTY(&client->leaving))
		destroy_leaving(LIST_FIRST(&client->leaving));
	if (!client->busy)
		client_free(client);
}

const char *http2_client_endpoint(const struct http2_client *client)
{
	return client->options.endpoint;
}

struct loop *http2_client_loop(const struct http2_client *client)
{
	return client->loop;
}

/*
 * Sets the time of the next attempt to connect. The delay doubles with each failure, and half
 * of it is random.
 */
static void back_off(struct http2_client *client)
{
	int64_t delay = client->options.backoff_min_ms;
	unsigned int i;
	uint32_t random;

	for (i = 0; i < client->failures && delay < client->options.backoff_max_ms; i++)
		delay *= 2;
	if (delay > client->options.backoff_max_ms)
		delay = client->options.backoff_max_ms;
	if (getrandom(&random, sizeof(random), GRND_NONBLOCK) != sizeof(random))
		random = clock_ns(CLOCK_MONOTONIC);
	delay = delay / 2 + random % (delay / 2 + 1);
	client->failures++;
	client->not_before = clock_ns(CLOCK_MONOTONIC) + delay * NSEC_PER_MSEC;
}

/* Returns the first request of a session. For NULL, the first one that waits for a connection. */
static struct http2_request *find_request(struct http2_client *client,
					  const struct http2_session *session)
{
	struct http2_request *request;

	TAILQ_FOREACH(request, &client->requests.queue, link)
		if (request->session == session)
			return request;
	return NULL;
}

static void leave_loop(struct http2_client *client)
{
	if (--client->busy == 0 && client->destroyed)
		client_free(client);
}

/* Fails all requests of a session. Requests that handlers start meanwhile go to another session. */
static void fail_requests(struct http2_client *client, const struct http2_session *session,
			  const struct error *err)
{
	struct http2_request *request;

	client->busy++;
	while (!client->destroyed && (request = find_request(client, session))) {
		request->retriable = !request->sent;
		http2_request_finish(request, err);
	}
	leave_loop(client);
}

static void on_answered(void *data)
{
	struct http2_client *client = data;

	client->failures = 0;
	client->not_before = 0;
}

/* Backs off from a server that leaves before it has answered any request. */
static void on_leaving(struct http2_session *session, void *data)
{
	struct http2_client *client = data;
	struct leaving *leaving;

	if (session != client->session)
		return;
	if (!http2_session_has_answered(session))
		back_off(client);
	client->session = NULL;
	leaving = calloc(1, sizeof(*leaving));
	if (!leaving) {
		struct error err = { ENOMEM, NULL };

		fail_requests(client, session, &err);
		http2_session_destroy(session);
		return;
	}
	leaving->session = session;
	LIST_INSERT_HEAD(&client->leaving, leaving, link);
}

static void forget_session(struct http2_client *client, struct http2_session *session)
{
	struct leaving *leaving;

	if (session == client->session) {
		if (!http2_session_has_answered(session))
			back_off(client);
		client->session = NULL;
		return;
	}
	LIST_FOREACH(leaving, &client->leaving, link)
		if (leaving->session == session)
			break;
	if (leaving) {
		LIST_REMOVE(leaving, link);
		free(leaving);
	}
}

static void on_lost(struct http2_session *session, const struct error *err, void *data)
{
	struct http2_client *client = data;

	forget_session(client, session);
	error_set(&client->last_failure, err->code, "%s", error_message(err));
	/* This may free the client. err belongs to the session, so the session goes last. */
	fail_requests(client, session, err);
	http2_session_destroy(session);
}

static const struct http2_session_handlers session_handlers = {
	.answered = on_answered,
	.leaving = on_leaving,
	.lost = on_lost,
};

static int connect_now(struct http2_client *client, struct error *err)
{
	return http2_session_create(client->loop, &client->address, &client->options,
				    &session_handlers, client, &client->session, err);
}

/* Submits a request to the connection. Connects first if there is none. */
static int submit(struct http2_client *client, struct http2_request *request, struct error *err)
{
	int r = client->session ? 0 : connect_now(client, err);

	if (r == 0)
		r = http2_session_submit(client->session, request, err);
	if (r != -ESTALE)
		return r;
	error_finish(err);
	http2_session_leave(client->session);
	on_leaving(client->session, client);
	r = connect_now(client, err);
	return r < 0 ? r : http2_session_submit(client->session, request, err);
}

/* Submits the requests that waited for the next attempt to connect. */
static void on_retry(void *data)
{
	struct http2_client *client = data;
	struct http2_request *request;

	client->busy++;
	while (!client->destroyed && (request = find_request(client, NULL))) {
		struct error err = ERROR_INIT;

		if (submit(client, request, &err) < 0)
			http2_request_finish(request, &err);
		error_finish(&err);
	}
	leave_loop(client);
}

static void on_deadline(void *data)
{
	struct http2_request *request = data;
	struct error err = ERROR_INIT;

	if (request->session)
		error_set(&err, ETIMEDOUT, "no answer within %lld ms (waiting for %s)",
			  (long long)request->timeout_ms, http2_session_phase(request->session));
	else
		error_set(&err, ETIMEDOUT, "no connection within %lld ms (%s)",
			  (long long)request->timeout_ms,
			  error_message(&request->client->last_failure));
	http2_request_finish(request, &err);
	error_finish(&err);
}

static int start_deadline(struct http2_client *client, struct http2_request *request,
			  struct error *err)
{
	int r;

	if (!request->timeout_ms)
		return 0;
	r = loop_add_timer(client->loop, on_deadline, request, &request->deadline, err);
	if (r == 0)
		loop_start_timer(request->deadline, request->timeout_ms);
	return r;
}

int http2_request_start(struct http2_client *client, const struct http2_request_options *options,
			struct http2_request **ret_request, struct error *err)
{
	_cleanup_http2_request_ struct http2_request *request = NULL;
	int64_t wait = client->not_before - clock_ns(CLOCK_MONOTONIC);
	int r;

	if (client->destroyed)
		return error_set(err, ESHUTDOWN, "the client is shutting down");
	if (client->requests.count >= client->options.max_requests)
		return error_set(err, EBUSY, "%zu requests are under way", client->requests.count);
	r = http2_request_create(options, &request, err);
	if (r == 0)
		r = start_deadline(client, request, err);
	if (r == 0 && (client->session || wait <= 0))
		r = submit(client, request, err);
	else if (r == 0)
		loop_start_timer(client->retry, wait / NSEC_PER_MSEC + 1);
	if (r < 0)
		return r;
	TAILQ_INSERT_TAIL(&client->requests.queue, request, link);
	client->requests.count++;
	request->list = &client->requests;
	request->client = client;
	*ret_request = steal_pointer(&request);
	return 0;
}

static int64_t default_to(int64_t value, int64_t otherwise)
{
	return value > 0 ? value : otherwise;
}

static int copy_options(const struct http2_options *from, struct http2_options *ret_options,
			struct error *err)
{
	*ret_options = (struct http2_options){
		.endpoint = strdup(from->endpoint),
		.authority = strdup(from->authority ? from->authority : "localhost"),
		.tls = from->tls,
		.connect_timeout_ms = default_to(from->connect_timeout_ms, 5000),
		.backoff_min_ms = default_to(from->backoff_min_ms, 100),
		.backoff_max_ms = default_to(from->backoff_max_ms, 30000),
		.ping_after_ms = default_to(from->ping_after_ms, 0),
		.ping_timeout_ms = default_to(from->ping_timeout_ms, 5000),
		.max_requests = default_to(from->max_requests, 100),
		.max_header_bytes = default_to(from->max_header_bytes, 65536),
		.window = default_to(from->window, 262144),
	};
	return ret_options->endpoint && ret_options->authority ? 0 : error_nomem(err);
}

int http2_client_create(struct loop *loop, const struct http2_options *options,
			struct http2_client **ret_client, struct error *err)
{
	_cleanup_http2_client_ struct http2_client *client = calloc(1, sizeof(*client));
	int r;

	if (!client)
		return error_nomem(err);
	if (options->window > INT32_MAX || options->max_header_bytes > UINT32_MAX)
		return error_set(err, EINVAL, "HTTP/2 has no such window or size of headers");
	client->loop = loop;
	TAILQ_INIT(&client->requests.queue);
	LIST_INIT(&client->leaving);
	r = copy_options(options, &client->options, err);
	if (r == 0)
		r = transport_parse(options->endpoint, &client->address, err);
	if (r == 0)
		r = loop_add_timer(loop, on_retry, client, &client->retry, err);
	if (r < 0)
		return r;
	*ret_client = steal_pointer(&client);
	return 0;
}
