// SPDX-License-Identifier: Apache-2.0
//
// The client's behaviour on one connection, and from one connection to the next.
#include "exchange.h"

#define DEADLINE_MS 20000

/* Reads frames up to one of this type. stream 0 accepts any stream. False if the client is gone. */
static bool wait_frame(struct peer *peer, uint8_t type, uint32_t stream, struct frame *frame)
{
	while (peer_read_frame(peer, frame))
		if (frame->type == type && (!stream || frame->stream == stream))
			return true;
	return false;
}

static void answers_all(struct peer *peer)
{
	char text[32];
	uint32_t stream;

	peer_greet(peer);
	while ((stream = peer_request(peer))) {
		snprintf(text, sizeof(text), "%d.%u", peer->number, stream);
		peer_answer(peer, stream, text);
	}
}

static void one_connection_serves_one_request_after_another(void **state)
{
	struct exchange exchange;
	struct server server;

	server_start(&server, answers_all);
	exchange_open(&exchange, NULL, server.endpoint);
	exchange_make(&exchange, DEADLINE_MS);
	exchange_expect(&exchange, 0, "");
	assert_int_equal(exchange.status, 200);
	assert_string_equal(exchange.body, "0.1");
	exchange_make(&exchange, DEADLINE_MS);
	assert_string_equal(exchange.body, "0.3");
	exchange_close(&exchange);
	server_stop(&server);
}

static void has_all_parts(struct peer *peer)
{
	uint32_t stream;

	peer_greet(peer);
	stream = peer_request(peer);
	peer_headers(peer, stream, 0, ":status", "103", "link", "early", NULL);
	peer_headers(peer, stream, 0, ":status", "500", "x-head", "first", "x-head", "second",
		     NULL);
	peer_data(peer, stream, 0, "one ", 4);
	peer_data(peer, stream, 0, "two", 3);
	peer_headers(peer, stream, NGHTTP2_FLAG_END_STREAM, "x-end", "the end", NULL);
	peer_hold(peer);
}

static void check_headers(struct http2_request *request, void *data)
{
	assert_int_equal(http2_request_status(request), 500);
	assert_string_equal(http2_request_header(request, "x-head"), "first");
	assert_null(http2_request_header(request, "x-end"));
	assert_null(http2_request_header(request, "link"));
	assert_null(http2_request_header(request, ":status"));
	assert_null(http2_request_trailer(request, "x-end"));
}

static void an_answer_has_status_headers_body_and_trailers(void **state)
{
	const struct http2_handlers handlers = { .headers = check_headers, .done = exchange_done };
	const struct http2_request_options options = { .handlers = &handlers };
	struct exchange exchange;
	struct server server;

	server_start(&server, has_all_parts);
	exchange_open(&exchange, NULL, server.endpoint);
	exchange_start(&exchange, &options);
	exchange_wait(&exchange);
	exchange_expect(&exchange, 0, "");
	assert_int_equal(exchange.status, 500);
	assert_string_equal(exchange.body, "one two");
	assert_string_equal(exchange.trailer, "the end");
	exchange_close(&exchange);
	server_stop(&server);
}

/* Answers with the request: its headers in the order of sending, and the size of its body. */
static void tells_the_request(struct peer *peer)
{
	static struct frame frame;
	nghttp2_hd_inflater *inflater;
	char text[4096] = "";
	size_t used = 0, body = 0;
	uint32_t stream;
	int flags = 0;
	nghttp2_nv field;

	peer_greet(peer);
	if (!wait_frame(peer, NGHTTP2_HEADERS, 0, &frame) || nghttp2_hd_inflate_new(&inflater))
		_exit(1);
	stream = frame.stream;
	while (!(flags & NGHTTP2_HD_INFLATE_FINAL)) {
		ssize_t got = nghttp2_hd_inflate_hd2(inflater, &field, &flags, frame.payload + used,
						     frame.size - used, 1);

		if (got < 0)
			_exit(1);
		used += got;
		if (flags & NGHTTP2_HD_INFLATE_EMIT)
			snprintf(text + strlen(text), sizeof(text) - strlen(text), "%s=%s ",
				 field.name, field.value);
	}
	nghttp2_hd_inflate_del(inflater);
	while (!(frame.flags & NGHTTP2_FLAG_END_STREAM) &&
	       wait_frame(peer, NGHTTP2_DATA, stream, &frame)) {
		body += frame.size;
		peer_credit(peer, 0, frame.size + !frame.size);
		peer_credit(peer, stream, frame.size + !frame.size);
	}
	snprintf(text + strlen(text), sizeof(text) - strlen(text), "%zu", body);
	peer_answer(peer, stream, text);
	peer_hold(peer);
}

