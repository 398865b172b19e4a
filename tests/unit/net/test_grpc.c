// SPDX-License-Identifier: Apache-2.0
//
// gRPC calls: frames, statuses, and servers that break the protocol.
#include <sys/mman.h>

#include "exchange.h"
#include "net/grpc.h"
#include "net/grpc_message.h"
#include "container/cri.pb-c.h"

#define DEADLINE_MS 20000

/* VersionResponse with runtime_name = 2 "x" and runtime_version = 3 "1.2", in its frame. */
static const uint8_t version_frame[] = { 0, 0, 0, 0, 8, 0x12, 1, 'x', 0x1a, 3, '1', '.', '2' };

static const struct grpc_method version = {
	.path = "/runtime.v1.RuntimeService/Version",
	.answer = &cri__version_response__descriptor,
};

static const struct grpc_method events = {
	.path = "/runtime.v1.RuntimeService/GetContainerEvents",
	.answer = &cri__version_response__descriptor,
	.streams = true,
};

static uint32_t begin(struct peer *peer)
{
	peer_greet(peer);
	return peer_request(peer);
}

static uint32_t begin_grpc(struct peer *peer)
{
	uint32_t stream = begin(peer);

	peer_headers(peer, stream, 0, ":status", "200", "content-type", "application/grpc", NULL);
	return stream;
}

static void end_grpc(struct peer *peer, uint32_t stream, const char *status)
{
	peer_headers(peer, stream, NGHTTP2_FLAG_END_STREAM, "grpc-status", status, NULL);
	peer_hold(peer);
}

static void answers(struct peer *peer)
{
	uint32_t stream = begin_grpc(peer);

	peer_data(peer, stream, 0, version_frame, sizeof(version_frame));
	end_grpc(peer, stream, "0");
}

/* One byte in each DATA frame. */
static void answers_in_pieces(struct peer *peer)
{
	uint32_t stream = begin_grpc(peer);
	size_t i;

	for (i = 0; i < sizeof(version_frame); i++)
		peer_data(peer, stream, 0, version_frame + i, 1);
	end_grpc(peer, stream, "0");
}

static void answers_with_proto(struct peer *peer)
{
	uint32_t stream = begin(peer);

	peer_headers(peer, stream, 0, ":status", "200", "content-type",
		     "application/grpc+proto; charset=utf-8", NULL);
	peer_data(peer, stream, 0, version_frame, sizeof(version_frame));
	end_grpc(peer, stream, "0");
}

static void refuses_in_headers(struct peer *peer)
{
	peer_headers(peer, begin(peer), NGHTTP2_FLAG_END_STREAM, ":status", "200", "content-type",
		     "application/grpc", "grpc-status", "12", "grpc-message",
		     "unknown%20service%0aruntime.v1%", NULL);
	peer_hold(peer);
}

static void does_not_find_it(struct peer *peer)
{
	uint32_t stream = begin_grpc(peer);

	peer_headers(peer, stream, NGHTTP2_FLAG_END_STREAM, "grpc-status", "5", "grpc-message",
		     "no such container: \xff%e2%82%ac%1b[31m", NULL);
	peer_hold(peer);
}

static void fails_without_words(struct peer *peer)
{
	end_grpc(peer, begin_grpc(peer), "14");
}

static void has_a_status_of_its_own(struct peer *peer)
{
	end_grpc(peer, begin_grpc(peer), "4711");
}

