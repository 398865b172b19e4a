// SPDX-License-Identifier: Apache-2.0
//
// Recorded profiles that claim the same path below a namespace.
#include "agent/names.h"
#include "kube/call.h"
#include "profiles.h"

/* Recorded in a namespace, with labels that an agent has set. */
#define RECORDED(name, namespace, labels, call)                                                                  \
	OBJECT("\"metadata\":{\"name\":\"" name "\",\"uid\":\"" name                                             \
	       "\",\"generation\":1,\"resourceVersion\":\"6\",\"labels\":{"                                      \
	       "\"" LABEL_RECORDING_NAMESPACE                                                                    \
	       "\":\"" namespace "\",\"" LABEL_RECORDING_ID "\":" labels                                         \
				 "},\"managedFields\":[{\"manager\":\"" KUBE_FIELD_MANAGER                       \
				 "\",\"fieldsV1\":{\"f:metadata\":{\"f:labels\":{\"f:" LABEL_RECORDING_NAMESPACE \
				 "\":{}}}}}]}",                                                                  \
	       call, "")
#define APP "\"web\",\"" LABEL_CONTAINER_ID "\":\"app\""

/* The hash is of shop/web/app/. */
#define HASHED_NAME "web-app.46457b96"
#define HASHED RECORDED(HASHED_NAME, "shop", APP, "read")

/* Has the name of its path. */
#define OWN RECORDED("web-app", "shop", "\"web-app\"", "write")

/* The same with a hash, of shop/web-app//, which sorts behind the other one. */
#define SECOND_NAME "web-app.d8c642fe"
#define SECOND RECORDED(SECOND_NAME, "shop", "\"web-app\"", "write")

/* Has the name, but not the path. */
#define OTHER RECORDED("web-app", "other", APP, "openat")

#define OTHER_CHANGED RECORDED("web-app", "third", APP, "openat")

#define END OBJECT(METADATA("end", "end", "1"), "close", "")

#define PATH "operator/shop/web-app.json"

/* Answers a request for an object. False if the client is gone. */
static bool serve_one(struct peer *peer, const char *plain)
{
	struct asked asked = ask(peer);

	if (!asked.stream)
		return false;
	if (strstr(asked.path, "/" HASHED_NAME))
		peer_answer(peer, asked.stream, HASHED);
	else if (strstr(asked.path, "/" SECOND_NAME))
		peer_answer(peer, asked.stream, SECOND);
	else if (strstr(asked.path, "/web-app") && plain)
		peer_answer(peer, asked.stream, plain);
	else
		peer_fail(peer, asked.stream, "404", NULL, "{}");
	return true;
}

static void serve(struct peer *peer, const char *plain)
{
	while (serve_one(peer, plain))
		;
}

static void expect_files(const char *call, const char *loser, const char *loser_call)
{
	assert_true(contains(PATH, call));
	assert_false(contains(PATH, loser_call));
	assert_true(contains(loser, loser_call));
}

static void adds_the_own_name(struct peer *peer)
{
	begin(peer, LIST(HASHED));
	wait_for_file(PATH);
	tell(peer, EVENT("ADDED", OWN));
	serve_one(peer, OWN); /* the profile that loses its path */
	wait_for_file("operator/shop/" HASHED_NAME ".json");
	tell(peer, EVENT("ADDED", END));
	serve(peer, OWN);
}

static void a_path_is_that_of_the_own_name(void **state)
{
	struct fixture fixture;

	start(&fixture, adds_the_own_name);
	wait_until(&fixture, "operator/end.json", true);
	expect_files("\"write\"", "operator/shop/" HASHED_NAME ".json", "\"read\"");
	assert_string_equal(profiles_path_holder(fixture.profiles, PATH), "web-app");
	assert_null(profiles_path_holder(fixture.profiles, "operator/shop/web.json"));
	assert_null(profiles_path_holder(fixture.profiles, "operator/web-app.json"));
	stop(&fixture);
}

