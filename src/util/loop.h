/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UTIL_LOOP_H
#define UTIL_LOOP_H

/*
 * An event loop for the descriptors and timers of one thread. Only this module polls.
 *
 * A handler may add, change and remove any descriptor and timer, including its own, and may
 * stop the loop. It must not block, run the loop or destroy it.
 *
 * One iteration calls the handler of each ready descriptor and each expired timer once.
 * Descriptors come first, so that an answer that arrives in time is read before its deadline is
 * noticed. A handler with more than 10 ms of work does only a part of it, because a descriptor
 * that is still ready is reported again.
 *
 * All times are times of CLOCK_MONOTONIC.
 */
#include <stdbool.h>
#include <stdint.h>

#include "util/cleanup.h"

struct error;
struct loop;
struct loop_fd;
struct loop_timer;

enum loop_events {
	LOOP_READ = 1 << 0,
	LOOP_WRITE = 1 << 1,
	LOOP_HANG_UP = 1 << 2, /* reported in addition to others; never requested by itself */
};

/*
 * events are the requested events that hold now. A hang-up or an error is reported as all
 * requested events and LOOP_HANG_UP: the next read or write returns the reason.
 */
typedef void loop_fd_handler(int fd, unsigned int events, void *data);
typedef void loop_timer_handler(void *data);

/* The caller destroys ret_loop. */
int loop_create(struct loop **ret_loop, struct error *err);

/* Removes all descriptors and timers; closes no descriptor. */
void loop_destroy(struct loop *loop);
DEFINE_CLEANUP(struct loop *, loop_destroy);
#define _cleanup_loop_ _cleanup_(cleanup_loop_destroy)

/*
 * Watches fd. The caller keeps fd open until it removes ret_watch. The loop owns ret_watch.
 * With no events requested nothing is reported, not even a hang-up.
 */
int loop_add_fd(struct loop *loop, int fd, unsigned int events, loop_fd_handler *handler,
		void *data, struct loop_fd **ret_watch, struct error *err);
void loop_set_events(struct loop_fd *watch, unsigned int events);
void loop_remove_fd(struct loop_fd *watch);

/* Adds a stopped timer. The loop owns ret_timer. */
int loop_add_timer(struct loop *loop, loop_timer_handler *handler, void *data,
		   struct loop_timer **ret_timer, struct error *err);

/*
 * Calls the handler once, delay_ms from now or as soon as possible after that. Replaces an
 * earlier start.
 */
void loop_start_timer(struct loop_timer *timer, int64_t delay_ms);
void loop_stop_timer(struct loop_timer *timer);
void loop_remove_timer(struct loop_timer *timer);

/*
 * Waits until something is ready or timeout_ms have passed (-1: without limit, 0: not at all), and
 * calls handlers. A signal ends the wait too. -EDEADLK inside a handler.
 */
int loop_iterate(struct loop *loop, int64_t timeout_ms, struct error *err);

/* True if a requested event or a hang-up holds now. Does not wait. */
bool loop_is_ready(int fd, unsigned int events);

/* Iterates until loop_stop(). A loop_stop() before loop_run() counts too. */
int loop_run(struct loop *loop, struct error *err);
void loop_stop(struct loop *loop);

#endif
