// SPDX-License-Identifier: Apache-2.0
#include "agent/node_statuses.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>
#include <time.h>

#include <jansson.h>

#include "agent/conditions.h"
#include "agent/names.h"
#include "agent/object_names.h"
#include "agent/profiles.h"
#include "agent/work_queue.h"
#include "json/cursor.h"
#include "kube/call.h"
#include "kube/object.h"
#include "kube/reflector.h"
#include "util/error.h"

#define KIND "SecurityProfileNodeStatus"
#define CALLS_MAX 4

const struct kube_resource node_statuses_resource = { AGENT_GROUP, AGENT_VERSION,
						      "securityprofilenodestatuses", false };

/* The status of one profile on this node, as it should be and as it is. */
struct status {
	struct work_item item;
	LIST_ENTRY(status) link;
	struct node_statuses *statuses;
	char *profile;
	char *profile_uid;
	bool wanted;
	struct condition_state want;

	bool hashed; /* the plain name belongs to another pair of profile and node */
	char *name;  /* of the object in the cluster; NULL if there is none */
	struct condition_state have;
	bool listed;
	struct kube_call *call;
	bool again;
};

struct node_statuses {
	struct kube_client *client;
	char *node_name;
	node_statuses_trouble *trouble;
	void *data;
	struct work_queue *queue;
	struct kube_reflector *reflector;
	LIST_HEAD(, status) items;
	size_t calls;
	bool known, complete;
};

static void process(struct work_item *item, void *data);

static bool has_room(void *data)
{
	const struct node_statuses *statuses = data;

	return statuses->known && statuses->calls < CALLS_MAX;
}

static const struct work_queue_handlers queue_handlers = { process, has_room };

static struct status *status_of(struct work_item *item)
{
	return (struct status *)((char *)item - offsetof(struct status, item));
}

static struct status *find(const struct node_statuses *statuses, const char *profile)
{
	struct status *status;

	LIST_FOREACH(status, &statuses->items, link)
		if (strcmp(status->profile, profile) == 0)
			return status;
	return NULL;
}

static struct status *get(struct node_statuses *statuses, const char *profile)
{
	struct status *status = find(statuses, profile);

	if (status)
		return status;
	status = calloc(1, sizeof(*status));
	if (!status || !(status->profile = strdup(profile))) {
		free(status);
		return NULL;
	}
	status->statuses = statuses;
	LIST_INSERT_HEAD(&statuses->items, status, link);
	return status;
}

static void destroy(struct status *status)
{
	LIST_REMOVE(status, link);
	condition_state_finish(&status->want);
	condition_state_finish(&status->have);
	free(status->profile);
	free(status->profile_uid);
	free(status->name);
	free(status);
}

static void touch(struct status *status)
{
	if (status->call)
		status->again = true;
	else
		work_queue_add(status->statuses->queue, &status->item);
}

/* ---- calls */

static void end_call(struct status *status, int result, const struct error *err)
{
	struct node_statuses *statuses = status->statuses;

	status->call = NULL;
	statuses->calls--;
	if (result < 0) {
		statuses->trouble(result, err, statuses->data);
		work_queue_add_failed(statuses->queue, &status->item);
	} else {
		status->item.failures = 0;
		if (status->again)
			work_queue_add(statuses->queue, &status->item);
	}
	status->again = false;
	work_queue_resume(statuses->queue);
}

static int start_call(struct status *status, const struct kube_call_options *options,
		      const struct kube_call_handlers *handlers, struct error *err)
{
	int r = kube_call_start(status->statuses->client, options, handlers, status, &status->call,
				err);

	if (r == 0)
		status->statuses->calls++;
	return r;
}

static void on_deleted_there(struct kube_call *call, int result, const struct error *err,
			     const json_t *object, void *data)
{
	struct status *status = data;

	if (result == 0 || result == -ENOENT) {
		free(steal_pointer(&status->name));
		status->again = true; /* it may be wanted again, or forgotten */
		result = 0;
	}
	end_call(status, result, err);
}

static int delete_there(struct status *status, struct error *err)
{
	static const struct kube_call_handlers handlers = { .done = on_deleted_there };
	const struct kube_call_options options = {
		.verb = KUBE_DELETE,
		.resource = &node_statuses_resource,
		.name = status->name,
	};

	return start_call(status, &options, &handlers, err);
}

static void on_status_applied(struct kube_call *call, int result, const struct error *err,
			      const json_t *object, void *data)
{
	end_call(data, result, err);
}

