// SPDX-License-Identifier: Apache-2.0
//
// Calls to servers that fail, refuse, or ask for patience. What the real API server can be made to
// do is in tests/cluster.
#include <fcntl.h>
#include <sys/stat.h>

#include "api.h"
#include "json/cursor.h"
#include "kube/call.h"

#define SUCCESS "{\"kind\": \"Thing\"}"

static const struct kube_resource things = { "example.com", "v1", "things", false };

struct outcome {
	struct api api;
	struct kube_call *call;
	bool destroys; /* the handler destroys the client */
	int done;      /* number of calls of the handler */
	int result;
	char message[2048];
	char kind[64];
};

static void on_done(struct kube_call *call, int result, const struct error *err,
		    const json_t *object, void *data)
{
	struct outcome *outcome = data;
	const char *kind = json_string_value(json_object_get(object, "kind"));

	outcome->done++;
	outcome->result = result;
	assert_int_equal(err ? -err->code : 0, result);
	snprintf(outcome->message, sizeof(outcome->message), "%s", err ? error_message(err) : "");
	snprintf(outcome->kind, sizeof(outcome->kind), "%s", kind ? kind : "");
	if (outcome->destroys)
		kube_client_destroy(steal_pointer(&outcome->api.client));
}

static const struct kube_call_handlers handlers = { .done = on_done };

static void start(struct outcome *outcome, enum kube_verb verb, int64_t timeout_ms)
{
	_cleanup_error_ struct error err = ERROR_INIT;
	_cleanup_json_ json_t *body = json_object();
	const struct kube_call_options options = { .verb = verb,
						   .resource = &things,
						   .name = "a",
						   .body = verb == KUBE_GET ? NULL : body,
						   .timeout_ms = timeout_ms };

	if (kube_call_start(outcome->api.client, &options, &handlers, outcome, &outcome->call,
			    &err) < 0)
		fail_msg("%s", error_message(&err));
}

/* Makes one call of a server with this script, and checks its result and a part of its message. */
static void expect(server_script *script, enum kube_verb verb, int result, const char *part)
{
	struct outcome outcome = {};

	api_start(&outcome.api, script);
	start(&outcome, verb, 20000);
	while (!outcome.done)
		assert_int_equal(loop_iterate(outcome.api.loop, -1, NULL), 0);
	if (outcome.result != result || !strstr(outcome.message, part))
		fail_msg("ended with %d (%s)", outcome.result, outcome.message);
	assert_string_equal(outcome.kind, result == 0 ? "Thing" : "");
	api_stop(&outcome.api);
}

static void asks_twice_for_patience(struct peer *peer)
{
	peer_greet(peer);
	peer_fail(peer, peer_request(peer), "429", "0", "");
	peer_fail(peer, peer_request(peer), "503", "0", "too early");
	peer_answer(peer, peer_request(peer), SUCCESS);
	peer_hold(peer);
}

static void patience(void **state)
{
	expect(asks_twice_for_patience, KUBE_CREATE, 0, "");
}

static void asks_for_patience_for_ever(struct peer *peer)
{
	uint32_t stream;

	peer_greet(peer);
	while ((stream = peer_request(peer)))
		peer_fail(peer, stream, "429", "0",
			  "{\"kind\": \"Status\", \"message\": \"too many\\u0007\"}");
}

static void no_end_of_patience(void **state)
{
	expect(asks_for_patience_for_ever, KUBE_GET, -EBUSY,
	       "GET /apis/example.com/v1/things/a: too many\\x07");
}

/* A second attempt would succeed. */
static void fails_once(struct peer *peer)
{
	peer_greet(peer);
	peer_fail(peer, peer_request(peer), "500", NULL, "<html>");
	peer_answer(peer, peer_request(peer), SUCCESS);
	peer_hold(peer);
}

static void failure(void **state)
{
	expect(fails_once, KUBE_GET, -EIO, "the API server answers 500");
}

static void forgets_tokens_once(struct peer *peer)
{
	peer_greet(peer);
	peer_fail(peer, peer_request(peer), "401", NULL, "");
	peer_answer(peer, peer_request(peer), SUCCESS);
	peer_hold(peer);
}

static void refuses_tokens(struct peer *peer)
{
	uint32_t stream;

	peer_greet(peer);
	while ((stream = peer_request(peer)))
		peer_fail(peer, stream, "401", NULL, "{\"message\": \"Unauthorized\"}");
}

static void tokens(void **state)
{
	expect(forgets_tokens_once, KUBE_CREATE, 0, "");
	expect(refuses_tokens, KUBE_CREATE, -EACCES, "Unauthorized");
}

static char token_path[64];

/* Writes a token into the same file, with the same size and time: nothing shows that it changed. */
static void write_token(const char *text)
{
	const struct timespec times[2] = { { 1, 0 }, { 1, 0 } };
	int fd = open(token_path, O_WRONLY | O_CREAT, 0600);

	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	assert_int_equal(futimens(fd, times), 0);
	close(fd);
}

static void accepts_a_new_token(struct peer *peer)
{
	struct asked asked;

	peer_greet(peer);
	asked = peer_ask(peer);
	if (strcmp(asked.token, "Bearer old") != 0)
		return;
	write_token("new");
	peer_fail(peer, asked.stream, "401", NULL, "");
	asked = peer_ask(peer);
	if (!strcmp(asked.token, "Bearer new"))
		peer_answer(peer, asked.stream, SUCCESS);
	peer_hold(peer);
}

