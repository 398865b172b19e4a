// SPDX-License-Identifier: Apache-2.0
#include "agent/cluster_statuses.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

#include <jansson.h>

#include "agent/conditions.h"
#include "agent/ignored_objects.h"
#include "agent/names.h"
#include "agent/node_reports.h"
#include "agent/node_statuses.h"
#include "agent/profiles.h"
#include "agent/work_queue.h"
#include "json/cursor.h"
#include "kube/call.h"
#include "kube/object.h"
#include "kube/reflector.h"
#include "util/error.h"

#define CALLS_MAX 4

/* A profile, or a report whose node is gone. */
struct task {
	struct work_item item;
	LIST_ENTRY(task) link;
	struct cluster_statuses *statuses;
	char *name;
	bool is_report;
	struct kube_call *call;
	bool again;

	/* Of a profile only. */
	bool exists, listed;
	int64_t generation;
	struct condition_state have;
	bool own_known;
	struct condition_state own;
};

struct cluster_statuses {
	struct kube_client *client;
	const char *seccomp_root;
	cluster_statuses_trouble *trouble;
	void *data;
	struct work_queue *queue;
	struct kube_reflector *profiles;
	struct node_reports *reports;
	struct ignored_objects *ignored;
	LIST_HEAD(, task) tasks;
	size_t calls;
};

static void process(struct work_item *item, void *data);

static bool has_room(void *data)
{
	const struct cluster_statuses *statuses = data;

	return statuses->calls < CALLS_MAX;
}

static const struct work_queue_handlers queue_handlers = { process, has_room };

/* ---- tasks */

static struct task *task_of(struct work_item *item)
{
	return (struct task *)((char *)item - offsetof(struct task, item));
}

static struct task *find_task(const struct cluster_statuses *statuses, const char *name,
			      bool is_report)
{
	struct task *task;

	LIST_FOREACH(task, &statuses->tasks, link)
		if (task->is_report == is_report && strcmp(task->name, name) == 0)
			return task;
	return NULL;
}

static struct task *get_task(struct cluster_statuses *statuses, const char *name, bool is_report)
{
	struct task *task = find_task(statuses, name, is_report);

	if (task)
		return task;
	task = calloc(1, sizeof(*task));
	if (!task || !(task->name = strdup(name))) {
		free(task);
		return NULL;
	}
	task->statuses = statuses;
	task->is_report = is_report;
	LIST_INSERT_HEAD(&statuses->tasks, task, link);
	return task;
}

static void task_destroy(struct task *task)
{
	LIST_REMOVE(task, link);
	condition_state_finish(&task->have);
	condition_state_finish(&task->own);
	free(task->name);
	free(task);
}

static void touch(struct task *task)
{
	if (task->call)
		task->again = true;
	else
		work_queue_add(task->statuses->queue, &task->item);
}

static void touch_profile(struct cluster_statuses *statuses, const char *name)
{
	struct task *task = find_task(statuses, name, false);

	if (task)
		touch(task);
}

static void on_called(struct kube_call *call, int result, const struct error *err,
		      const json_t *object, void *data)
{
	struct task *task = data;
	struct cluster_statuses *statuses = task->statuses;
	bool again = task->again;

	task->call = NULL;
	task->again = false;
	statuses->calls--;
	if (result == -ENOENT) /* deleted meanwhile, as the watch will report */
		result = 0;
	if (result < 0) {
		statuses->trouble(result, err, statuses->data);
		work_queue_add_failed(statuses->queue, &task->item);
	} else {
		task->item.failures = 0;
		if (again)
			work_queue_add(statuses->queue, &task->item);
		else if (task->is_report)
			task_destroy(task);
	}
	work_queue_resume(statuses->queue);
}

static const struct kube_call_handlers call_handlers = { .done = on_called };

static int start_call(struct task *task, const struct kube_call_options *options, struct error *err)
{
	int r = kube_call_start(task->statuses->client, options, &call_handlers, task, &task->call,
				err);

	if (r == 0)
		task->statuses->calls++;
	return r;
}

