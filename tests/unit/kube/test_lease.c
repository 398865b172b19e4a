// SPDX-License-Identifier: Apache-2.0
//
// Leader election with API servers that fail, hang or say strange things. Candidates that compete at
// the real API server are in tests/cluster.
#include "api.h"
#include "json/cursor.h"
#include "kube/lease.h"
#include "util/clock.h"

#define RECORD(version, spec)                                                 \
	"{\"metadata\": {\"name\": \"lead\", \"resourceVersion\": \"" version \
	"\"}, \"spec\": " spec "}"
#define OURS RECORD("7", "{\"holderIdentity\": \"me\", \"leaseDurationSeconds\": 1}")
#define THEIRS                                                                                     \
	RECORD("8", "{\"holderIdentity\": \"other\", \"leaseDurationSeconds\": 1, \"renewTime\": " \
		    "\"2199-01-01T00:00:00.000000Z\", \"leaseTransitions\": 4}")

/* What the candidate reported, as words: "started stopped". */
struct story {
	struct api api;
	struct kube_lease *lease;
	const char *destroys_at; /* the lease is destroyed when it reports this */
	const char *releases_at; /* the lease is released then */
	bool is_impatient;	 /* stops leading within a second */
	char text[4096];
	char trouble[1024];
};

static void tell(struct story *story, const char *word)
{
	size_t length = strlen(story->text);

	snprintf(story->text + length, sizeof(story->text) - length, "%s%s", length ? " " : "",
		 word);
	if (story->destroys_at && !strcmp(word, story->destroys_at))
		kube_lease_destroy(steal_pointer(&story->lease));
	else if (story->releases_at && !strcmp(word, story->releases_at))
		kube_lease_release(story->lease);
}

static void on_started(void *data)
{
	struct story *story = data;

	assert_true(kube_lease_is_held(story->lease));
	tell(story, "started");
}

static void on_stopped(void *data)
{
	struct story *story = data;

	assert_false(kube_lease_is_held(story->lease));
	tell(story, "stopped");
}

static void on_released(void *data)
{
	tell(data, "released");
}

/* The same trouble is told once. */
static void on_trouble(int result, const struct error *err, void *data)
{
	struct story *story = data;
	const char *word = strerrorname_np(-result);
	size_t length = strlen(story->text), size = strlen(word);

	snprintf(story->trouble, sizeof(story->trouble), "%s", error_message(err));
	if (length < size || strcmp(story->text + length - size, word) != 0)
		tell(story, word);
}

static const struct kube_lease_handlers handlers = {
	.started = on_started,
	.stopped = on_stopped,
	.released = on_released,
	.trouble = on_trouble,
};

static const struct kube_lease_options options = {
	.namespace = "shop",
	.name = "lead",
	.identity = "me",
	.duration_ms = 60000,
	.renew_deadline_ms = 50000,
	.retry_ms = 20,
};

static const struct kube_lease_options impatient_options = {
	.namespace = "shop",
	.name = "lead",
	.identity = "me",
	.duration_ms = 1000,
	.renew_deadline_ms = 800,
	.retry_ms = 20,
};

static void begin(struct story *story, server_script *script)
{
	api_start(&story->api, script);
	assert_int_equal(kube_lease_create(story->api.client,
					   story->is_impatient ? &impatient_options : &options,
					   &handlers, story, &story->lease, NULL),
			 0);
}

static void end(struct story *story)
{
	kube_lease_destroy(story->lease);
	api_stop(&story->api);
}

static void wait_for(struct story *story, const char *expected)
{
	while (strlen(story->text) < strlen(expected))
		assert_int_equal(loop_iterate(story->api.loop, -1, NULL), 0);
	if (strcmp(story->text, expected) != 0)
		fail_msg("'%s' (%s) is not '%s'", story->text, story->trouble, expected);
}

static void run(struct story *story, server_script *script, const char *expected)
{
	begin(story, script);
	wait_for(story, expected);
	end(story);
}

static void expect(server_script *script, const char *expected)
{
	struct story story = {};

	run(&story, script, expected);
}

static void expect_of_impatient(server_script *script, const char *expected)
{
	struct story story = { .is_impatient = true };

	run(&story, script, expected);
}

/* Functions of the server's process. */

#define LEASES "/apis/coordination.k8s.io/v1/namespaces/shop/leases"
#define MISSING "{\"message\": \"not found\"}"
#define CONFLICT "{\"reason\": \"Conflict\", \"message\": \"it has been modified\"}"

