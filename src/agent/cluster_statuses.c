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
#include "agent/node_statuses.h"
#include "agent/profiles.h"
#include "agent/work_queue.h"
#include "json/cursor.h"
#include "kube/call.h"
#include "kube/reflector.h"
#include "util/error.h"
#include "util/string_set.h"

#define CALLS_MAX 4

static const struct kube_resource nodes_resource = { "", "v1", "nodes", false };

/* What one node reports of one profile. */
struct report {
	LIST_ENTRY(report) link;
	char *name; /* of the object */
	char *profile;
	char *node;
	struct condition_state state;
	bool listed;
};

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
	struct kube_reflector *profiles, *reports, *nodes;
	struct ignored_objects *ignored;
	LIST_HEAD(, report) report_list;
	LIST_HEAD(, task) tasks;
	char **node_names;
	size_t node_count;
	bool reports_known, nodes_known;
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

/*
 * The least advanced state of all: that of this node, or what another node reports. The smallest
 * name of a report decides between equal ones, so that the text does not change without a reason.
 */
static int sum_up(const struct task *task, struct condition_state *ret_sum, struct error *err)
{
	const struct report *report, *worst = NULL;
	_cleanup_free_ char *message = NULL;
	size_t others = 0;

	LIST_FOREACH(report, &task->statuses->report_list, link)
	{
		if (strcmp(report->profile, task->name) != 0 || !report->state.reason ||
		    report->state.state >= PROFILE_INSTALLED)
			continue;
		others++;
		if (!worst || report->state.state < worst->state.state ||
		    (report->state.state == worst->state.state &&
		     strcmp(report->name, worst->name) < 0))
			worst = report;
	}
	if (!worst || worst->state.state > task->own.state)
		return condition_state_set(ret_sum, task->own.state, task->generation,
					   task->own.reason, task->own.message, err);
	if (asprintf(&message, "%s: %s%s", worst->node, worst->state.message,
		     others > 1 ? " (and other nodes)" : "") < 0) {
		message = NULL;
		return error_nomem(err);
	}
	return condition_state_set(ret_sum, worst->state.state, task->generation,
				   worst->state.reason, message, err);
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
	if (!task->statuses->reports_known || !task->own_known ||
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
	struct task *task = get_task(statuses, profile_object_name(object), false);

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
	struct task *task = find_task(statuses, profile_object_name(object), false);

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

static void report_destroy(struct report *report)
{
	LIST_REMOVE(report, link);
	condition_state_finish(&report->state);
	free(report->name);
	free(report->profile);
	free(report->node);
	free(report);
}

static struct report *find_report(const struct cluster_statuses *statuses, const char *name)
{
	struct report *report;

	LIST_FOREACH(report, &statuses->report_list, link)
	if (strcmp(report->name, name) == 0)
		return report;
	return NULL;
}

static struct report *get_report(struct cluster_statuses *statuses, const json_t *object)
{
	const json_t *owners =
		json_object_get(json_object_get(object, "metadata"), "ownerReferences");
	const char *name = profile_object_name(object);
	const char *profile = json_string_value(json_object_get(json_array_get(owners, 0), "name"));
	const char *node =
		json_string_value(json_object_get(json_object_get(object, "spec"), "nodeName"));
	struct report *report = find_report(statuses, name);

	if (report || !profile || !node)
		return report;
	report = calloc(1, sizeof(*report));
	if (!report)
		return NULL;
	LIST_INSERT_HEAD(&statuses->report_list, report, link);
	report->name = strdup(name);
	report->profile = strdup(profile);
	report->node = strdup(node);
	if (report->name && report->profile && report->node)
		return report;
	report_destroy(report);
	return NULL;
}

static bool node_is_gone(const struct cluster_statuses *statuses, const struct report *report)
{
	size_t i;

	for (i = 0; i < statuses->node_count; i++)
		if (strcmp(statuses->node_names[i], report->node) == 0)
			return false;
	return statuses->nodes_known;
}

static void check_node(struct cluster_statuses *statuses, const struct report *report)
{
	struct task *task;

	if (!node_is_gone(statuses, report))
		return;
	task = get_task(statuses, report->name, true);
	if (task)
		touch(task);
}

static void check_nodes(struct cluster_statuses *statuses)
{
	struct report *report;

	LIST_FOREACH(report, &statuses->report_list, link)
	check_node(statuses, report);
}

static void on_report(const json_t *object, void *data)
{
	_cleanup_error_ struct error err = ERROR_INIT;
	struct cluster_statuses *statuses = data;
	struct report *report = get_report(statuses, object);

	if (!report)
		return; /* no agent's */
	report->listed = true;
	if (condition_state_read(&report->state, object, &err) < 0)
		statuses->trouble(-err.code, &err, statuses->data);
	touch_profile(statuses, report->profile);
	check_node(statuses, report);
}

static void forget_report(struct cluster_statuses *statuses, struct report *report)
{
	_cleanup_free_ char *profile = steal_pointer(&report->profile);

	report_destroy(report);
	touch_profile(statuses, profile);
}

static void on_report_deleted(const json_t *object, void *data)
{
	struct cluster_statuses *statuses = data;
	struct report *report = find_report(statuses, profile_object_name(object));

	if (report)
		forget_report(statuses, report);
}

static void on_reports_begin(void *data)
{
	struct cluster_statuses *statuses = data;
	struct report *report;

	LIST_FOREACH(report, &statuses->report_list, link)
	report->listed = false;
}

static void on_reports_listed(void *data)
{
	struct cluster_statuses *statuses = data;
	struct report *report, *next;
	struct task *task;

	for (report = LIST_FIRST(&statuses->report_list); report; report = next) {
		next = LIST_NEXT(report, link);
		if (!report->listed)
			forget_report(statuses, report);
	}
	statuses->reports_known = true;
	LIST_FOREACH(task, &statuses->tasks, link)
	touch(task);
}

/* ---- nodes */

static void on_node(const json_t *object, void *data)
{
	struct cluster_statuses *statuses = data;

	/* Without memory the node would count as gone. */
	if (string_set_add(&statuses->node_names, &statuses->node_count,
			   profile_object_name(object), NULL) < 0)
		statuses->nodes_known = false;
}

static void on_nodes_begin(void *data)
{
	struct cluster_statuses *statuses = data;

	string_set_free(statuses->node_names, statuses->node_count);
	statuses->node_names = NULL;
	statuses->node_count = 0;
	statuses->nodes_known = false;
}

static void on_nodes_listed(void *data)
{
	struct cluster_statuses *statuses = data;

	statuses->nodes_known = true;
	check_nodes(statuses);
}

static void on_node_deleted(const json_t *object, void *data)
{
	const char *name = profile_object_name(object);
	struct cluster_statuses *statuses = data;
	size_t i;

	for (i = 0; i < statuses->node_count; i++)
		if (strcmp(statuses->node_names[i], name) == 0)
			break;
	if (i == statuses->node_count)
		return;
	free(statuses->node_names[i]);
	statuses->node_count--;
	memmove(statuses->node_names + i, statuses->node_names + i + 1,
		(statuses->node_count - i) * sizeof(*statuses->node_names));
	check_nodes(statuses);
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

static const struct kube_reflector_handlers reports_handlers = {
	.begin = on_reports_begin,
	.object = on_report,
	.deleted = on_report_deleted,
	.listed = on_reports_listed,
	.trouble = on_trouble,
};

static const struct kube_reflector_handlers nodes_handlers = {
	.begin = on_nodes_begin,
	.object = on_node,
	.deleted = on_node_deleted,
	.listed = on_nodes_listed,
	.trouble = on_trouble,
};

static int follow(struct cluster_statuses *statuses, const struct kube_resource *resource,
		  const struct kube_reflector_handlers *handlers,
		  struct kube_reflector **ret_reflector, struct error *err)
{
	const struct kube_reflector_options options = { .resource = resource };

	return kube_reflector_create(statuses->client, &options, handlers, statuses, ret_reflector,
				     err);
}

int cluster_statuses_create(struct loop *loop, struct kube_client *client, const char *seccomp_root,
			    cluster_statuses_trouble *trouble, void *data,
			    struct cluster_statuses **ret_statuses, struct error *err)
{
	_cleanup_(cleanup_cluster_statuses_destroy) struct cluster_statuses *statuses =
		calloc(1, sizeof(*statuses));
	int r;

	if (!statuses)
		return error_nomem(err);
	LIST_INIT(&statuses->report_list);
	LIST_INIT(&statuses->tasks);
	statuses->client = client;
	statuses->seccomp_root = seccomp_root;
	statuses->trouble = trouble;
	statuses->data = data;
	r = work_queue_create(loop, &queue_handlers, statuses, &statuses->queue, err);
	if (r == 0)
		r = follow(statuses, &profiles_resource, &profiles_handlers, &statuses->profiles,
			   err);
	if (r == 0)
		r = follow(statuses, &node_statuses_resource, &reports_handlers, &statuses->reports,
			   err);
	if (r == 0)
		r = follow(statuses, &nodes_resource, &nodes_handlers, &statuses->nodes, err);
	if (r == 0)
		r = ignored_objects_create(client, trouble, data, &statuses->ignored, err);
	if (r < 0)
		return r;
	*ret_statuses = steal_pointer(&statuses);
	return 0;
}

void cluster_statuses_destroy(struct cluster_statuses *statuses)
{
	struct report *report;
	struct task *task;

	if (!statuses)
		return;
	ignored_objects_destroy(statuses->ignored);
	kube_reflector_destroy(statuses->profiles);
	kube_reflector_destroy(statuses->reports);
	kube_reflector_destroy(statuses->nodes);
	while ((task = LIST_FIRST(&statuses->tasks))) {
		kube_call_cancel(task->call);
		task_destroy(task);
	}
	while ((report = LIST_FIRST(&statuses->report_list)))
		report_destroy(report);
	work_queue_destroy(statuses->queue);
	string_set_free(statuses->node_names, statuses->node_count);
	free(statuses);
}