/* ---- the sum */

/* The least advanced state of all: that of this node, or what another node reports. */
static int sum_up(const struct task *task, struct condition_state *ret_sum, struct error *err)
{
	const struct condition_state *worst;
	_cleanup_free_ char *message = NULL;
	const char *node;
	size_t others = node_reports_find_worst(task->statuses->reports, task->name, &node, &worst);

	if (!others || worst->state > task->own.state)
		return condition_state_set(ret_sum, task->own.state, task->generation,
					   task->own.reason, task->own.message, err);
	if (asprintf(&message, "%s: %s%s", node, worst->message,
		     others > 1 ? " (and other nodes)" : "") < 0) {
		message = NULL;
		return error_nomem(err);
	}
	return condition_state_set(ret_sum, worst->state, task->generation, worst->reason, message,
				   err);
}

static int write_sum(struct task *task, const struct condition_state *sum, struct error *err)
{
	_cleanup_free_ char *localhost = NULL, *path = NULL;
	_cleanup_json_ json_t *body = NULL;
	struct kube_call_options options = {
		.verb = KUBE_APPLY,
		.resource = &profiles_resource,
		.name = task->name,
		.subresource = "status",
		.force = true,
	};

	if (asprintf(&localhost, AGENT_PREFIX "/%s.json", task->name) < 0) {
		localhost = NULL;
		return error_nomem(err);
	}
	if (asprintf(&path, "%s/%s", task->statuses->seccomp_root, localhost) < 0) {
		path = NULL;
		return error_nomem(err);
	}
	body = json_pack("{s:s, s:s, s:{s:s}, s:{s:s, s:s, s:s, s:[o]}}", "apiVersion",
			 AGENT_GROUP "/" AGENT_VERSION, "kind", "SeccompProfile", "metadata",
			 "name", task->name, "status", "status", profile_state_name(sum->state),
			 "localhostProfile", localhost, "path", path, "conditions",
			 condition_ready(sum, &task->have));
	if (!body)
		return error_nomem(err);
	options.body = body;
	return start_call(task, &options, err);
}

static int process_profile(struct task *task, struct error *err)
{
	struct condition_state sum = {};
	int r;

	if (!task->exists) {
		task_destroy(task);
		return 0;
	}
	/* Until this node has dealt with the object as it is now, nothing is known. */
	if (!node_reports_are_known(task->statuses->reports) || !task->own_known ||
	    task->own.generation != task->generation)
		return 0;
	r = sum_up(task, &sum, err);
	if (r == 0 && !condition_state_equal(&task->have, &sum))
		r = write_sum(task, &sum, err);
	condition_state_finish(&sum);
	return r;
}

static int delete_report(struct task *task, struct error *err)
{
	const struct kube_call_options options = {
		.verb = KUBE_DELETE,
		.resource = &node_statuses_resource,
		.name = task->name,
	};

	return start_call(task, &options, err);
}

static void process(struct work_item *item, void *data)
{
	_cleanup_error_ struct error err = ERROR_INIT;
	struct cluster_statuses *statuses = data;
	struct task *task = task_of(item);
	int r = task->is_report ? delete_report(task, &err) : process_profile(task, &err);

	if (r < 0) {
		statuses->trouble(r, &err, statuses->data);
		work_queue_add_failed(statuses->queue, &task->item);
	}
}

int cluster_statuses_set_own(struct cluster_statuses *statuses, const struct profile_result *result,
			     struct error *err)
{
	struct task *task;
	int r;

	if (result->deleted || !result->reason)
		return 0;
	task = get_task(statuses, result->name, false);
	if (!task)
		return error_nomem(err);
	r = condition_state_set(&task->own, result->state, result->generation, result->reason,
				result->message, err);
	if (r < 0)
		return r;
	task->own_known = true;
	if (task->exists)
		touch(task);
	return 0;
}

/* ---- profiles */