static void a_request_has_what_it_was_given(void **state)
{
	const struct http2_header headers[] = { { "x-one", "1" }, { "x-two", "2" } };
	const struct http2_request_options options = {
		.method = "PUT",
		.path = "/a?b=c",
		.headers = headers,
		.header_count = 2,
		.body = "hello",
		.body_size = 5,
	};
	const struct http2_options client = { .authority = "server.example" };
	struct exchange exchange;
	struct server server;

	server_start(&server, tells_the_request);
	exchange_open(&exchange, &client, server.endpoint);
	exchange_start(&exchange, &options);
	exchange_wait(&exchange);
	assert_string_equal(exchange.body, ":method=PUT :scheme=http :authority=server.example "
					   ":path=/a?b=c x-one=1 x-two=2 5");
	exchange_close(&exchange);
	server_stop(&server);
}

/* Writes 4 MiB as room allows. The client never holds more than 1 MiB of it unsent. */
#define UPLOAD_SIZE (4 << 20)
#define UPLOAD_PART 100000

static size_t uploaded;

static void write_more(struct http2_request *request, void *data)
{
	static const char zeros[UPLOAD_PART];
	int r = 0;

	while (uploaded < UPLOAD_SIZE && r == 0) {
		size_t size = UPLOAD_SIZE - uploaded;

		if (size > UPLOAD_PART)
			size = UPLOAD_PART;
		r = http2_request_write(request, zeros, size, NULL);
		uploaded += r == 0 ? size : 0;
	}
	if (r == 0)
		http2_request_end_body(request);
	else
		assert_int_equal(r, -EAGAIN);
}

static void a_request_is_streamed_as_the_server_reads_it(void **state)
{
	const struct http2_handlers handlers = { .writable = write_more, .done = exchange_done };
	const struct http2_request_options options = { .method = "POST",
						       .body_follows = true,
						       .handlers = &handlers };
	struct exchange exchange;
	struct server server;

	server_start(&server, tells_the_request);
	exchange_open(&exchange, NULL, server.endpoint);
	exchange_start(&exchange, &options);
	uploaded = 0;
	write_more(exchange.request, NULL);
	assert_true(uploaded <= HTTP2_UNSENT_MAX);
	exchange_wait(&exchange);
	exchange_expect(&exchange, 0, "");
	assert_non_null(strstr(exchange.body, " 4194304"));
	exchange_close(&exchange);
	server_stop(&server);
}

/* Answers before it has read the body. Then the client must reset the stream. */
static void answers_before_the_body(struct peer *peer)
{
	static struct frame frame;
	uint32_t stream;

	peer_greet(peer);
	stream = peer_request(peer);
	peer_headers(peer, stream, NGHTTP2_FLAG_END_STREAM, ":status", "413", NULL);
	wait_frame(peer, NGHTTP2_RST_STREAM, stream, &frame);
	peer_answer(peer, peer_request(peer), "it was reset");
	peer_hold(peer);
}

static void an_answer_may_come_before_the_request_has_ended(void **state)
{
	const struct http2_request_options options = { .method = "POST", .body_follows = true };
	struct exchange exchange;
	struct server server;

	server_start(&server, answers_before_the_body);
	exchange_open(&exchange, NULL, server.endpoint);
	exchange_start(&exchange, &options);
	exchange_wait(&exchange);
	exchange_expect(&exchange, 0, "");
	assert_int_equal(exchange.status, 413);
	exchange_make(&exchange, DEADLINE_MS);
	assert_string_equal(exchange.body, "it was reset");
	exchange_close(&exchange);
	server_stop(&server);
}

