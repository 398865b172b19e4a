/* SPDX-License-Identifier: Apache-2.0 */
#ifndef AGENT_API_TASKS_H
#define AGENT_API_TASKS_H

/*
 * Work that consists of requests to the API server. Each task has one request under way at most, and
 * all tasks together have a few. A task that fails comes back after a pause.
 */
#include <stdbool.h>

#include <jansson.h>

#include "agent/work_queue.h"
#include "util/cleanup.h"

struct api_task;
struct api_tasks;
struct error;
struct kube_call;
struct kube_call_options;
struct kube_client;
struct loop;

/*
 * Takes the answer to a request. Returns 0, or a negative errno if the task has failed: result with
 * err, or what went wrong since. May start the task's next request, but not finish the task.
 */
typedef int api_task_done(struct api_task *task, int result, const json_t *object,
			  struct error *err);

/* Embedded in what the work is about; zero at first. */
struct api_task {
	struct work_item item;
	struct api_tasks *tasks;
	struct kube_call *call; /* NULL: no request is under way */
	api_task_done *done;
	bool again; /* something happened meanwhile */
};

struct api_tasks_handlers {
	/* Starts the task's next request, if there is any. Returns 0 if it finishes the task. */
	int (*process)(struct api_task *task, void *data, struct error *err);
	/* False while no task may begin. If NULL, they always may. */
	bool (*may_begin)(void *data);
	/* Called when a task has failed. */
	void (*trouble)(int result, const struct error *err, void *data);
};

/* The caller destroys ret_tasks, before the client. handlers must outlive it. */
int api_tasks_create(struct loop *loop, struct kube_client *client,
		     const struct api_tasks_handlers *handlers, void *data,
		     struct api_tasks **ret_tasks, struct error *err);

/* All tasks must have been finished. */
void api_tasks_destroy(struct api_tasks *tasks);
DEFINE_CLEANUP(struct api_tasks *, api_tasks_destroy);

/* Something happened: the task is processed soon, or once more after the request under way. */
void api_task_touch(struct api_tasks *tasks, struct api_task *task);

/* The same after a pause, unless the task is waiting already. */
void api_task_touch_later(struct api_tasks *tasks, struct api_task *task, int64_t pause_ms);

/* For process() and done(): starts a request, whose answer done() takes. */
int api_task_start_call(struct api_task *task, const struct kube_call_options *options,
			api_task_done *done, struct error *err);

/* Ends the request and takes the task out of the queue, so that it can be freed. */
void api_task_finish(struct api_task *task);

#endif