/* Refuses a request that is not the expected one. Its candidate reports what it was. */
static void complain(struct peer *peer, const struct asked *asked, const char *body)
{
	char text[4096];

	snprintf(text, sizeof(text), "unexpected %s %s", asked->path, body);
	peer_fail(peer, asked->stream, "422", NULL, text);
	peer_hold(peer);
	_exit(1);
}

/* Waits for a get. */
static uint32_t expect_get(struct peer *peer)
{
	struct asked asked = peer_ask(peer);

	if (strcmp(asked.path, LEASES "/lead") != 0)
		complain(peer, &asked, "instead of a get");
	return asked.stream;
}

/* Waits for a create, or a patch, whose body has these parts. The list ends with NULL. */
static uint32_t expect_write(struct peer *peer, const char *path, ...)
{
	struct asked asked = peer_ask(peer);
	char body[4096] = "";
	static struct frame frame;
	const char *part;
	va_list parts;

	if (strncmp(asked.path, path, strlen(path)) != 0)
		complain(peer, &asked, "instead of a write");
	do {
		if (!peer_read_frame(peer, &frame))
			return 0;
	} while (frame.type != NGHTTP2_DATA);
	snprintf(body, sizeof(body), "%.*s", (int)frame.size, (const char *)frame.payload);
	va_start(parts, path);
	while ((part = va_arg(parts, const char *)))
		if (!strstr(body, part + (*part == '!')) != (*part == '!'))
			complain(peer, &asked, body);
	va_end(parts);
	return asked.stream;
}

#define CREATE LEASES "?"
#define PATCH LEASES "/lead?"

static void lose_connection(struct peer *peer)
{
	peer_hold(peer);
	_exit(0);
}

static void has_no_lease(struct peer *peer)
{
	uint32_t stream;
	int i;

	peer_greet(peer);
	peer_fail(peer, expect_get(peer), "404", NULL, MISSING);
	stream = expect_write(peer, CREATE, "\"holderIdentity\":\"me\"", "\"leaseTransitions\":0",
			      "\"leaseDurationSeconds\":", "\"acquireTime\":\"", "\"renewTime\":\"",
			      "!resourceVersion", NULL);
	peer_answer(peer, stream, OURS);
	for (i = 0; i < 3; i++) {
		stream = expect_write(peer, PATCH, "\"resourceVersion\":\"7\"", "\"renewTime\":\"",
				      "\"holderIdentity\":\"me\"", "!acquireTime",
				      "!leaseTransitions", NULL);
		peer_answer(peer, stream, OURS);
	}
	/* Somebody else took it, against the rules. */
	peer_fail(peer, expect_write(peer, PATCH, NULL), "409", NULL, CONFLICT);
	peer_answer(peer, expect_get(peer), THEIRS);
	lose_connection(peer);
}

static void lead_and_lose(void **state)
{
	expect(has_no_lease, "started stopped");
}

/* Only a label has changed: the leader reads the new version, and goes on. */
static void changes_a_label(struct peer *peer)
{
	peer_greet(peer);
	peer_answer(peer, expect_get(peer), OURS);
	peer_answer(peer, expect_write(peer, PATCH, "!acquireTime", NULL), OURS);
	peer_fail(peer, expect_write(peer, PATCH, NULL), "409", NULL, CONFLICT);
	peer_answer(peer, expect_get(peer),
		    RECORD("9", "{\"holderIdentity\": \"me\", \"leaseDurationSeconds\": 1}"));
	peer_answer(peer, expect_write(peer, PATCH, "\"resourceVersion\":\"9\"", NULL), OURS);
	peer_fail(peer, expect_write(peer, PATCH, NULL), "403", NULL, "");
	lose_connection(peer);
}

static void same_identity(void **state)
{
	expect(changes_a_label, "started EACCES");
}

static void is_faster(struct peer *peer)
{
	peer_greet(peer);
	peer_fail(peer, expect_get(peer), "404", NULL, MISSING);
	peer_fail(peer, expect_write(peer, CREATE, NULL), "409", NULL,
		  "{\"reason\": \"AlreadyExists\", \"message\": \"it exists\"}");
	peer_answer(peer, expect_get(peer), THEIRS);
	peer_answer(peer, expect_get(peer),
		    RECORD("9", "{\"holderIdentity\": null, \"leaseTransitions\": 4, "
				"\"leaseDurationSeconds\": 1}"));
	peer_fail(peer, expect_write(peer, PATCH, "\"resourceVersion\":\"9\"", NULL), "409", NULL,
		  CONFLICT);
	peer_answer(peer, expect_get(peer),
		    RECORD("10", "{\"holderIdentity\": \"\", \"leaseTransitions\": 4}"));
	peer_answer(peer,
		    expect_write(peer, PATCH, "\"resourceVersion\":\"10\"", "\"acquireTime\":\"",
				 "\"leaseTransitions\":5", NULL),
		    OURS);
	lose_connection(peer);
}

