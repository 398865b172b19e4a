// SPDX-License-Identifier: Apache-2.0
//
// Tasks whose requests succeed, fail, and lead to others, at a server that follows a script.
#include "../kube/api.h"
#include "agent/api_tasks.h"
#include "agent/profile_events.h"
#include "kube/call.h"

#define SUCCESS "{\"kind\": \"Thing\"}"
#define COUNT 20

static const struct kube_resource things = { "example.com", "v1", "things", false };

struct thing {
	struct api_task task; /* first, so that it is the thing */
	struct fixture *fixture;
	int processed, answered, under_way;
	int requests; /* how many follow each other */
	bool touch;   /* something happens while the request is under way */
};

struct fixture {
	struct api api;
	struct api_tasks *tasks;
	struct thing things[COUNT];
	int answered, under_way, most, trouble;
	bool ready;
};

static int on_answer(struct api_task *task, int result, const json_t *object, struct error *err);

static int start_request(struct thing *thing, struct error *err)
{
	const struct kube_call_options options = {
		.verb = KUBE_GET, .resource = &things, .name = "a", .timeout_ms = 20000
	};
	struct fixture *fixture = thing->fixture;
	int r = api_task_start_call(&thing->task, &options, on_answer, err);

	if (r == 0 && ++fixture->under_way > fixture->most)
		fixture->most = fixture->under_way;
	if (r == 0)
		assert_int_equal(++thing->under_way, 1);
	return r;
}

static int on_answer(struct api_task *task, int result, const json_t *object, struct error *err)
{
	struct thing *thing = (struct thing *)task;

	thing->fixture->under_way--;
	thing->under_way--;
	thing->answered++;
	thing->fixture->answered++;
	assert_int_equal(-result, err->code);
	if (result == 0)
		assert_string_equal(json_string_value(json_object_get(object, "kind")), "Thing");
	if (result == 0 && --thing->requests > 0)
		return start_request(thing, err);
	return result;
}

static int process(struct api_task *task, void *data, struct error *err)
{
	struct thing *thing = (struct thing *)task;
	struct fixture *fixture = data;
	int r;

	assert_true(fixture->ready);
	thing->processed++;
	if (thing->requests <= 0)
		return 0;
	r = start_request(thing, err);
	if (thing->touch) {
		thing->touch = false;
		api_task_touch(fixture->tasks, task);
	}
	return r;
}

static bool may_begin(void *data)
{
	const struct fixture *fixture = data;

	return fixture->ready;
}

static void on_trouble(int result, const struct error *err, void *data)
{
	struct fixture *fixture = data;

	assert_int_equal(-result, err->code);
	fixture->trouble++;
}

static const struct api_tasks_handlers handlers = { process, may_begin, on_trouble };

static void start(struct fixture *fixture, server_script *script)
{
	size_t i;

	*fixture = (struct fixture){ .ready = true };
	api_start(&fixture->api, script);
	assert_int_equal(api_tasks_create(fixture->api.loop, fixture->api.client, &handlers,
					  fixture, &fixture->tasks, NULL),
			 0);
	for (i = 0; i < COUNT; i++)
		fixture->things[i] = (struct thing){ .fixture = fixture, .requests = 1 };
}

static void touch(struct fixture *fixture, size_t index)
{
	api_task_touch(fixture->tasks, &fixture->things[index].task);
}

static void wait_for(struct fixture *fixture, const int *counter, int number)
{
	while (*counter < number)
		assert_int_equal(loop_iterate(fixture->api.loop, -1, NULL), 0);
}

static void stop(struct fixture *fixture)
{
	size_t i;

	for (i = 0; i < COUNT; i++)
		api_task_finish(&fixture->things[i].task);
	api_tasks_destroy(fixture->tasks);
	api_stop(&fixture->api);
}

static void answers_all(struct peer *peer)
{
	uint32_t stream;

	peer_greet(peer);
	while ((stream = peer_request(peer)))
		peer_answer(peer, stream, SUCCESS);
}