static void has_an_endless_message(struct peer *peer)
{
	uint32_t stream = begin_grpc(peer);
	char text[6001];

	memset(text, 'm', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	peer_headers(peer, stream, NGHTTP2_FLAG_END_STREAM, "grpc-status", "2", "grpc-message",
		     text, NULL);
	peer_hold(peer);
}

static void is_a_web_server(struct peer *peer)
{
	uint32_t stream = begin(peer);

	peer_headers(peer, stream, 0, ":status", "200", "content-type", "text/html", NULL);
	peer_data(peer, stream, NGHTTP2_FLAG_END_STREAM, "<html>", 6);
	peer_hold(peer);
}

static void is_another_grpc(struct peer *peer)
{
	peer_headers(peer, begin(peer), 0, ":status", "200", "content-type", "application/grpc-web",
		     NULL);
	peer_hold(peer);
}

static void has_no_type(struct peer *peer)
{
	peer_headers(peer, begin(peer), 0, ":status", "200", NULL);
	peer_hold(peer);
}

static void does_not_know_the_path(struct peer *peer)
{
	peer_headers(peer, begin(peer), NGHTTP2_FLAG_END_STREAM, ":status", "404", NULL);
	peer_hold(peer);
}

static void is_a_teapot(struct peer *peer)
{
	peer_headers(peer, begin(peer), 0, ":status", "418", NULL);
	peer_hold(peer);
}

static void never_sends_trailers(struct peer *peer)
{
	uint32_t stream = begin_grpc(peer);

	peer_data(peer, stream, 0, version_frame, sizeof(version_frame));
	peer_hold(peer);
}

static void ends_without_trailers(struct peer *peer)
{
	uint32_t stream = begin_grpc(peer);

	peer_data(peer, stream, NGHTTP2_FLAG_END_STREAM, version_frame, sizeof(version_frame));
	peer_hold(peer);
}

static void compresses(struct peer *peer)
{
	uint32_t stream = begin_grpc(peer);

	peer_data(peer, stream, 0, "\1", 1);
	peer_hold(peer);
}

static void announces_too_much(struct peer *peer)
{
	uint32_t stream = begin_grpc(peer);

	peer_data(peer, stream, 0, "\0\x01\0\0\1", 5);
	peer_hold(peer);
}

static void ends_within_a_message(struct peer *peer)
{
	uint32_t stream = begin_grpc(peer);

	peer_data(peer, stream, 0, version_frame, sizeof(version_frame) - 1);
	end_grpc(peer, stream, "0");
}

static void has_no_message(struct peer *peer)
{
	end_grpc(peer, begin_grpc(peer), "0");
}

static void answers_twice(struct peer *peer)
{
	uint32_t stream = begin_grpc(peer);

	peer_data(peer, stream, 0, version_frame, sizeof(version_frame));
	peer_data(peer, stream, 0, version_frame, sizeof(version_frame));
	end_grpc(peer, stream, "0");
}

static void answers_nonsense(struct peer *peer)
{
	uint32_t stream = begin_grpc(peer);

	peer_data(peer, stream, 0, "\0\0\0\0\2\x12\x7f", 7);
	end_grpc(peer, stream, "0");
}

static void answers_and_then_fails(struct peer *peer)
{
	uint32_t stream = begin_grpc(peer);

	peer_data(peer, stream, 0, version_frame, sizeof(version_frame));
	end_grpc(peer, stream, "9");
}

static const struct {
	const char *name;
	server_script *script;
	int result;
	const char *part; /* of the error message */
	int64_t timeout_ms;
} cases[] = {
	{ "answers", answers, 0, "" },
	{ "answers in pieces", answers_in_pieces, 0, "" },
	{ "answers with +proto", answers_with_proto, 0, "" },
	{ "refuses in headers", refuses_in_headers, -ENOSYS,
	  "for runtime.v1.RuntimeService/Version: unknown service\\x0aruntime.v1%" },
	{ "does not find it", does_not_find_it, -ENOENT,
	  "no such container: \\xff\xe2\x82\xac\\x1b[31m" },
	{ "fails without words", fails_without_words, -ECONNREFUSED, "unavailable" },
	{ "has a status of its own", has_a_status_of_its_own, -EIO, "unknown error" },
	{ "has an endless message", has_an_endless_message, -EIO, "mmmm" },
	{ "is a web server", is_a_web_server, -EPROTO, "not gRPC but has the type text/html" },
	{ "is another gRPC", is_another_grpc, -EPROTO, "application/grpc-web" },
	{ "has no type", has_no_type, -EPROTO, "no type" },
	{ "does not know the path", does_not_know_the_path, -ENOSYS, "HTTP status 404" },
	{ "is a teapot", is_a_teapot, -EPROTO, "HTTP status 418" },
	{ "never sends trailers", never_sends_trailers, -ETIMEDOUT, "no answer within 200 ms",
	  200 },
	{ "ends without trailers", ends_without_trailers, -EPROTO, "no status" },
	{ "compresses", compresses, -EPROTO, "compressed" },
	{ "announces too much", announces_too_much, -EMSGSIZE, "16777217 bytes" },
	{ "ends within a message", ends_within_a_message, -EPROTO, "within a message" },
	{ "has no message", has_no_message, -EPROTO, "no message" },
	{ "answers twice", answers_twice, -EPROTO, "more than one" },
	{ "answers nonsense", answers_nonsense, -EPROTO, "not a valid VersionResponse" },
	{ "answers and then fails", answers_and_then_fails, -EIO, "failed precondition" },
};

static void each_answer_is_read_or_named(void **state)
{
	Cri__VersionRequest request = CRI__VERSION_REQUEST__INIT;
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		int64_t timeout = cases[i].timeout_ms ? cases[i].timeout_ms : DEADLINE_MS;
		_cleanup_error_ struct error err = ERROR_INIT;
		ProtobufCMessage *answer = NULL;
		struct exchange exchange;
		struct server server;
		int r;

		print_message("# %s\n", cases[i].name);
		server_start(&server, cases[i].script);
		exchange_open(&exchange, NULL, server.endpoint);
		r = grpc_wait(exchange.loop, exchange.client, &version, &request.base, timeout,
			      &answer, &err);
		if (r != cases[i].result || !strstr(error_message(&err), cases[i].part))
			if (r < 0 || cases[i].result < 0)
				fail_msg("%d (%s)", r, error_message(&err));
		assert_int_equal(r < 0, answer == NULL);
		assert_true(strlen(error_message(&err)) < 1500);
		if (answer) {
			assert_string_equal(((Cri__VersionResponse *)answer)->runtime_name, "x");
			protobuf_c_message_free_unpacked(answer, NULL);
		}
		exchange_close(&exchange);
		server_stop(&server);
	}
}

