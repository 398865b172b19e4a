// SPDX-License-Identifier: Apache-2.0
#include "container/bundle.h"

#include <errno.h>
#include <string.h>

#include "json/unsigned.h"
#include "container/state_file.h"
#include "util/array.h"
#include "util/error.h"

void bundle_finish(struct bundle *bundle)
{
	size_t i;

	for (i = 0; i < bundle->capability_count; i++)
		free(bundle->capabilities[i]);
	free(bundle->capabilities);
	for (i = 0; i < bundle->annotation_count; i++) {
		free(bundle->annotations[i].key);
		free(bundle->annotations[i].value);
	}
	free(bundle->annotations);
	free(bundle->seccomp);
	free(bundle->root_path);
	free(bundle->cgroups_path);
	free(bundle->container_type);
	free(bundle->container_name);
	free(bundle->image);
	free(bundle->sandbox_id);
	free(bundle->pod_name);
	free(bundle->pod_namespace);
	free(bundle->pod_uid);
	*bundle = (struct bundle){ .no_new_privs = TRISTATE_UNKNOWN };
}

/* Gets the member key of object, which may be absent or null. Messages call it path. */
static int get_member(const json_t *object, const char *key, const char *path, json_type type,
		      json_t **ret_member, struct error *err)
{
	json_t *member = json_object_get(object, key);

	if (json_is_null(member))
		member = NULL;
	/* jansson has separate types for true and false. */
	if (member && json_typeof(member) != type &&
	    !(type == JSON_TRUE && json_is_boolean(member)))
		return error_set(err, EINVAL, "config.json: %s has the wrong type", path);
	*ret_member = member;
	return 0;
}

static int copy_string(const json_t *object, const char *key, const char *path, char **to,
		       struct error *err)
{
	json_t *member = NULL;
	int r = get_member(object, key, path, JSON_STRING, &member, err);

	if (r < 0 || !member)
		return r;
	*to = strdup(json_string_value(member));
	return *to ? 0 : error_nomem(err);
}

