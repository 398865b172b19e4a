// SPDX-License-Identifier: Apache-2.0
#include "agent/recorded_name.h"

#include <stdio.h>
#include <string.h>

#include "agent/names.h"
#include "agent/object_names.h"
#include "util/cleanup.h"
#include "util/str.h"

#define HASH_DIGITS 8

#define LABEL_SIZE 64

/* Writes the suffix as it stands in names and labels; returns NULL without one. */
static const char *suffix_of(const struct recorded_key *key, char out[LABEL_SIZE])
{
	if (!key->suffix)
		return NULL;
	if (str_is_dns_label(key->suffix))
		strcpy(out, key->suffix);
	else
		object_hash(key->suffix, out, HASH_DIGITS + 1);
	return out;
}

/* Joins the parts of a key; a NULL one is left out. NULL without memory. */
static char *join(const char *recording, const char *container, const char *suffix)
{
	char *name;

	if (asprintf(&name, "%s%s%s%s%s", recording, container ? "-" : "", container ?: "",
		     suffix ? "-" : "", suffix ?: "") < 0)
		return NULL;
	return name;
}

char *recorded_name(const struct recorded_key *key, bool hashed)
{
	char label[LABEL_SIZE], hex[HASH_DIGITS + 1], *name;
	_cleanup_free_ char *plain = join(key->recording, key->container, suffix_of(key, label));
	_cleanup_free_ char *whole = NULL;

	if (!plain || !hashed)
		return steal_pointer(&plain);
	if (asprintf(&whole, "%s/%s/%s/%s", key->namespace, key->recording, key->container ?: "",
		     key->suffix ?: "") < 0) {
		whole = NULL;
		return NULL;
	}
	object_hash(whole, hex, sizeof(hex));
	return asprintf(&name, "%s.%s", plain, hex) < 0 ? NULL : name;
}

/* True if the label has the value; if that is NULL, if there is no such label. */
static bool has_label(const json_t *labels, const char *name, const char *value)
{
	const json_t *label = json_object_get(labels, name);
	const char *found = json_string_value(label);

	return value ? found && strcmp(found, value) == 0 : !label;
}

bool recorded_object_is(const json_t *object, const struct recorded_key *key)
{
	const json_t *labels = json_object_get(json_object_get(object, "metadata"), "labels");
	char suffix[LABEL_SIZE];

	return has_label(labels, LABEL_RECORDING_NAMESPACE, key->namespace) &&
	       has_label(labels, LABEL_RECORDING_ID, key->recording) &&
	       has_label(labels, LABEL_CONTAINER_ID, key->container) &&
	       has_label(labels, LABEL_POD_SUFFIX, suffix_of(key, suffix));
}

json_t *recorded_labels(const struct recorded_key *key)
{
	char suffix[LABEL_SIZE];

	return json_pack("{s:s, s:s, s:s*, s:s*}", LABEL_RECORDING_NAMESPACE, key->namespace,
			 LABEL_RECORDING_ID, key->recording, LABEL_CONTAINER_ID, key->container,
			 LABEL_POD_SUFFIX, suffix_of(key, suffix));
}