static void races(void **state)
{
	expect(is_faster, "started");
}

/*
 * A record that changes shows that its holder is alive, whatever its times say. Each change has to be
 * followed by a second without any.
 */
static void changes_for_a_while(struct peer *peer)
{
	int64_t changed = 0;
	uint32_t stream;
	char record[512];
	int i;

	peer_greet(peer);
	for (i = 0; i < 20; i++) {
		snprintf(record, sizeof(record),
			 RECORD("8", "{\"holderIdentity\": \"other\", \"leaseDurationSeconds\": 1, "
				     "\"renewTime\": \"1970-01-01T00:00:%02d.000000Z\"}"),
			 i);
		changed = clock_ns(CLOCK_MONOTONIC);
		stream = expect_get(peer);
		peer_answer(peer, stream, record);
	}
	for (;;) {
		struct asked asked = peer_ask(peer);

		if (strcmp(asked.path, LEASES "/lead") != 0) {
			bool early = clock_ns(CLOCK_MONOTONIC) - changed < 1000000000;

			peer_answer(peer, asked.stream, early ? THEIRS : OURS);
			lose_connection(peer);
		}
		peer_answer(peer, asked.stream, record);
	}
}

static void takeover(void **state)
{
	expect(changes_for_a_while, "started");
}

static void fails_for_a_while(struct peer *peer)
{
	int64_t until = clock_ns(CLOCK_MONOTONIC) + 3000000000;

	peer_greet(peer);
	peer_answer(peer, expect_get(peer), OURS);
	peer_answer(peer, expect_write(peer, PATCH, NULL), OURS);
	while (clock_ns(CLOCK_MONOTONIC) < until)
		peer_fail(peer, peer_ask(peer).stream, "500", NULL, "");
	peer_answer(peer, expect_get(peer), OURS);
	peer_answer(peer, expect_write(peer, PATCH, "!acquireTime", NULL), OURS);
	lose_connection(peer);
}

static void failures(void **state)
{
	expect_of_impatient(fails_for_a_while, "started EIO stopped EIO started");
}

static void hangs(struct peer *peer)
{
	peer_greet(peer);
	peer_answer(peer, expect_get(peer), OURS);
	peer_answer(peer, expect_write(peer, PATCH, NULL), OURS);
	lose_connection(peer);
}

static void silence(void **state)
{
	expect_of_impatient(hangs, "started ETIMEDOUT stopped");
}

static void wants_it_back(struct peer *peer)
{
	peer_greet(peer);
	peer_answer(peer, expect_get(peer), OURS);
	peer_answer(peer, expect_write(peer, PATCH, NULL), OURS);
	peer_answer(peer,
		    expect_write(peer, PATCH, "\"resourceVersion\":\"7\"",
				 "\"holderIdentity\":null", "\"leaseDurationSeconds\":1", NULL),
		    RECORD("9", "{\"leaseDurationSeconds\": 1}"));
	lose_connection(peer);
}

static void refuses_to_take_it_back(struct peer *peer)
{
	peer_greet(peer);
	peer_answer(peer, expect_get(peer), OURS);
	peer_answer(peer, expect_write(peer, PATCH, NULL), OURS);
	peer_fail(peer, expect_write(peer, PATCH, NULL), "403", NULL, "");
	lose_connection(peer);
}

static void release_of_a_leader(server_script *script, const char *expected)
{
	struct story story = { .releases_at = "started" };

	begin(&story, script);
	wait_for(&story, expected);
	kube_lease_release(story.lease);
	assert_int_equal(loop_iterate(story.api.loop, 50, NULL), 0);
	assert_string_equal(story.text, expected);
	end(&story);
}

static void release(void **state)
{
	release_of_a_leader(wants_it_back, "started stopped released");
	release_of_a_leader(refuses_to_take_it_back, "started stopped EACCES released");
}

