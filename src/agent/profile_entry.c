// SPDX-License-Identifier: Apache-2.0
#include "agent/profile_entry.h"

#include <stdlib.h>
#include <string.h>

#include "util/array.h"
#include "util/cleanup.h"
#include "util/string_set.h"

/* The index of the name, or of the place where it belongs. */
static size_t index_of(const struct profile_table *table, const char *name)
{
	size_t low = 0, high = table->length;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (strcmp(table->items[middle]->name, name) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

struct profile_entry *profile_table_find(const struct profile_table *table, const char *name)
{
	size_t i = index_of(table, name);

	return i < table->length && strcmp(table->items[i]->name, name) == 0 ? table->items[i] :
									       NULL;
}

static void destroy(struct profile_entry *entry)
{
	profile_plan_finish(&entry->plan);
	string_set_free(entry->bases, entry->base_count);
	string_set_free(entry->paths, entry->path_count);
	free(entry->fingerprint);
	free(entry->done);
	free(entry->name);
	free(entry->uid);
	free(entry);
}

struct profile_entry *profile_table_get(struct profile_table *table, const char *name)
{
	struct profile_entry *entry = profile_table_find(table, name), **items;
	size_t i;

	if (entry)
		return entry;
	items = array_grow(table->items, table->length, sizeof(*items));
	if (!items)
		return NULL;
	table->items = items;
	entry = calloc(1, sizeof(*entry));
	if (!entry || !(entry->name = strdup(name))) {
		free(entry);
		return NULL;
	}
	i = index_of(table, name);
	memmove(items + i + 1, items + i, (table->length - i) * sizeof(*items));
	items[i] = entry;
	table->length++;
	return entry;
}

void profile_table_remove(struct profile_table *table, struct profile_entry *entry)
{
	size_t i = index_of(table, entry->name);

	table->length--;
	memmove(table->items + i, table->items + i + 1,
		(table->length - i) * sizeof(*table->items));
	destroy(entry);
}

void profile_table_finish(struct profile_table *table)
{
	size_t i;

	for (i = 0; i < table->length; i++)
		destroy(table->items[i]);
	free(table->items);
	*table = (struct profile_table){};
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
