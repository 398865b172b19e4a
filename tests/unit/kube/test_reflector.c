// SPDX-License-Identifier: Apache-2.0
//
// Lists and watches of servers that fail in the middle. What the real API server can be made to do
// is in tests/cluster.
#include "api.h"
#include "kube/reflector.h"

static const struct kube_resource things = { "example.com", "v1", "things", false };

/* What the reflector reported, as words: "begin a b listed". */
struct story {
	struct api api;
	struct kube_reflector *reflector;
	const char *destroys_at; /* the reflector is destroyed when it reports this */
	char text[4096];
	char trouble[1024];
};

static void tell(struct story *story, const char *word)
{
	size_t length = strlen(story->text);

	snprintf(story->text + length, sizeof(story->text) - length, "%s%s", length ? " " : "",
		 word);
	if (story->destroys_at && strstr(word, story->destroys_at) == word)
		kube_reflector_destroy(steal_pointer(&story->reflector));
}

static void on_begin(void *data)
{
	tell(data, "begin");
}

static void on_object(const json_t *object, void *data)
{
	tell(data, json_string_value(json_object_get(object, "name")));
}

static void on_deleted(const json_t *object, void *data)
{
	char word[64];

	snprintf(word, sizeof(word), "-%s", json_string_value(json_object_get(object, "name")));
	tell(data, word);
}

static void on_listed(void *data)
{
	tell(data, "listed");
}

static void on_trouble(int result, const struct error *err, void *data)
{
	struct story *story = data;

	snprintf(story->trouble, sizeof(story->trouble), "%s", error_message(err));
	tell(data, strerrorname_np(-result));
}

static const struct kube_reflector_handlers handlers = {
	.begin = on_begin,
	.object = on_object,
	.deleted = on_deleted,
	.listed = on_listed,
	.trouble = on_trouble,
};

/* Starts to follow at a server with this script. */
static void begin(struct story *story, server_script *script)
{
	const struct kube_reflector_options options = { .resource = &things,
							.label_selector = "a=1,b",
							.backoff_min_ms = 1,
							.backoff_max_ms = 2 };

	api_start(&story->api, script);
	assert_int_equal(kube_reflector_create(story->api.client, &options, &handlers, story,
					       &story->reflector, NULL),
			 0);
}

static void end(struct story *story)
{
	kube_reflector_destroy(story->reflector);
	api_stop(&story->api);
}

/* Follows until the object "end" is reported. */
static void expect(server_script *script, const char *expected)
{
	struct story story = {};

	begin(&story, script);
	while (!strstr(story.text, " end"))
		assert_int_equal(loop_iterate(story.api.loop, -1, NULL), 0);
	assert_string_equal(story.text, expected);
	end(&story);
}

#define LIST(items, next)                                                           \
	"{\"metadata\": {\"resourceVersion\": \"5\", \"continue\": \"" next "\"}, " \
	"\"items\": [" items "]}"
#define EVENT(type, name)                                         \
	"{\"type\": \"" type "\", \"object\": {\"name\": \"" name \
	"\", \"metadata\": {\"resourceVersion\": \"6\"}}}\n"
#define FAILURE(code) \
	"{\"type\": \"ERROR\", \"object\": {\"code\": " code ", \"message\": \"it failed\"}}\n"
#define NAME(name) "{\"name\": \"" name "\"}"

/* Answers the first request with a list, and begins a watch. Returns its stream. */
static uint32_t begin_watch(struct peer *peer, const char *list)
{
	uint32_t stream;

	peer_answer(peer, peer_request(peer), list);
	stream = peer_request(peer);
	peer_headers(peer, stream, 0, ":status", "200", NULL);
	return stream;
}

static bool send_text(struct peer *peer, uint32_t stream, const char *text)
{
	return peer_data(peer, stream, 0, text, strlen(text));
}

/* Watches, with an event that ends the test, until the client has gone. */
static void end_test(struct peer *peer, uint32_t stream)
{
	if (!stream) {
		stream = peer_request(peer);
		peer_headers(peer, stream, 0, ":status", "200", NULL);
	}
	send_text(peer, stream, EVENT("ADDED", "end"));
	peer_hold(peer);
}