static void lists_the_own_name_first(struct peer *peer)
{
	begin(peer, LIST(OWN "," HASHED));
	serve(peer, OWN);
}

static void a_path_is_that_of_the_own_name_from_the_beginning(void **state)
{
	struct fixture fixture;

	start(&fixture, lists_the_own_name_first);
	wait_until(&fixture, "operator/shop/" HASHED_NAME ".json", true);
	expect_files("\"write\"", "operator/shop/" HASHED_NAME ".json", "\"read\"");
	stop(&fixture);
}

static void deletes_the_own_name(struct peer *peer)
{
	begin(peer, LIST(OWN "," HASHED));
	wait_for_file("operator/shop/" HASHED_NAME ".json");
	tell(peer, EVENT("DELETED", OWN));
	serve(peer, NULL);
}

static void a_path_is_inherited(void **state)
{
	struct fixture fixture;

	start(&fixture, deletes_the_own_name);
	wait_for_content(&fixture, PATH, "\"read\"");
	wait_until(&fixture, "operator/shop/" HASHED_NAME ".json", false);
	wait_until(&fixture, "operator/web-app.json", false);
	assert_true(contains(PATH, "\"read\""));
	assert_string_equal(profiles_path_holder(fixture.profiles, PATH), HASHED_NAME);
	stop(&fixture);
}

static void lists_two_hashed_names(struct peer *peer)
{
	begin(peer, LIST(SECOND "," HASHED));
	serve(peer, NULL);
}

static void of_two_hashed_names_the_first_has_the_path(void **state)
{
	struct fixture fixture;

	start(&fixture, lists_two_hashed_names);
	wait_until(&fixture, "operator/shop/" SECOND_NAME ".json", true);
	expect_files("\"read\"", "operator/shop/" SECOND_NAME ".json", "\"write\"");
	assert_false(exists("operator/shop/" HASHED_NAME ".json"));
	stop(&fixture);
}

static void lists_the_name_in_another_namespace(struct peer *peer)
{
	begin(peer, LIST(OTHER "," HASHED));
	serve(peer, OTHER);
}

static void namespaces_do_not_share_paths(void **state)
{
	struct fixture fixture;

	start(&fixture, lists_the_name_in_another_namespace);
	wait_until(&fixture, PATH, true);
	assert_true(contains(PATH, "\"read\""));
	assert_true(contains("operator/other/web-app.json", "\"openat\""));
	assert_true(contains("operator/web-app.json", "\"openat\""));
	assert_true(contains("operator/" HASHED_NAME ".json", "\"read\""));
	stop(&fixture);
}

#define PAGE(items) \
	"{\"metadata\":{\"resourceVersion\":\"5\",\"continue\":\"more\"},\"items\":[" items "]}"

/* The second time, the profile of the file comes with the second page. */
static void serves_an_agent_twice(struct peer *peer)
{
	struct asked asked;

	begin(peer, LIST(HASHED));
	wait_for_file(PATH);
	asked = ask(peer);
	peer_answer(peer, asked.stream, PAGE(OTHER "," END));
	wait_for_file("operator/end.json");
	wait_for_file(PATH); /* forever, if it is gone */
	begin(peer, LIST(HASHED));
	serve(peer, OTHER);
}

/* The name of the file is that of another object. */
static void a_file_is_not_lost_in_a_restart(void **state)
{
	struct fixture fixture;

	start(&fixture, serves_an_agent_twice);
	wait_until(&fixture, PATH, true);
	stop_agent(&fixture);
	start_agent(&fixture);
	wait_until(&fixture, "operator/end.json", true);
	assert_true(contains(PATH, "\"read\""));
	assert_true(contains("operator/other/web-app.json", "\"openat\""));
	stop(&fixture);
}

static void serves_the_same_twice(struct peer *peer)
{
	begin(peer, LIST(HASHED));
	wait_for_file(PATH);
	begin(peer, LIST(HASHED "," END));
	serve(peer, NULL);
}

