// SPDX-License-Identifier: Apache-2.0
#include "agent/node_pods.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "agent/pod_suffixes.h"
#include "kube/object.h"
#include "kube/reflector.h"
#include "util/array.h"
#include "util/error.h"
#include "util/str.h"
#include "util/string_set.h"

static const struct kube_resource pods_resource = { "", "v1", "pods", true };

struct pod {
	char *uid;
	char **paths; /* that it names */
	size_t path_count;
	char *privileged; /* "<namespace>/<name>/<container>" of the first such container; NULL */
	bool listed;	  /* by the list that is under way */
};

struct node_pods {
	struct kube_reflector *reflector;
	const struct node_pods_handlers *handlers;
	void *data;
	struct pod *items; /* that name a path, or are privileged */
	size_t length;
	struct pod_suffixes suffixes; /* of all pods */
	bool known;
};

static bool pod_names(const struct pod *pod, const char *path)
{
	return string_set_has(pod->paths, pod->path_count, path);
}

bool node_pods_name(const struct node_pods *pods, const char *path)
{
	size_t i;

	for (i = 0; i < pods->length; i++)
		if (pod_names(&pods->items[i], path))
			return true;
	return false;
}

bool node_pods_are_known(const struct node_pods *pods)
{
	return pods->known;
}

const char *node_pods_suffix(const struct node_pods *pods, const char *uid)
{
	return pod_suffixes_find(&pods->suffixes, uid);
}

/* Adds the path of a securityContext, of a pod or a container. */
static int add_path(struct pod *pod, const json_t *holder, struct error *err)
{
	const json_t *profile =
		json_object_get(json_object_get(holder, "securityContext"), "seccompProfile");
	const char *path = json_string_value(json_object_get(profile, "localhostProfile"));

	return path ? string_set_add(&pod->paths, &pod->path_count, path, err) : 0;
}

static int note_privileged(struct pod *pod, const json_t *object, const json_t *container,
			   struct error *err)
{
	const json_t *context = json_object_get(container, "securityContext");
	const char *name = json_string_value(json_object_get(container, "name"));

	if (pod->privileged || !json_is_true(json_object_get(context, "privileged")))
		return 0;
	if (asprintf(&pod->privileged, "%s/%s/%s", kube_object_namespace(object) ?: "",
		     kube_object_name(object), name ?: "") < 0) {
		pod->privileged = NULL;
		return error_nomem(err);
	}
	return 0;
}

const char *node_pods_privileged(const struct node_pods *pods, const char *namespace,
				 const char *name)
{
	_cleanup_free_ char *prefix = NULL;
	size_t i;

	if (asprintf(&prefix, "%s/%s/", namespace, name) < 0) {
		prefix = NULL;
		return NULL;
	}
	for (i = 0; i < pods->length; i++)
		if (pods->items[i].privileged && str_has_prefix(pods->items[i].privileged, prefix))
			return pods->items[i].privileged + strlen(prefix);
	return NULL;
}

static int add_containers(struct pod *pod, const json_t *object, struct error *err)
{
	static const char *const lists[] = { "initContainers", "containers",
					     "ephemeralContainers" };
	const json_t *spec = json_object_get(object, "spec"), *container;
	size_t i, k;
	int r = add_path(pod, spec, err);

	for (i = 0; i < array_size(lists); i++)
		json_array_foreach(json_object_get(spec, lists[i]), k, container) {
			if (r == 0)
				r = add_path(pod, container, err);
			if (r == 0)
				r = note_privileged(pod, object, container, err);
		}
	return r;
}

/* None of its containers will start again. */
static bool has_ended(const json_t *object)
{
	const char *phase =
		json_string_value(json_object_get(json_object_get(object, "status"), "phase"));

	return phase && (strcmp(phase, "Succeeded") == 0 || strcmp(phase, "Failed") == 0);
}

static void pod_finish(struct pod *pod)
{
	free(pod->uid);
	free(pod->privileged);
	string_set_free(pod->paths, pod->path_count);
}

static struct pod *find(struct node_pods *pods, const char *uid)
{
	size_t i;

	for (i = 0; i < pods->length; i++)
		if (strcmp(pods->items[i].uid, uid) == 0)
			return &pods->items[i];
	return NULL;
}

/* Reports the paths of a pod which no other pod names; the pod is not among the others. */
static void report(struct node_pods *pods, const struct pod *pod)
{
	size_t i;

	for (i = 0; i < pod->path_count; i++)
		if (!node_pods_name(pods, pod->paths[i]))
			pods->handlers->changed(pod->paths[i], pods->data);
}

