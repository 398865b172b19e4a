// SPDX-License-Identifier: Apache-2.0
//
// Profiles that change while the agent is busy with them, at an API server that answers in the
// worst order. What the real one does is in tests/cluster.
#include <fcntl.h>
#include <ftw.h>
#include <sys/stat.h>

#include "../kube/api.h"
#include "agent/host_files.h"
#include "agent/names.h"
#include "agent/node_facts.h"
#include "agent/node_pods.h"
#include "agent/profiles.h"
#include "syscalls/syscalls.h"
#include "util/clock.h"
#include "util/file.h"
#include "util/worker.h"

#define PATIENCE_NS 60000000000LL
#define WORKER_PATIENCE_MS 30000

struct fixture {
	struct api api;
	struct worker *worker;
	struct host_files *files;
	struct node_pods *pods;
	struct profiles *profiles;
	struct node_facts facts;
	size_t trouble;
	char last[512]; /* result, as "web Installed" or "web deleted" */
};

/* The test makes it before it starts the server's process. */
static char root[64];

static bool exists(const char *path)
{
	char text[128];

	snprintf(text, sizeof(text), "%s/%s", root, path);
	return access(text, F_OK) == 0;
}

static bool contains(const char *path, const char *part)
{
	_cleanup_free_ char *data = NULL;
	char text[128];

	snprintf(text, sizeof(text), "%s/%s", root, path);
	return file_read(AT_FDCWD, text, 1 << 20, &data, NULL, NULL) == 0 && strstr(data, part);
}

/* ---- the server's process */

#define METADATA(name, uid, generation)                                                      \
	"\"metadata\":{\"name\":\"" name "\",\"uid\":\"" uid "\",\"generation\":" generation \
	",\"resourceVersion\":\"6\"}"
#define OBJECT(metadata, call, more)                                                   \
	"{\"apiVersion\":\"" AGENT_GROUP "/v1\",\"kind\":\"SeccompProfile\"," metadata \
	",\"spec\":{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"syscalls\":[{\"action\":"   \
	"\"SCMP_ACT_ALLOW\",\"names\":[\"" call "\"]}]" more "}}"
#define BASE(name) ",\"baseProfileName\":\"" name "\""
#define LIST(items) "{\"metadata\":{\"resourceVersion\":\"5\"},\"items\":[" items "]}"
#define EVENT(type, object) "{\"type\":\"" type "\",\"object\":" object "}\n"
#define POD                                                                                       \
	"{\"metadata\":{\"name\":\"p\",\"namespace\":\"shop\",\"uid\":\"u\",\"resourceVersion\":" \
	"\"6\"},\"spec\":{\"containers\":[{\"name\":\"c\",\"securityContext\":"                   \
	"{\"seccompProfile\":{\"type\":\"Localhost\",\"localhostProfile\":"                       \
	"\"operator/web.json\"}}}]}}"
#define END OBJECT(METADATA("end", "end", "1"), "close", "")
#define WEB OBJECT(METADATA("web", "web", "1"), "read", "")
#define WEB_ON_B OBJECT(METADATA("web", "web", "1"), "read", BASE("b"))
#define WEB_2_ON_B OBJECT(METADATA("web", "web", "2"), "write", BASE("b"))
#define B OBJECT(METADATA("b", "b", "1"), "openat", "")
#define B_ON_C OBJECT(METADATA("b", "b", "1"), "openat", BASE("c"))
#define B_2_ON_C OBJECT(METADATA("b", "b", "2"), "mmap", BASE("c"))
#define C OBJECT(METADATA("c", "c", "1"), "brk", "")

static const char *pods_list = LIST("");
static uint32_t pods_watch, profiles_watch;

static bool answer_stream(struct peer *peer, uint32_t stream, const char *text)
{
	return peer_data(peer, stream, 0, text, strlen(text));
}

static void open_stream(struct peer *peer, uint32_t stream, uint32_t *ret_stream)
{
	peer_headers(peer, stream, 0, ":status", "200", NULL);
	*ret_stream = stream;
}

static void tell(struct peer *peer, const char *event)
{
	answer_stream(peer, profiles_watch, event);
}

/* Waits for the next request for an object, a list or a watch of profiles; answers those for pods. */
static struct asked ask(struct peer *peer)
{
	for (;;) {
		struct asked asked = peer_ask(peer);

		if (!asked.stream || !strstr(asked.path, "/pods"))
			return asked;
		if (strstr(asked.path, "watch="))
			open_stream(peer, asked.stream, &pods_watch);
		else
			peer_answer(peer, asked.stream, pods_list);
	}
}