static int apply_status(struct status *status, const char *name, struct error *err)
{
	static const struct kube_call_handlers handlers = { .done = on_status_applied };
	_cleanup_json_ json_t *body = NULL;
	struct kube_call_options options = {
		.verb = KUBE_APPLY,
		.resource = &node_statuses_resource,
		.name = name,
		.subresource = "status",
		.force = true,
	};
	json_t *condition = condition_ready(&status->want, &status->have);

	body = json_pack("{s:s, s:s, s:{s:s}, s:{s:s, s:[o]}}", "apiVersion",
			 AGENT_GROUP "/" AGENT_VERSION, "kind", KIND, "metadata", "name", name,
			 "status", "status", profile_state_name(status->want.state), "conditions",
			 condition);
	if (!body)
		return error_nomem(err);
	options.body = body;
	return start_call(status, &options, &handlers, err);
}

static void on_object_applied(struct kube_call *call, int result, const struct error *err,
			      const json_t *object, void *data)
{
	_cleanup_error_ struct error problem = ERROR_INIT;
	struct status *status = data;

	if (result == -EINVAL && !status->hashed) {
		/* It is another node's, which cannot be changed. */
		status->hashed = true;
		status->again = true;
		result = 0;
	} else if (result == 0 && status->wanted) {
		free(status->name);
		status->name = strdup(kube_object_name(object));
		status->statuses->calls--;
		status->call = NULL;
		result = status->name ? apply_status(status, status->name, &problem) :
					error_nomem(&problem);
		if (result == 0)
			return;
		status->statuses->calls++;
		err = &problem;
	}
	end_call(status, result, err);
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
	static const struct kube_call_handlers handlers = { .done = on_object_applied };
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

	return body ? start_call(status, &options, &handlers, err) : error_nomem(err);
}

static void process(struct work_item *item, void *data)
{
	_cleanup_error_ struct error err = ERROR_INIT;
	struct status *status = status_of(item);
	struct node_statuses *statuses = data;
	int r = 0;

	if (status->wanted) {
		if (!status->name || !condition_state_equal(&status->have, &status->want))
			r = apply_object(status, &err);
	} else if (status->name) {
		if (statuses->complete)
			r = delete_there(status, &err);
	} else {
		destroy(status);
	}
	if (r < 0) {
		statuses->trouble(r, &err, statuses->data);
		work_queue_add_failed(statuses->queue, &status->item);
	}
}

/* ---- what should be */

int node_statuses_set(struct node_statuses *statuses, const struct profile_result *result,
		      struct error *err)
{
	bool wanted = !result->deleted && (result->named || result->state == PROFILE_ERROR ||
					   result->state == PROFILE_PENDING);
	struct status *status = wanted ? get(statuses, result->name) : find(statuses, result->name);
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
	struct status *status;

	statuses->complete = true;
	LIST_FOREACH(status, &statuses->items, link)
		touch(status);
}

/* ---- what is */

static void on_object(const json_t *object, void *data)
{
	_cleanup_error_ struct error err = ERROR_INIT;
	struct node_statuses *statuses = data;
	const char *owner = kube_object_owner(object);
	struct status *status = owner ? get(statuses, owner) : NULL;
	char *name = strdup(kube_object_name(object));
	int r;

	/* Not an agent's, or without memory: it is seen again with the next list. */
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
	const char *owner = kube_object_owner(object);
	struct status *status = owner ? find(statuses, owner) : NULL;

	if (!status)
		return;
	free(steal_pointer(&status->name));
	touch(status);
}

static void on_begin(void *data)
{
	struct node_statuses *statuses = data;
	struct status *status;

	LIST_FOREACH(status, &statuses->items, link)
		status->listed = false;
}

static void on_listed(void *data)
{
	struct node_statuses *statuses = data;
	struct status *status;

	statuses->known = true;
	LIST_FOREACH(status, &statuses->items, link) {
		if (!status->listed && !status->call)
			free(steal_pointer(&status->name));
		touch(status);
	}
}

static void on_trouble(int result, const struct error *err, void *data)
{
	struct node_statuses *statuses = data;

	statuses->trouble(result, err, statuses->data);
}

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
	LIST_INIT(&statuses->items);
	statuses->client = client;
	statuses->node_name = strdup(node_name);
	statuses->trouble = trouble;
	statuses->data = data;
	r = statuses->node_name ?
		    work_queue_create(loop, &queue_handlers, statuses, &statuses->queue, err) :
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
	struct status *status;

	if (!statuses)
		return;
	kube_reflector_destroy(statuses->reflector);
	while ((status = LIST_FIRST(&statuses->items))) {
		kube_call_cancel(status->call);
		destroy(status);
	}
	work_queue_destroy(statuses->queue);
	free(statuses->node_name);
	free(statuses);
}
