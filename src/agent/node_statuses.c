// SPDX-License-Identifier: Apache-2.0
#include "agent/node_statuses.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "agent/api_tasks.h"
#include "agent/conditions.h"
#include "agent/names.h"
#include "agent/object_names.h"
#include "agent/profiles.h"
#include "json/cursor.h"
#include "kube/call.h"
#include "kube/object.h"
#include "kube/reflector.h"
#include "util/error.h"
#include "util/name_table.h"

#define KIND "SecurityProfileNodeStatus"

const struct kube_resource node_statuses_resource = { AGENT_GROUP, AGENT_VERSION,
						      "securityprofilenodestatuses", false };

/* The status of one profile on this node, as it should be and as it is. */
struct status {
	char *profile;
	struct api_task task;
	struct node_statuses *statuses;
	char *profile_uid;
	bool wanted;
	struct condition_state want;

	bool hashed; /* the plain name belongs to another pair of profile and node */
	char *name;  /* of the object in the cluster; NULL if there is none */
	struct condition_state have;
	bool listed;
};

struct node_statuses {
	struct kube_client *client;
	char *node_name;
	node_statuses_trouble *trouble;
	void *data;
	struct api_tasks *tasks;
	struct kube_reflector *reflector;
	struct name_table items; /* by profile */
	bool known, complete;
};

static struct status *status_of(struct api_task *task)
{
	return (struct status *)((char *)task - offsetof(struct status, task));
}

static void destroy(struct status *status)
{
	api_task_finish(&status->task);
	condition_state_finish(&status->want);
	condition_state_finish(&status->have);
	free(status->profile);
	free(status->profile_uid);
	free(status->name);
	free(status);
}

static struct status *get(struct node_statuses *statuses, const char *profile)
{
	struct status *status = name_table_find(&statuses->items, profile);

	if (status)
		return status;
	status = calloc(1, sizeof(*status));
	if (!status)
		return NULL;
	status->statuses = statuses;
	status->profile = strdup(profile);
	if (status->profile && name_table_add(&statuses->items, status, NULL) == 0)
		return status;
	destroy(status);
	return NULL;
}

static void touch(struct status *status)
{
	api_task_touch(status->statuses->tasks, &status->task);
}

/* ---- calls */

static int on_deleted_there(struct api_task *task, int result, const json_t *object,
			    struct error *err)
{
	struct status *status = status_of(task);

	if (result < 0 && result != -ENOENT)
		return result;
	free(steal_pointer(&status->name));
	task->again = true; /* it may be wanted again, or forgotten */
	return 0;
}

static int delete_there(struct status *status, struct error *err)
{
	const struct kube_call_options options = {
		.verb = KUBE_DELETE,
		.resource = &node_statuses_resource,
		.name = status->name,
	};

	return api_task_start_call(&status->task, &options, on_deleted_there, err);
}

static int on_status_applied(struct api_task *task, int result, const json_t *object,
			     struct error *err)
{
	return result;
}

static int apply_status(struct status *status, struct error *err)
{
	_cleanup_json_ json_t *body = condition_status_body(
		KIND, NULL, status->name,
		json_pack("{s:s}", "status", profile_state_name(status->want.state)), &status->want,
		&status->have);
	const struct kube_call_options options = {
		.verb = KUBE_APPLY,
		.resource = &node_statuses_resource,
		.name = status->name,
		.subresource = "status",
		.body = body,
		.force = true,
	};

	if (!body)
		return error_nomem(err);
	return api_task_start_call(&status->task, &options, on_status_applied, err);
}

static int on_object_applied(struct api_task *task, int result, const json_t *object,
			     struct error *err)
{
	struct status *status = status_of(task);

	if (result == -EINVAL && !status->hashed) {
		/* It is another node's, which cannot be changed. */
		status->hashed = true;
		task->again = true;
		return 0;
	}
	if (result < 0 || !status->wanted)
		return result;
	free(status->name);
	status->name = strdup(kube_object_name(object));
	return status->name ? apply_status(status, err) : error_nomem(err);
}

/* The profile owns the status, so that the cluster deletes it with the profile. */
static json_t *object_of(const struct status *status, const char *name)
{
	_cleanup_free_ char *id = object_label("SeccompProfile", status->profile);
	_cleanup_free_ char *node = object_label(NULL, status->statuses->node_name);

	if (!id || !node)
		return NULL;
	return json_pack(
		"{s:s, s:s, s:{s:s, s:{s:s, s:s}, s:[{s:s, s:s, s:s, s:s, s:b}]}, s:{s:s}}",
		"apiVersion", AGENT_GROUP "/" AGENT_VERSION, "kind", KIND, "metadata", "name", name,
		"labels", LABEL_PROFILE_ID, id, LABEL_NODE_NAME, node, "ownerReferences",
		"apiVersion", AGENT_GROUP "/" AGENT_VERSION, "kind", "SeccompProfile", "name",
		status->profile, "uid", status->profile_uid, "controller", 1, "spec", "nodeName",
		status->statuses->node_name);
}

static int apply_object(struct status *status, struct error *err)
{
	_cleanup_free_ char *name =
		object_status_name(status->profile, status->statuses->node_name, status->hashed);
	_cleanup_json_ json_t *body = name ? object_of(status, name) : NULL;
	const struct kube_call_options options = {
		.verb = KUBE_APPLY,
		.resource = &node_statuses_resource,
		.name = name,
		.body = body,
		.force = true,
	};

	if (!body)
		return error_nomem(err);
	return api_task_start_call(&status->task, &options, on_object_applied, err);
}