/* Answers the list and opens the watch of profiles, and of pods. */
static void begin(struct peer *peer, const char *list)
{
	static int connection = -1;
	struct asked asked;

	if (connection != peer->number)
		peer_greet(peer);
	connection = peer->number;
	asked = ask(peer);
	peer_answer(peer, asked.stream, list);
	profiles_watch = 0;
	while (!profiles_watch) {
		asked = ask(peer);
		if (!asked.stream)
			return;
		if (strstr(asked.path, "watch="))
			open_stream(peer, asked.stream, &profiles_watch);
		else
			peer_fail(peer, asked.stream, "429", "0", "{}");
	}
}

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

static void wait_for_file(const char *path)
{
	while (!exists(path))
		usleep(1000);
}

/* ---- the client */

static void on_result(const struct profile_result *result, void *data)
{
	struct fixture *fixture = data;

	snprintf(fixture->last, sizeof(fixture->last), "%s %s", result->name,
		 result->deleted ? "deleted" : profile_state_name(result->state));
}

static void on_trouble(int result, const struct error *err, void *data)
{
	struct fixture *fixture = data;

	fixture->trouble++;
}

static void on_reconciled(double seconds, void *data)
{
}

static void on_settled(void *data)
{
}

static const struct profiles_handlers profiles_handlers = { on_result, on_reconciled, on_settled,
							    on_trouble };

static void on_pods_changed(const char *path, void *data)
{
	struct fixture *fixture = data;

	profiles_pods_changed(fixture->profiles, path);
}

static void on_pods_known(void *data)
{
	struct fixture *fixture = data;

	profiles_look_again(fixture->profiles);
}

static const struct node_pods_handlers pods_handlers = { on_pods_changed, on_pods_known,
							 on_trouble };

static void on_file(const char *path, void *data)
{
}

static void on_kept(char *const *paths, size_t count, void *data)
{
}

static void on_changed(size_t written, size_t removed, void *data)
{
	struct fixture *fixture = data;

	profiles_resume(fixture->profiles);
}

static const struct host_files_handlers files_handlers = { on_file, on_file, on_kept, on_trouble,
							   on_changed };

static void start(struct fixture *fixture, server_script *script)
{
	struct profiles_options options;

	strcpy(root, "/tmp/recorder-unit.XXXXXX");
	assert_non_null(mkdtemp(root));
	*fixture = (struct fixture){};
	api_start(&fixture->api, script);
	fixture->facts.architecture = (char *)abi_scmp_arch(machine_native(), ABI_NATIVE);
	assert_int_equal(worker_create(fixture->api.loop, NULL, &fixture->worker, NULL), 0);
	assert_int_equal(host_files_create(fixture->api.loop, fixture->worker, root,
					   &files_handlers, fixture, &fixture->files, NULL),
			 0);
	assert_int_equal(node_pods_create(fixture->api.client, "node-1", &pods_handlers, fixture,
					  &fixture->pods, NULL),
			 0);
	options = (struct profiles_options){ fixture->api.loop, fixture->api.client, fixture->files,
					     fixture->pods, &fixture->facts };
	assert_int_equal(profiles_create(&options, &profiles_handlers, fixture, &fixture->profiles,
					 NULL),
			 0);
	assert_int_equal(profiles_start(fixture->profiles, NULL), 0);
}

static int remove_one(const char *path, const struct stat *status, int type, struct FTW *at)
{
	return remove(path);
}

static void stop(struct fixture *fixture)
{
	assert_true(worker_wait(fixture->worker, WORKER_PATIENCE_MS));
	assert_true(worker_destroy(fixture->worker, WORKER_PATIENCE_MS));
	profiles_destroy(fixture->profiles);
	node_pods_destroy(fixture->pods);
	host_files_destroy(fixture->files);
	api_stop(&fixture->api);
	assert_int_equal(nftw(root, remove_one, 8, FTW_DEPTH | FTW_PHYS), 0);
}

static void iterate(struct fixture *fixture, int64_t end)
{
	if (clock_ns(CLOCK_MONOTONIC) > end)
		fail_msg("waited in vain; the last result: %s", fixture->last);
	assert_int_equal(loop_iterate(fixture->api.loop, 10, NULL), 0);
}

/* Until a file is there, or gone, and nothing is left to do. */
static void wait_until(struct fixture *fixture, const char *path, bool there)
{
	int64_t end = clock_ns(CLOCK_MONOTONIC) + PATIENCE_NS;

	while (exists(path) != there || !profiles_are_known(fixture->profiles) ||
	       profiles_waiting(fixture->profiles))
		iterate(fixture, end);
}

static void wait_for_content(struct fixture *fixture, const char *path, const char *part)
{
	int64_t end = clock_ns(CLOCK_MONOTONIC) + PATIENCE_NS;

	while (!contains(path, part))
		iterate(fixture, end);
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