/* Forgets a pod, and returns what it was for the report. */
static struct pod take_out(struct node_pods *pods, struct pod *pod)
{
	struct pod taken = *pod;

	*pod = pods->items[--pods->length];
	return taken;
}

static void forget(struct node_pods *pods, struct pod *pod)
{
	struct pod taken = take_out(pods, pod);

	report(pods, &taken);
	pod_finish(&taken);
}

static int keep(struct node_pods *pods, struct pod *pod, struct error *err)
{
	struct pod *items = array_grow(pods->items, pods->length, sizeof(*items));
	struct pod *kept;

	if (!items)
		return error_nomem(err);
	pods->items = items;
	kept = &items[pods->length];
	*kept = *pod;
	*pod = (struct pod){};
	report(pods, kept); /* while it does not count yet */
	pods->length++;
	return 0;
}

static bool is_same(const struct pod *a, const struct pod *b)
{
	size_t i;

	for (i = 0; i < a->path_count; i++)
		if (!pod_names(b, a->paths[i]))
			return false;
	return a->path_count == b->path_count;
}

static int replace(struct node_pods *pods, struct pod *pod, struct error *err)
{
	struct pod *known = find(pods, pod->uid);

	if (known && is_same(known, pod)) {
		known->listed = true;
		return 0;
	}
	if (known)
		forget(pods, known);
	return pod->path_count || pod->privileged ? keep(pods, pod, err) : 0;
}

static void on_object(const json_t *object, void *data)
{
	const char *uid = kube_object_uid(object);
	_cleanup_(pod_finish) struct pod pod = { .uid = strdup(uid), .listed = true };
	_cleanup_error_ struct error err = ERROR_INIT;
	struct node_pods *pods = data;
	int r = pod.uid ? 0 : error_nomem(&err);

	if (r == 0)
		r = pod_suffixes_note(&pods->suffixes, object, &err);
	if (r == 0 && !has_ended(object))
		r = add_containers(&pod, object, &err);
	if (r == 0)
		r = replace(pods, &pod, &err);
	if (r < 0)
		pods->handlers->trouble(r, &err, pods->data);
}

static void on_deleted(const json_t *object, void *data)
{
	const char *uid = kube_object_uid(object);
	struct node_pods *pods = data;
	struct pod *pod = find(pods, uid);

	pod_suffixes_note_deleted(&pods->suffixes, uid);
	if (pod)
		forget(pods, pod);
}

static void on_begin(void *data)
{
	struct node_pods *pods = data;
	size_t i;

	for (i = 0; i < pods->length; i++)
		pods->items[i].listed = false;
	pod_suffixes_begin(&pods->suffixes);
}

static void on_listed(void *data)
{
	struct node_pods *pods = data;
	bool first = !pods->known;
	size_t i = 0;

	while (i < pods->length) {
		if (pods->items[i].listed)
			i++;
		else
			forget(pods, &pods->items[i]);
	}
	pod_suffixes_end(&pods->suffixes);
	pods->known = true;
	if (first)
		pods->handlers->known(pods->data);
}

static void on_trouble(int result, const struct error *err, void *data)
{
	struct node_pods *pods = data;

	pods->handlers->trouble(result, err, pods->data);
}

static const struct kube_reflector_handlers reflector_handlers = {
	.begin = on_begin,
	.object = on_object,
	.deleted = on_deleted,
	.listed = on_listed,
	.trouble = on_trouble,
};

int node_pods_create(struct kube_client *client, const char *node_name,
		     const struct node_pods_handlers *handlers, void *data,
		     struct node_pods **ret_pods, struct error *err)
{
	_cleanup_(cleanup_node_pods_destroy) struct node_pods *pods = calloc(1, sizeof(*pods));
	_cleanup_free_ char *selector = NULL;
	struct kube_reflector_options options = { .resource = &pods_resource };
	int r;

	if (!pods || asprintf(&selector, "spec.nodeName=%s", node_name) < 0) {
		selector = NULL;
		return error_nomem(err);
	}
	pods->handlers = handlers;
	pods->data = data;
	options.field_selector = selector;
	r = kube_reflector_create(client, &options, &reflector_handlers, pods, &pods->reflector,
				  err);
	if (r < 0)
		return r;
	*ret_pods = steal_pointer(&pods);
	return 0;
}

void node_pods_destroy(struct node_pods *pods)
{
	size_t i;

	if (!pods)
		return;
	kube_reflector_destroy(pods->reflector);
	for (i = 0; i < pods->length; i++)
		pod_finish(&pods->items[i]);
	free(pods->items);
	pod_suffixes_finish(&pods->suffixes);
	free(pods);
}
