// SPDX-License-Identifier: Apache-2.0
#include "container/cri_model.h"

#include <errno.h>
#include <jansson.h>
#include <limits.h>
#include <string.h>

#include "container/runtime.h"
#include "json/unsigned.h"
#include "util/array.h"
#include "util/error.h"
#include "util/string_set.h"

static void free_json(json_t *json)
{
	json_decref(json);
}
DEFINE_CLEANUP(json_t *, free_json);

static void labels_free(struct label *labels, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++) {
		free(labels[i].key);
		free(labels[i].value);
	}
	free(labels);
}

static void sandbox_finish(struct cri_sandbox *sandbox)
{
	free(sandbox->id);
	free(sandbox->name);
	free(sandbox->namespace);
	free(sandbox->uid);
	free(sandbox->runtime_handler);
	labels_free(sandbox->labels, sandbox->label_count);
}

static void container_part_finish(struct cri_container *container)
{
	free(container->id);
	free(container->sandbox_id);
	free(container->name);
	free(container->image);
	free(container->image_ref);
	labels_free(container->labels, container->label_count);
}

void cri_sandboxes_free(struct cri_sandbox *sandboxes, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++)
		sandbox_finish(&sandboxes[i]);
	free(sandboxes);
}

void cri_containers_free(struct cri_container *containers, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++)
		container_part_finish(&containers[i]);
	free(containers);
}

void cri_container_status_finish(struct cri_container_status *status)
{
	container_part_finish(&status->container);
	free(status->runtime_type);
	free(status->runtime_binary);
	free(status->bundle);
	free(status->localhost_profile);
	*status = (struct cri_container_status){};
}

/* A field to copy. text may be NULL if its message was not sent. */
struct text_field {
	char **to;
	const char *text;
};

static int copy_texts(const struct text_field *fields, size_t count, struct error *err)
{
	size_t i;

	for (i = 0; i < count; i++) {
		*fields[i].to = strdup(fields[i].text ? fields[i].text : "");
		if (!*fields[i].to)
			return error_nomem(err);
	}
	return 0;
}

/* The caller frees the labels copied so far, also on failure. */
static int copy_labels(struct label **labels, size_t *label_count, Cri__KeyValue *const *entries,
		       size_t count, struct error *err)
{
	size_t i;

	*labels = calloc(count ? count : 1, sizeof(**labels));
	if (!*labels)
		return error_nomem(err);
	for (i = 0; i < count; i++) {
		struct text_field fields[] = { { &(*labels)[i].key, entries[i]->key },
					       { &(*labels)[i].value, entries[i]->value } };
		int r;

		(*label_count)++;
		r = copy_texts(fields, array_size(fields), err);
		if (r < 0)
			return r;
	}
	return 0;
}

static int copy_sandbox(struct cri_sandbox *sandbox, const Cri__PodSandbox *message,
			struct error *err)
{
	const Cri__PodSandboxMetadata *metadata = message->metadata;
	struct text_field fields[] = {
		{ &sandbox->id, message->id },
		{ &sandbox->name, metadata ? metadata->name : NULL },
		{ &sandbox->namespace, metadata ? metadata->namespace_ : NULL },
		{ &sandbox->uid, metadata ? metadata->uid : NULL },
		{ &sandbox->runtime_handler, message->runtime_handler },
	};
	int r = copy_texts(fields, array_size(fields), err);

	if (r < 0)
		return r;
	sandbox->state = message->state ? CRI_SANDBOX_NOT_READY : CRI_SANDBOX_READY;
	sandbox->created_at = message->created_at;
	return copy_labels(&sandbox->labels, &sandbox->label_count, message->labels,
			   message->n_labels, err);
}

int cri_sandboxes_from_message(const Cri__ListPodSandboxResponse *message,
			       struct cri_sandbox **ret_sandboxes, size_t *ret_count,
			       struct error *err)
{
	struct cri_sandbox *sandboxes = calloc(message->n_items + 1, sizeof(*sandboxes));
	size_t i;

	if (!sandboxes)
		return error_nomem(err);
	for (i = 0; i < message->n_items; i++) {
		int r = copy_sandbox(&sandboxes[i], message->items[i], err);

		if (r < 0) {
			cri_sandboxes_free(sandboxes, i + 1);
			return r;
		}
	}
	*ret_sandboxes = sandboxes;
	*ret_count = message->n_items;
	return 0;
}

/*
 * Returns the image as the user wrote it. Since Kubernetes 1.28 that is in
 * user_specified_image, and image may hold the id that it was resolved to.
 */
static const char *image_name(const Cri__ImageSpec *image)
{
	if (!image)
		return NULL;
	return image->user_specified_image[0] ? image->user_specified_image : image->image;
}

static enum cri_container_state container_state(uint32_t state)
{
	return state < CRI_CONTAINER_UNKNOWN ? (enum cri_container_state)state :
					       CRI_CONTAINER_UNKNOWN;
}

static int copy_container(struct cri_container *container, const Cri__ContainerSummary *message,
			  struct error *err)
{
	struct text_field fields[] = {
		{ &container->id, message->id },
		{ &container->sandbox_id, message->pod_sandbox_id },
		{ &container->name, message->metadata ? message->metadata->name : NULL },
		{ &container->image, image_name(message->image) },
		{ &container->image_ref, message->image_ref },
	};
	int r = copy_texts(fields, array_size(fields), err);

