// SPDX-License-Identifier: Apache-2.0
#include "util/loop.h"

#include <errno.h>
#include <poll.h>
#include <time.h>

#include "util/array.h"
#include "util/clock.h"
#include "util/error.h"

#define NSEC_PER_MSEC 1000000LL
#define NSEC_PER_SEC 1000000000LL
#define NEVER INT64_MAX

struct loop_fd {
	struct loop *loop;
	loop_fd_handler *handler; /* NULL once removed */
	void *data;
	int fd;
	unsigned int events;
};

struct loop_timer {
	struct loop *loop;
	loop_timer_handler *handler; /* NULL once removed */
	void *data;
	int64_t deadline; /* NEVER when stopped */
};

/*
 * Removal only marks an entry. A handler may remove an entry that this iteration has not
 * reached yet, and the arrays must not move during an iteration. Marked entries are freed when
 * no handler runs.
 */
struct loop {
	struct loop_fd **watches;
	size_t watch_count;
	struct loop_timer **timers;
	size_t timer_count;
	struct pollfd *polled; /* one for each watch at the start of the iteration */
	bool iterating;
	bool stopped;
};

int loop_create(struct loop **ret_loop, struct error *err)
{
	struct loop *loop = calloc(1, sizeof(*loop));

	if (!loop)
		return error_nomem(err);
	*ret_loop = loop;
	return 0;
}

void loop_destroy(struct loop *loop)
{
	size_t i;

	if (!loop)
		return;
	for (i = 0; i < loop->watch_count; i++)
		free(loop->watches[i]);
	for (i = 0; i < loop->timer_count; i++)
		free(loop->timers[i]);
	free(loop->watches);
	free(loop->timers);
	free(loop->polled);
	free(loop);
}

int loop_add_fd(struct loop *loop, int fd, unsigned int events, loop_fd_handler *handler,
		void *data, struct loop_fd **ret_watch, struct error *err)
{
	_cleanup_free_ struct loop_fd *watch = calloc(1, sizeof(*watch));
	struct loop_fd **grown;

	if (!watch)
		return error_nomem(err);
	grown = array_grow(loop->watches, loop->watch_count, sizeof(*grown));
	if (!grown)
		return error_nomem(err);
	loop->watches = grown;
	*watch = (struct loop_fd){ loop, handler, data, fd, events };
	loop->watches[loop->watch_count++] = watch;
	*ret_watch = steal_pointer(&watch);
	return 0;
}

void loop_set_events(struct loop_fd *watch, unsigned int events)
{
	watch->events = events;
}

int loop_add_timer(struct loop *loop, loop_timer_handler *handler, void *data,
		   struct loop_timer **ret_timer, struct error *err)
{
	_cleanup_free_ struct loop_timer *timer = calloc(1, sizeof(*timer));
	struct loop_timer **grown;

	if (!timer)
		return error_nomem(err);
	grown = array_grow(loop->timers, loop->timer_count, sizeof(*grown));
	if (!grown)
		return error_nomem(err);
	loop->timers = grown;
	*timer = (struct loop_timer){ loop, handler, data, NEVER };
	loop->timers[loop->timer_count++] = timer;
	*ret_timer = steal_pointer(&timer);
	return 0;
}

void loop_start_timer(struct loop_timer *timer, int64_t delay_ms)
{
	int64_t delay;

	if (delay_ms < 0)
		delay_ms = 0;
	if (__builtin_mul_overflow(delay_ms, NSEC_PER_MSEC, &delay) ||
	    __builtin_add_overflow(clock_ns(CLOCK_MONOTONIC), delay, &timer->deadline))
		timer->deadline = NEVER;
}

void loop_stop_timer(struct loop_timer *timer)
{
	timer->deadline = NEVER;
}

static void free_removed(struct loop *loop)
{
	size_t i, kept = 0;

	if (loop->iterating)
		return;
	for (i = 0; i < loop->watch_count; i++) {
		if (loop->watches[i]->handler)
			loop->watches[kept++] = loop->watches[i];
		else
			free(loop->watches[i]);
	}
	loop->watch_count = kept;
	kept = 0;
	for (i = 0; i < loop->timer_count; i++) {
		if (loop->timers[i]->handler)
			loop->timers[kept++] = loop->timers[i];
		else
			free(loop->timers[i]);
	}
	loop->timer_count = kept;
}