/* A candidate that asks to be released has nothing to give up, and takes nothing any more. */
static void offers_it(struct peer *peer)
{
	peer_greet(peer);
	peer_fail(peer, expect_get(peer), "404", NULL, MISSING);
	lose_connection(peer);
}

static void release_of_a_candidate(void **state)
{
	struct story story = {};

	begin(&story, offers_it);
	kube_lease_release(story.lease);
	wait_for(&story, "released");
	assert_int_equal(loop_iterate(story.api.loop, 50, NULL), 0);
	assert_string_equal(story.text, "released");
	end(&story);
}

static void is_silent_when_it_is_taken(struct peer *peer)
{
	peer_greet(peer);
	peer_answer(peer, expect_get(peer), RECORD("5", "{}"));
	expect_write(peer, PATCH, NULL);
	lose_connection(peer);
}

static void release_of_a_silent_server(void **state)
{
	struct story story = { .is_impatient = true };

	begin(&story, is_silent_when_it_is_taken);
	wait_for(&story, "ETIMEDOUT");
	kube_lease_release(story.lease);
	wait_for(&story, "ETIMEDOUT released");
	end(&story);
}

static void says_strange_things(struct peer *peer)
{
	static const char *const records[] = {
		"[]",
		"{}",
		"{\"metadata\": {\"resourceVersion\": 5}}",
		RECORD("1",
		       "{\"holderIdentity\": \"x\", \"leaseDurationSeconds\": 99999999999999}"),
		RECORD("2", "{\"holderIdentity\": \"x\", \"leaseDurationSeconds\": 2147483647}"),
	};
	uint32_t stream;
	size_t i;

	peer_greet(peer);
	for (i = 0; i < sizeof(records) / sizeof(records[0]); i++)
		peer_answer(peer, expect_get(peer), records[i]);
	peer_answer(peer, expect_get(peer),
		    RECORD("3", "{\"holderIdentity\": 5, \"leaseDurationSeconds\": \"x\", "
				"\"leaseTransitions\": -4}"));
	stream = expect_write(peer, PATCH, "\"leaseTransitions\":1", NULL);
	peer_answer(peer, stream, OURS);
	lose_connection(peer);
}

static void strange_records(void **state)
{
	expect(says_strange_things, "EINVAL started");
}

static void destroyed_by_a_handler(void **state)
{
	static const struct {
		server_script *script;
		const char *text, *at;
	} cases[] = {
		{ has_no_lease, "started", "started" },
		{ has_no_lease, "started stopped", "stopped" },
		{ refuses_to_take_it_back, "started EACCES", "EACCES" },
		{ hangs, "started ETIMEDOUT stopped", "stopped" },
	};
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct story story = { .destroys_at = cases[i].at, .is_impatient = true };

		begin(&story, cases[i].script);
		wait_for(&story, cases[i].text);
		assert_null(story.lease);
		assert_int_equal(loop_iterate(story.api.loop, 50, NULL), 0);
		assert_string_equal(story.text, cases[i].text);
		end(&story);
	}
}

/* The end of the client ends the request, and begins no other. */
static void client_destroyed(void **state)
{
	struct story story = {};

	begin(&story, hangs);
	kube_client_destroy(steal_pointer(&story.api.client));
	assert_string_equal(story.text, "ECANCELED");
	end(&story);
}

static void bad_options(void **state)
{
	struct story story = {};
	struct kube_lease_options bad[] = { impatient_options, impatient_options, impatient_options,
					    impatient_options, impatient_options };
	struct kube_lease *lease;
	size_t i;

	bad[0].duration_ms = 1500;
	bad[1].renew_deadline_ms = 1000;
	bad[2].retry_ms = 700;
	bad[3].identity = "";
	bad[4].name = "../x";
	api_start(&story.api, hangs);
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(kube_lease_create(story.api.client, &bad[i], &handlers, &story,
						   &lease, NULL),
				 -EINVAL);
	end(&story);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lead_and_lose),
		cmocka_unit_test(same_identity),
		cmocka_unit_test(races),
		cmocka_unit_test(takeover),
		cmocka_unit_test(failures),
		cmocka_unit_test(silence),
		cmocka_unit_test(release),
		cmocka_unit_test(release_of_a_candidate),
		cmocka_unit_test(release_of_a_silent_server),
		cmocka_unit_test(strange_records),
		cmocka_unit_test(destroyed_by_a_handler),
		cmocka_unit_test(client_destroyed),
		cmocka_unit_test(bad_options),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
