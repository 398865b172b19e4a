// SPDX-License-Identifier: Apache-2.0
#include "agent/status_writer.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agent/api_tasks.h"
#include "agent/conditions.h"
#include "agent/names.h"
#include "agent/recordings.h"
#include "json/cursor.h"
#include "kube/call.h"
#include "util/backoff.h"
#include "util/error.h"
#include "util/name_table.h"

/*
 * How long an agent waits for what another one may say. A watch shows that within a 14th of the time
 * (util/backoff.h).
 */
#define SHARED_WAIT_MS 7000

struct entry {
	char *name; /* "<namespace>/<name>/<manager>" */
	struct api_task task;
	struct status_writer *writer;
	char *namespace, *object, *manager;
	json_t *status; /* to be written, or written */
	bool shared;
	bool waits;
	bool gone;
};

struct status_writer {
	void (*trouble)(int result, const struct error *err, void *data);
	void *data;
	struct api_tasks *tasks;
	struct name_table entries;
};

static void entry_destroy(struct entry *entry)
{
	api_task_finish(&entry->task);
	json_decref(entry->status);
	free(entry->namespace);
	free(entry->object);
	free(entry->manager);
	free(entry->name);
	free(entry);
}

DEFINE_CLEANUP(struct entry *, entry_destroy);

static struct entry *entry_of(struct api_task *task)
{
	return (struct entry *)((char *)task - offsetof(struct entry, task));
}

/* ---- what a status says */

static bool same_member(const json_t *a, const json_t *b, const char *key)
{
	return json_equal(json_object_get(a, key), json_object_get(b, key));
}

static json_t *make_condition(const struct status_condition *condition, int64_t generation,
			      const json_t *observed)
{
	const json_t *before = condition_find(observed, condition->type);
	const char *had = json_string_value(json_object_get(before, "status"));
	bool same = had && strcmp(had, condition->holds ? "True" : "False") == 0;
	const char *since = json_string_value(json_object_get(before, "lastTransitionTime"));

	return condition_make(condition->type, condition->holds, condition->reason,
			      condition->message, generation, same ? since : NULL);
}

static json_t *make_status(const struct recording_status *wanted, const json_t *observed)
{
	json_t *conditions = json_array(), *workloads;
	json_t *status = json_pack("{s:o}", "conditions", conditions);
	size_t i;

	for (i = 0; status && i < wanted->condition_count; i++)
		json_array_append_new(conditions, make_condition(&wanted->conditions[i],
								 wanted->generation, observed));
	if (!status || !wanted->workloads)
		return status;
	workloads = json_array();
	for (i = 0; i < wanted->workload_count; i++)
		json_array_append_new(workloads, json_string(wanted->workloads[i]));
	json_object_set_new(status, "activeWorkloads", workloads);
	return status;
}

/* True if observed says all that status does. */
static bool is_said(const json_t *status, const json_t *observed)
{
	const json_t *condition, *said, *workloads = json_object_get(status, "activeWorkloads");
	const json_t *listed = json_object_get(observed, "activeWorkloads");
	size_t i;

	json_array_foreach(json_object_get(status, "conditions"), i, condition) {
		said = condition_find(observed,
				      json_string_value(json_object_get(condition, "type")));
		if (!same_member(condition, said, "status") ||
		    !same_member(condition, said, "reason") ||
		    !same_member(condition, said, "message") ||
		    !same_member(condition, said, "observedGeneration"))
			return false;
	}
	return !workloads || json_equal(workloads, listed) ||
	       (json_array_size(workloads) == 0 && json_array_size(listed) == 0);
}

/* True if some agent has said all that status does. */
static bool is_said_by_any(const json_t *status, const json_t *observed)
{
	const json_t *condition;
	size_t i;

	json_array_foreach(json_object_get(status, "conditions"), i, condition)
		if (!same_member(condition,
				 condition_find(observed, json_string_value(json_object_get(
								  condition, "type"))),
				 "status"))
			return false;
	return true;
}

/* ---- writing */

static int on_written(struct api_task *task, int result, const json_t *object, struct error *err)
{
	struct entry *entry = entry_of(task);

	/* The watch reports that an object is gone. */
	if (result < 0 && result != -ENOENT)
		return result;
	entry->waits = task->again;
	return 0;
}

static int write_status(struct entry *entry, struct error *err)
{
	_cleanup_json_ json_t *body = json_pack("{s:s, s:s, s:{s:s, s:s}, s:O}", "apiVersion",
						AGENT_GROUP "/" AGENT_VERSION, "kind",
						"ProfileRecording", "metadata", "name",
						entry->object, "namespace", entry->namespace,
						"status", entry->status);
	const struct kube_call_options options = {
		.verb = KUBE_APPLY,
		.resource = &recordings_resource,
		.namespace = entry->namespace,
		.name = entry->object,
		.subresource = "status",
		.body = body,
		.force = true,
		.manager = entry->manager,
	};

	return body ? api_task_start_call(&entry->task, &options, on_written, err) :
		      error_nomem(err);
}