static int compare_strings(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static int copy_capabilities(struct bundle *bundle, const json_t *names, struct error *err)
{
	size_t i, count = json_array_size(names);
	json_t *name;

	bundle->capabilities = calloc(count + 1, sizeof(*bundle->capabilities));
	if (!bundle->capabilities)
		return error_nomem(err);
	json_array_foreach(names, i, name) {
		if (!json_is_string(name))
			return error_set(
				err, EINVAL,
				"config.json: process.capabilities.bounding[%zu] is not a string",
				i);
		bundle->capabilities[i] = strdup(json_string_value(name));
		if (!bundle->capabilities[i])
			return error_nomem(err);
		bundle->capability_count++;
	}
	qsort(bundle->capabilities, count, sizeof(*bundle->capabilities), compare_strings);
	bundle->capabilities_known = true;
	return 0;
}

static int parse_process(struct bundle *bundle, const json_t *process, struct error *err)
{
	json_t *no_new_privs = NULL, *capabilities = NULL, *bounding = NULL;
	int r;

	if (!process)
		return 0;
	r = get_member(process, "noNewPrivileges", "process.noNewPrivileges", JSON_TRUE,
		       &no_new_privs, err);
	if (r == 0)
		r = get_member(process, "capabilities", "process.capabilities", JSON_OBJECT,
			       &capabilities, err);
	if (r == 0)
		r = get_member(capabilities, "bounding", "process.capabilities.bounding",
			       JSON_ARRAY, &bounding, err);
	if (r < 0)
		return r;
	bundle->no_new_privs = json_is_true(no_new_privs) ? TRISTATE_YES : TRISTATE_NO;
	return copy_capabilities(bundle, bounding, err);
}

static int parse_linux(struct bundle *bundle, const json_t *linux_part, struct error *err)
{
	json_t *namespaces = NULL, *seccomp = NULL, *namespace;
	size_t i;
	int r = get_member(linux_part, "namespaces", "linux.namespaces", JSON_ARRAY, &namespaces,
			   err);

	if (r == 0)
		r = get_member(linux_part, "seccomp", "linux.seccomp", JSON_OBJECT, &seccomp, err);
	if (r == 0)
		r = copy_string(linux_part, "cgroupsPath", "linux.cgroupsPath",
				&bundle->cgroups_path, err);
	if (r < 0)
		return r;
	json_array_foreach(namespaces, i, namespace) {
		const char *type = json_string_value(json_object_get(namespace, "type"));

		bundle->mount_namespace |= type && strcmp(type, "mount") == 0;
	}
	if (seccomp) {
		bundle->has_seccomp = true;
		bundle->seccomp = json_dumps(seccomp, JSON_COMPACT);
		if (!bundle->seccomp)
			return error_nomem(err);
		tree_restore_unsigned(bundle->seccomp);
	}
	return 0;
}

static int compare_labels(const void *a, const void *b)
{
	const struct label *left = a, *right = b;

	return strcmp(left->key, right->key);
}

static int copy_annotations(struct bundle *bundle, json_t *annotations, struct error *err)
{
	const char *key;
	json_t *value;

	bundle->annotations =
		calloc(json_object_size(annotations) + 1, sizeof(*bundle->annotations));
	if (!bundle->annotations)
		return error_nomem(err);
	json_object_foreach(annotations, key, value) {
		struct label *label = &bundle->annotations[bundle->annotation_count];

		if (!json_is_string(value))
			return error_set(err, EINVAL, "config.json: annotation %s is not a string",
					 key);
		bundle->annotation_count++;
		label->key = strdup(key);
		label->value = strdup(json_string_value(value));
		if (!label->key || !label->value)
			return error_nomem(err);
	}
	qsort(bundle->annotations, bundle->annotation_count, sizeof(*bundle->annotations),
	      compare_labels);
	return 0;
}

/*
 * Copies the annotations of the CRI plugins. Sources: containerd's pkg/cri/annotations; CRI-O's
 * pkg/annotations, and the kubelet's labels, which CRI-O adds.
 */
static int copy_known_annotations(struct bundle *bundle, const json_t *annotations,
				  struct error *err)
{
	const struct {
		char **to;
		const char *containerd;
		const char *crio;
	} known[] = {
		{ &bundle->container_type, "io.kubernetes.cri.container-type",
		  "io.kubernetes.cri-o.ContainerType" },
		{ &bundle->container_name, "io.kubernetes.cri.container-name",
		  "io.kubernetes.container.name" },
		{ &bundle->image, "io.kubernetes.cri.image-name", "io.kubernetes.cri-o.ImageName" },
		{ &bundle->sandbox_id, "io.kubernetes.cri.sandbox-id",
		  "io.kubernetes.cri-o.SandboxID" },
		{ &bundle->pod_name, "io.kubernetes.cri.sandbox-name", "io.kubernetes.pod.name" },
		{ &bundle->pod_namespace, "io.kubernetes.cri.sandbox-namespace",
		  "io.kubernetes.pod.namespace" },
		{ &bundle->pod_uid, "io.kubernetes.cri.sandbox-uid", "io.kubernetes.pod.uid" },
	};
	size_t i;

	for (i = 0; i < array_size(known); i++) {
		bool containerd = json_object_get(annotations, known[i].containerd);
		const char *key = containerd ? known[i].containerd : known[i].crio;
		int r = copy_string(annotations, key, key, known[i].to, err);

		if (r < 0)
			return r;
	}
	return 0;
}

static int parse_config(struct bundle *bundle, const json_t *config, struct error *err)
{
	json_t *process = NULL, *linux_part = NULL, *annotations = NULL, *root = NULL;
	int r = get_member(config, "process", "process", JSON_OBJECT, &process, err);

	if (r == 0)
		r = get_member(config, "linux", "linux", JSON_OBJECT, &linux_part, err);
	if (r == 0)
		r = get_member(config, "annotations", "annotations", JSON_OBJECT, &annotations,
			       err);
	if (r == 0)
		r = get_member(config, "root", "root", JSON_OBJECT, &root, err);
	if (r == 0)
		r = copy_string(root, "path", "root.path", &bundle->root_path, err);
	if (r == 0)
		r = parse_process(bundle, process, err);
	if (r == 0)
		r = parse_linux(bundle, linux_part, err);
	if (r == 0)
		r = copy_annotations(bundle, annotations, err);
	if (r == 0)
		r = copy_known_annotations(bundle, annotations, err);
	return r;
}

int bundle_parse(const char *text, size_t size, struct bundle *ret_bundle, struct error *err)
{
	_cleanup_bundle_ struct bundle bundle = { .no_new_privs = TRISTATE_UNKNOWN };
	_cleanup_json_ json_t *config = NULL;
	json_error_t problem;
	int r;

	config = json_loadb(text, size, 0, &problem);
	/* The conditions of a profile can have numbers that jansson cannot hold. */
	if (!config)
		config = tree_load_unsigned(text, size, NULL);
	if (!config)
		return error_set(err, EINVAL, "config.json, line %d: %s", problem.line,
				 problem.text);
	if (!json_is_object(config))
		return error_set(err, EINVAL, "config.json is not a JSON object");
	r = parse_config(&bundle, config, err);
	if (r < 0)
		return r;
	*ret_bundle = bundle;
	bundle = (struct bundle){};
	return 0;
}

int bundle_read(const struct state_directory *directory, struct bundle *ret_bundle,
		struct error *err)
{
	_cleanup_free_ char *text = NULL;
	size_t size;
	int r = state_file_read(directory, "config.json", &text, &size, err);

	if (r == 0)
		r = bundle_parse(text, size, ret_bundle, err);
	if (r < 0)
		error_prefix(err, "read the bundle %s", directory->path);
	return r;
}
