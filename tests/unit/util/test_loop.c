// SPDX-License-Identifier: Apache-2.0
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <cmocka.h>

#include "util/cleanup.h"
#include "util/error.h"
#include "util/loop.h"

/* The two ends of a connection. The first is watched. */
struct pair {
	struct loop *loop;
	struct loop_fd *watch;
	struct loop_timer *timer;
	int near, far;
	int calls;
	unsigned int events;
	struct pair *other; /* the pair that the handler works on */
};

static void pair_open(struct pair *pair, struct loop *loop)
{
	int ends[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends),
			 0);
	*pair = (struct pair){ .loop = loop, .near = ends[0], .far = ends[1] };
}

static void pair_close(struct pair *pair)
{
	close(pair->near);
	if (pair->far >= 0)
		close(pair->far);
}

static void watch(struct pair *pair, unsigned int events, loop_fd_handler *handler)
{
	assert_int_equal(
		loop_add_fd(pair->loop, pair->near, events, handler, pair, &pair->watch, NULL), 0);
}

static void timer(struct pair *pair, loop_timer_handler *handler)
{
	assert_int_equal(loop_add_timer(pair->loop, handler, pair, &pair->timer, NULL), 0);
}

static void say(const struct pair *pair)
{
	assert_int_equal(write(pair->far, "x", 1), 1);
}

static void iterate(struct loop *loop)
{
	_cleanup_error_ struct error err = ERROR_INIT;

	assert_int_equal(loop_iterate(loop, 0, &err), 0);
	assert_null(err.message);
}

static struct loop *new_loop(void)
{
	struct loop *loop = NULL;

	assert_int_equal(loop_create(&loop, NULL), 0);
	return loop;
}

static void count_fd(int fd, unsigned int events, void *data)
{
	struct pair *pair = data;

	assert_int_equal(fd, pair->near);
	pair->calls++;
	pair->events = events;
}

static void count_timer(void *data)
{
	((struct pair *)data)->calls++;
}

static void a_descriptor_is_reported_while_it_is_ready(void **state)
{
	_cleanup_loop_ struct loop *loop = new_loop();
	struct pair pair;

	pair_open(&pair, loop);
	watch(&pair, LOOP_READ, count_fd);
	iterate(loop);
	assert_int_equal(pair.calls, 0);
	say(&pair);
	iterate(loop);
	iterate(loop);
	assert_int_equal(pair.calls, 2);
	assert_int_equal(pair.events, LOOP_READ);
	loop_set_events(pair.watch, LOOP_READ | LOOP_WRITE);
	iterate(loop);
	assert_int_equal(pair.events, LOOP_READ | LOOP_WRITE);
	loop_set_events(pair.watch, LOOP_WRITE);
	iterate(loop);
	assert_int_equal(pair.events, LOOP_WRITE);
	loop_remove_fd(pair.watch);
	iterate(loop);
	assert_int_equal(pair.calls, 4);
	pair_close(&pair);
}

/*
 * No requested events, no hang-up: otherwise a connection whose reader pauses would keep the
 * processor busy.
 */
static void a_hang_up_is_reported_as_what_was_asked_for(void **state)
{
	_cleanup_loop_ struct loop *loop = new_loop();
	struct pair pair, clock = { .loop = loop };
	int i;

	pair_open(&pair, loop);
	watch(&pair, 0, count_fd);
	close(pair.far);
	pair.far = -1;
	timer(&clock, count_timer);
	loop_start_timer(clock.timer, 20);
	for (i = 0; !clock.calls; i++)
		assert_int_equal(loop_iterate(loop, -1, NULL), 0);
	assert_int_equal(i, 1);
	assert_int_equal(pair.calls, 0);
	loop_set_events(pair.watch, LOOP_WRITE);
	iterate(loop);
	assert_int_equal(pair.events, LOOP_WRITE | LOOP_HANG_UP);
	loop_set_events(pair.watch, LOOP_READ);
	iterate(loop);
	assert_int_equal(pair.events, LOOP_READ | LOOP_HANG_UP);
	pair_close(&pair);
}

