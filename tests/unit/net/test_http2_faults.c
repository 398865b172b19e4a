// SPDX-License-Identifier: Apache-2.0
//
// Misbehaving servers. Each causes an error that names the fault before the deadline passes.
#include "exchange.h"

/*
 * DEADLINE_MS is long enough for any other error to come first. SOON_MS is short enough to wait
 * for.
 */
#define DEADLINE_MS 20000
#define SOON_MS 150

static void silent(struct peer *peer)
{
	peer_hold(peer);
}

static void greets_only(struct peer *peer)
{
	peer_greet(peer);
	peer_hold(peer);
}

static void closes_at_once(struct peer *peer)
{
}

static void closes_after_greeting(struct peer *peer)
{
	peer_greet(peer);
	peer_request(peer);
}

static void speaks_http1(struct peer *peer)
{
	static const char answer[] = "HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n";

	peer_write(peer, answer, strlen(answer));
	peer_hold(peer);
}

static void sends_nonsense(struct peer *peer)
{
	uint8_t noise[256];
	size_t i;

	peer_greet(peer);
	for (i = 0; i < sizeof(noise); i++)
		noise[i] = i * 151 + 7;
	peer_write(peer, noise, sizeof(noise));
	peer_hold(peer);
}

/* Sends one byte at a time, so often that the server never seems silent. */
static void is_slow(struct peer *peer)
{
	uint32_t stream;

	peer_greet(peer);
	stream = peer_request(peer);
	peer_headers(peer, stream, 0, ":status", "200", NULL);
	while (peer_data(peer, stream, 0, "x", 1))
		usleep(5000);
}

static void stops_in_a_frame(struct peer *peer)
{
	uint32_t stream;

	peer_greet(peer);
	stream = peer_request(peer);
	peer_headers(peer, stream, 0, ":status", "200", NULL);
	peer_write(peer, "\0\0\xff\0\0\0\0\0\1partly", 15);
	peer_hold(peer);
}

/* Sends 64 frames of almost 16 KiB with many headers. */
static void sends_a_mebibyte_of_headers(struct peer *peer)
{
	static uint8_t block[16384];
	uint8_t *at = put_header(block, ":status", "200");
	char value[1001];
	uint32_t stream;
	int i;

	memset(value, 'v', sizeof(value) - 1);
	value[sizeof(value) - 1] = '\0';
	while (at - block < 15000)
		at = put_header(at, "x-long", value);
	peer_greet(peer);
	stream = peer_request(peer);
	peer_frame(peer, NGHTTP2_HEADERS, 0, stream, block, at - block);
	at = block;
	while (at - block < 15000)
		at = put_header(at, "x-long", value);
	for (i = 1; i < 64; i++)
		peer_frame(peer, NGHTTP2_CONTINUATION, i == 63 ? NGHTTP2_FLAG_END_HEADERS : 0,
			   stream, block, at - block);
	peer_hold(peer);
}

/* One long header enters the dynamic table, and each byte after it repeats that header. */
static void sends_a_bomb_of_headers(struct peer *peer)
{
	static uint8_t block[16384];
	uint8_t *at = put_header(block, ":status", "200");
	char value[4001];
	uint32_t stream;

	memset(value, 'v', sizeof(value) - 1);
	value[sizeof(value) - 1] = '\0';
	*at = 0;
	at = put_header(at, "x", value);
	at[-(ssize_t)strlen(value) - 6] = 0x40; /* with indexing (RFC 7541, section 6.2.1) */
	memset(at, 0x80 | 62, block + sizeof(block) - at);
	peer_greet(peer);
	stream = peer_request(peer);
	peer_frame(peer, NGHTTP2_HEADERS, NGHTTP2_FLAG_END_HEADERS, stream, block, sizeof(block));
	peer_hold(peer);
}

static void sends_interim_answers_for_ever(struct peer *peer)
{
	uint32_t stream;

	peer_greet(peer);
	stream = peer_request(peer);
	while (peer_headers(peer, stream, 0, ":status", "103", "link", "x", NULL))
		;
}

static void resets_in_the_middle(struct peer *peer)
{
	uint32_t stream;

	peer_greet(peer);
	stream = peer_request(peer);
	peer_headers(peer, stream, 0, ":status", "200", NULL);
	peer_data(peer, stream, 0, "half", 4);
	peer_reset(peer, stream, NGHTTP2_INTERNAL_ERROR);
	peer_hold(peer);
}