/* Servers count resets, so the client must not reset a stream with a complete answer. */
static void tells_of_resets(struct peer *peer)
{
	static struct frame frame;
	bool reset = false;

	peer_greet(peer);
	peer_answer(peer, peer_request(peer), "complete");
	while (peer_read_frame(peer, &frame) && frame.type != NGHTTP2_HEADERS)
		reset |= frame.type == NGHTTP2_RST_STREAM;
	peer_answer(peer, frame.stream, reset ? "reset" : "not reset");
	peer_hold(peer);
}

static void a_complete_answer_is_not_reset(void **state)
{
	struct exchange exchange;
	struct server server;

	server_start(&server, tells_of_resets);
	exchange_open(&exchange, NULL, server.endpoint);
	exchange_make(&exchange, DEADLINE_MS);
	exchange_make(&exchange, DEADLINE_MS);
	assert_string_equal(exchange.body, "not reset");
	exchange_close(&exchange);
	server_stop(&server);
}

/* Sends 1 MiB as the stream's window allows, which begins with the size in the client's options. */
#define WINDOW 20000
#define DOWNLOAD_SIZE (1 << 20)

static void keeps_to_the_window(struct peer *peer)
{
	static const char zeros[4096];
	static struct frame frame;
	size_t window = WINDOW, sent = 0;
	uint32_t stream;

	peer_greet(peer);
	stream = peer_request(peer);
	peer_headers(peer, stream, 0, ":status", "200", NULL);
	while (sent < DOWNLOAD_SIZE) {
		size_t size = DOWNLOAD_SIZE - sent;

		if (size > window)
			size = window;
		if (size > sizeof(zeros))
			size = sizeof(zeros);
		if (size) {
			peer_data(peer, stream, 0, zeros, size);
			sent += size;
			window -= size;
			continue;
		}
		if (!wait_frame(peer, NGHTTP2_WINDOW_UPDATE, stream, &frame))
			return;
		window += frame.payload[0] << 24 | frame.payload[1] << 16 | frame.payload[2] << 8 |
			  frame.payload[3];
	}
	peer_data(peer, stream, NGHTTP2_FLAG_END_STREAM, NULL, 0);
	peer_hold(peer);
}

static size_t downloaded;

static void count_body(struct http2_request *request, const uint8_t *bytes, size_t size, void *data)
{
	downloaded += size;
}

static void a_slow_consumer_holds_the_server_back(void **state)
{
	const struct http2_handlers handlers = { .body = count_body, .done = exchange_done };
	const struct http2_request_options options = { .handlers = &handlers };
	const struct http2_options client = { .window = WINDOW };
	struct exchange exchange;
	struct server server;
	size_t consumed = 0;

	server_start(&server, keeps_to_the_window);
	exchange_open(&exchange, &client, server.endpoint);
	downloaded = 0;
	exchange_start(&exchange, &options);
	while (!exchange.done) {
		assert_int_equal(loop_iterate(exchange.loop, -1, NULL), 0);
		assert_true(downloaded - consumed <= WINDOW);
		/* Consuming more than was received must not enlarge the window. */
		if (!exchange.done && downloaded - consumed == WINDOW) {
			http2_request_consume(exchange.request, SIZE_MAX);
			consumed = downloaded;
		}
	}
	exchange_expect(&exchange, 0, "");
	assert_int_equal(downloaded, DOWNLOAD_SIZE);
	exchange_close(&exchange);
	server_stop(&server);
}

static void exceeds_the_window(struct peer *peer)
{
	static const char zeros[16384];
	uint32_t stream;

	peer_greet(peer);
	stream = peer_request(peer);
	peer_headers(peer, stream, 0, ":status", "200", NULL);
	peer_data(peer, stream, 0, zeros, sizeof(zeros));
	peer_data(peer, stream, 0, zeros, sizeof(zeros));
	peer_hold(peer);
}