static void what_is_ready_can_be_asked_without_waiting(void **state)
{
	_cleanup_loop_ struct loop *loop = new_loop();
	struct pair pair;

	pair_open(&pair, loop);
	assert_false(loop_is_ready(pair.near, LOOP_READ));
	assert_true(loop_is_ready(pair.near, LOOP_READ | LOOP_WRITE));
	assert_int_equal(write(pair.far, "x", 1), 1);
	assert_true(loop_is_ready(pair.near, LOOP_READ));
	assert_int_equal(read(pair.near, &(char){ 0 }, 1), 1);
	close(pair.far);
	pair.far = -1;
	assert_true(loop_is_ready(pair.near, LOOP_READ));
	pair_close(&pair);
}

static void timers_fire_once_and_in_any_order_of_starting(void **state)
{
	_cleanup_loop_ struct loop *loop = new_loop();
	struct pair soon = { .loop = loop }, late = { .loop = loop }, never = { .loop = loop };

	timer(&late, count_timer);
	timer(&soon, count_timer);
	timer(&never, count_timer);
	loop_start_timer(late.timer, 3600000);
	loop_start_timer(soon.timer, 1);
	loop_start_timer(never.timer, 1);
	loop_stop_timer(never.timer);
	assert_int_equal(loop_iterate(loop, -1, NULL), 0);
	iterate(loop);
	assert_int_equal(soon.calls, 1);
	assert_int_equal(late.calls, 0);
	assert_int_equal(never.calls, 0);
	loop_start_timer(late.timer, 0);
	loop_start_timer(soon.timer, INT64_MAX);
	iterate(loop);
	assert_int_equal(late.calls, 1);
	assert_int_equal(soon.calls, 1);
	loop_start_timer(soon.timer, -5);
	iterate(loop);
	assert_int_equal(soon.calls, 2);
}

static void start_again(void *data)
{
	struct pair *pair = data;

	pair->calls++;
	loop_start_timer(pair->timer, 0);
}

static void a_timer_that_starts_itself_again_leaves_room_for_others(void **state)
{
	_cleanup_loop_ struct loop *loop = new_loop();
	struct pair pair;

	pair_open(&pair, loop);
	timer(&pair, start_again);
	loop_start_timer(pair.timer, 0);
	iterate(loop);
	assert_int_equal(pair.calls, 1);
	iterate(loop);
	assert_int_equal(pair.calls, 2);
	pair_close(&pair);
}

static void remove_both(int fd, unsigned int events, void *data)
{
	struct pair *pair = data;

	pair->calls++;
	loop_remove_fd(pair->watch);
	loop_remove_fd(pair->other->watch);
	loop_remove_timer(pair->other->timer);
	pair->watch = pair->other->watch = NULL;
}

static void what_a_handler_removes_is_not_called(void **state)
{
	_cleanup_loop_ struct loop *loop = new_loop();
	struct pair first, second;

	pair_open(&first, loop);
	pair_open(&second, loop);
	first.other = &second;
	second.other = &first;
	watch(&first, LOOP_READ, remove_both);
	watch(&second, LOOP_READ, remove_both);
	timer(&first, count_timer);
	timer(&second, count_timer);
	loop_start_timer(second.timer, 0);
	say(&first);
	say(&second);
	iterate(loop);
	iterate(loop);
	assert_int_equal(first.calls, 1);
	assert_int_equal(second.calls, 0);
	pair_close(&first);
	pair_close(&second);
}

/* The new descriptor gets the number of the old one, which still has a report to come. */
static void replace(int fd, unsigned int events, void *data)
{
	struct pair *pair = data, *other = pair->other;

	pair->calls++;
	loop_remove_fd(pair->watch);
	loop_remove_fd(other->watch);
	close(other->near);
	close(other->far);
	pair_open(other, pair->loop);
	watch(other, LOOP_READ, count_fd);
}

static void what_a_handler_adds_is_not_taken_for_what_it_removed(void **state)
{
	_cleanup_loop_ struct loop *loop = new_loop();
	struct pair first, second;

	pair_open(&first, loop);
	pair_open(&second, loop);
	first.other = &second;
	watch(&first, LOOP_READ, replace);
	watch(&second, LOOP_READ, count_fd);
	say(&first);
	say(&second);
	iterate(loop);
	iterate(loop);
	assert_int_equal(first.calls, 1);
	assert_int_equal(second.calls, 0);
	say(&second);
	iterate(loop);
	assert_int_equal(second.calls, 1);
	pair_close(&first);
	pair_close(&second);
}