static int process(struct api_task *task, void *data, struct error *err)
{
	struct status *status = status_of(task);
	struct node_statuses *statuses = data;

	if (status->wanted)
		return !status->name || !condition_state_equal(&status->have, &status->want) ?
			       apply_object(status, err) :
			       0;
	if (status->name)
		return statuses->complete ? delete_there(status, err) : 0;
	name_table_remove(&statuses->items, status->profile);
	destroy(status);
	return 0;
}

/* ---- what should be */

int node_statuses_set(struct node_statuses *statuses, const struct profile_result *result,
		      struct error *err)
{
	bool wanted = !result->deleted && (result->named || result->state == PROFILE_ERROR ||
					   result->state == PROFILE_PENDING);
	struct status *status = wanted ? get(statuses, result->name) :
					 name_table_find(&statuses->items, result->name);
	char *uid;
	int r;

	if (!status)
		return wanted ? error_nomem(err) : 0;
	status->wanted = wanted;
	if (wanted) {
		uid = strdup(result->uid);
		if (!uid)
			return error_nomem(err);
		free(status->profile_uid);
		status->profile_uid = uid;
		r = condition_state_set(&status->want, result->state, result->generation,
					result->reason, result->message, err);
		if (r < 0)
			return r;
	}
	touch(status);
	return 0;
}

void node_statuses_complete(struct node_statuses *statuses)
{
	size_t i;

	statuses->complete = true;
	for (i = 0; i < statuses->items.length; i++)
		touch(statuses->items.items[i]);
}

/* ---- what is */

/*
 * Returns the profile of a status of this node, or NULL. The label finds such objects, but the agent of
 * any node may write any label. It cannot write another node's name (deploy/kubernetes/).
 */
static const char *find_profile(const struct node_statuses *statuses, const json_t *object)
{
	const char *node =
		json_string_value(json_object_get(json_object_get(object, "spec"), "nodeName"));

	return node && strcmp(node, statuses->node_name) == 0 ? kube_object_owner(object) : NULL;
}

static void on_object(const json_t *object, void *data)
{
	_cleanup_error_ struct error err = ERROR_INIT;
	struct node_statuses *statuses = data;
	const char *owner = find_profile(statuses, object);
	struct status *status = owner ? get(statuses, owner) : NULL;
	char *name = strdup(kube_object_name(object));
	int r;

	/* Not this agent's, or without memory: it is seen again with the next list. */
	if (!status || !name) {
		free(name);
		return;
	}
	free(status->name);
	status->name = name;
	status->listed = true;
	r = condition_state_read(&status->have, object, &err);
	if (r < 0)
		statuses->trouble(r, &err, statuses->data);
	touch(status);
}

static void on_deleted(const json_t *object, void *data)
{
	struct node_statuses *statuses = data;
	const char *owner = find_profile(statuses, object);
	struct status *status = owner ? name_table_find(&statuses->items, owner) : NULL;

	if (!status)
		return;
	free(steal_pointer(&status->name));
	touch(status);
}

static void on_begin(void *data)
{
	struct node_statuses *statuses = data;
	size_t i;

	for (i = 0; i < statuses->items.length; i++) {
		struct status *status = statuses->items.items[i];

		status->listed = false;
	}
}

static void on_listed(void *data)
{
	struct node_statuses *statuses = data;
	size_t i;

	statuses->known = true;
	for (i = 0; i < statuses->items.length; i++) {
		struct status *status = statuses->items.items[i];

		if (!status->listed && !status->task.call)
			free(steal_pointer(&status->name));
		touch(status);
	}
}

static void on_trouble(int result, const struct error *err, void *data)
{
	struct node_statuses *statuses = data;

	statuses->trouble(result, err, statuses->data);
}

static bool may_begin(void *data)
{
	const struct node_statuses *statuses = data;

	return statuses->known;
}

static const struct api_tasks_handlers tasks_handlers = { process, may_begin, on_trouble };

static const struct kube_reflector_handlers reflector_handlers = {
	.begin = on_begin,
	.object = on_object,
	.deleted = on_deleted,
	.listed = on_listed,
	.trouble = on_trouble,
};

/* ---- */

static int follow(struct node_statuses *statuses, struct error *err)
{
	_cleanup_free_ char *label = object_label(NULL, statuses->node_name), *selector = NULL;
	struct kube_reflector_options options = { .resource = &node_statuses_resource };

	if (!label || asprintf(&selector, LABEL_NODE_NAME "=%s", label) < 0) {
		selector = NULL;
		return error_nomem(err);
	}
	options.label_selector = selector;
	return kube_reflector_create(statuses->client, &options, &reflector_handlers, statuses,
				     &statuses->reflector, err);
}

int node_statuses_create(struct loop *loop, struct kube_client *client, const char *node_name,
			 node_statuses_trouble *trouble, void *data,
			 struct node_statuses **ret_statuses, struct error *err)
{
	_cleanup_(cleanup_node_statuses_destroy) struct node_statuses *statuses =
		calloc(1, sizeof(*statuses));
	int r;

	if (!statuses)
		return error_nomem(err);
	statuses->client = client;
	statuses->node_name = strdup(node_name);
	statuses->trouble = trouble;
	statuses->data = data;
	r = statuses->node_name ? api_tasks_create(loop, client, &tasks_handlers, statuses,
						   &statuses->tasks, err) :
				  error_nomem(err);
	if (r == 0)
		r = follow(statuses, err);
	if (r < 0)
		return r;
	*ret_statuses = steal_pointer(&statuses);
	return 0;
}

void node_statuses_destroy(struct node_statuses *statuses)
{
	size_t i;

	if (!statuses)
		return;
	kube_reflector_destroy(statuses->reflector);
	for (i = 0; i < statuses->items.length; i++)
		destroy(statuses->items.items[i]);
	name_table_finish(&statuses->items);
	api_tasks_destroy(statuses->tasks);
	free(statuses->node_name);
	free(statuses);
}
