/* SPDX-License-Identifier: Apache-2.0 */
#ifndef AGENT_WORK_QUEUE_H
#define AGENT_WORK_QUEUE_H

/*
 * A queue of things that need attention, each of them once at most. What fails comes back after a
 * pause that grows.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/queue.h>

#include "util/cleanup.h"

struct error;
struct loop;
struct work_queue;

/* Embedded in the thing; zero at first. */
struct work_item {
	TAILQ_ENTRY(work_item) link;
	int64_t due; /* CLOCK_MONOTONIC, in nanoseconds; 0: now */
	unsigned int failures;
	bool queued;
};

struct work_queue_handlers {
	/* Takes care of an item, which is no longer in the queue. */
	void (*process)(struct work_item *item, void *data);
	/* True while another item can be processed. If NULL, one always can. */
	bool (*has_room)(void *data);
};

/* The caller destroys ret_queue. handlers must outlive it. */
int work_queue_create(struct loop *loop, const struct work_queue_handlers *handlers, void *data,
		      struct work_queue **ret_queue, struct error *err);
void work_queue_destroy(struct work_queue *queue);
DEFINE_CLEANUP(struct work_queue *, work_queue_destroy);

/* Puts an item at the end, or, if it is waiting for the end of a pause, makes it due now. */
void work_queue_add(struct work_queue *queue, struct work_item *item);

/* Puts an item back that failed: it comes back after a pause of up to 30 seconds. */
void work_queue_add_failed(struct work_queue *queue, struct work_item *item);

/* Puts an item in that is due after a pause. One that is queued stays where it is. */
void work_queue_add_later(struct work_queue *queue, struct work_item *item, int64_t pause_ms);

/* Takes an item out, if it is queued. */
void work_queue_remove(struct work_queue *queue, struct work_item *item);

/* Continues, because there may be room again. The handlers are called from the loop only. */
void work_queue_resume(struct work_queue *queue);

size_t work_queue_length(const struct work_queue *queue);

/* True if nothing is due: what is left waits for its pause to end. */
bool work_queue_is_idle(const struct work_queue *queue);

#endif