static void has_events(struct peer *peer)
{
	uint32_t stream;

	peer_greet(peer);
	peer_answer(peer, peer_request(peer), LIST(NAME("a"), "x"));
	stream = begin_watch(peer, LIST(NAME("b"), ""));
	send_text(peer, stream, EVENT("ADDED", "c") EVENT("MODIFIED", "a"));
	send_text(peer, stream, EVENT("BOOKMARK", "none") EVENT("DELETED", "b"));
	send_text(peer, stream, EVENT("UNHEARD", "none"));
	end_test(peer, stream);
}

static void events(void **state)
{
	expect(has_events, "begin a b listed c a -b end");
}

/* The page is asked for again, and the list goes on. */
static void loses_a_page(struct peer *peer)
{
	uint32_t stream;

	peer_greet(peer);
	if (!peer->number)
		peer_answer(peer, peer_request(peer), LIST(NAME("a"), "x"));
	stream = peer_request(peer);
	if (!peer->number) {
		peer_headers(peer, stream, 0, ":status", "200", NULL);
		send_text(peer, stream, "{\"items\": [" NAME("b"));
		return;
	}
	peer_answer(peer, stream, LIST(NAME("b") "," NAME("c"), ""));
	end_test(peer, 0);
}

static void lost_pages(void **state)
{
	expect(loses_a_page, "begin a b ECONNRESET b c listed end");
}

/* Has pages only, of which the second has expired. The client then has to ask for all at once. */
static void forgets_a_page(struct peer *peer)
{
	struct asked asked;

	peer_greet(peer);
	while ((asked = peer_ask(peer)).stream) {
		if (strstr(asked.path, "watch=1"))
			break;
		if (strstr(asked.path, "limit=0"))
			peer_answer(peer, asked.stream, LIST(NAME("a") "," NAME("b"), ""));
		else if (strstr(asked.path, "continue=x%2By"))
			peer_fail(peer, asked.stream, "410", NULL, "{\"reason\": \"Expired\"}");
		else
			peer_answer(peer, asked.stream, LIST(NAME("a"), "x+y"));
	}
	peer_headers(peer, asked.stream, 0, ":status", "200", NULL);
	end_test(peer, asked.stream);
}

static void expired_pages(void **state)
{
	expect(forgets_a_page, "begin a begin a b listed end");
}

/* Reports what it was asked as objects. */
static void tells_what_it_was_asked(struct peer *peer)
{
	static char text[1024];
	struct asked asked;

	peer_greet(peer);
	asked = peer_ask(peer);
	snprintf(text, sizeof(text), LIST(NAME("%s"), ""), asked.path);
	peer_answer(peer, asked.stream, text);
	asked = peer_ask(peer);
	*strstr(asked.path, "&timeoutSeconds") = '\0';
	snprintf(text, sizeof(text), EVENT("ADDED", "%s"), asked.path);
	peer_headers(peer, asked.stream, 0, ":status", "200", NULL);
	send_text(peer, asked.stream, text);
	end_test(peer, asked.stream);
}

static void questions(void **state)
{
	expect(tells_what_it_was_asked,
	       "begin /apis/example.com/v1/things?limit=500&labelSelector=a%3D1%2Cb listed "
	       "/apis/example.com/v1/things?watch=1&allowWatchBookmarks=true&resourceVersion=5 end");
}

static void forgets_versions(struct peer *peer)
{
	uint32_t stream;

	peer_greet(peer);
	stream = begin_watch(peer, LIST("", ""));
	send_text(peer, stream, FAILURE("410"));
	peer_data(peer, stream, NGHTTP2_FLAG_END_STREAM, "", 0);
	peer_answer(peer, peer_request(peer), LIST(NAME("a"), ""));
	peer_fail(peer, peer_request(peer), "410", NULL, "");
	peer_answer(peer, peer_request(peer), LIST(NAME("b"), ""));
	end_test(peer, 0);
}

static void expired_watches(void **state)
{
	expect(forgets_versions, "begin listed begin a listed begin b listed end");
}

/* The watch goes on where it was. */
static void breaks_watches(struct peer *peer)
{
	uint32_t stream;

	peer_greet(peer);
	if (!peer->number) {
		stream = begin_watch(peer, LIST("", ""));
		send_text(peer, stream, EVENT("ADDED", "a") "{\"type\":");
		return;
	}
	if (peer->number == 1) {
		peer_fail(peer, peer_request(peer), "500", NULL, "");
		stream = peer_request(peer);
		peer_headers(peer, stream, 0, ":status", "200", NULL);
		send_text(peer, stream, FAILURE("500"));
		peer_data(peer, stream, NGHTTP2_FLAG_END_STREAM, "", 0);
	}
	end_test(peer, 0);
}

