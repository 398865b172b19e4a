// SPDX-License-Identifier: Apache-2.0
#include "agent/recording_entry.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "json/cursor.h"
#include "kube/object.h"
#include "util/error.h"

static void entry_destroy(struct recording_entry *entry)
{
	json_decref(entry->object);
	json_decref(entry->status);
	recording_plan_finish(&entry->plan);
	free(entry->name);
	free(entry);
}

DEFINE_CLEANUP(struct recording_entry *, entry_destroy);

const char *recording_entry_namespace(const struct recording_entry *entry)
{
	return kube_object_namespace(entry->object) ?: "";
}

const char *recording_entry_uid(const struct recording_entry *entry)
{
	return kube_object_uid(entry->object);
}

static char *make_name(const json_t *object)
{
	char *name;

	return asprintf(&name, "%s/%s", kube_object_namespace(object) ?: "",
			kube_object_name(object)) < 0 ?
		       NULL :
		       name;
}

struct recording_entry *recording_entry_find(const struct name_table *entries, const json_t *object)
{
	_cleanup_free_ char *name = make_name(object);

	return name ? name_table_find(entries, name) : NULL;
}

struct recording_entry *recording_entry_find_uid(const struct name_table *entries, const char *uid)
{
	size_t i;

	for (i = 0; i < entries->length; i++)
		if (strcmp(recording_entry_uid(entries->items[i]), uid) == 0)
			return entries->items[i];
	return NULL;
}

/* Leaves out what changes without consequence, such as managedFields. */
static json_t *copy_relevant(const json_t *object)
{
	static const char *const kept[] = { "name", "namespace", "uid", "generation",
					    "creationTimestamp" };
	const json_t *metadata = json_object_get(object, "metadata");
	json_t *copied = json_object();
	size_t i;

	for (i = 0; i < sizeof(kept) / sizeof(kept[0]); i++)
		if (json_object_get(metadata, kept[i]))
			json_object_set(copied, kept[i], json_object_get(metadata, kept[i]));
	return json_pack("{s:s, s:s, s:o, s:O?}", "apiVersion",
			 json_string_value(json_object_get(object, "apiVersion")) ?: "", "kind",
			 "ProfileRecording", "metadata", copied, "spec",
			 json_object_get(object, "spec"));
}

static int get_entry(struct name_table *entries, const json_t *object,
		     struct recording_entry **ret_entry, struct error *err)
{
	_cleanup_(cleanup_entry_destroy) struct recording_entry *entry = calloc(1, sizeof(*entry));
	int r;

	if (entry)
		entry->name = make_name(object);
	if (!entry || !entry->name)
		return error_nomem(err);
	*ret_entry = name_table_find(entries, entry->name);
	if (*ret_entry)
		return 0;
	r = name_table_add(entries, entry, err);
	if (r == 0)
		*ret_entry = steal_pointer(&entry);
	return r;
}

int recording_entry_set(struct name_table *entries, const json_t *object,
			struct recording_entry **ret_entry, bool *ret_changed, struct error *err)
{
	_cleanup_json_ json_t *relevant = copy_relevant(object);
	struct recording_entry *entry = NULL;
	int r = relevant ? get_entry(entries, object, &entry, err) : error_nomem(err);

	if (r < 0)
		return r;
	entry->listed = true;
	*ret_changed = !json_equal(entry->object, relevant);
	json_decref(entry->object);
	entry->object = steal_pointer(&relevant);
	json_decref(entry->status);
	entry->status = json_incref(json_object_get(object, "status"));
	*ret_entry = entry;
	return 0;
}

static const char *creation_of(const struct recording_entry *entry)
{
	return json_string_value(json_object_get(json_object_get(entry->object, "metadata"), "creationTimestamp")) ?:
		       "";
}

size_t recording_entry_rank(const struct name_table *entries, const struct recording_entry *entry)
{
	const char *namespace = recording_entry_namespace(entry);
	size_t i, rank = 0;

	for (i = 0; i < entries->length; i++) {
		const struct recording_entry *other = entries->items[i];
		/* Times of the API have one form, so they sort as texts. */
		int order = strcmp(creation_of(other), creation_of(entry));

		if (strcmp(recording_entry_namespace(other), namespace) == 0 &&
		    !(other->planned && other->plan.ended) &&
		    (order < 0 || (order == 0 && strcmp(other->name, entry->name) < 0)))
			rank++;
	}
	return rank;
}

void recording_entry_remove(struct name_table *entries, struct recording_entry *entry)
{
	name_table_remove(entries, entry->name);
	entry_destroy(entry);
}

void recording_entries_finish(struct name_table *entries)
{
	size_t i;

	for (i = 0; i < entries->length; i++)
		entry_destroy(entries->items[i]);
	name_table_finish(entries);
}
