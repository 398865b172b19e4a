// SPDX-License-Identifier: Apache-2.0
#include "kube/object.h"

static const char *text_of(const json_t *object, const char *key)
{
	return json_string_value(json_object_get(json_object_get(object, "metadata"), key));
}

const char *kube_object_name(const json_t *object)
{
	return text_of(object, "name") ?: "";
}

const char *kube_object_uid(const json_t *object)
{
	return text_of(object, "uid") ?: "";
}

const char *kube_object_namespace(const json_t *object)
{
	return text_of(object, "namespace");
}

const char *kube_object_owner(const json_t *object)
{
	const json_t *owners =
		json_object_get(json_object_get(object, "metadata"), "ownerReferences");

	return json_string_value(json_object_get(json_array_get(owners, 0), "name"));
}