static void replaced_tokens(void **state)
{
	struct outcome outcome = {};

	snprintf(token_path, sizeof(token_path), "/tmp/recorder-unit-token.%d", getpid());
	write_token("old");
	api_start(&outcome.api, accepts_a_new_token);
	kube_client_destroy(outcome.api.client);
	outcome.api.config.token_file = token_path;
	assert_int_equal(kube_client_create(outcome.api.loop, &outcome.api.config,
					    &outcome.api.client, NULL),
			 0);
	start(&outcome, KUBE_CREATE, 20000);
	while (!outcome.done)
		assert_int_equal(loop_iterate(outcome.api.loop, -1, NULL), 0);
	assert_string_equal(outcome.message, "");
	unlink(token_path);
	api_stop(&outcome.api);
}

/* Loses the first request with its connection. */
static void loses_one(struct peer *peer)
{
	peer_greet(peer);
	if (!peer->number) {
		peer_request(peer);
		return;
	}
	peer_answer(peer, peer_request(peer), SUCCESS);
	peer_hold(peer);
}

/* The server may have acted on it, so only what reads is repeated. */
static void lost_requests(void **state)
{
	expect(loses_one, KUBE_GET, 0, "");
	expect(loses_one, KUBE_CREATE, -ECONNRESET, "POST /apis/example.com/v1/things");
}

static void leaves_first(struct peer *peer)
{
	peer_greet(peer);
	if (!peer->number) {
		peer_request(peer);
		peer_goaway(peer, 0, NGHTTP2_NO_ERROR);
		peer_hold(peer);
		return;
	}
	peer_answer(peer, peer_request(peer), SUCCESS);
	peer_hold(peer);
}

static void refused_requests(void **state)
{
	expect(leaves_first, KUBE_CREATE, 0, "");
}

static void sends_without_end(struct peer *peer)
{
	static char block[16384];
	uint32_t stream;

	memset(block, 'x', sizeof(block));
	peer_greet(peer);
	stream = peer_request(peer);
	peer_headers(peer, stream, 0, ":status", peer->data ? "500" : "200", NULL);
	while (peer_data(peer, stream, 0, block, sizeof(block)))
		;
}

static void fails_without_end(struct peer *peer)
{
	peer->data = peer;
	sends_without_end(peer);
}

static void too_large(void **state)
{
	expect(sends_without_end, KUBE_GET, -EMSGSIZE, "the answer has more than 8388608 bytes");
	expect(fails_without_end, KUBE_GET, -EMSGSIZE, "the answer has more than 65536 bytes");
}

static void answers_nonsense(struct peer *peer)
{
	peer_greet(peer);
	peer_answer(peer, peer_request(peer), "{\"kind\": ");
	peer_hold(peer);
}

static void nonsense(void **state)
{
	expect(answers_nonsense, KUBE_GET, -EINVAL, "the answer");
}

static void holds(struct peer *peer)
{
	peer_greet(peer);
	peer_hold(peer);
}

static void cancelled(void **state)
{
	struct outcome outcome = {};

	api_start(&outcome.api, holds);
	start(&outcome, KUBE_GET, 20000);
	assert_int_equal(loop_iterate(outcome.api.loop, 1000, NULL), 0);
	kube_call_cancel(outcome.call);
	assert_int_equal(loop_iterate(outcome.api.loop, 0, NULL), 0);
	assert_int_equal(outcome.done, 0);
	api_stop(&outcome.api);
}

static void silence(void **state)
{
	struct outcome outcome = {};

	api_start(&outcome.api, holds);
	start(&outcome, KUBE_GET, 100);
	while (!outcome.done)
		assert_int_equal(loop_iterate(outcome.api.loop, -1, NULL), 0);
	assert_int_equal(outcome.result, -ETIMEDOUT);
	api_stop(&outcome.api);
}

/* All calls of a client end with it, also those that wait for their next attempt. */
static void destroyed(void **state)
{
	struct outcome outcome = {};

	api_start(&outcome.api, asks_for_patience_for_ever);
	start(&outcome, KUBE_GET, 20000);
	start(&outcome, KUBE_GET, 20000);
	kube_client_destroy(steal_pointer(&outcome.api.client));
	assert_int_equal(outcome.done, 2);
	assert_int_equal(outcome.result, -ECANCELED);
	api_stop(&outcome.api);
}

static void destroyed_by_a_handler(void **state)
{
	struct outcome outcome = { .destroys = true };

	api_start(&outcome.api, fails_once);
	start(&outcome, KUBE_GET, 20000);
	start(&outcome, KUBE_GET, 20000);
	while (!outcome.done)
		assert_int_equal(loop_iterate(outcome.api.loop, -1, NULL), 0);
	assert_int_equal(outcome.done, 2);
	api_stop(&outcome.api);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(patience),
		cmocka_unit_test(no_end_of_patience),
		cmocka_unit_test(failure),
		cmocka_unit_test(tokens),
		cmocka_unit_test(replaced_tokens),
		cmocka_unit_test(lost_requests),
		cmocka_unit_test(refused_requests),
		cmocka_unit_test(too_large),
		cmocka_unit_test(nonsense),
		cmocka_unit_test(cancelled),
		cmocka_unit_test(silence),
		cmocka_unit_test(destroyed),
		cmocka_unit_test(destroyed_by_a_handler),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
