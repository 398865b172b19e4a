// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "agent/work_queue.h"
#include "util/clock.h"
#include "util/loop.h"

#define COUNT 100

struct thing {
	struct work_item item; /* first, so that it is the thing */
	int processed, fail, again;
};

struct fixture {
	struct loop *loop;
	struct work_queue *queue;
	struct thing things[COUNT];
	struct thing *order[COUNT];
	size_t processed, room;
};

static void process(struct work_item *item, void *data)
{
	struct fixture *fixture = data;
	struct thing *thing = (struct thing *)item;

	assert_false(item->queued);
	assert_true(fixture->room > 0);
	fixture->room--;
	if (fixture->processed < COUNT)
		fixture->order[fixture->processed] = thing;
	fixture->processed++;
	thing->processed++;
	if (thing->fail-- > 0)
		work_queue_add_failed(fixture->queue, item);
	else if (thing->again-- > 0)
		work_queue_add(fixture->queue, item);
}

static bool has_room(void *data)
{
	const struct fixture *fixture = data;

	return fixture->room > 0;
}

static const struct work_queue_handlers handlers = { process, has_room };

static void start(struct fixture *fixture)
{
	*fixture = (struct fixture){ .room = SIZE_MAX };
	assert_int_equal(loop_create(&fixture->loop, NULL), 0);
	assert_int_equal(
		work_queue_create(fixture->loop, &handlers, fixture, &fixture->queue, NULL), 0);
}

static void stop(struct fixture *fixture)
{
	work_queue_destroy(fixture->queue);
	loop_destroy(fixture->loop);
}

/* Until so many have been processed; a hang is a failure of the test. */
static void run_until(struct fixture *fixture, size_t processed)
{
	while (fixture->processed < processed)
		assert_int_equal(loop_iterate(fixture->loop, -1, NULL), 0);
}

/* Until nothing happens at once. */
static void drain(struct fixture *fixture)
{
	size_t before;

	do {
		before = fixture->processed;
		assert_int_equal(loop_iterate(fixture->loop, 1, NULL), 0);
		assert_int_equal(loop_iterate(fixture->loop, 1, NULL), 0);
	} while (fixture->processed != before);
}

static void each_once_and_in_order(void **state)
{
	struct fixture fixture;
	size_t i;

	start(&fixture);
	for (i = 0; i < COUNT; i++) {
		work_queue_add(fixture.queue, &fixture.things[i].item);
		work_queue_add(fixture.queue, &fixture.things[0].item);
	}
	/* From the loop only. */
	assert_int_equal(fixture.processed, 0);
	assert_int_equal(work_queue_length(fixture.queue), COUNT);
	run_until(&fixture, COUNT);
	drain(&fixture);
	assert_int_equal(fixture.processed, COUNT);
	assert_int_equal(work_queue_length(fixture.queue), 0);
	for (i = 0; i < COUNT; i++)
		assert_ptr_equal(fixture.order[i], &fixture.things[i]);
	stop(&fixture);
}

static void many_do_not_hold_up_the_loop(void **state)
{
	struct fixture fixture;
	size_t i, before;

	start(&fixture);
	for (i = 0; i < COUNT; i++)
		work_queue_add(fixture.queue, &fixture.things[i].item);
	while (fixture.processed < COUNT) {
		before = fixture.processed;
		assert_int_equal(loop_iterate(fixture.loop, -1, NULL), 0);
		assert_in_range(fixture.processed - before, 0, COUNT / 5);
	}
	stop(&fixture);
}

static void no_room(void **state)
{
	struct fixture fixture;
	size_t i;

	start(&fixture);
	fixture.room = 3;
	for (i = 0; i < 10; i++)
		work_queue_add(fixture.queue, &fixture.things[i].item);
	run_until(&fixture, 3);
	drain(&fixture);
	assert_int_equal(fixture.processed, 3);
	assert_int_equal(work_queue_length(fixture.queue), 7);
	/* Without a call, the queue does not look for room. */
	fixture.room = 2;
	drain(&fixture);
	assert_int_equal(fixture.processed, 3);
	work_queue_resume(fixture.queue);
	run_until(&fixture, 5);
	fixture.room = SIZE_MAX;
	work_queue_resume(fixture.queue);
	run_until(&fixture, 10);
	assert_ptr_equal(fixture.order[9], &fixture.things[9]);
	stop(&fixture);
}

static void what_failed_comes_back_later(void **state)
{
	struct fixture fixture;
	int64_t before;

	start(&fixture);
	fixture.things[0].fail = 2;
	work_queue_add(fixture.queue, &fixture.things[0].item);
	work_queue_add(fixture.queue, &fixture.things[1].item);
	run_until(&fixture, 2);
	before = clock_ns(CLOCK_MONOTONIC);
	/* It is in the queue, and the others do not wait for it. */
	assert_int_equal(work_queue_length(fixture.queue), 1);
	assert_true(fixture.things[0].item.due > 0);
	assert_int_equal(fixture.things[0].item.failures, 1);
	run_until(&fixture, 3);
	assert_ptr_equal(fixture.order[2], &fixture.things[0]);
	assert_int_equal(fixture.things[0].item.failures, 2);
	assert_true(fixture.things[0].item.due > before);
	run_until(&fixture, 4);
	assert_int_equal(work_queue_length(fixture.queue), 0);
	assert_int_equal(fixture.things[0].processed, 3);
	stop(&fixture);
}