/* There never was a profile that has the name of the file. */
static void nobody_is_reported_as_deleted_after_a_restart(void **state)
{
	struct fixture fixture;

	start(&fixture, serves_the_same_twice);
	wait_until(&fixture, PATH, true);
	stop_agent(&fixture);
	start_agent(&fixture);
	wait_until(&fixture, "operator/end.json", true);
	while (!node_pods_are_known(fixture.pods) || profiles_waiting(fixture.profiles))
		iterate(&fixture, INT64_MAX);
	assert_int_equal(fixture.deleted, 0);
	assert_true(contains(PATH, "\"read\""));
	stop(&fixture);
}

static void deletes_a_profile_between(struct peer *peer)
{
	begin(peer, LIST(HASHED));
	wait_for_file(PATH);
	begin(peer, LIST(OTHER));
	serve(peer, OTHER);
}

static void a_file_is_removed_after_a_restart(void **state)
{
	struct fixture fixture;

	start(&fixture, deletes_a_profile_between);
	wait_until(&fixture, PATH, true);
	stop_agent(&fixture);
	start_agent(&fixture);
	wait_until(&fixture, "operator/other/web-app.json", true);
	wait_until(&fixture, PATH, false);
	wait_until(&fixture, "operator/" HASHED_NAME ".json", false);
	stop(&fixture);
}

/*
 * Waits until files have been written for all that was told before. The agent knows that they are
 * after another time.
 */
#define CATCH_UP(peer, name)                                                                \
	do {                                                                                \
		tell(peer, EVENT("ADDED", OBJECT(METADATA(name, name, "1"), "close", ""))); \
		wait_for_file("operator/" name ".json");                                    \
	} while (0)

static void holds_the_pods_back(struct peer *peer)
{
	struct asked asked, pods = {};

	begin(peer, LIST(HASHED));
	wait_for_file(PATH);
	for (;;) {
		asked = peer_ask(peer);
		if (!asked.stream)
			return;
		if (strstr(asked.path, "/pods"))
			pods = asked;
		else if (strstr(asked.path, "watch="))
			break;
		else
			peer_answer(peer, asked.stream, LIST(OTHER));
	}
	open_stream(peer, asked.stream, &profiles_watch);
	CATCH_UP(peer, "one");
	CATCH_UP(peer, "two");
	tell(peer, EVENT("MODIFIED", OTHER_CHANGED));
	CATCH_UP(peer, "three");
	wait_for_file(PATH); /* forever, if it is gone */
	tell(peer, EVENT("ADDED", END));
	peer_answer(peer, pods.stream, LIST(""));
	serve(peer, OTHER_CHANGED);
}

/* Until the pods are known, one may name it. */
static void a_file_stays_until_the_pods_are_known(void **state)
{
	struct fixture fixture;

	start(&fixture, holds_the_pods_back);
	wait_until(&fixture, PATH, true);
	stop_agent(&fixture);
	start_agent(&fixture);
	wait_until(&fixture, "operator/end.json", true);
	wait_until(&fixture, PATH, false);
	wait_until(&fixture, "operator/other/web-app.json", false);
	assert_true(exists("operator/third/web-app.json"));
	stop(&fixture);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_path_is_that_of_the_own_name),
		cmocka_unit_test(a_path_is_that_of_the_own_name_from_the_beginning),
		cmocka_unit_test(a_path_is_inherited),
		cmocka_unit_test(of_two_hashed_names_the_first_has_the_path),
		cmocka_unit_test(namespaces_do_not_share_paths),
		cmocka_unit_test(a_file_is_not_lost_in_a_restart),
		cmocka_unit_test(nobody_is_reported_as_deleted_after_a_restart),
		cmocka_unit_test(a_file_is_removed_after_a_restart),
		cmocka_unit_test(a_file_stays_until_the_pods_are_known),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