static void resets_without_an_error(struct peer *peer)
{
	uint32_t stream;

	peer_greet(peer);
	stream = peer_request(peer);
	peer_headers(peer, stream, 0, ":status", "200", NULL);
	peer_reset(peer, stream, NGHTTP2_NO_ERROR);
	peer_hold(peer);
}

static void dies_in_the_middle(struct peer *peer)
{
	struct linger abortive = { .l_onoff = 1 };
	uint32_t stream;

	peer_greet(peer);
	stream = peer_request(peer);
	peer_headers(peer, stream, 0, ":status", "200", NULL);
	peer_data(peer, stream, 0, "half", 4);
	setsockopt(peer->fd, SOL_SOCKET, SO_LINGER, &abortive, sizeof(abortive));
}

static void answers_too_much(struct peer *peer)
{
	static const char data[16384];
	uint32_t stream;
	int i;

	peer_greet(peer);
	stream = peer_request(peer);
	peer_headers(peer, stream, 0, ":status", "200", NULL);
	for (i = 0; i < 10; i++)
		peer_data(peer, stream, 0, data, sizeof(data));
	peer_hold(peer);
}

static void ignores_the_window(struct peer *peer)
{
	static const char data[16384];
	uint32_t stream;

	peer_greet(peer);
	stream = peer_request(peer);
	peer_headers(peer, stream, 0, ":status", "200", NULL);
	while (peer_data(peer, stream, 0, data, sizeof(data)))
		;
}

static void answers_without_status(struct peer *peer)
{
	peer_greet(peer);
	peer_headers(peer, peer_request(peer), NGHTTP2_FLAG_END_STREAM, "x-status", "200", NULL);
	peer_hold(peer);
}

static void contradicts_its_length(struct peer *peer)
{
	uint32_t stream;

	peer_greet(peer);
	stream = peer_request(peer);
	peer_headers(peer, stream, 0, ":status", "200", "content-length", "5", NULL);
	peer_data(peer, stream, NGHTTP2_FLAG_END_STREAM, "four", 4);
	peer_hold(peer);
}

static void answers_another_stream(struct peer *peer)
{
	peer_greet(peer);
	peer_answer(peer, peer_request(peer) + 2, "not asked for");
	peer_hold(peer);
}

static void pushes(struct peer *peer)
{
	uint8_t payload[64] = { 0, 0, 0, 2 };
	uint32_t stream;

	peer_greet(peer);
	stream = peer_request(peer);
	peer_frame(peer, NGHTTP2_PUSH_PROMISE, NGHTTP2_FLAG_END_HEADERS, stream, payload,
		   put_header(payload + 4, ":method", "GET") - payload);
	peer_hold(peer);
}

static void sends_away(struct peer *peer)
{
	peer_greet(peer);
	peer_request(peer);
	peer_goaway(peer, 0, NGHTTP2_NO_ERROR);
	peer_hold(peer);
}

static void is_annoyed(struct peer *peer)
{
	uint32_t stream;

	peer_greet(peer);
	stream = peer_request(peer);
	peer_goaway(peer, stream, NGHTTP2_ENHANCE_YOUR_CALM);
}

static void refuses(struct peer *peer)
{
	peer_greet(peer);
	peer_reset(peer, peer_request(peer), NGHTTP2_REFUSED_STREAM);
	peer_hold(peer);
}

static void asks_for_acknowledgements_without_reading(struct peer *peer)
{
	peer_greet(peer);
	peer_request(peer);
	while (peer_frame(peer, NGHTTP2_PING, 0, 0, "pingping", 8))
		;
}

/* For faults that only the request's deadline ends. */
#define DEADLINE_ONLY true

