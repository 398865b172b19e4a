// SPDX-License-Identifier: Apache-2.0
//
// How the runtime is asked while the loop runs: whatever the runtime does, the loop goes on.
#include "../container/cri_server.h"
#include "container/cri.h"
#include "selection/pods.h"
#include "selection/selector.h"
#include "selection/target_work.h"
#include "util/error.h"
#include "util/loop.h"

#define LONG_MS 60000
#define TURNS 50

/* The server waits here for the test, where its script says so. */
static int gate[2];

static void wait_at_gate(void)
{
	char byte;

	if (read(gate[0], &byte, 1) != 1)
		_exit(1);
}

static void open_gate(void)
{
	assert_int_equal(write(gate[1], "", 1), 1);
}

struct test {
	struct server server;
	struct loop *loop;
	struct target_pods pods;
	struct loop_timer *timer;
	int turns; /* of the loop, while a question is under way */
	int changes;
};

static const struct target_kind kind;

static void note_change(void *data)
{
	struct test *test = data;

	test->changes++;
}

static void start(struct test *test, server_script *script)
{
	struct error err = ERROR_INIT;

	*test = (struct test){};
	assert_int_equal(pipe(gate), 0);
	server_start(&test->server, script);
	assert_int_equal(loop_create(&test->loop, NULL), 0);
	test->pods.target.kind = &kind;
	test->pods.target.owner = (struct target_owner){ test->loop, note_change, test };
	assert_int_equal(selector_parse("app=web", &test->pods.selector, NULL), 0);
	if (cri_connect(test->server.endpoint, &test->pods.target.cri, &err) < 0)
		fail_msg("%s", error_message(&err));
}

static void finish(struct test *test)
{
	target_work_finish(&test->pods.target);
	cri_destroy(test->pods.target.cri);
	selector_destroy(test->pods.selector);
	inventory_finish(&test->pods.inventory);
	free(test->pods.failure);
	free(test->pods.ear);
	loop_destroy(test->loop);
	server_stop(&test->server);
	close(gate[0]);
	close(gate[1]);
}

static void iterate_until_changed(struct test *test)
{
	int before = test->changes;

	while (test->changes == before)
		assert_int_equal(loop_iterate(test->loop, LONG_MS, NULL), 0);
}

static void answers_after_the_gate(struct peer *peer)
{
	peer_greet(peer);
	cri_answer_version(peer, peer_request(peer), "x", "1");
	wait_at_gate();
	cri_answer_list(peer, peer_request(peer), 'p');
	cri_answer_list(peer, peer_request(peer), 'c');
	peer_hold(peer);
}

static void take_turn(void *data)
{
	struct test *test = data;

	assert_true(test->pods.asking);
	if (++test->turns == TURNS)
		open_gate();
	else
		loop_start_timer(test->timer, 0);
}

/* The runtime answers only after the loop has gone on, so neither waits for the other. */
static void the_loop_goes_on_while_the_runtime_hangs(void **state)
{
	struct test test;

	start(&test, answers_after_the_gate);
	assert_int_equal(pods_ask(&test.pods, true, NULL), 0);
	assert_int_equal(loop_add_timer(test.loop, take_turn, &test, &test.timer, NULL), 0);
	loop_start_timer(test.timer, 0);
	iterate_until_changed(&test);
	assert_int_equal(test.turns, TURNS);
	assert_false(test.pods.asking);
	assert_null(test.pods.failure);
	assert_int_equal(test.pods.inventory.sandbox_count, 1);
	assert_string_equal(test.pods.inventory.sandboxes[0].id, "p");
	assert_string_equal(test.pods.inventory.containers[0].id, "c");
	finish(&test);
}

static void one_question_is_under_way_at_a_time(void **state)
{
	struct test test;

	start(&test, answers_after_the_gate);
	assert_int_equal(pods_ask(&test.pods, false, NULL), 0);
	assert_int_equal(pods_ask(&test.pods, false, NULL), 0);
	open_gate();
	iterate_until_changed(&test);
	target_work_finish(&test.pods.target); /* a second one would not be answered */
	assert_int_equal(test.changes, 1);
	assert_null(test.pods.failure);
	finish(&test);
}

static void never_answers(struct peer *peer)
{
	peer_greet(peer);
	cri_answer_version(peer, peer_request(peer), "x", "1");
	peer_hold(peer);
}

static void count_turn(void *data)
{
	struct test *test = data;

	test->turns++;
	loop_start_timer(test->timer, 1);
}

static void a_runtime_that_hangs_for_ever_is_asked_again_later(void **state)
{
	struct test test;

	start(&test, never_answers);
	assert_int_equal(loop_add_timer(test.loop, count_turn, &test, &test.timer, NULL), 0);
	loop_start_timer(test.timer, 0);
	assert_int_equal(pods_ask(&test.pods, true, NULL), 0);
	iterate_until_changed(&test);
	assert_true(test.turns > TURNS);
	assert_non_null(strstr(test.pods.failure, "no answer within"));
	assert_true(test.pods.target.cri_silent);
	assert_true(test.pods.next_ask > 0);
	/* It has just failed to answer, so it is not waited for at the end. */
	target_work_finish(&test.pods.target);
	assert_false(pods_ask_at_once(&test.pods));
	finish(&test);
}

static void ends_while_the_runtime_hangs(void **state)
{
	struct test test;

	start(&test, never_answers);
	assert_int_equal(pods_ask(&test.pods, true, NULL), 0);
	/* The session ends here: what is under way is waited for with a limit. */
	target_work_finish(&test.pods.target);
	assert_non_null(test.pods.failure);
	assert_non_null(test.pods.target.cri);
	finish(&test);
}

static void streams_events(struct peer *peer)
{
	uint32_t stream;

	peer_greet(peer);
	cri_answer_version(peer, peer_request(peer), "containerd", "2.0.0");
	cri_answer_list(peer, peer_request(peer), 'p');
	cri_answer_list(peer, peer_request(peer), 'c');
	stream = peer_request(peer);
	cri_begin_answer(peer, stream);
	cri_send_event(peer, stream);
	wait_at_gate();
	cri_end_answer(peer, stream, "14");
	peer_hold(peer);
}

/* The runtime is asked more often while no events come. */
static void an_event_is_a_reason_to_ask(void **state)
{
	struct test test;

	start(&test, streams_events);
	assert_int_equal(pods_ask(&test.pods, false, NULL), 0);
	iterate_until_changed(&test);
	assert_false(test.pods.hears);
	test.pods.next_ask = INT64_MAX;
	assert_int_equal(pods_listen(&test.pods, NULL), 0);
	assert_int_equal(pods_listen(&test.pods, NULL), 0); /* once is enough */
	iterate_until_changed(&test);
	assert_true(test.pods.hears);
	assert_int_equal(test.pods.next_ask, 0);
	/* With its end, what is pending is asked for as often as without a stream. */
	test.pods.next_ask = INT64_MAX;
	open_gate();
	iterate_until_changed(&test);
	assert_false(test.pods.hears);
	assert_int_equal(test.pods.next_ask, 0);
	finish(&test);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_loop_goes_on_while_the_runtime_hangs),
		cmocka_unit_test(one_question_is_under_way_at_a_time),
		cmocka_unit_test(a_runtime_that_hangs_for_ever_is_asked_again_later),
		cmocka_unit_test(ends_while_the_runtime_hangs),
		cmocka_unit_test(an_event_is_a_reason_to_ask),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