static void a_few_run_at_the_same_time(void **state)
{
	struct fixture fixture;
	size_t i;

	start(&fixture, answers_all);
	for (i = 0; i < COUNT; i++)
		touch(&fixture, i);
	wait_for(&fixture, &fixture.answered, COUNT);
	assert_in_range(fixture.most, 2, 8);
	for (i = 0; i < COUNT; i++)
		assert_int_equal(fixture.things[i].processed, 1);
	assert_int_equal(fixture.trouble, 0);
	stop(&fixture);
}

static void what_happens_meanwhile_is_not_missed(void **state)
{
	struct fixture fixture;
	struct thing *thing = &fixture.things[0];

	start(&fixture, answers_all);
	thing->touch = true;
	touch(&fixture, 0);
	wait_for(&fixture, &thing->processed, 2);
	assert_int_equal(thing->answered, 1);
	stop(&fixture);
}

static void an_answer_may_lead_to_another_request(void **state)
{
	struct fixture fixture;
	struct thing *thing = &fixture.things[0];

	start(&fixture, answers_all);
	thing->requests = 3;
	thing->touch = true;
	touch(&fixture, 0);
	wait_for(&fixture, &thing->processed, 2);
	assert_int_equal(thing->answered, 3);
	stop(&fixture);
}

static void fails_twice(struct peer *peer)
{
	peer_greet(peer);
	peer_fail(peer, peer_request(peer), "500", NULL, "");
	peer_fail(peer, peer_request(peer), "500", NULL, "");
	peer_answer(peer, peer_request(peer), SUCCESS);
	peer_hold(peer);
}

static void what_fails_comes_back(void **state)
{
	struct fixture fixture;
	struct thing *thing = &fixture.things[0];

	start(&fixture, fails_twice);
	touch(&fixture, 0);
	wait_for(&fixture, &thing->answered, 3);
	assert_int_equal(fixture.trouble, 2);
	assert_int_equal(thing->task.item.failures, 0);
	stop(&fixture);
}

static void nothing_begins_before_it_may(void **state)
{
	struct fixture fixture;
	size_t i;

	start(&fixture, answers_all);
	fixture.ready = false;
	touch(&fixture, 0);
	for (i = 0; i < 10; i++)
		assert_int_equal(loop_iterate(fixture.api.loop, 1, NULL), 0);
	assert_int_equal(fixture.things[0].processed, 0);
	fixture.ready = true;
	touch(&fixture, 1);
	wait_for(&fixture, &fixture.answered, 2);
	stop(&fixture);
}

static void never_answers(struct peer *peer)
{
	peer_greet(peer);
	peer_request(peer);
	peer_hold(peer);
}

/* The sanitizers would report what is left, or used after that. */
static void a_task_ends_at_any_time(void **state)
{
	struct fixture fixture;

	start(&fixture, never_answers);
	touch(&fixture, 0);
	touch(&fixture, 1);
	wait_for(&fixture, &fixture.things[0].processed, 1);
	assert_non_null(fixture.things[0].task.call);
	api_task_finish(&fixture.things[0].task);
	assert_null(fixture.things[0].task.call);
	stop(&fixture);
}

static void only_news_that_matter_are_events(void **state)
{
	assert_true(profile_event_is_due(PROFILE_STATE_COUNT, PROFILE_INSTALLED));
	assert_true(profile_event_is_due(PROFILE_ERROR, PROFILE_INSTALLED));
	assert_true(profile_event_is_due(PROFILE_INSTALLED, PROFILE_ERROR));
	assert_true(profile_event_is_due(PROFILE_STATE_COUNT, PROFILE_ERROR));
	assert_false(profile_event_is_due(PROFILE_INSTALLED, PROFILE_INSTALLED));
	assert_false(profile_event_is_due(PROFILE_ERROR, PROFILE_ERROR));
	assert_false(profile_event_is_due(PROFILE_INSTALLED, PROFILE_PENDING));
	assert_false(profile_event_is_due(PROFILE_INSTALLED, PROFILE_DISABLED));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_few_run_at_the_same_time),
		cmocka_unit_test(what_happens_meanwhile_is_not_missed),
		cmocka_unit_test(an_answer_may_lead_to_another_request),
		cmocka_unit_test(what_fails_comes_back),
		cmocka_unit_test(nothing_begins_before_it_may),
		cmocka_unit_test(a_task_ends_at_any_time),
		cmocka_unit_test(only_news_that_matter_are_events),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