static void broken_watches(void **state)
{
	expect(breaks_watches, "begin listed a ECONNRESET EIO EIO end");
}

/* Ends them without an event: that is no trouble, but waits. */
static void ends_watches(struct peer *peer)
{
	uint32_t stream;
	int i;

	peer_greet(peer);
	stream = begin_watch(peer, LIST("", ""));
	for (i = 0; i < 5; i++) {
		peer_data(peer, stream, NGHTTP2_FLAG_END_STREAM, "", 0);
		stream = peer_request(peer);
		peer_headers(peer, stream, 0, ":status", "200", NULL);
	}
	end_test(peer, stream);
}

static void ended_watches(void **state)
{
	expect(ends_watches, "begin listed end");
}

static void talks_nonsense(struct peer *peer)
{
	uint32_t stream;

	peer_greet(peer);
	peer_answer(peer, peer_request(peer), "<html>");
	peer_answer(peer, peer_request(peer), "{\"items\": [}");
	peer_answer(peer, peer_request(peer), "{\"items\": []}");
	stream = begin_watch(peer, LIST("", ""));
	send_text(peer, stream, "nonsense");
	stream = peer_request(peer);
	peer_headers(peer, stream, 0, ":status", "200", NULL);
	send_text(peer, stream, "{\"type\": \"ADDED\"}" EVENT("ADDED", "a"));
	end_test(peer, stream);
}

static void nonsense(void **state)
{
	expect(talks_nonsense,
	       "begin EINVAL begin EPROTO begin EPROTO begin listed EPROTO EPROTO a end");
}

/* An object with too many levels. The others are reported. */
static void has_a_deep_object(struct peer *peer)
{
	static char list[20000];
	char *at = list;
	int i;

	at += sprintf(at, "{\"metadata\": {\"resourceVersion\": \"5\"}, \"items\": [{\"a\": ");
	for (i = 0; i < 3000; i++)
		*at++ = '[';
	for (i = 0; i < 3000; i++)
		*at++ = ']';
	sprintf(at, "}, " NAME("b") "]}");
	peer_greet(peer);
	peer_answer(peer, peer_request(peer), list);
	end_test(peer, 0);
}

static void unreadable_objects(void **state)
{
	expect(has_a_deep_object, "begin EINVAL b listed end");
}

/* A handler may destroy the reflector, whatever it was told. */
static void destroyed(void **state)
{
	static const char *const words[] = { "begin", "a", "listed", "c", "-b" };
	size_t i;

	for (i = 0; i < sizeof(words) / sizeof(*words); i++) {
		struct story story = { .destroys_at = words[i] };

		begin(&story, has_events);
		while (story.reflector)
			assert_int_equal(loop_iterate(story.api.loop, -1, NULL), 0);
		assert_int_equal(loop_iterate(story.api.loop, 50, NULL), 0);
		assert_string_equal(strstr(story.text, words[i]), words[i]);
		end(&story);
	}
}

static void destroyed_in_trouble(void **state)
{
	static server_script *const scripts[] = { talks_nonsense, breaks_watches, loses_a_page };
	size_t i;

	for (i = 0; i < sizeof(scripts) / sizeof(*scripts); i++) {
		struct story story = { .destroys_at = "E" };

		begin(&story, scripts[i]);
		while (story.reflector)
			assert_int_equal(loop_iterate(story.api.loop, -1, NULL), 0);
		assert_int_equal(loop_iterate(story.api.loop, 50, NULL), 0);
		end(&story);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(questions),
		cmocka_unit_test(events),
		cmocka_unit_test(lost_pages),
		cmocka_unit_test(expired_pages),
		cmocka_unit_test(expired_watches),
		cmocka_unit_test(broken_watches),
		cmocka_unit_test(ended_watches),
		cmocka_unit_test(nonsense),
		cmocka_unit_test(unreadable_objects),
		cmocka_unit_test(destroyed),
		cmocka_unit_test(destroyed_in_trouble),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