static void on_profile(const json_t *object, void *data)
{
	_cleanup_error_ struct error err = ERROR_INIT;
	struct cluster_statuses *statuses = data;
	struct task *task = get_task(statuses, kube_object_name(object), false);

	if (!task || condition_state_read(&task->have, object, &err) < 0) {
		statuses->trouble(error_nomem(&err), &err, statuses->data);
		return;
	}
	task->exists = task->listed = true;
	task->generation = json_integer_value(
		json_object_get(json_object_get(object, "metadata"), "generation"));
	touch(task);
}

static void on_profile_deleted(const json_t *object, void *data)
{
	struct cluster_statuses *statuses = data;
	struct task *task = find_task(statuses, kube_object_name(object), false);

	if (!task)
		return;
	task->exists = task->own_known = false;
	touch(task);
}

static void on_profiles_begin(void *data)
{
	struct cluster_statuses *statuses = data;
	struct task *task;

	LIST_FOREACH(task, &statuses->tasks, link)
		task->listed = false;
}

static void on_profiles_listed(void *data)
{
	struct cluster_statuses *statuses = data;
	struct task *task;

	LIST_FOREACH(task, &statuses->tasks, link)
		if (!task->is_report && task->exists && !task->listed) {
			task->exists = false;
			touch(task);
		}
}

/* ---- reports of nodes */

static void on_report_changed(const char *profile, void *data)
{
	touch_profile(data, profile);
}

/* The status of a node that is gone. */
static void on_report_orphaned(const char *name, void *data)
{
	struct cluster_statuses *statuses = data;
	struct task *task = get_task(statuses, name, true);

	if (task)
		touch(task);
}

static void on_reports_known(void *data)
{
	struct cluster_statuses *statuses = data;
	struct task *task;

	LIST_FOREACH(task, &statuses->tasks, link)
		touch(task);
}

/* ---- */

static void on_trouble(int result, const struct error *err, void *data)
{
	struct cluster_statuses *statuses = data;

	statuses->trouble(result, err, statuses->data);
}

static const struct kube_reflector_handlers profiles_handlers = {
	.begin = on_profiles_begin,
	.object = on_profile,
	.deleted = on_profile_deleted,
	.listed = on_profiles_listed,
	.trouble = on_trouble,
};

static const struct node_reports_handlers reports_handlers = {
	.changed = on_report_changed,
	.orphaned = on_report_orphaned,
	.known = on_reports_known,
	.trouble = on_trouble,
};

int cluster_statuses_create(struct loop *loop, struct kube_client *client, const char *seccomp_root,
			    cluster_statuses_trouble *trouble, void *data,
			    struct cluster_statuses **ret_statuses, struct error *err)
{
	const struct kube_reflector_options options = { .resource = &profiles_resource };
	_cleanup_(cleanup_cluster_statuses_destroy) struct cluster_statuses *statuses =
		calloc(1, sizeof(*statuses));
	int r;

	if (!statuses)
		return error_nomem(err);
	LIST_INIT(&statuses->tasks);
	statuses->client = client;
	statuses->seccomp_root = seccomp_root;
	statuses->trouble = trouble;
	statuses->data = data;
	r = work_queue_create(loop, &queue_handlers, statuses, &statuses->queue, err);
	if (r == 0)
		r = kube_reflector_create(client, &options, &profiles_handlers, statuses,
					  &statuses->profiles, err);
	if (r == 0)
		r = node_reports_create(client, &reports_handlers, statuses, &statuses->reports,
					err);
	if (r == 0)
		r = ignored_objects_create(client, trouble, data, &statuses->ignored, err);
	if (r < 0)
		return r;
	*ret_statuses = steal_pointer(&statuses);
	return 0;
}

void cluster_statuses_destroy(struct cluster_statuses *statuses)
{
	struct task *task;

	if (!statuses)
		return;
	ignored_objects_destroy(statuses->ignored);
	kube_reflector_destroy(statuses->profiles);
	node_reports_destroy(statuses->reports);
	while ((task = LIST_FIRST(&statuses->tasks))) {
		kube_call_cancel(task->call);
		task_destroy(task);
	}
	work_queue_destroy(statuses->queue);
	free(statuses);
}