/* Closes the connection while the client's loop does not run, as a restarted runtime does. */
static void serves_one_call(struct peer *peer)
{
	uint32_t stream = begin_grpc(peer);

	peer_data(peer, stream, 0, version_frame, sizeof(version_frame));
	peer_headers(peer, stream, NGHTTP2_FLAG_END_STREAM, "grpc-status", "0", NULL);
	/* Wait until the client has the answer. */
	usleep(20000);
}

static void a_server_that_was_restarted_is_asked_again(void **state)
{
	Cri__VersionRequest request = CRI__VERSION_REQUEST__INIT;
	struct exchange exchange;
	struct server server;
	int i;

	server_start(&server, serves_one_call);
	exchange_open(&exchange, NULL, server.endpoint);
	for (i = 0; i < 5; i++) {
		ProtobufCMessage *answer = NULL;
		struct error err = ERROR_INIT;

		if (grpc_wait(exchange.loop, exchange.client, &version, &request.base, DEADLINE_MS,
			      &answer, &err) < 0)
			fail_msg("%s", error_message(&err));
		protobuf_c_message_free_unpacked(answer, NULL);
		/* Wait until the server has closed its side. */
		usleep(60000);
	}
	exchange_close(&exchange);
	server_stop(&server);
}

/* A call with a stream of answers, and what its handler does. */
struct stream {
	struct grpc_call *call;
	int answers;
	int pause_after; /* after this number of answers; 0 for never */
	int cancel_after;
	int ends;
	int result;
	char message[256];
};

static void on_answer(struct grpc_call *call, ProtobufCMessage *message, void *data)
{
	struct stream *stream = data;

	assert_string_equal(((Cri__VersionResponse *)message)->runtime_version, "1.2");
	protobuf_c_message_free_unpacked(message, NULL);
	stream->answers++;
	if (stream->answers == stream->pause_after)
		grpc_pause(call);
	if (stream->answers == stream->cancel_after)
		grpc_cancel(call);
}

static void on_done(struct grpc_call *call, int result, const struct error *err, void *data)
{
	struct stream *stream = data;

	stream->ends++;
	stream->result = result;
	snprintf(stream->message, sizeof(stream->message), "%s", err ? error_message(err) : "");
	/* Allowed here, but without effect. */
	grpc_cancel(call);
}

static void start_stream(struct exchange *exchange, struct stream *stream)
{
	static const struct grpc_handlers handlers = { on_answer, on_done };
	Cri__VersionRequest request = CRI__VERSION_REQUEST__INIT;

	assert_int_equal(grpc_start(exchange->client, &events, &request.base, DEADLINE_MS,
				    &handlers, stream, &stream->call, NULL),
			 0);
}

static void answers_until(struct exchange *exchange, const struct stream *stream, int answers)
{
	while (stream->answers < answers)
		assert_int_equal(loop_iterate(exchange->loop, -1, NULL), 0);
}

static void runs_to_its_end(struct exchange *exchange, const struct stream *stream)
{
	while (!stream->ends)
		assert_int_equal(loop_iterate(exchange->loop, -1, NULL), 0);
}