static void a_server_that_is_not_held_back_is_refused(void **state)
{
	const struct http2_handlers handlers = { .body = count_body, .done = exchange_done };
	const struct http2_request_options options = { .handlers = &handlers };
	const struct http2_options client = { .window = WINDOW };
	struct exchange exchange;
	struct server server;

	server_start(&server, exceeds_the_window);
	exchange_open(&exchange, &client, server.endpoint);
	exchange_start(&exchange, &options);
	exchange_wait(&exchange);
	exchange_expect(&exchange, -EPROTO, "FLOW_CONTROL_ERROR");
	exchange_close(&exchange);
	server_stop(&server);
}

/* Takes the first of two requests on the first connection, and excludes the second with GOAWAY. */
static void leaves_in_the_middle(struct peer *peer)
{
	uint32_t first;

	if (peer->number > 0) {
		answers_all(peer);
		return;
	}
	peer_greet(peer);
	first = peer_request(peer);
	peer_headers(peer, first, 0, ":status", "200", NULL);
	peer_request(peer);
	peer_goaway(peer, first, NGHTTP2_NO_ERROR);
	/* The third request comes on a new connection while this one continues. */
	usleep(50000);
	peer_data(peer, first, NGHTTP2_FLAG_END_STREAM, "first", 5);
	peer_hold(peer);
}

static void new_requests_go_elsewhere_when_a_server_leaves(void **state)
{
	struct exchange first, second, third;
	struct server server;

	server_start(&server, leaves_in_the_middle);
	exchange_open(&first, NULL, server.endpoint);
	second = third = first;
	exchange_start(&first, NULL);
	exchange_start(&second, NULL);
	exchange_wait(&second);
	exchange_expect(&second, -ECONNABORTED, "did not take");
	assert_true(second.retriable);
	assert_false(first.done);
	exchange_make(&third, DEADLINE_MS);
	exchange_expect(&third, 0, "");
	assert_string_equal(third.body, "1.1");
	if (!first.done)
		exchange_wait(&first);
	exchange_expect(&first, 0, "");
	assert_string_equal(first.body, "first");
	exchange_close(&first);
	server_stop(&server);
}

/* Allows one request at a time, then leaves: the other requests never left the client. */
static void leaves_while_requests_wait(struct peer *peer)
{
	const uint8_t one[6] = { 0, NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS, 0, 0, 0, 1 };
	uint32_t stream;

	if (peer->number > 0) {
		answers_all(peer);
		return;
	}
	peer_greet(peer);
	peer_frame(peer, NGHTTP2_SETTINGS, 0, 0, one, sizeof(one));
	stream = peer_request(peer);
	peer_answer(peer, stream, "ready");
	stream = peer_request(peer);
	peer_goaway(peer, stream, NGHTTP2_NO_ERROR);
	peer_answer(peer, stream, "last");
	peer_hold(peer);
}

static void requests_that_were_never_sent_may_be_made_again(void **state)
{
	struct exchange first, second, third;
	struct server server;

	server_start(&server, leaves_while_requests_wait);
	exchange_open(&first, NULL, server.endpoint);
	exchange_make(&first, DEADLINE_MS);
	assert_string_equal(first.body, "ready");
	second = third = first;
	exchange_start(&first, NULL);
	exchange_start(&second, NULL);
	exchange_start(&third, NULL);
	http2_request_cancel(third.request);
	exchange_wait(&second);
	assert_true(second.retriable);
	if (!first.done)
		exchange_wait(&first);
	assert_string_equal(first.body, "last");
	assert_int_equal(third.done, 0);
	exchange_make(&second, DEADLINE_MS);
	assert_string_equal(second.body, "1.1");
	exchange_close(&first);
	server_stop(&server);
}

/* Closes the first three connections at once. A later request waits for the next connection. */
static void wakes_up_late(struct peer *peer)
{
	if (peer->number >= 3)
		answers_all(peer);
}

