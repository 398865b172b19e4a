// SPDX-License-Identifier: Apache-2.0
#include "agent/work_queue.h"

#include <stdlib.h>
#include <time.h>

#include "util/backoff.h"
#include "util/clock.h"
#include "util/error.h"
#include "util/loop.h"

#define RETRY_MIN_MS 200
#define RETRY_MAX_MS 30000
#define NSEC_PER_MSEC 1000000LL

/* Items for one iteration of the loop, so that many of them do not hold it up. */
#define AT_ONCE 8

TAILQ_HEAD(work_items, work_item);

struct work_queue {
	struct loop_timer *timer;
	const struct work_queue_handlers *handlers;
	void *data;
	struct work_items ready;
	struct work_items waiting; /* in no order: failures are rare */
	size_t length;
};

static struct work_items *list_of(struct work_queue *queue, const struct work_item *item)
{
	return item->due ? &queue->waiting : &queue->ready;
}

static void insert(struct work_queue *queue, struct work_item *item, int64_t due)
{
	item->due = due;
	item->queued = true;
	queue->length++;
	TAILQ_INSERT_TAIL(list_of(queue, item), item, link);
}

void work_queue_remove(struct work_queue *queue, struct work_item *item)
{
	if (!item->queued)
		return;
	TAILQ_REMOVE(list_of(queue, item), item, link);
	item->queued = false;
	queue->length--;
}

/* Moves the items that are due, and returns the time of the next one, or 0. */
static int64_t wake(struct work_queue *queue)
{
	int64_t now = clock_ns(CLOCK_MONOTONIC), next = 0;
	struct work_item *item, *following;

	for (item = TAILQ_FIRST(&queue->waiting); item; item = following) {
		following = TAILQ_NEXT(item, link);
		if (item->due <= now) {
			work_queue_remove(queue, item);
			insert(queue, item, 0);
		} else if (!next || item->due < next) {
			next = item->due;
		}
	}
	return next;
}

static bool has_room(const struct work_queue *queue)
{
	return !queue->handlers->has_room || queue->handlers->has_room(queue->data);
}

static void run(void *data)
{
	struct work_queue *queue = data;
	int64_t next = wake(queue);
	struct work_item *item;
	int i;

	for (i = 0; i < AT_ONCE && has_room(queue); i++) {
		item = TAILQ_FIRST(&queue->ready);
		if (!item)
			break;
		work_queue_remove(queue, item);
		queue->handlers->process(item, queue->data);
	}
	if (!TAILQ_EMPTY(&queue->ready) && has_room(queue))
		loop_start_timer(queue->timer, 0);
	else if (next)
		loop_start_timer(queue->timer,
				 (next - clock_ns(CLOCK_MONOTONIC)) / NSEC_PER_MSEC + 1);
}

int work_queue_create(struct loop *loop, const struct work_queue_handlers *handlers, void *data,
		      struct work_queue **ret_queue, struct error *err)
{
	struct work_queue *queue = calloc(1, sizeof(*queue));
	int r;

	if (!queue)
		return error_nomem(err);
	queue->handlers = handlers;
	queue->data = data;
	TAILQ_INIT(&queue->ready);
	TAILQ_INIT(&queue->waiting);
	r = loop_add_timer(loop, run, queue, &queue->timer, err);
	if (r < 0) {
		free(queue);
		return r;
	}
	*ret_queue = queue;
	return 0;
}

void work_queue_destroy(struct work_queue *queue)
{
	if (!queue)
		return;
	loop_remove_timer(queue->timer);
	free(queue);
}

void work_queue_add(struct work_queue *queue, struct work_item *item)
{
	if (item->queued && !item->due)
		return;
	work_queue_remove(queue, item);
	insert(queue, item, 0);
	loop_start_timer(queue->timer, 0);
}

static void insert_later(struct work_queue *queue, struct work_item *item, int64_t pause_ms)
{
	insert(queue, item, clock_ns(CLOCK_MONOTONIC) + pause_ms * NSEC_PER_MSEC);
	loop_start_timer(queue->timer, 0);
}

void work_queue_add_later(struct work_queue *queue, struct work_item *item, int64_t pause_ms)
{
	if (!item->queued)
		insert_later(queue, item, pause_ms);
}

void work_queue_add_failed(struct work_queue *queue, struct work_item *item)
{
	int64_t pause_ms = backoff_ms(RETRY_MIN_MS, RETRY_MAX_MS, item->failures++);

	work_queue_remove(queue, item);
	insert_later(queue, item, pause_ms);
}

void work_queue_resume(struct work_queue *queue)
{
	loop_start_timer(queue->timer, 0);
}

size_t work_queue_length(const struct work_queue *queue)
{
	return queue->length;
}

bool work_queue_is_idle(const struct work_queue *queue)
{
	return TAILQ_EMPTY(&queue->ready);
}