static void streams_a_thousand(struct peer *peer)
{
	static uint8_t many[1000 * sizeof(version_frame)];
	uint32_t stream = begin_grpc(peer);
	size_t i;

	for (i = 0; i < 1000; i++)
		memcpy(many + i * sizeof(version_frame), version_frame, sizeof(version_frame));
	/* Frames of 500 bytes end inside messages. */
	for (i = 0; i < sizeof(many); i += 500)
		peer_data(peer, stream, 0, many + i, 500);
	end_grpc(peer, stream, "0");
}

static void a_stream_has_all_its_messages(void **state)
{
	struct stream stream = {};
	struct exchange exchange;
	struct server server;

	server_start(&server, streams_a_thousand);
	exchange_open(&exchange, NULL, server.endpoint);
	start_stream(&exchange, &stream);
	runs_to_its_end(&exchange, &stream);
	assert_int_equal(stream.result, 0);
	assert_int_equal(stream.answers, 1000);
	exchange_close(&exchange);
	server_stop(&server);
}

static void a_paused_stream_waits_also_with_its_end(void **state)
{
	struct stream stream = { .pause_after = 10 };
	struct exchange exchange;
	struct server server;
	int i;

	server_start(&server, streams_a_thousand);
	exchange_open(&exchange, NULL, server.endpoint);
	start_stream(&exchange, &stream);
	answers_until(&exchange, &stream, 10);
	for (i = 0; i < 20; i++)
		assert_int_equal(loop_iterate(exchange.loop, 5, NULL), 0);
	assert_int_equal(stream.answers, 10);
	assert_int_equal(stream.ends, 0);
	grpc_resume(stream.call);
	assert_int_equal(stream.answers, 10);
	runs_to_its_end(&exchange, &stream);
	assert_int_equal(stream.result, 0);
	assert_int_equal(stream.answers, 1000);
	exchange_close(&exchange);
	server_stop(&server);
}

/* Number of bytes that streams_for_ever() has sent, in memory shared with the test. */
static size_t *told;

/* Sends messages for ever, as far as the window allows. */
static void streams_for_ever(struct peer *peer)
{
	static struct frame frame;
	uint8_t many[100 * sizeof(version_frame)];
	uint32_t stream = begin_grpc(peer);
	size_t i, window = 65536;

	for (i = 0; i < 100; i++)
		memcpy(many + i * sizeof(version_frame), version_frame, sizeof(version_frame));
	for (;;) {
		while (window < sizeof(many)) {
			if (!peer_read_frame(peer, &frame))
				return;
			if (frame.type == NGHTTP2_WINDOW_UPDATE && frame.stream == stream)
				window += frame.payload[0] << 24 | frame.payload[1] << 16 |
					  frame.payload[2] << 8 | frame.payload[3];
		}
		if (!peer_data(peer, stream, 0, many, sizeof(many)))
			return;
		window -= sizeof(many);
		*told += sizeof(many);
	}
}