static void a_lost_server_is_found_again(void **state)
{
	const struct http2_options options = { .backoff_min_ms = 5 };
	struct exchange exchange;
	struct server server;
	int i;

	server_start(&server, wakes_up_late);
	exchange_open(&exchange, &options, server.endpoint);
	for (i = 0; i < 3; i++) {
		exchange_make(&exchange, DEADLINE_MS);
		exchange_expect(&exchange, -ECONNRESET, "closed the connection");
	}
	exchange_make(&exchange, DEADLINE_MS);
	exchange_expect(&exchange, 0, "");
	assert_string_equal(exchange.body, "3.1");
	exchange_close(&exchange);
	server_stop(&server);
}

/* Sends GOAWAY to every client. None may reconnect at once. */
static void always_leaves(struct peer *peer)
{
	peer_greet(peer);
	peer_request(peer);
	peer_goaway(peer, 0, NGHTTP2_NO_ERROR);
}

static void make_again(struct http2_request *request, int result, const struct error *err,
		       void *data)
{
	struct exchange *exchange = data;
	static const struct http2_handlers again = { .done = make_again };
	const struct http2_request_options options = {
		.method = "GET", .path = "/", .handlers = &again, .data = data
	};

	assert_int_equal(result, -ECONNABORTED);
	exchange->done++;
	assert_int_equal(http2_request_start(exchange->client, &options, &exchange->request, NULL),
			 0);
}

static void whoever_is_sent_away_does_not_come_back_at_once(void **state)
{
	const struct http2_options client = { .backoff_min_ms = 100000, .backoff_max_ms = 100000 };
	static const struct http2_handlers again = { .done = make_again };
	const struct http2_request_options options = { .handlers = &again };
	struct exchange exchange;
	struct server server;
	int i;

	server_start(&server, always_leaves);
	exchange_open(&exchange, &client, server.endpoint);
	exchange_start(&exchange, &options);
	while (!exchange.done)
		assert_int_equal(loop_iterate(exchange.loop, -1, NULL), 0);
	/* The next attempt is due in 50 s at the earliest, so nothing happens now. */
	for (i = 0; i < 20; i++)
		assert_int_equal(loop_iterate(exchange.loop, 5, NULL), 0);
	assert_int_equal(exchange.done, 1);
	http2_request_cancel(exchange.request);
	exchange_close(&exchange);
	server_stop(&server);
}

static void no_more_requests_than_allowed(void **state)
{
	const struct http2_options options = { .max_requests = 2 };
	const struct http2_request_options request = { .method = "GET",
						       .path = "/",
						       .handlers = &exchange_handlers };
	_cleanup_error_ struct error err = ERROR_INIT;
	struct http2_request *none = NULL;
	struct exchange first, second;
	struct server server;

	server_start(&server, answers_all);
	exchange_open(&first, &options, server.endpoint);
	second = first;
	exchange_start(&first, NULL);
	exchange_start(&second, NULL);
	assert_int_equal(http2_request_start(first.client, &request, &none, &err), -EBUSY);
	assert_non_null(err.message);
	assert_null(none);
	http2_request_cancel(first.request);
	exchange_make(&first, DEADLINE_MS);
	assert_string_equal(first.body, "0.5");
	exchange_close(&first);
	server_stop(&server);
}

/* The handler that cancels the request or destroys the client. */
enum place {
	IN_HEADERS,
	IN_BODY,
	IN_WRITABLE,
	IN_DONE,
	PLACES
};

struct breach {
	struct exchange exchange;
	enum place place;
	bool destroys;
	int calls;
	int ends;
};

static void breach(struct http2_request *request, struct breach *breach, enum place place)
{
	if (breach->place != place)
		return;
	breach->calls++;
	if (breach->destroys)
		http2_client_destroy(breach->exchange.client);
	else
		http2_request_cancel(request);
}

static void breach_headers(struct http2_request *request, void *data)
{
	breach(request, data, IN_HEADERS);
}

static void breach_body(struct http2_request *request, const uint8_t *bytes, size_t size,
			void *data)
{
	breach(request, data, IN_BODY);
}

static void breach_writable(struct http2_request *request, void *data)
{
	breach(request, data, IN_WRITABLE);
}

static void breach_done(struct http2_request *request, int result, const struct error *err,
			void *data)
{
	struct breach *state = data;

	state->ends++;
	breach(request, data, IN_DONE);
}