static const struct fault {
	const char *name;
	server_script *script;
	int result;
	const char *part; /* of the error message */
	bool deadline;
	bool retriable;
	bool either; /* retriable or not: depends on timing */
} faults[] = {
	{ "silent", silent, -ETIMEDOUT, "the server to speak HTTP/2" },
	{ "greets only", greets_only, -ETIMEDOUT, "waiting for the answer", DEADLINE_ONLY },
	{ "closes at once", closes_at_once, -ECONNRESET, "closed the connection", .either = true },
	{ "closes after greeting", closes_after_greeting, -ECONNRESET, "closed the connection" },
	{ "speaks HTTP/1", speaks_http1, -EPROTO, "not valid HTTP/2", .either = true },
	{ "sends nonsense", sends_nonsense, -EPROTO, "not valid HTTP/2", .either = true },
	{ "is slow", is_slow, -ETIMEDOUT, "no answer within", DEADLINE_ONLY },
	{ "stops in a frame", stops_in_a_frame, -ETIMEDOUT, "no answer within", DEADLINE_ONLY },
	{ "1 MiB of headers", sends_a_mebibyte_of_headers, -EMSGSIZE, "bytes of headers" },
	{ "a bomb of headers", sends_a_bomb_of_headers, -EMSGSIZE, "bytes of headers" },
	{ "interim answers", sends_interim_answers_for_ever, -EMSGSIZE, "bytes of headers" },
	{ "resets in the middle", resets_in_the_middle, -ECONNABORTED, "INTERNAL_ERROR" },
	{ "resets without an error", resets_without_an_error, -ECONNABORTED,
	  "cancelled the request" },
	{ "dies in the middle", dies_in_the_middle, -ECONNRESET, "" },
	{ "answers too much", answers_too_much, -EMSGSIZE, "larger than 100000 bytes" },
	{ "ignores the window", ignores_the_window, -EMSGSIZE, "larger than 100000 bytes" },
	{ "answers without status", answers_without_status, -EPROTO, "not valid HTTP/2" },
	{ "contradicts its length", contradicts_its_length, -EPROTO, "not valid HTTP/2" },
	{ "answers another stream", answers_another_stream, -EPROTO, "not valid HTTP/2" },
	{ "pushes", pushes, -EPROTO, "not valid HTTP/2" },
	{ "sends away", sends_away, -ECONNABORTED, "did not take", .retriable = true },
	{ "is annoyed", is_annoyed, -ECONNRESET, "ENHANCE_YOUR_CALM" },
	{ "refuses", refuses, -ECONNABORTED, "did not take", .retriable = true },
	{ "asks for acknowledgements", asks_for_acknowledgements_without_reading, -EPROTO,
	  "not valid HTTP/2" },
};

static void check_fault(const struct fault *fault, bool tcp)
{
	const struct http2_options options = { .connect_timeout_ms = SOON_MS };
	const struct http2_request_options request = {
		.timeout_ms = fault->deadline ? SOON_MS : DEADLINE_MS,
		.body_max = 100000,
	};
	struct exchange exchange;
	struct server server;

	print_message("# %s\n", fault->name);
	if (tcp)
		server_start_tcp(&server, NULL, fault->script);
	else
		server_start(&server, fault->script);
	exchange_open(&exchange, &options, server.endpoint);
	exchange_start(&exchange, &request);
	exchange_wait(&exchange);
	exchange_expect(&exchange, fault->result, fault->part);
	if (!fault->either)
		assert_int_equal(exchange.retriable, fault->retriable);
	exchange_close(&exchange);
	server_stop(&server);
}

static void each_fault_is_named_on_a_unix_socket(void **state)
{
	size_t i;

	for (i = 0; i < sizeof(faults) / sizeof(faults[0]); i++)
		check_fault(&faults[i], false);
}

static void each_fault_is_named_on_tcp(void **state)
{
	size_t i;

	for (i = 0; i < sizeof(faults) / sizeof(faults[0]); i++)
		check_fault(&faults[i], true);
}

/* A timeout ends only its own request: the connection is used again. */
static void answers_the_second(struct peer *peer)
{
	peer_greet(peer);
	peer_request(peer);
	peer_answer(peer, peer_request(peer), "second");
	peer_hold(peer);
}

static void a_deadline_ends_one_request_and_no_other(void **state)
{
	struct exchange exchange;
	struct server server;

	server_start(&server, answers_the_second);
	exchange_open(&exchange, NULL, server.endpoint);
	exchange_make(&exchange, SOON_MS);
	exchange_expect(&exchange, -ETIMEDOUT, "no answer within");
	exchange_make(&exchange, DEADLINE_MS);
	exchange_expect(&exchange, 0, "");
	assert_string_equal(exchange.body, "second");
	exchange_close(&exchange);
	server_stop(&server);
}

