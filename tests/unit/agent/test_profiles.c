// SPDX-License-Identifier: Apache-2.0
//
// Profiles that change while the agent is busy with them, at an API server that answers in the
// worst order. What the real one does is in tests/cluster.
#include "profiles.h"

#define END OBJECT(METADATA("end", "end", "1"), "close", "")
#define WEB OBJECT(METADATA("web", "web", "1"), "read", "")
#define WEB_ON_B OBJECT(METADATA("web", "web", "1"), "read", BASE("b"))
#define WEB_2_ON_B OBJECT(METADATA("web", "web", "2"), "write", BASE("b"))
#define B OBJECT(METADATA("b", "b", "1"), "openat", "")
#define B_ON_C OBJECT(METADATA("b", "b", "1"), "openat", BASE("c"))
#define B_2_ON_C OBJECT(METADATA("b", "b", "2"), "mmap", BASE("c"))
#define C OBJECT(METADATA("c", "c", "1"), "brk", "")

static bool is_for(const struct asked *asked, const char *name)
{
	const char *last = strrchr(asked->path, '/');

	return last && strncmp(last + 1, name, strlen(name)) == 0;
}

/* Answers requests for objects until the client is gone. NULL: there is none. */
static void serve(struct peer *peer, const char *web, const char *b, const char *c)
{
	for (;;) {
		struct asked asked = ask(peer);
		const char *object = is_for(&asked, "web") ? web :
				     is_for(&asked, "b")   ? b :
				     is_for(&asked, "c")   ? c :
							     NULL;

		if (!asked.stream)
			return;
		if (object)
			peer_answer(peer, asked.stream, object);
		else
			peer_fail(peer, asked.stream, "404", NULL, "{}");
	}
}

/* ---- tests */

static void list_of_two(struct peer *peer)
{
	begin(peer, LIST(WEB "," WEB_ON_B));
	serve(peer, WEB, NULL, NULL);
}

/* The list may even have the same name twice. */
static void profiles_of_the_list_are_written(void **state)
{
	struct fixture fixture;

	start(&fixture, list_of_two);
	wait_until(&fixture, "operator/web.json", true);
	assert_string_equal(fixture.last, "web Installed");
	stop(&fixture);
}

static void deletes_during_a_fetch(struct peer *peer)
{
	struct asked asked;

	begin(peer, LIST(""));
	tell(peer, EVENT("ADDED", WEB_ON_B));
	asked = ask(peer);
	peer_answer(peer, asked.stream, WEB_ON_B);
	asked = ask(peer);
	tell(peer, EVENT("DELETED", WEB_ON_B));
	peer_answer(peer, asked.stream, B);
	tell(peer, EVENT("ADDED", END));
	serve(peer, NULL, B, NULL);
}

static void a_profile_is_deleted_while_it_is_fetched(void **state)
{
	struct fixture fixture;

	start(&fixture, deletes_during_a_fetch);
	wait_until(&fixture, "operator/end.json", true);
	assert_false(exists("operator/web.json"));
	stop(&fixture);
}

static void changes_during_a_fetch(struct peer *peer)
{
	struct asked asked;

	begin(peer, LIST(""));
	tell(peer, EVENT("ADDED", WEB_ON_B));
	asked = ask(peer);
	peer_answer(peer, asked.stream, WEB_ON_B);
	asked = ask(peer);
	tell(peer, EVENT("MODIFIED", WEB_2_ON_B));
	peer_answer(peer, asked.stream, B);
	serve(peer, WEB_2_ON_B, B, NULL);
}

static void a_profile_changes_while_it_is_fetched(void **state)
{
	struct fixture fixture;

	start(&fixture, changes_during_a_fetch);
	wait_for_content(&fixture, "operator/web.json", "\"write\"");
	assert_true(contains("operator/web.json", "\"openat\""));
	stop(&fixture);
}

static void changes_a_base_during_a_fetch(struct peer *peer)
{
	struct asked asked;

	begin(peer, LIST(""));
	tell(peer, EVENT("ADDED", WEB_ON_B));
	asked = ask(peer);
	peer_answer(peer, asked.stream, WEB_ON_B);
	asked = ask(peer);
	peer_answer(peer, asked.stream, B_ON_C);
	asked = ask(peer);
	tell(peer, EVENT("ADDED", B_2_ON_C));
	peer_answer(peer, asked.stream, C);
	serve(peer, WEB_ON_B, B_2_ON_C, C);
}