static const struct http2_handlers breach_handlers = {
	.headers = breach_headers,
	.body = breach_body,
	.writable = breach_writable,
	.done = breach_done,
};

/* Reads enough of the body for the client to have room again, and answers. */
static void reads_a_part(struct peer *peer)
{
	static struct frame frame;
	size_t got = 0;
	uint32_t stream;

	peer_greet(peer);
	peer_credit(peer, 0, HTTP2_UNSENT_MAX);
	stream = peer_request(peer);
	peer_credit(peer, stream, HTTP2_UNSENT_MAX);
	while (got < HTTP2_UNSENT_MAX * 3 / 4 && wait_frame(peer, NGHTTP2_DATA, stream, &frame))
		got += frame.size;
	peer_headers(peer, stream, 0, ":status", "200", NULL);
	peer_data(peer, stream, 0, "x", 1);
	peer_data(peer, stream, NGHTTP2_FLAG_END_STREAM, "y", 1);
	peer_hold(peer);
}

static void run_breach(enum place place, bool destroys)
{
	static const char zeros[HTTP2_UNSENT_MAX];
	struct breach breach = { .place = place, .destroys = destroys };
	const struct http2_request_options options = { .method = "POST",
						       .path = "/",
						       .body_follows = true,
						       .handlers = &breach_handlers,
						       .data = &breach };
	struct exchange *exchange = &breach.exchange;
	struct server server;

	server_start(&server, reads_a_part);
	exchange_open(exchange, NULL, server.endpoint);
	assert_int_equal(http2_request_start(exchange->client, &options, &exchange->request, NULL),
			 0);
	assert_int_equal(http2_request_write(exchange->request, zeros, sizeof(zeros), NULL), 0);
	assert_int_equal(http2_request_write(exchange->request, "x", 1, NULL), -EAGAIN);
	while (!breach.calls)
		assert_int_equal(loop_iterate(exchange->loop, -1, NULL), 0);
	assert_int_equal(loop_iterate(exchange->loop, 1, NULL), 0);
	assert_int_equal(breach.calls, 1);
	/* A cancelled request gets no done. A request whose client is destroyed does. */
	assert_int_equal(breach.ends, place == IN_DONE || destroys ? 1 : 0);
	if (!destroys)
		http2_client_destroy(exchange->client);
	loop_destroy(exchange->loop);
	server_stop(&server);
}

static void each_handler_may_cancel_its_request(void **state)
{
	enum place place;

	for (place = 0; place < PLACES; place++)
		run_breach(place, false);
}

static void each_handler_may_destroy_the_client(void **state)
{
	enum place place;

	for (place = 0; place < PLACES; place++)
		run_breach(place, true);
}

/* Sends the answer and a GOAWAY in one piece, so that the client reads both at once. */
static void answers_and_leaves(struct peer *peer)
{
	struct peer pen = {};
	uint8_t frames[1024];
	uint32_t stream;
	ssize_t size;
	int ends[2];

	peer_greet(peer);
	stream = peer_request(peer);
	if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends) < 0)
		_exit(1);
	pen.fd = ends[0];
	peer_answer(&pen, stream, "answer");
	peer_goaway(&pen, stream, NGHTTP2_NO_ERROR);
	close(ends[0]);
	size = recv(ends[1], frames, sizeof(frames), MSG_WAITALL);
	close(ends[1]);
	peer_write(peer, frames, size);
	peer_hold(peer);
}

static void a_client_that_is_destroyed_hears_no_more(void **state)
{
	struct breach breach = { .place = IN_DONE, .destroys = true };
	const struct http2_request_options options = {
		.handlers = &breach_handlers, .method = "GET", .path = "/", .data = &breach
	};
	struct exchange *exchange = &breach.exchange;
	struct server server;

	server_start(&server, answers_and_leaves);
	exchange_open(exchange, NULL, server.endpoint);
	assert_int_equal(http2_request_start(exchange->client, &options, &exchange->request, NULL),
			 0);
	while (!breach.ends)
		assert_int_equal(loop_iterate(exchange->loop, -1, NULL), 0);
	assert_int_equal(breach.ends, 1);
	loop_destroy(exchange->loop);
	server_stop(&server);
}