static void the_pause_has_a_limit(void **state)
{
	struct fixture fixture;
	struct work_item *item = &fixture.things[0].item;
	unsigned int i;

	start(&fixture);
	for (i = 0; i < 200; i++) {
		work_queue_add_failed(fixture.queue, item);
		assert_true(item->due <= clock_ns(CLOCK_MONOTONIC) + 30000000000LL);
	}
	item->failures = UINT32_MAX;
	work_queue_add_failed(fixture.queue, item);
	assert_true(item->due <= clock_ns(CLOCK_MONOTONIC) + 30000000000LL);
	assert_int_equal(work_queue_length(fixture.queue), 1);
	stop(&fixture);
}

/* A pause that a failure started ends when something happens. */
static void news_end_a_pause(void **state)
{
	struct fixture fixture;
	struct work_item *item = &fixture.things[0].item;

	start(&fixture);
	item->failures = 20;
	work_queue_add_failed(fixture.queue, item);
	drain(&fixture);
	assert_int_equal(fixture.processed, 0);
	work_queue_add(fixture.queue, item);
	assert_int_equal(work_queue_length(fixture.queue), 1);
	run_until(&fixture, 1);
	drain(&fixture);
	assert_int_equal(fixture.processed, 1);
	stop(&fixture);
}

static void what_is_put_off_comes_later(void **state)
{
	struct fixture fixture;
	struct work_item *later = &fixture.things[0].item, *ready = &fixture.things[1].item;
	int64_t begin, due;

	start(&fixture);
	begin = clock_ns(CLOCK_MONOTONIC);
	work_queue_add_later(fixture.queue, later, 50);
	due = later->due;
	assert_true(due >= begin + 50 * 1000000LL);
	/* It keeps its time, and its place in the queue if it is due. */
	work_queue_add_later(fixture.queue, later, 100000);
	assert_int_equal(later->due, due);
	work_queue_add(fixture.queue, ready);
	work_queue_add_later(fixture.queue, ready, 100000);
	assert_int_equal(work_queue_length(fixture.queue), 2);
	run_until(&fixture, 2);
	assert_true(clock_ns(CLOCK_MONOTONIC) >= due);
	assert_ptr_equal(fixture.order[0], &fixture.things[1]);
	assert_ptr_equal(fixture.order[1], &fixture.things[0]);
	stop(&fixture);
}

static void what_is_taken_out_does_not_come(void **state)
{
	struct fixture fixture;
	size_t i;

	start(&fixture);
	for (i = 0; i < 4; i++)
		work_queue_add(fixture.queue, &fixture.things[i].item);
	work_queue_add_failed(fixture.queue, &fixture.things[4].item);
	work_queue_remove(fixture.queue, &fixture.things[0].item);
	work_queue_remove(fixture.queue, &fixture.things[2].item);
	work_queue_remove(fixture.queue, &fixture.things[2].item);
	work_queue_remove(fixture.queue, &fixture.things[4].item);
	work_queue_remove(fixture.queue, &fixture.things[5].item);
	assert_int_equal(work_queue_length(fixture.queue), 2);
	run_until(&fixture, 2);
	drain(&fixture);
	assert_int_equal(fixture.processed, 2);
	assert_ptr_equal(fixture.order[0], &fixture.things[1]);
	assert_ptr_equal(fixture.order[1], &fixture.things[3]);
	stop(&fixture);
}

static void an_item_may_come_again_while_it_is_processed(void **state)
{
	struct fixture fixture;

	start(&fixture);
	fixture.things[0].again = 50;
	work_queue_add(fixture.queue, &fixture.things[0].item);
	work_queue_add(fixture.queue, &fixture.things[1].item);
	run_until(&fixture, 52);
	/* It goes to the end of the queue. */
	assert_ptr_equal(fixture.order[1], &fixture.things[1]);
	assert_int_equal(fixture.things[0].processed, 51);
	stop(&fixture);
}

/* What is ready waits for room; a failure that comes due meanwhile does not make the loop spin. */
static void a_failure_comes_back_when_there_is_room(void **state)
{
	struct fixture fixture;

	start(&fixture);
	fixture.things[0].fail = 1;
	fixture.room = 1;
	work_queue_add(fixture.queue, &fixture.things[0].item);
	work_queue_add(fixture.queue, &fixture.things[1].item);
	run_until(&fixture, 1);
	drain(&fixture);
	fixture.room = SIZE_MAX;
	work_queue_resume(fixture.queue);
	run_until(&fixture, 3);
	assert_ptr_equal(fixture.order[2], &fixture.things[0]);
	stop(&fixture);
}

static void a_queue_with_items_is_destroyed(void **state)
{
	struct fixture fixture;

	start(&fixture);
	work_queue_add(fixture.queue, &fixture.things[0].item);
	work_queue_add_failed(fixture.queue, &fixture.things[1].item);
	stop(&fixture);
	work_queue_destroy(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_once_and_in_order),
		cmocka_unit_test(many_do_not_hold_up_the_loop),
		cmocka_unit_test(no_room),
		cmocka_unit_test(what_failed_comes_back_later),
		cmocka_unit_test(the_pause_has_a_limit),
		cmocka_unit_test(news_end_a_pause),
		cmocka_unit_test(what_is_put_off_comes_later),
		cmocka_unit_test(what_is_taken_out_does_not_come),
		cmocka_unit_test(an_item_may_come_again_while_it_is_processed),
		cmocka_unit_test(a_failure_comes_back_when_there_is_room),
		cmocka_unit_test(a_queue_with_items_is_destroyed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