static void a_base_changes_after_it_was_fetched(void **state)
{
	struct fixture fixture;

	start(&fixture, changes_a_base_during_a_fetch);
	wait_for_content(&fixture, "operator/web.json", "\"mmap\"");
	assert_false(contains("operator/web.json", "\"openat\""));
	stop(&fixture);
}

static void changes_during_a_write(struct peer *peer)
{
	begin(peer, LIST(WEB));
	tell(peer, EVENT("MODIFIED", WEB_2_ON_B));
	serve(peer, WEB_2_ON_B, B, NULL);
}

static void a_profile_changes_while_it_is_written(void **state)
{
	struct fixture fixture;

	start(&fixture, changes_during_a_write);
	wait_for_content(&fixture, "operator/web.json", "\"write\"");
	stop(&fixture);
}

static void deletes_during_a_write(struct peer *peer)
{
	begin(peer, LIST(WEB));
	tell(peer, EVENT("MODIFIED", WEB_2_ON_B) EVENT("DELETED", WEB_2_ON_B) EVENT("ADDED", END));
	serve(peer, NULL, B, NULL);
}

static void a_profile_is_deleted_while_it_is_written(void **state)
{
	struct fixture fixture;

	start(&fixture, deletes_during_a_write);
	wait_until(&fixture, "operator/end.json", true);
	wait_until(&fixture, "operator/web.json", false);
	stop(&fixture);
}

static void deletes_what_a_pod_names(struct peer *peer)
{
	pods_list = LIST(POD);
	begin(peer, LIST(WEB));
	wait_for_file("operator/web.json");
	tell(peer, EVENT("DELETED", WEB) EVENT("ADDED", END));
	wait_for_file("operator/end.json");
	if (!exists("operator/web.json"))
		return;
	answer_stream(peer, pods_watch, EVENT("DELETED", POD));
	serve(peer, NULL, NULL, NULL);
}

static void a_file_stays_while_a_pod_names_it(void **state)
{
	struct fixture fixture;

	start(&fixture, deletes_what_a_pod_names);
	wait_until(&fixture, "operator/end.json", true);
	wait_until(&fixture, "operator/web.json", false);
	assert_string_equal(fixture.last, "web deleted");
	stop(&fixture);
}

static void forgets_its_history(struct peer *peer)
{
	begin(peer, LIST(WEB));
	wait_for_file("operator/web.json");
	tell(peer, "{\"type\":\"ERROR\",\"object\":{\"code\":410,\"message\":\"too old\"}}\n");
	peer_data(peer, profiles_watch, NGHTTP2_FLAG_END_STREAM, "", 0);
	begin(peer, LIST(END));
	serve(peer, NULL, NULL, NULL);
}

static void a_new_list_lacks_a_profile(void **state)
{
	struct fixture fixture;

	start(&fixture, forgets_its_history);
	wait_until(&fixture, "operator/end.json", true);
	wait_until(&fixture, "operator/web.json", false);
	stop(&fixture);
}

static void lists_a_bad_base(struct peer *peer)
{
	static const char web[] = OBJECT(METADATA("web", "web", "1"), "read", BASE("oci://a/b"));

	begin(peer, LIST(OBJECT(METADATA("web", "web", "1"), "read", BASE("oci://a/b"))));
	serve(peer, web, NULL, NULL);
}

/* It is reported, rather than asked for again and again. */
static void a_base_that_cannot_be_asked_for(void **state)
{
	struct fixture fixture;
	int64_t end = clock_ns(CLOCK_MONOTONIC) + PATIENCE_NS;

	start(&fixture, lists_a_bad_base);
	while (!*fixture.last)
		iterate(&fixture, end);
	assert_string_equal(fixture.last, "web Error");
	assert_int_equal(fixture.trouble, 0);
	stop(&fixture);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(profiles_of_the_list_are_written),
		cmocka_unit_test(a_profile_is_deleted_while_it_is_fetched),
		cmocka_unit_test(a_profile_changes_while_it_is_fetched),
		cmocka_unit_test(a_base_changes_after_it_was_fetched),
		cmocka_unit_test(a_profile_changes_while_it_is_written),
		cmocka_unit_test(a_profile_is_deleted_while_it_is_written),
		cmocka_unit_test(a_file_stays_while_a_pod_names_it),
		cmocka_unit_test(a_new_list_lacks_a_profile),
		cmocka_unit_test(a_base_that_cannot_be_asked_for),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