	if (r < 0)
		return r;
	container->state = container_state(message->state);
	container->created_at = message->created_at;
	return copy_labels(&container->labels, &container->label_count, message->labels,
			   message->n_labels, err);
}

int cri_containers_from_message(const Cri__ListContainersResponse *message,
				struct cri_container **ret_containers, size_t *ret_count,
				struct error *err)
{
	struct cri_container *containers = calloc(message->n_containers + 1, sizeof(*containers));
	size_t i;

	if (!containers)
		return error_nomem(err);
	for (i = 0; i < message->n_containers; i++) {
		int r = copy_container(&containers[i], message->containers[i], err);

		if (r < 0) {
			cri_containers_free(containers, i + 1);
			return r;
		}
	}
	*ret_containers = containers;
	*ret_count = message->n_containers;
	return 0;
}

/* Parses the JSON of one entry of the verbose information. NULL if there is no such entry. */
static json_t *parse_info(Cri__KeyValue *const *info, size_t count, const char *key)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (strcmp(info[i]->key, key) == 0)
			return tree_load_unsigned(info[i]->value, strlen(info[i]->value), NULL);
	return NULL;
}

/* The program that containerd is configured to run, or else the type of the shim. */
static const char *runtime_of_handler(const json_t *handler)
{
	const char *binary = json_string_value(
		json_object_get(json_object_get(handler, "options"), "BinaryName"));
	const char *type = json_string_value(json_object_get(handler, "runtimeType"));

	return runtime_name_of(binary && *binary ? binary : type ?: "");
}

int cri_runtimes_from_message(const Cri__StatusResponse *message, char ***ret_names,
			      size_t *ret_count, struct error *err)
{
	_cleanup_(cleanup_free_json)
		json_t *config = parse_info(message->info, message->n_info, "config");
	json_t *handlers = json_object_get(json_object_get(config, "containerd"), "runtimes");
	char **names = NULL;
	const char *handler;
	size_t count = 0;
	json_t *value;
	int r = 0;

	json_object_foreach(handlers, handler, value) {
		const char *name = runtime_of_handler(value);

		if (name && r == 0)
			r = string_set_add(&names, &count, name, err);
	}
	if (r < 0) {
		string_set_free(names, count);
		return r;
	}
	*ret_names = names;
	*ret_count = count;
	return 0;
}

/*
 * containerd reports the whole configuration that it got over CRI, in which the kubelet gives
 * an absolute path.
 */
static const char *localhost_profile(const json_t *info)
{
	const json_t *config = json_object_get(info, "config");
	const json_t *on_linux = json_object_get(config, "linux");
	const json_t *security = json_object_get(on_linux, "security_context");
	const json_t *seccomp = json_object_get(security, "seccomp");

	return json_string_value(json_object_get(seccomp, "localhost_ref"));
}

static int copy_info(struct cri_container_status *status, const json_t *info, struct error *err)
{
	const json_t *options = json_object_get(info, "runtimeOptions");
	const json_t *spec = json_object_get(info, "runtimeSpec");
	json_int_t pid = json_integer_value(json_object_get(info, "pid"));
	struct text_field fields[] = {
		{ &status->container.sandbox_id,
		  json_string_value(json_object_get(info, "sandboxID")) },
		{ &status->runtime_type, json_string_value(json_object_get(info, "runtimeType")) },
		{ &status->runtime_binary,
		  json_string_value(json_object_get(options, "binary_name")) },
		{ &status->localhost_profile, localhost_profile(info) },
	};
	int r = copy_texts(fields, array_size(fields), err);

	if (r < 0)
		return r;
	if (pid > 0 && pid <= INT_MAX)
		status->pid = pid;
	status->bundle = json_is_object(spec) ? json_dumps(spec, JSON_COMPACT) : strdup("");
	if (!status->bundle)
		return error_nomem(err);
	tree_restore_unsigned(status->bundle);
	return 0;
}

static int copy_status(struct cri_container_status *status, const Cri__ContainerStatus *message,
		       struct error *err)
{
	struct cri_container *container = &status->container;
	struct text_field fields[] = {
		{ &container->id, message->id },
		{ &container->name, message->metadata ? message->metadata->name : NULL },
		{ &container->image, image_name(message->image) },
		{ &container->image_ref, message->image_ref },
	};
	int r = copy_texts(fields, array_size(fields), err);

	if (r < 0)
		return r;
	container->state = container_state(message->state);
	container->created_at = message->created_at;
	status->started_at = message->started_at;
	status->finished_at = message->finished_at;
	return copy_labels(&container->labels, &container->label_count, message->labels,
			   message->n_labels, err);
}

int cri_status_from_message(const Cri__ContainerStatusResponse *message,
			    struct cri_container_status *ret_status, struct error *err)
{
	_cleanup_(cleanup_free_json)
		json_t *info = parse_info(message->info, message->n_info, "info");
	_cleanup_cri_container_status_ struct cri_container_status status = {};
	int r;

	if (!message->status)
		return error_set(err, EPROTO, "the answer has no container status");
	r = copy_status(&status, message->status, err);
	if (r == 0)
		r = copy_info(&status, info, err);
	if (r < 0)
		return r;
	*ret_status = status;
	status = (struct cri_container_status){};
	return 0;
}
