/* SPDX-License-Identifier: Apache-2.0 */
#ifndef AGENT_RECORDED_NAME_H
#define AGENT_RECORDED_NAME_H

/* Names and labels of the SeccompProfiles that agents make of a recording. */
#include <stdbool.h>

#include <jansson.h>

/* What a profile is of. The namespace, the recording and the container are DNS-1123 labels. */
struct recorded_key {
	const char *namespace, *recording;
	const char *container; /* NULL: the profile of whole pods */
	/*
	 * Of the pod's generated name, if each pod has profiles of its own; NULL. What is no
	 * DNS-1123 label, such as "x.y", is hashed first.
	 */
	const char *suffix;
};

/*
 * Returns "<recording>", "<recording>-<container>" or "<recording>-<container>-<suffix>", which keys
 * can share: "web" with "app-x7" has the name of "web" with "app" and "x7", and every namespace may
 * have a recording "web". With hashed, ".<8 hex digits of SHA-256 of the key>" follows. A name without
 * a hash has no dot, so that no recording can be given the hashed name of another. Either is a name
 * that localhost_path_create() takes: 201 characters at most. The caller frees it. NULL without
 * memory.
 */
char *recorded_name(const struct recorded_key *key, bool hashed);

/* True if the object's labels name exactly this key. A label that the key has no part for counts. */
bool recorded_object_is(const json_t *object, const struct recorded_key *key);

/* Returns the labels of such an object. The caller owns them. NULL without memory. */
json_t *recorded_labels(const struct recorded_key *key);

#endif