static void a_paused_stream_holds_the_server_back(void **state)
{
	const struct http2_options options = { .window = 65536 };
	struct stream stream = { .pause_after = 1 };
	struct exchange exchange;
	struct server server;
	int i;

	told = mmap(NULL, sizeof(*told), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	assert_true(told != MAP_FAILED);
	server_start(&server, streams_for_ever);
	exchange_open(&exchange, &options, server.endpoint);
	start_stream(&exchange, &stream);
	answers_until(&exchange, &stream, 1);
	for (i = 0; i < 100; i++)
		assert_int_equal(loop_iterate(exchange.loop, 1, NULL), 0);
	assert_int_equal(stream.answers, 1);
	assert_true(*told <= 65536);
	grpc_resume(stream.call);
	answers_until(&exchange, &stream, 100000);
	grpc_cancel(stream.call);
	exchange_close(&exchange);
	server_stop(&server);
	munmap(told, sizeof(*told));
}

static void a_stream_is_cancelled_by_its_own_handler(void **state)
{
	struct stream stream = { .cancel_after = 7 };
	struct exchange exchange;
	struct server server;
	int i;

	server_start(&server, streams_a_thousand);
	exchange_open(&exchange, NULL, server.endpoint);
	start_stream(&exchange, &stream);
	answers_until(&exchange, &stream, 7);
	for (i = 0; i < 10; i++)
		assert_int_equal(loop_iterate(exchange.loop, 5, NULL), 0);
	assert_int_equal(stream.answers, 7);
	assert_int_equal(stream.ends, 0);
	exchange_close(&exchange);
	server_stop(&server);
}

static void a_paused_stream_ends_with_its_client(void **state)
{
	struct stream stream = { .pause_after = 10 };
	struct exchange exchange;
	struct server server;

	server_start(&server, streams_a_thousand);
	exchange_open(&exchange, NULL, server.endpoint);
	start_stream(&exchange, &stream);
	answers_until(&exchange, &stream, 10);
	http2_client_destroy(exchange.client);
	/* The request may already be complete, with only its messages waiting. */
	if (!stream.ends) {
		grpc_cancel(stream.call);
	} else {
		assert_int_equal(stream.result, -ECANCELED);
		assert_non_null(strstr(stream.message, "shutting down"));
	}
	loop_destroy(exchange.loop);
	server_stop(&server);
}

/* Sends one message of 3 MiB, which is more than any window. */
static void sends_a_large_message(struct peer *peer)
{
	static uint8_t zeros[16000];
	static struct frame frame;
	const uint8_t head[] = { 0, 0, 0x30, 0, 5, 0x1a, 0x80, 0x80, 0xc0, 1 };
	size_t left = (3 << 20), window = 262144 - sizeof(head);
	uint32_t stream = begin_grpc(peer);

	memset(zeros, 'z', sizeof(zeros));
	peer_data(peer, stream, 0, head, sizeof(head));
	while (left) {
		size_t size = left < sizeof(zeros) ? left : sizeof(zeros);

		if (size <= window) {
			peer_data(peer, stream, 0, zeros, size);
			left -= size;
			window -= size;
			continue;
		}
		do
			if (!peer_read_frame(peer, &frame))
				return;
		while (frame.type != NGHTTP2_WINDOW_UPDATE || frame.stream != stream);
		window += frame.payload[0] << 24 | frame.payload[1] << 16 | frame.payload[2] << 8 |
			  frame.payload[3];
	}
	end_grpc(peer, stream, "0");
}

static void a_message_may_be_larger_than_the_window(void **state)
{
	Cri__VersionRequest request = CRI__VERSION_REQUEST__INIT;
	ProtobufCMessage *answer = NULL;
	struct error err = ERROR_INIT;
	struct exchange exchange;
	struct server server;

	server_start(&server, sends_a_large_message);
	exchange_open(&exchange, NULL, server.endpoint);
	if (grpc_wait(exchange.loop, exchange.client, &version, &request.base, DEADLINE_MS, &answer,
		      &err) < 0)
		fail_msg("%s", error_message(&err));
	assert_int_equal(strlen(((Cri__VersionResponse *)answer)->runtime_version), 3 << 20);
	protobuf_c_message_free_unpacked(answer, NULL);
	exchange_close(&exchange);
	server_stop(&server);
}

static void timeouts_have_eight_digits_at_most(void **state)
{
	static const struct {
		int64_t ms;
		const char *text;
	} timeouts[] = {
		{ 1, "1m" },
		{ 99999999, "99999999m" },
		{ 100000000, "100000S" },
		{ 99999999999, "99999999S" },
		{ 100000000000, "1666666M" },
		{ INT64_MAX, "99999999H" },
	};
	char text[GRPC_TIMEOUT_SIZE];
	size_t i;

	for (i = 0; i < sizeof(timeouts) / sizeof(timeouts[0]); i++) {
		grpc_message_timeout(timeouts[i].ms, text);
		assert_string_equal(text, timeouts[i].text);
	}
}

static const struct {
	const char *encoded;
	const char *decoded;
} texts[] = {
	{ "plain", "plain" }, { "a%20b%C3%A4", "a b\xc3\xa4" },
	{ "100%", "100%" },   { "%2", "%2" },
	{ "%zz", "%zz" },     { "%41%", "A%" },
};

static void messages_are_percent_decoded(void **state)
{
	size_t i;

	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		_cleanup_error_ struct error err = ERROR_INIT;

		assert_int_equal(grpc_message_status("5", texts[i].encoded, &err), -ENOENT);
		assert_string_equal(error_message(&err), texts[i].decoded);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_answer_is_read_or_named),
		cmocka_unit_test(a_server_that_was_restarted_is_asked_again),
		cmocka_unit_test(a_stream_has_all_its_messages),
		cmocka_unit_test(a_paused_stream_waits_also_with_its_end),
		cmocka_unit_test(a_paused_stream_holds_the_server_back),
		cmocka_unit_test(a_stream_is_cancelled_by_its_own_handler),
		cmocka_unit_test(a_paused_stream_ends_with_its_client),
		cmocka_unit_test(a_message_may_be_larger_than_the_window),
		cmocka_unit_test(timeouts_have_eight_digits_at_most),
		cmocka_unit_test(messages_are_percent_decoded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
