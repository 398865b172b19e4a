// SPDX-License-Identifier: Apache-2.0
#include "agent/pod_suffixes.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "kube/object.h"
#include "util/array.h"
#include "util/cleanup.h"
#include "util/error.h"
#include "util/str.h"

/* The API server cuts a longer generateName (MaxGeneratedNameLength of k8s.io/apiserver). */
#define PREFIX_MAX 58

struct pod_suffix {
	char *text;  /* the UID, NUL, the suffix, NUL */
	bool listed; /* by the list that is under way */
};

static const char *suffix_of(const char *text)
{
	return text + strlen(text) + 1;
}

void pod_suffixes_finish(struct pod_suffixes *suffixes)
{
	size_t i;

	for (i = 0; i < suffixes->length; i++)
		free(suffixes->items[i].text);
	for (i = 0; i < POD_SUFFIXES_GONE_MAX; i++)
		free(suffixes->gone[i]);
	free(suffixes->items);
	*suffixes = (struct pod_suffixes){};
}

static struct pod_suffix *find(const struct pod_suffixes *suffixes, const char *uid)
{
	size_t i;

	for (i = 0; i < suffixes->length; i++)
		if (strcmp(suffixes->items[i].text, uid) == 0)
			return &suffixes->items[i];
	return NULL;
}

const char *pod_suffixes_find(const struct pod_suffixes *suffixes, const char *uid)
{
	const struct pod_suffix *item = find(suffixes, uid);
	size_t i;

	if (item)
		return suffix_of(item->text);
	for (i = 0; i < POD_SUFFIXES_GONE_MAX; i++)
		if (suffixes->gone[i] && strcmp(suffixes->gone[i], uid) == 0)
			return suffix_of(suffixes->gone[i]);
	return NULL;
}

/* Returns the part of the name that was generated; NULL if none was. */
static const char *generated_part(const json_t *pod)
{
	const char *name = kube_object_name(pod);
	const char *prefix = json_string_value(
		json_object_get(json_object_get(pod, "metadata"), "generateName"));
	size_t length = prefix ? strlen(prefix) : 0;

	/* Who sets generateName may set the name too, as StatefulSets do with long names. */
	if (length > PREFIX_MAX && !str_has_prefix(name, prefix))
		length = PREFIX_MAX;
	if (length == 0 || strncmp(name, prefix, length) != 0 || !name[length])
		return NULL;
	return name + length;
}

int pod_suffixes_note(struct pod_suffixes *suffixes, const json_t *pod, struct error *err)
{
	const char *uid = kube_object_uid(pod), *suffix = generated_part(pod);
	struct pod_suffix *item = suffix ? find(suffixes, uid) : NULL;
	char *text;

	if (item)
		item->listed = true;
	if (item || !suffix)
		return 0;
	item = array_grow(suffixes->items, suffixes->length, sizeof(*item));
	if (!item)
		return error_nomem(err);
	suffixes->items = item;
	text = malloc(strlen(uid) + strlen(suffix) + 2);
	if (!text)
		return error_nomem(err);
	strcpy(stpcpy(text, uid) + 1, suffix);
	item[suffixes->length++] = (struct pod_suffix){ text, true };
	return 0;
}

/* Removes a pod from those that exist, and remembers it in place of the pod that was deleted first. */
static void move_to_gone(struct pod_suffixes *suffixes, struct pod_suffix *item)
{
	char **place = &suffixes->gone[suffixes->next_gone++ % POD_SUFFIXES_GONE_MAX];

	free(*place);
	*place = item->text;
	*item = suffixes->items[--suffixes->length];
}

void pod_suffixes_note_deleted(struct pod_suffixes *suffixes, const char *uid)
{
	struct pod_suffix *item = find(suffixes, uid);

	if (item)
		move_to_gone(suffixes, item);
}

void pod_suffixes_begin(struct pod_suffixes *suffixes)
{
	size_t i;

	for (i = 0; i < suffixes->length; i++)
		suffixes->items[i].listed = false;
}

void pod_suffixes_end(struct pod_suffixes *suffixes)
{
	size_t i = 0;

	while (i < suffixes->length) {
		if (suffixes->items[i].listed)
			i++;
		else
			move_to_gone(suffixes, &suffixes->items[i]);
	}
}