static void a_ping_without_answer_ends_the_connection(void **state)
{
	const struct http2_options options = { .ping_after_ms = 50, .ping_timeout_ms = 50 };
	struct exchange exchange;
	struct server server;

	server_start(&server, greets_only);
	exchange_open(&exchange, &options, server.endpoint);
	exchange_make(&exchange, 0);
	exchange_expect(&exchange, -ETIMEDOUT, "silent for");
	exchange_close(&exchange);
	server_stop(&server);
}

static void answers_pings(struct peer *peer)
{
	static struct frame frame;
	uint32_t stream = 0;
	int pings = 0;

	peer_greet(peer);
	while (pings < 5 && peer_read_frame(peer, &frame)) {
		if (frame.type == NGHTTP2_HEADERS)
			stream = frame.stream;
		if (frame.type != NGHTTP2_PING)
			continue;
		peer_frame(peer, NGHTTP2_PING, NGHTTP2_FLAG_ACK, 0, frame.payload, frame.size);
		pings++;
	}
	peer_answer(peer, stream, "alive");
	peer_hold(peer);
}

static void a_ping_that_is_answered_does_not(void **state)
{
	const struct http2_options options = { .ping_after_ms = 30, .ping_timeout_ms = 5000 };
	struct exchange exchange;
	struct server server;

	server_start(&server, answers_pings);
	exchange_open(&exchange, &options, server.endpoint);
	exchange_make(&exchange, 0);
	exchange_expect(&exchange, 0, "");
	assert_string_equal(exchange.body, "alive");
	exchange_close(&exchange);
	server_stop(&server);
}

/* The server is stopped and accepts nothing, so connections fill the socket's queue. */
static void a_server_that_accepts_nothing_ends_the_request(void **state)
{
	struct exchange exchanges[40];
	struct server server;
	const struct http2_options options = { .connect_timeout_ms = SOON_MS };
	size_t i;

	server_start(&server, silent);
	assert_int_equal(kill(server.pid, SIGSTOP), 0);
	for (i = 0; i < 40; i++) {
		exchange_open(&exchanges[i], &options, server.endpoint);
		exchange_start(&exchanges[i], NULL);
	}
	for (i = 0; i < 40; i++) {
		exchange_wait(&exchanges[i]);
		if (exchanges[i].result != -EBUSY)
			exchange_expect(&exchanges[i], -ETIMEDOUT, "speak HTTP/2");
		exchange_close(&exchanges[i]);
	}
	assert_int_equal(exchanges[39].result, -EBUSY);
	server_stop(&server);
}

static void a_server_that_is_not_there_is_named(void **state)
{
	struct exchange exchange;

	exchange_open(&exchange, NULL, "unix:///nonexistent/socket");
	exchange_make(&exchange, 0);
	exchange_expect(&exchange, -ENOENT, "connect: No such file");
	assert_true(exchange.retriable);
	exchange_close(&exchange);
	/* Port 1 is tcpmux, on which no program listens. */
	exchange_open(&exchange, NULL, "127.0.0.1:1");
	exchange_make(&exchange, 0);
	exchange_expect(&exchange, -ECONNREFUSED, "refused");
	assert_true(exchange.retriable);
	exchange_close(&exchange);
}

static void a_wait_for_the_next_attempt_ends_with_the_deadline(void **state)
{
	const struct http2_options options = { .backoff_min_ms = 60000 };
	struct exchange exchange;

	exchange_open(&exchange, &options, "unix:///nonexistent/socket");
	exchange_make(&exchange, 0);
	exchange_make(&exchange, SOON_MS);
	exchange_expect(&exchange, -ETIMEDOUT, "No such file");
	exchange_close(&exchange);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_fault_is_named_on_a_unix_socket),
		cmocka_unit_test(each_fault_is_named_on_tcp),
		cmocka_unit_test(a_deadline_ends_one_request_and_no_other),
		cmocka_unit_test(a_ping_without_answer_ends_the_connection),
		cmocka_unit_test(a_ping_that_is_answered_does_not),
		cmocka_unit_test(a_server_that_accepts_nothing_ends_the_request),
		cmocka_unit_test(a_server_that_is_not_there_is_named),
		cmocka_unit_test(a_wait_for_the_next_attempt_ends_with_the_deadline),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