static int process(struct api_task *task, void *data, struct error *err)
{
	struct status_writer *writer = data;
	struct entry *entry = entry_of(task);

	if (entry->gone) {
		name_table_remove(&writer->entries, entry->name);
		entry_destroy(entry);
		return 0;
	}
	return entry->waits ? write_status(entry, err) : 0;
}

static void on_trouble(int result, const struct error *err, void *data)
{
	struct status_writer *writer = data;

	writer->trouble(result, err, writer->data);
}

static const struct api_tasks_handlers handlers = { process, NULL, on_trouble };

static int get_entry(struct status_writer *writer, const struct recording_status *wanted,
		     struct entry **ret_entry, struct error *err)
{
	_cleanup_(cleanup_entry_destroy) struct entry *entry = calloc(1, sizeof(*entry));
	int r;

	if (!entry)
		return error_nomem(err);
	if (asprintf(&entry->name, "%s/%s/%s", wanted->namespace, wanted->name, wanted->manager) <
	    0) {
		entry->name = NULL;
		return error_nomem(err);
	}
	*ret_entry = name_table_find(&writer->entries, entry->name);
	if (*ret_entry)
		return 0;
	entry->writer = writer;
	entry->namespace = strdup(wanted->namespace);
	entry->object = strdup(wanted->name);
	entry->manager = strdup(wanted->manager);
	r = entry->namespace && entry->object && entry->manager ?
		    name_table_add(&writer->entries, entry, err) :
		    error_nomem(err);
	if (r == 0)
		*ret_entry = steal_pointer(&entry);
	return r;
}

int status_writer_set(struct status_writer *writer, const struct recording_status *wanted,
		      const json_t *observed, struct error *err)
{
	_cleanup_json_ json_t *status = make_status(wanted, observed);
	struct entry *entry = NULL;
	int r = status ? get_entry(writer, wanted, &entry, err) : error_nomem(err);

	if (r < 0)
		return r;
	entry->gone = false;
	if (!entry->waits && is_said(status, observed))
		return 0;
	if (entry->waits && entry->status && is_said(status, entry->status))
		return 0;
	json_decref(entry->status);
	entry->status = steal_pointer(&status);
	entry->waits = true;
	entry->shared = wanted->shared;
	if (entry->shared)
		api_task_touch_later(writer->tasks, &entry->task,
				     backoff_among_many_ms(SHARED_WAIT_MS));
	else
		api_task_touch(writer->tasks, &entry->task);
	return 0;
}

static bool is_of(const struct entry *entry, const char *namespace, const char *name)
{
	return strcmp(entry->namespace, namespace) == 0 && strcmp(entry->object, name) == 0;
}

void status_writer_observe(struct status_writer *writer, const char *namespace, const char *name,
			   const json_t *observed)
{
	size_t i;

	for (i = 0; i < writer->entries.length; i++) {
		struct entry *entry = writer->entries.items[i];

		if (entry->waits && entry->shared && is_of(entry, namespace, name) &&
		    is_said_by_any(entry->status, observed))
			entry->waits = false;
	}
}

void status_writer_forget(struct status_writer *writer, const char *namespace, const char *name)
{
	size_t i;

	for (i = 0; i < writer->entries.length; i++) {
		struct entry *entry = writer->entries.items[i];

		if (!is_of(entry, namespace, name))
			continue;
		entry->gone = true;
		entry->waits = false;
		api_task_touch(writer->tasks, &entry->task);
	}
}

int status_writer_create(struct loop *loop, struct kube_client *client,
			 void (*trouble)(int result, const struct error *err, void *data),
			 void *data, struct status_writer **ret_writer, struct error *err)
{
	_cleanup_(cleanup_status_writer_destroy) struct status_writer *writer =
		calloc(1, sizeof(*writer));
	int r;

	if (!writer)
		return error_nomem(err);
	writer->trouble = trouble;
	writer->data = data;
	r = api_tasks_create(loop, client, &handlers, writer, &writer->tasks, err);
	if (r < 0)
		return r;
	*ret_writer = steal_pointer(&writer);
	return 0;
}

void status_writer_destroy(struct status_writer *writer)
{
	size_t i;

	if (!writer)
		return;
	for (i = 0; i < writer->entries.length; i++)
		entry_destroy(writer->entries.items[i]);
	name_table_finish(&writer->entries);
	api_tasks_destroy(writer->tasks);
	free(writer);
}