static void add_many(int fd, unsigned int events, void *data)
{
	struct pair *pair = data;
	struct loop_fd *ignored;
	struct loop_timer *timer;
	int i;

	for (i = 0; i < 100; i++) {
		assert_int_equal(loop_add_fd(pair->loop, pair->near, LOOP_WRITE, count_fd, pair,
					     &ignored, NULL),
				 0);
		assert_int_equal(loop_add_timer(pair->loop, count_timer, pair, &timer, NULL), 0);
	}
	loop_remove_fd(pair->watch);
}

static void a_handler_may_add_more_than_there_was_room_for(void **state)
{
	_cleanup_loop_ struct loop *loop = new_loop();
	struct pair pair;

	pair_open(&pair, loop);
	watch(&pair, LOOP_READ, add_many);
	say(&pair);
	iterate(loop);
	assert_int_equal(pair.calls, 0);
	iterate(loop);
	assert_int_equal(pair.calls, 100);
	pair_close(&pair);
}

static void mute_other(int fd, unsigned int events, void *data)
{
	struct pair *pair = data;

	pair->calls++;
	loop_set_events(pair->other->watch, 0);
}

static void a_handler_that_lost_interest_is_not_called(void **state)
{
	_cleanup_loop_ struct loop *loop = new_loop();
	struct pair first, second;

	pair_open(&first, loop);
	pair_open(&second, loop);
	first.other = &second;
	watch(&first, LOOP_READ, mute_other);
	watch(&second, LOOP_READ, count_fd);
	say(&first);
	say(&second);
	iterate(loop);
	assert_int_equal(first.calls, 1);
	assert_int_equal(second.calls, 0);
	pair_close(&first);
	pair_close(&second);
}

static void run_inside(int fd, unsigned int events, void *data)
{
	_cleanup_error_ struct error err = ERROR_INIT;
	struct pair *pair = data;

	pair->calls++;
	assert_int_equal(loop_iterate(pair->loop, 0, &err), -EDEADLK);
	assert_non_null(err.message);
	loop_stop(pair->loop);
}

static void a_handler_stops_the_loop_but_does_not_run_it(void **state)
{
	_cleanup_loop_ struct loop *loop = new_loop();
	struct pair pair;

	pair_open(&pair, loop);
	watch(&pair, LOOP_READ, run_inside);
	say(&pair);
	assert_int_equal(loop_run(loop, NULL), 0);
	assert_int_equal(pair.calls, 1);
	loop_stop(loop);
	assert_int_equal(loop_run(loop, NULL), 0);
	assert_int_equal(pair.calls, 1);
	pair_close(&pair);
}

static void on_signal(int number)
{
}

static void a_signal_ends_the_wait(void **state)
{
	struct itimerval once = { .it_value = { .tv_usec = 1000 } };
	_cleanup_loop_ struct loop *loop = new_loop();
	struct sigaction action = { .sa_handler = on_signal };
	struct sigaction before;

	assert_int_equal(sigaction(SIGALRM, &action, &before), 0);
	assert_int_equal(setitimer(ITIMER_REAL, &once, NULL), 0);
	assert_int_equal(loop_iterate(loop, -1, NULL), 0);
	assert_int_equal(sigaction(SIGALRM, &before, NULL), 0);
}

static void a_loop_is_destroyed_with_what_is_in_it(void **state)
{
	struct loop *loop = new_loop();
	struct pair pair;

	pair_open(&pair, loop);
	watch(&pair, LOOP_READ, count_fd);
	timer(&pair, count_timer);
	loop_destroy(loop);
	loop_destroy(NULL);
	loop_remove_fd(NULL);
	loop_remove_timer(NULL);
	pair_close(&pair);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_descriptor_is_reported_while_it_is_ready),
		cmocka_unit_test(a_hang_up_is_reported_as_what_was_asked_for),
		cmocka_unit_test(what_is_ready_can_be_asked_without_waiting),
		cmocka_unit_test(timers_fire_once_and_in_any_order_of_starting),
		cmocka_unit_test(a_timer_that_starts_itself_again_leaves_room_for_others),
		cmocka_unit_test(what_a_handler_removes_is_not_called),
		cmocka_unit_test(what_a_handler_adds_is_not_taken_for_what_it_removed),
		cmocka_unit_test(a_handler_may_add_more_than_there_was_room_for),
		cmocka_unit_test(a_handler_that_lost_interest_is_not_called),
		cmocka_unit_test(a_handler_stops_the_loop_but_does_not_run_it),
		cmocka_unit_test(a_signal_ends_the_wait),
		cmocka_unit_test(a_loop_is_destroyed_with_what_is_in_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