static void a_client_that_is_destroyed_ends_its_requests(void **state)
{
	struct exchange exchange;
	struct server server;

	server_start(&server, answers_all);
	exchange_open(&exchange, NULL, server.endpoint);
	exchange_start(&exchange, NULL);
	exchange_close(&exchange);
	assert_int_equal(exchange.done, 1);
	exchange_expect(&exchange, -ECANCELED, "shutting down");
	server_stop(&server);
	http2_client_destroy(NULL);
	http2_request_cancel(NULL);
}

/* Creates a client, destroys it, and returns the result of the creation. */
static int create_result(struct loop *loop, const char *endpoint, uint32_t window)
{
	const struct http2_options options = { .endpoint = endpoint, .window = window };
	_cleanup_error_ struct error err = ERROR_INIT;
	struct http2_client *client = NULL;
	int r = http2_client_create(loop, &options, &client, &err);

	assert_int_equal(err.message != NULL, r < 0);
	http2_client_destroy(client);
	return r;
}

static void an_endpoint_that_is_none_is_refused(void **state)
{
	static const struct {
		const char *endpoint;
		int result;
	} cases[] = {
		{ "", -EINVAL },
		{ "unix://", -EINVAL },
		{ "unix://relative", -EINVAL },
		{ "localhost:80", -EINVAL },
		{ "1.2.3.4", -EINVAL },
		{ "1.2.3.4:", -EINVAL },
		{ "1.2.3.4:0", -EINVAL },
		{ "1.2.3.4:65536", -EINVAL },
		{ "1.2.3.4:80x", -EINVAL },
		{ ":80", -EINVAL },
		{ "::1:80", -EINVAL },
		{ "[::1:80", -EINVAL },
		{ "[]:80", -EINVAL },
		{ "[1.2.3.4]:80", -EINVAL },
		{ "1.2.3.4:80", 0 },
		{ "[::1]:80", 0 },
		{ "[ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.255]:65535", 0 },
		{ "unix:///run/x", 0 },
	};
	char path[200] = "unix:///";
	struct loop *loop;
	size_t i;

	assert_int_equal(loop_create(&loop, NULL), 0);
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		if (create_result(loop, cases[i].endpoint, 0) != cases[i].result)
			fail_msg("%s", cases[i].endpoint);
	memset(path + strlen(path), 'x', 108);
	assert_int_equal(create_result(loop, path, 0), -ENAMETOOLONG);
	assert_int_equal(create_result(loop, "1.2.3.4:80", 1U << 31), -EINVAL);
	assert_int_equal(create_result(loop, "1.2.3.4:80", INT32_MAX), 0);
	loop_destroy(loop);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_connection_serves_one_request_after_another),
		cmocka_unit_test(an_answer_has_status_headers_body_and_trailers),
		cmocka_unit_test(a_request_has_what_it_was_given),
		cmocka_unit_test(a_request_is_streamed_as_the_server_reads_it),
		cmocka_unit_test(an_answer_may_come_before_the_request_has_ended),
		cmocka_unit_test(a_complete_answer_is_not_reset),
		cmocka_unit_test(a_slow_consumer_holds_the_server_back),
		cmocka_unit_test(a_server_that_is_not_held_back_is_refused),
		cmocka_unit_test(new_requests_go_elsewhere_when_a_server_leaves),
		cmocka_unit_test(requests_that_were_never_sent_may_be_made_again),
		cmocka_unit_test(a_lost_server_is_found_again),
		cmocka_unit_test(whoever_is_sent_away_does_not_come_back_at_once),
		cmocka_unit_test(no_more_requests_than_allowed),
		cmocka_unit_test(each_handler_may_cancel_its_request),
		cmocka_unit_test(each_handler_may_destroy_the_client),
		cmocka_unit_test(a_client_that_is_destroyed_hears_no_more),
		cmocka_unit_test(a_client_that_is_destroyed_ends_its_requests),
		cmocka_unit_test(an_endpoint_that_is_none_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
