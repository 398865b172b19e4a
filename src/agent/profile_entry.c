// SPDX-License-Identifier: Apache-2.0
#include "agent/profile_entry.h"

#include <stdlib.h>
#include <string.h>

#include "util/cleanup.h"
#include "util/string_set.h"

static void destroy(struct profile_entry *entry)
{
	profile_plan_finish(&entry->plan);
	string_set_free(entry->bases, entry->base_count);
	string_set_free(entry->paths, entry->path_count);
	free(entry->fingerprint);
	free(entry->claim);
	free(entry->name);
	free(entry->uid);
	free(entry);
}

struct profile_entry *profile_entry_get(struct name_table *entries, const char *name)
{
	struct profile_entry *entry = name_table_find(entries, name);

	if (entry)
		return entry;
	entry = calloc(1, sizeof(*entry));
	if (!entry || !(entry->name = strdup(name)) || name_table_add(entries, entry, NULL) < 0) {
		if (entry)
			free(entry->name);
		free(entry);
		return NULL;
	}
	return entry;
}

void profile_entry_remove(struct name_table *entries, struct profile_entry *entry)
{
	name_table_remove(entries, entry->name);
	destroy(entry);
}

void profile_entries_finish(struct name_table *entries)
{
	size_t i;

	for (i = 0; i < entries->length; i++)
		destroy(entries->items[i]);
	name_table_finish(entries);
}

bool profile_entry_has_path(const struct profile_entry *entry, const char *path)
{
	return string_set_has(entry->paths, entry->path_count, path);
}

bool profile_entry_has_base(const struct profile_entry *entry, const char *name)
{
	return string_set_has(entry->bases, entry->base_count, name);
}

struct profile_entry *profile_entry_of(struct work_item *item)
{
	return (struct profile_entry *)((char *)item - offsetof(struct profile_entry, item));
}
