// SPDX-License-Identifier: Apache-2.0
#include "agent/profile_path.h"

#include <string.h>

#include "agent/names.h"
#include "agent/recorded_name.h"
#include "install/localhost_path.h"
#include "kube/call.h"
#include "kube/object.h"
#include "util/cleanup.h"
#include "util/error.h"

/* Returns the value of a label or an annotation; NULL if there is none. */
static const char *value_of(const json_t *object, const char *map, const char *key)
{
	const json_t *metadata = json_object_get(object, "metadata");

	return json_string_value(json_object_get(json_object_get(metadata, map), key));
}

const char *profile_object_namespace(const json_t *object)
{
	const json_t *metadata = json_object_get(object, "metadata"), *entry;
	size_t i;

	json_array_foreach(json_object_get(metadata, "managedFields"), i, entry) {
		const char *manager = json_string_value(json_object_get(entry, "manager"));
		const json_t *fields = json_object_get(entry, "fieldsV1");
		const json_t *labels =
			json_object_get(json_object_get(fields, "f:metadata"), "f:labels");

		if (manager && strcmp(manager, KUBE_FIELD_MANAGER) == 0 &&
		    json_object_get(labels, "f:" LABEL_RECORDING_NAMESPACE))
			return value_of(object, "labels", LABEL_RECORDING_NAMESPACE);
	}
	return NULL;
}

/*
 * Sets ret_name to the name without its hash if the object's labels prove that it has one, or else to
 * NULL. Labels that somebody has changed prove nothing: the hash is of them all.
 */
static int unhash(const json_t *object, const char *namespace, char **ret_name, struct error *err)
{
	const struct recorded_key key = {
		.namespace = namespace,
		.recording = value_of(object, "labels", LABEL_RECORDING_ID),
		.container = value_of(object, "labels", LABEL_CONTAINER_ID),
		.suffix = value_of(object, "labels", LABEL_POD_SUFFIX),
	};
	_cleanup_free_ char *hashed = NULL;

	*ret_name = NULL;
	if (!key.recording)
		return 0;
	hashed = recorded_name(&key, true);
	if (!hashed)
		return error_nomem(err);
	if (strcmp(hashed, kube_object_name(object)) != 0)
		return 0;
	*ret_name = recorded_name(&key, false);
	return *ret_name ? 0 : error_nomem(err);
}

static bool has_hashed_path(const json_t *object)
{
	const char *value = value_of(object, "annotations", ANNOTATION_HASHED_PATH);

	return value && strcmp(value, "true") == 0;
}

int profile_namespaced_path(const json_t *object, bool own_name, char **ret_path, struct error *err)
{
	const char *namespace = profile_object_namespace(object);
	_cleanup_free_ char *plain = NULL;
	int r = 0;

	if (!namespace) {
		*ret_path = NULL;
		return 0;
	}
	if (!own_name && !has_hashed_path(object))
		r = unhash(object, namespace, &plain, err);
	if (r < 0)
		return r;
	return localhost_path_create(AGENT_PREFIX, namespace, plain ?: kube_object_name(object),
				     ret_path, err);
}
