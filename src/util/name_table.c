// SPDX-License-Identifier: Apache-2.0
#include "util/name_table.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "util/array.h"
#include "util/error.h"

static const char *name_of(const void *item)
{
	return *(char *const *)item;
}

/* Finds the index of the name, or else of the place where it belongs. */
static bool find(const struct name_table *table, const char *name, size_t *ret_index)
{
	size_t low = 0, high = table->length;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (strcmp(name_of(table->items[middle]), name) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	*ret_index = low;
	return low < table->length && strcmp(name_of(table->items[low]), name) == 0;
}

void *name_table_find(const struct name_table *table, const char *name)
{
	size_t index;

	return find(table, name, &index) ? table->items[index] : NULL;
}

int name_table_add(struct name_table *table, void *item, struct error *err)
{
	void **items = array_grow(table->items, table->length, sizeof(*items));
	size_t index;

	if (!items)
		return error_nomem(err);
	table->items = items;
	find(table, name_of(item), &index);
	memmove(items + index + 1, items + index, (table->length - index) * sizeof(*items));
	items[index] = item;
	table->length++;
	return 0;
}

void *name_table_remove(struct name_table *table, const char *name)
{
	size_t index;
	void *item;

	if (!find(table, name, &index))
		return NULL;
	item = table->items[index];
	table->length--;
	memmove(table->items + index, table->items + index + 1,
		(table->length - index) * sizeof(*table->items));
	return item;
}

void name_table_finish(struct name_table *table)
{
	free(table->items);
	*table = (struct name_table){};
}
