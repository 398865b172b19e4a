// SPDX-License-Identifier: Apache-2.0
#include "agent/ignored_objects.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

#include <jansson.h>

#include "agent/conditions.h"
#include "agent/names.h"
#include "agent/profile_plan.h"
#include "json/cursor.h"
#include "kube/call.h"
#include "kube/object.h"
#include "kube/reflector.h"
#include "util/error.h"

#define KIND "SecurityProfilesOperatorDaemon"
#define REASON "Ignored"

static const struct kube_resource resource = { AGENT_GROUP, AGENT_VERSION,
					       "securityprofilesoperatordaemons", true };

/* A write that is under way. */
struct write {
	LIST_ENTRY(write) link;
	struct ignored_objects *objects;
	struct kube_call *call;
};

struct ignored_objects {
	struct kube_client *client;
	void (*trouble)(int result, const struct error *err, void *data);
	void *data;
	struct kube_reflector *reflector;
	LIST_HEAD(, write) writes;
};

/* What failed is tried again when the object is listed again. */
static void on_written(struct kube_call *call, int result, const struct error *err,
		       const json_t *object, void *data)
{
	struct write *write = data;
	struct ignored_objects *objects = write->objects;

	LIST_REMOVE(write, link);
	free(write);
	if (result < 0 && result != -ENOENT)
		objects->trouble(result, err, objects->data);
}

static int start_write(struct ignored_objects *objects, const char *namespace, const char *name,
		       const json_t *body, struct error *err)
{
	static const struct kube_call_handlers handlers = { .done = on_written };
	const struct kube_call_options options = {
		.verb = KUBE_APPLY,
		.resource = &resource,
		.namespace = namespace,
		.name = name,
		.subresource = "status",
		.body = body,
		.force = true,
	};
	struct write *write = calloc(1, sizeof(*write));
	int r;

	if (!write)
		return error_nomem(err);
	write->objects = objects;
	r = kube_call_start(objects->client, &options, &handlers, write, &write->call, err);
	if (r < 0) {
		free(write);
		return r;
	}
	LIST_INSERT_HEAD(&objects->writes, write, link);
	return 0;
}

static int say_ignored(struct ignored_objects *objects, const json_t *object,
		       const struct condition_state *have, struct error *err)
{
	const char *name = kube_object_name(object);
	const char *namespace = kube_object_namespace(object);
	struct condition_state want = {};
	_cleanup_json_ json_t *body = NULL;
	int r = condition_state_set(&want, PROFILE_DISABLED, 0, REASON,
				    "recorder ignores this object: the options of its agent are in "
				    "its DaemonSet",
				    err);

	if (r == 0) {
		body = condition_status_body(KIND, namespace, name, json_object(), &want, have);
		r = body ? start_write(objects, namespace, name, body, err) : error_nomem(err);
	}
	condition_state_finish(&want);
	return r;
}

static void on_object(const json_t *object, void *data)
{
	_cleanup_error_ struct error err = ERROR_INIT;
	struct ignored_objects *objects = data;
	struct condition_state have = {};
	int r = condition_state_read(&have, object, &err);

	if (r == 0 && strcmp(have.reason, REASON) != 0)
		r = say_ignored(objects, object, &have, &err);
	if (r < 0)
		objects->trouble(r, &err, objects->data);
	condition_state_finish(&have);
}

static void on_trouble(int result, const struct error *err, void *data)
{
	struct ignored_objects *objects = data;

	objects->trouble(result, err, objects->data);
}

static void on_deleted(const json_t *object, void *data)
{
}

/* A list is no more than its objects here. */
static void on_list(void *data)
{
}

static const struct kube_reflector_handlers handlers = {
	.begin = on_list,
	.object = on_object,
	.deleted = on_deleted,
	.listed = on_list,
	.trouble = on_trouble,
};

int ignored_objects_create(struct kube_client *client,
			   void (*trouble)(int result, const struct error *err, void *data),
			   void *data, struct ignored_objects **ret_objects, struct error *err)
{
	const struct kube_reflector_options options = { .resource = &resource };
	_cleanup_(cleanup_ignored_objects_destroy) struct ignored_objects *objects =
		calloc(1, sizeof(*objects));
	int r;

	if (!objects)
		return error_nomem(err);
	LIST_INIT(&objects->writes);
	objects->client = client;
	objects->trouble = trouble;
	objects->data = data;
	r = kube_reflector_create(client, &options, &handlers, objects, &objects->reflector, err);
	if (r < 0)
		return r;
	*ret_objects = steal_pointer(&objects);
	return 0;
}

void ignored_objects_destroy(struct ignored_objects *objects)
{
	struct write *write;

	if (!objects)
		return;
	kube_reflector_destroy(objects->reflector);
	while ((write = LIST_FIRST(&objects->writes))) {
		LIST_REMOVE(write, link);
		kube_call_cancel(write->call);
		free(write);
	}
	free(objects);
}
