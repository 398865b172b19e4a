// SPDX-License-Identifier: Apache-2.0
#include "agent/event_sender.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

#include "agent/api_tasks.h"
#include "json/cursor.h"
#include "kube/call.h"
#include "kube/event.h"
#include "util/error.h"

#define WAITING_MAX 300

struct letter {
	LIST_ENTRY(letter) link;
	struct event_sender *sender;
	struct api_task task;
	char *namespace;
	json_t *body;
	bool sent;
};

struct event_sender {
	void (*trouble)(int result, const struct error *err, void *data);
	void *data;
	struct api_tasks *tasks;
	LIST_HEAD(, letter) letters;
	size_t count;
};

static void letter_destroy(struct letter *letter)
{
	api_task_finish(&letter->task);
	json_decref(letter->body);
	free(letter->namespace);
	free(letter);
}

DEFINE_CLEANUP(struct letter *, letter_destroy);

static struct letter *letter_of(struct api_task *task)
{
	return (struct letter *)((char *)task - offsetof(struct letter, task));
}

/* An event that the server will never take is not sent again: its namespace may be gone. */
static int on_sent(struct api_task *task, int result, const json_t *object, struct error *err)
{
	struct letter *letter = letter_of(task);

	letter->sent = result == 0 || result == -ENOENT || result == -EACCES || result == -EINVAL;
	if (letter->sent && result < 0)
		letter->sender->trouble(result, err, letter->sender->data);
	task->again = letter->sent;
	return letter->sent ? 0 : result;
}

static int process(struct api_task *task, void *data, struct error *err)
{
	struct event_sender *sender = data;
	struct letter *letter = letter_of(task);
	const struct kube_call_options options = {
		.verb = KUBE_CREATE,
		.resource = &kube_events,
		.namespace = letter->namespace,
		.body = letter->body,
	};

	if (!letter->sent)
		return api_task_start_call(task, &options, on_sent, err);
	LIST_REMOVE(letter, link);
	sender->count--;
	letter_destroy(letter);
	return 0;
}

static void on_trouble(int result, const struct error *err, void *data)
{
	struct event_sender *sender = data;

	sender->trouble(result, err, sender->data);
}

static const struct api_tasks_handlers handlers = { process, NULL, on_trouble };

int event_sender_send(struct event_sender *sender, const struct kube_event *event,
		      struct error *err)
{
	_cleanup_(cleanup_letter_destroy) struct letter *letter = NULL;
	int r;

	if (sender->count >= WAITING_MAX)
		return 0;
	letter = calloc(1, sizeof(*letter));
	if (letter)
		letter->namespace = strdup(kube_event_namespace(event));
	if (!letter || !letter->namespace)
		return error_nomem(err);
	r = kube_event_build(event, &letter->body, err);
	if (r < 0)
		return r;
	letter->sender = sender;
	LIST_INSERT_HEAD(&sender->letters, letter, link);
	sender->count++;
	api_task_touch(sender->tasks, &letter->task);
	letter = NULL;
	return 0;
}

int event_sender_create(struct loop *loop, struct kube_client *client,
			void (*trouble)(int result, const struct error *err, void *data),
			void *data, struct event_sender **ret_sender, struct error *err)
{
	struct event_sender *sender = calloc(1, sizeof(*sender));
	int r;

	if (!sender)
		return error_nomem(err);
	LIST_INIT(&sender->letters);
	sender->trouble = trouble;
	sender->data = data;
	r = api_tasks_create(loop, client, &handlers, sender, &sender->tasks, err);
	if (r < 0) {
		free(sender);
		return r;
	}
	*ret_sender = sender;
	return 0;
}

void event_sender_destroy(struct event_sender *sender)
{
	struct letter *letter;

	if (!sender)
		return;
	while ((letter = LIST_FIRST(&sender->letters))) {
		LIST_REMOVE(letter, link);
		letter_destroy(letter);
	}
	api_tasks_destroy(sender->tasks);
	free(sender);
}
