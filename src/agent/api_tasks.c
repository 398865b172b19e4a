// SPDX-License-Identifier: Apache-2.0
#include "agent/api_tasks.h"

#include <stdlib.h>

#include "kube/call.h"
#include "util/error.h"

#define CALLS_MAX 4

struct api_tasks {
	struct kube_client *client;
	const struct api_tasks_handlers *handlers;
	void *data;
	struct work_queue *queue;
	size_t calls;
};

static struct api_task *task_of(struct work_item *item)
{
	return (struct api_task *)((char *)item - offsetof(struct api_task, item));
}

static bool has_room(void *data)
{
	const struct api_tasks *tasks = data;

	return tasks->calls < CALLS_MAX &&
	       (!tasks->handlers->may_begin || tasks->handlers->may_begin(tasks->data));
}

static void fail(struct api_tasks *tasks, struct api_task *task, int result,
		 const struct error *err)
{
	tasks->handlers->trouble(result, err, tasks->data);
	work_queue_add_failed(tasks->queue, &task->item);
}

static void process(struct work_item *item, void *data)
{
	_cleanup_error_ struct error err = ERROR_INIT;
	struct api_tasks *tasks = data;
	struct api_task *task = task_of(item);
	int r;

	task->tasks = tasks;
	r = tasks->handlers->process(task, tasks->data, &err);
	if (r < 0)
		fail(tasks, task, r, &err);
}

static const struct work_queue_handlers queue_handlers = { process, has_room };

static void on_called(struct kube_call *call, int result, const struct error *err,
		      const json_t *object, void *data)
{
	_cleanup_error_ struct error problem = ERROR_INIT;
	struct api_task *task = data;
	struct api_tasks *tasks = task->tasks;

	task->call = NULL;
	tasks->calls--;
	if (result < 0)
		error_copy(&problem, err);
	result = task->done(task, result, object, &problem);
	if (task->call)
		return;
	if (result < 0) {
		fail(tasks, task, result, &problem);
	} else {
		task->item.failures = 0;
		if (task->again)
			work_queue_add(tasks->queue, &task->item);
	}
	task->again = false;
	work_queue_resume(tasks->queue);
}

static const struct kube_call_handlers call_handlers = { .done = on_called };

int api_task_start_call(struct api_task *task, const struct kube_call_options *options,
			api_task_done *done, struct error *err)
{
	int r = kube_call_start(task->tasks->client, options, &call_handlers, task, &task->call,
				err);

	if (r < 0)
		return r;
	task->done = done;
	task->tasks->calls++;
	return 0;
}

void api_task_touch(struct api_tasks *tasks, struct api_task *task)
{
	task->tasks = tasks;
	if (task->call)
		task->again = true;
	else
		work_queue_add(tasks->queue, &task->item);
}

void api_task_touch_later(struct api_tasks *tasks, struct api_task *task, int64_t pause_ms)
{
	task->tasks = tasks;
	if (task->call)
		task->again = true;
	else
		work_queue_add_later(tasks->queue, &task->item, pause_ms);
}

void api_task_finish(struct api_task *task)
{
	if (!task->tasks)
		return;
	if (task->call) {
		kube_call_cancel(steal_pointer(&task->call));
		task->tasks->calls--;
	}
	work_queue_remove(task->tasks->queue, &task->item);
}

int api_tasks_create(struct loop *loop, struct kube_client *client,
		     const struct api_tasks_handlers *handlers, void *data,
		     struct api_tasks **ret_tasks, struct error *err)
{
	struct api_tasks *tasks = calloc(1, sizeof(*tasks));
	int r;

	if (!tasks)
		return error_nomem(err);
	tasks->client = client;
	tasks->handlers = handlers;
	tasks->data = data;
	r = work_queue_create(loop, &queue_handlers, tasks, &tasks->queue, err);
	if (r < 0) {
		free(tasks);
		return r;
	}
	*ret_tasks = tasks;
	return 0;
}

void api_tasks_destroy(struct api_tasks *tasks)
{
	if (!tasks)
		return;
	work_queue_destroy(tasks->queue);
	free(tasks);
}