void loop_remove_fd(struct loop_fd *watch)
{
	if (!watch)
		return;
	watch->handler = NULL;
	free_removed(watch->loop);
}

void loop_remove_timer(struct loop_timer *timer)
{
	if (!timer)
		return;
	timer->handler = NULL;
	free_removed(timer->loop);
}

/* The time until timeout_ms have passed or the first timer expires; NULL for no limit. */
static struct timespec *wait_time(const struct loop *loop, int64_t timeout_ms,
				  struct timespec *space)
{
	int64_t now = clock_ns(CLOCK_MONOTONIC), end = NEVER, left;
	size_t i;

	if (timeout_ms >= 0 && (__builtin_mul_overflow(timeout_ms, NSEC_PER_MSEC, &end) ||
				__builtin_add_overflow(now, end, &end)))
		end = NEVER;
	for (i = 0; i < loop->timer_count; i++)
		if (loop->timers[i]->deadline < end)
			end = loop->timers[i]->deadline;
	if (end == NEVER)
		return NULL;
	left = end > now ? end - now : 0;
	*space = (struct timespec){ left / NSEC_PER_SEC, left % NSEC_PER_SEC };
	return space;
}

static short poll_events(unsigned int events)
{
	return (events & LOOP_READ ? POLLIN : 0) | (events & LOOP_WRITE ? POLLOUT : 0);
}

/* ppoll() skips descriptors below 0. */
static int fill_polled(struct loop *loop, struct error *err)
{
	struct pollfd *polled = reallocarray(loop->polled, loop->watch_count + 1, sizeof(*polled));
	size_t i;

	if (!polled)
		return error_nomem(err);
	loop->polled = polled;
	for (i = 0; i < loop->watch_count; i++) {
		const struct loop_fd *watch = loop->watches[i];

		polled[i] = (struct pollfd){
			.fd = watch->events ? watch->fd : -1,
			.events = poll_events(watch->events),
		};
	}
	return 0;
}

/* Does not report events that a handler has withdrawn since the wait began. */
static void call_watches(struct loop *loop, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++) {
		const struct loop_fd *watch = loop->watches[i];
		short happened = loop->polled[i].revents;
		unsigned int events = (happened & POLLIN ? LOOP_READ : 0) |
				      (happened & POLLOUT ? LOOP_WRITE : 0);

		if (happened & (POLLHUP | POLLERR | POLLNVAL))
			events = LOOP_READ | LOOP_WRITE | LOOP_HANG_UP;
		events &= watch->events | LOOP_HANG_UP;
		if (events && watch->handler)
			watch->handler(watch->fd, events, watch->data);
	}
}

static void call_timers(struct loop *loop)
{
	int64_t now = clock_ns(CLOCK_MONOTONIC);
	size_t i, count = loop->timer_count;

	for (i = 0; i < count; i++) {
		struct loop_timer *timer = loop->timers[i];

		if (!timer->handler || timer->deadline > now)
			continue;
		timer->deadline = NEVER;
		timer->handler(timer->data);
	}
}

int loop_iterate(struct loop *loop, int64_t timeout_ms, struct error *err)
{
	struct timespec space, *wait;
	size_t count;
	int ready;

	if (loop->iterating)
		return error_set(err, EDEADLK, "a handler of the loop tried to run the loop");
	if (fill_polled(loop, err) < 0)
		return -ENOMEM;
	count = loop->watch_count;
	wait = wait_time(loop, timeout_ms, &space);
	ready = ppoll(loop->polled, count, wait, NULL);
	if (ready < 0 && errno != EINTR)
		return error_set_errno(err, errno, "wait for descriptors");
	loop->iterating = true;
	if (ready > 0)
		call_watches(loop, count);
	call_timers(loop);
	loop->iterating = false;
	free_removed(loop);
	return 0;
}

bool loop_is_ready(int fd, unsigned int events)
{
	struct pollfd polled = { .fd = fd, .events = poll_events(events) };

	return poll(&polled, 1, 0) > 0;
}

int loop_run(struct loop *loop, struct error *err)
{
	int r = 0;

	while (!loop->stopped && r == 0)
		r = loop_iterate(loop, -1, err);
	loop->stopped = false;
	return r;
}

void loop_stop(struct loop *loop)
{
	loop->stopped = true;
}
