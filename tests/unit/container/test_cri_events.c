// SPDX-License-Identifier: Apache-2.0
//
// A runtime that streams events, one that has none, and one whose stream ends.
#include "cri_server.h"
#include "container/cri.h"
#include "container/cri_events.h"
#include "util/array.h"
#include "util/clock.h"
#include "util/error.h"
#include "util/loop.h"

#define LONG_MS 60000

/* What was heard: 'e' for an event, '.' for the end of the stream. */
struct heard {
	char text[16];
};

static void hear(bool event, void *data)
{
	struct heard *heard = data;
	size_t length = strlen(heard->text);

	assert_true(length + 1 < sizeof(heard->text));
	heard->text[length] = event ? 'e' : '.';
}

static void iterate_until(struct cri *cri, const struct heard *heard, const char *text)
{
	while (strcmp(heard->text, text) != 0) {
		assert_true(strncmp(heard->text, text, strlen(heard->text)) == 0);
		assert_int_equal(loop_iterate(cri_loop(cri), LONG_MS, NULL), 0);
	}
}

static void connect_to(struct server *server, server_script *script, struct cri **ret_cri)
{
	struct error err = ERROR_INIT;

	server_start(server, script);
	if (cri_connect(server->endpoint, ret_cri, &err) < 0)
		fail_msg("%s", error_message(&err));
}

static void finish(struct server *server, struct cri *cri, struct cri_events *events)
{
	cri_events_destroy(events);
	cri_destroy(cri);
	server_stop(server);
}

static void expect_list(struct cri *cri, const char *id)
{
	struct cri_sandbox *sandboxes;
	size_t count;

	assert_int_equal(cri_list_sandboxes(cri, &sandboxes, &count, NULL), 0);
	assert_int_equal(count, 1);
	assert_string_equal(sandboxes[0].id, id);
	cri_sandboxes_free(sandboxes, count);
}

/* One event at once, and one after a call that came between them. */
static void streams(struct peer *peer)
{
	uint32_t stream;

	peer_greet(peer);
	cri_answer_version(peer, peer_request(peer), "containerd", "2.0.5");
	stream = peer_request(peer);
	cri_begin_answer(peer, stream);
	cri_send_event(peer, stream);
	cri_answer_list(peer, peer_request(peer), '1');
	cri_send_event(peer, stream);
	cri_answer_list(peer, peer_request(peer), '2');
	peer_hold(peer);
}

static void events_and_calls_share_a_connection(void **state)
{
	struct heard heard = {};
	struct server server;
	struct cri_events *events;
	struct cri *cri;

	connect_to(&server, streams, &cri);
	assert_int_equal(cri_events_listen(cri, hear, &heard, &events, NULL), 0);
	iterate_until(cri, &heard, "e");
	expect_list(cri, "1");
	iterate_until(cri, &heard, "ee");
	expect_list(cri, "2");
	finish(&server, cri, events);
}

/* Another request for the stream would get the answer of a list. */
static void has_no_events(struct peer *peer)
{
	uint32_t stream;

	peer_greet(peer);
	cri_answer_version(peer, peer_request(peer), "containerd", "2.1.0");
	stream = peer_request(peer);
	cri_begin_answer(peer, stream);
	cri_end_answer(peer, stream, CRI_UNIMPLEMENTED);
	cri_answer_list(peer, peer_request(peer), '1');
	peer_hold(peer);
}

static void a_runtime_without_events_is_not_asked_again(void **state)
{
	struct heard heard = {};
	struct server server;
	struct cri_events *events;
	struct cri *cri;
	int64_t until;

	connect_to(&server, has_no_events, &cri);
	assert_int_equal(cri_events_listen(cri, hear, &heard, &events, NULL), 0);
	iterate_until(cri, &heard, ".");
	/* Past the time of another attempt. */
	for (until = clock_ns(CLOCK_MONOTONIC) + 1500000000; clock_ns(CLOCK_MONOTONIC) < until;)
		assert_int_equal(loop_iterate(cri_loop(cri), 100, NULL), 0);
	assert_string_equal(heard.text, ".");
	expect_list(cri, "1");
	finish(&server, cri, events);
}

/* CRI-O, where events are switched off: the stream ends at once, without an error. */
static void ends_at_first(struct peer *peer)
{
	uint32_t stream;

	peer_greet(peer);
	cri_answer_version(peer, peer_request(peer), "cri-o", "1.31.4");
	stream = peer_request(peer);
	cri_begin_answer(peer, stream);
	cri_end_answer(peer, stream, "0");
	stream = peer_request(peer);
	cri_begin_answer(peer, stream);
	cri_send_event(peer, stream);
	peer_hold(peer);
}

/* The connection is lost, as when the runtime is restarted. */
static void is_lost_at_first(struct peer *peer)
{
	uint32_t stream;

	peer_greet(peer);
	if (peer->number == 0)
		cri_answer_version(peer, peer_request(peer), "containerd", "2.0.0");
	stream = peer_request(peer);
	cri_begin_answer(peer, stream);
	if (peer->number == 0)
		return;
	cri_send_event(peer, stream);
	peer_hold(peer);
}

static void a_stream_that_ends_is_opened_again(void **state)
{
	static server_script *const scripts[] = { ends_at_first, is_lost_at_first };
	size_t i;

	for (i = 0; i < array_size(scripts); i++) {
		struct heard heard = {};
		struct server server;
		struct cri_events *events;
		struct cri *cri;

		connect_to(&server, scripts[i], &cri);
		assert_int_equal(cri_events_listen(cri, hear, &heard, &events, NULL), 0);
		iterate_until(cri, &heard, ".e");
		finish(&server, cri, events);
	}
}

static const char *const takers[][2] = {
	{ "containerd", "1.7.27" }, { "containerd", "1.6.20~ds1" }, { "cri-o", "1.27.3" },
	{ "docker", "28.0.0" },	    { "containerd", "unknown" },
};

/* Each connection is that of another runtime. */
static void takes_events_away(struct peer *peer)
{
	peer_greet(peer);
	cri_answer_version(peer, peer_request(peer), takers[peer->number][0],
			   takers[peer->number][1]);
	cri_answer_list(peer, peer_request(peer), '1');
	peer_hold(peer);
}

static void no_events_are_taken_from_the_kubelet(void **state)
{
	struct server server;
	size_t i;

	server_start(&server, takes_events_away);
	for (i = 0; i < array_size(takers); i++) {
		_cleanup_error_ struct error err = ERROR_INIT;
		struct cri_events *events;
		struct cri *cri;

		assert_int_equal(cri_connect(server.endpoint, &cri, NULL), 0);
		assert_int_equal(cri_events_listen(cri, hear, NULL, &events, &err), -ENOTSUP);
		assert_non_null(strstr(error_message(&err), takers[i][1]));
		expect_list(cri, "1");
		cri_destroy(cri);
	}
	server_stop(&server);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(events_and_calls_share_a_connection),
		cmocka_unit_test(a_runtime_without_events_is_not_asked_again),
		cmocka_unit_test(a_stream_that_ends_is_opened_again),
		cmocka_unit_test(no_events_are_taken_from_the_kubelet),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
