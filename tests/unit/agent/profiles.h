/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_UNIT_AGENT_PROFILES_H
#define TESTS_UNIT_AGENT_PROFILES_H

/* Profiles, their files and the pods of a node, at an API server that follows a script. */
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
	size_t trouble, deleted;
	char last[512]; /* result, as "web Installed" or "web deleted" */
};

/* The test makes it before it starts the server's process. */
static char root[64];

static inline bool exists(const char *path)
{
	char text[128];

	snprintf(text, sizeof(text), "%s/%s", root, path);
	return access(text, F_OK) == 0;
}

static inline bool contains(const char *path, const char *part)
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
static const char *pods_list = LIST("");
static uint32_t pods_watch, profiles_watch;

static inline bool answer_stream(struct peer *peer, uint32_t stream, const char *text)
{
	return peer_data(peer, stream, 0, text, strlen(text));
}

static inline void open_stream(struct peer *peer, uint32_t stream, uint32_t *ret_stream)
{
	peer_headers(peer, stream, 0, ":status", "200", NULL);
	*ret_stream = stream;
}

static inline void tell(struct peer *peer, const char *event)
{
	answer_stream(peer, profiles_watch, event);
}

/* Waits for the next request for an object, a list or a watch of profiles; answers those for pods. */
static inline struct asked ask(struct peer *peer)
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
static inline void begin(struct peer *peer, const char *list)
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

static inline void wait_for_file(const char *path)
{
	while (!exists(path))
		usleep(1000);
}

/* ---- the client */

static inline void on_result(const struct profile_result *result, void *data)
{
	struct fixture *fixture = data;

	fixture->deleted += result->deleted;
	snprintf(fixture->last, sizeof(fixture->last), "%s %s", result->name,
		 result->deleted ? "deleted" : profile_state_name(result->state));
}

static inline void on_trouble(int result, const struct error *err, void *data)
{
	struct fixture *fixture = data;

	fixture->trouble++;
}

static inline void on_reconciled(double seconds, void *data)
{
}

static inline void on_settled(void *data)
{
}

static const struct profiles_handlers profiles_handlers = { on_result, on_reconciled, on_settled,
							    on_trouble };

static inline void on_pods_changed(const char *path, void *data)
{
	struct fixture *fixture = data;

	profiles_pods_changed(fixture->profiles, path);
}

static inline void on_pods_known(void *data)
{
	struct fixture *fixture = data;

	profiles_look_again(fixture->profiles);
}

static const struct node_pods_handlers pods_handlers = { on_pods_changed, on_pods_known,
							 on_trouble };

static inline void on_file(const char *path, void *data)
{
}

static inline void on_kept(char *const *paths, size_t count, void *data)
{
}

static inline void on_changed(size_t written, size_t removed, void *data)
{
	struct fixture *fixture = data;

	profiles_resume(fixture->profiles);
}

static const struct host_files_handlers files_handlers = { on_file, on_file, on_kept, on_trouble,
							   on_changed };

/* Starts the part that a restart of the agent starts again, with the files that it finds. */
static inline void on_found(int result, const struct error *err, char *const *paths, size_t count,
			    void *data)
{
	struct fixture *fixture = data;
	size_t i;

	assert_int_equal(result, 0);
	for (i = 0; i < count; i++)
		assert_int_equal(profiles_add_file(fixture->profiles, paths[i], NULL), 0);
	assert_int_equal(profiles_start(fixture->profiles, NULL), 0);
}

static inline void start_agent(struct fixture *fixture)
{
	struct profiles_options options;

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
	assert_int_equal(host_files_list(fixture->files, on_found, fixture, NULL), 0);
}

static inline void stop_agent(struct fixture *fixture)
{
	assert_true(worker_wait(fixture->worker, WORKER_PATIENCE_MS));
	profiles_destroy(fixture->profiles);
	node_pods_destroy(fixture->pods);
	host_files_destroy(fixture->files);
}

static inline void start(struct fixture *fixture, server_script *script)
{
	strcpy(root, "/tmp/recorder-unit.XXXXXX");
	assert_non_null(mkdtemp(root));
	*fixture = (struct fixture){};
	api_start(&fixture->api, script);
	fixture->facts.architecture = (char *)abi_scmp_arch(machine_native(), ABI_NATIVE);
	assert_int_equal(worker_create(fixture->api.loop, NULL, &fixture->worker, NULL), 0);
	start_agent(fixture);
}

static inline int remove_one(const char *path, const struct stat *status, int type, struct FTW *at)
{
	return remove(path);
}

static inline void stop(struct fixture *fixture)
{
	stop_agent(fixture);
	assert_true(worker_destroy(fixture->worker, WORKER_PATIENCE_MS));
	api_stop(&fixture->api);
	assert_int_equal(nftw(root, remove_one, 8, FTW_DEPTH | FTW_PHYS), 0);
}

static inline void iterate(struct fixture *fixture, int64_t end)
{
	if (clock_ns(CLOCK_MONOTONIC) > end)
		fail_msg("waited in vain; the last result: %s", fixture->last);
	assert_int_equal(loop_iterate(fixture->api.loop, 10, NULL), 0);
}

/* Until a file is there, or gone, and nothing is left to do. */
static inline void wait_until(struct fixture *fixture, const char *path, bool there)
{
	int64_t end = clock_ns(CLOCK_MONOTONIC) + PATIENCE_NS;

	while (exists(path) != there || !profiles_are_known(fixture->profiles) ||
	       profiles_waiting(fixture->profiles))
		iterate(fixture, end);
}

static inline void wait_for_content(struct fixture *fixture, const char *path, const char *part)
{
	int64_t end = clock_ns(CLOCK_MONOTONIC) + PATIENCE_NS;

	while (!contains(path, part))
		iterate(fixture, end);
}

#endif
