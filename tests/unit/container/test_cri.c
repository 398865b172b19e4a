// SPDX-License-Identifier: Apache-2.0
//
// The CRI client with a runtime that answers, ends, and comes back.
#include "../net/server.h"
#include "container/cri.h"
#include "util/error.h"

static void answer(struct peer *peer, uint32_t stream, const uint8_t *frame, size_t size)
{
	peer_headers(peer, stream, 0, ":status", "200", "content-type", "application/grpc", NULL);
	peer_data(peer, stream, 0, frame, size);
	peer_headers(peer, stream, NGHTTP2_FLAG_END_STREAM, "grpc-status", "0", NULL);
}

/* VersionResponse: runtime_name = 2 is "x", runtime_version = 3 is the connection's number. */
static void answer_version(struct peer *peer, uint32_t stream)
{
	const uint8_t frame[] = { 0, 0, 0, 0, 6, 0x12, 1, 'x', 0x1a, 1, '0' + peer->number };

	answer(peer, stream, frame, sizeof(frame));
}

/* ListPodSandboxResponse: items = 1 has one item, whose id = 1 is the connection's number. */
static void answers_sandboxes(struct peer *peer)
{
	const uint8_t frame[] = { 0, 0, 0, 0, 5, 0x0a, 3, 0x0a, 1, '0' + peer->number };
	uint32_t stream;

	while ((stream = peer_request(peer)))
		answer(peer, stream, frame, sizeof(frame));
}

static void answers_after_greeting(struct peer *peer)
{
	peer_greet(peer);
	answers_sandboxes(peer);
}

static void answers_all(struct peer *peer)
{
	peer_greet(peer);
	answer_version(peer, peer_request(peer));
	answers_sandboxes(peer);
}

/* The first connection ends in the middle of its second call, which reached the server. */
static void ends_once(struct peer *peer)
{
	peer_greet(peer);
	if (peer->number == 0) {
		answer_version(peer, peer_request(peer));
		peer_request(peer);
		return;
	}
	answers_sandboxes(peer);
}

/* Shuts down in order: a call that the server has not begun may be made elsewhere. */
static void says_goodbye(struct peer *peer)
{
	uint32_t first;

	peer_greet(peer);
	if (peer->number == 0) {
		first = peer_request(peer);
		answer_version(peer, first);
		peer_request(peer);
		peer_goaway(peer, first, NGHTTP2_NO_ERROR);
		peer_hold(peer);
		return;
	}
	answers_sandboxes(peer);
}

static void ends_always(struct peer *peer)
{
	peer_greet(peer);
	if (peer->number == 0)
		answer_version(peer, peer_request(peer));
	peer_request(peer);
}

static void hangs(struct peer *peer)
{
	peer_greet(peer);
	answer_version(peer, peer_request(peer));
	peer_hold(peer);
}

static void start(struct server *server, server_script *script, struct cri **ret_cri)
{
	struct error err = ERROR_INIT;

	server_start(server, script);
	if (cri_connect(server->endpoint, ret_cri, &err) < 0)
		fail_msg("%s", error_message(&err));
	assert_string_equal(cri_runtime_name(*ret_cri), "x");
	assert_string_equal(cri_runtime_version(*ret_cri), "0");
}

/* Checks the number of the connection on which a call is answered. */
static void expect_connection(struct cri *cri, const char *number)
{
	struct error err = ERROR_INIT;
	struct cri_sandbox *sandboxes;
	size_t count;

	if (cri_list_sandboxes(cri, &sandboxes, &count, &err) < 0)
		fail_msg("%s", error_message(&err));
	assert_int_equal(count, 1);
	assert_string_equal(sandboxes[0].id, number);
	cri_sandboxes_free(sandboxes, count);
}

static void expect_failure(struct cri *cri, int result, const char *part)
{
	_cleanup_error_ struct error err = ERROR_INIT;
	struct cri_sandbox *sandboxes;
	size_t count;

	assert_int_equal(cri_list_sandboxes(cri, &sandboxes, &count, &err), result);
	if (!strstr(error_message(&err), part) ||
	    !strstr(error_message(&err), "runtime.v1.RuntimeService/ListPodSandbox"))
		fail_msg("%s", error_message(&err));
}

static void all_calls_share_a_connection(void **state)
{
	struct server server;
	struct cri *cri;
	int i;

	start(&server, answers_all, &cri);
	for (i = 0; i < 100; i++)
		expect_connection(cri, "0");
	cri_destroy(cri);
	server_stop(&server);
}

static void a_call_that_was_lost_is_made_again(void **state)
{
	static server_script *const scripts[] = { ends_once, says_goodbye };
	size_t i;

	for (i = 0; i < sizeof(scripts) / sizeof(scripts[0]); i++) {
		struct server server;
		struct cri *cri;

		start(&server, scripts[i], &cri);
		expect_connection(cri, "1");
		expect_connection(cri, "1");
		cri_destroy(cri);
		server_stop(&server);
	}
}

static void a_server_that_ends_each_connection_is_an_error(void **state)
{
	struct server server;
	struct cri *cri;

	start(&server, ends_always, &cri);
	expect_failure(cri, -ECONNRESET, "the server closed the connection");
	cri_destroy(cri);
	server_stop(&server);
}

static void a_server_that_hangs_is_an_error(void **state)
{
	struct server server;
	struct cri *cri;

	start(&server, hangs, &cri);
	expect_failure(cri, -ETIMEDOUT, "no answer within 2000 ms (waiting for the answer)");
	cri_destroy(cri);
	server_stop(&server);
}

static void a_server_that_is_gone_is_an_error_and_asked_again(void **state)
{
	struct server server, after;
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	struct cri *cri;
	int i;

	start(&server, answers_all, &cri);
	expect_connection(cri, "0");
	kill(server.pid, SIGKILL);
	waitpid(server.pid, NULL, 0);
	close(server.listener);
	for (i = 0; i < 10; i++)
		expect_failure(cri, -ECONNREFUSED, "Connection refused");

	/* A new server on the same socket path. */
	after = server;
	strcpy(address.sun_path, strchr(server.endpoint, '/') + 2);
	unlink(address.sun_path);
	after.listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(bind(after.listener, (struct sockaddr *)&address, sizeof(address)), 0);
	server_run(&after, NULL, answers_after_greeting, NULL);
	expect_connection(cri, "0");
	cri_destroy(cri);
	server_stop(&after);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_calls_share_a_connection),
		cmocka_unit_test(a_call_that_was_lost_is_made_again),
		cmocka_unit_test(a_server_that_ends_each_connection_is_an_error),
		cmocka_unit_test(a_server_that_hangs_is_an_error),
		cmocka_unit_test(a_server_that_is_gone_is_an_error_and_asked_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
