/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UTIL_NAME_TABLE_H
#define UTIL_NAME_TABLE_H

/*
 * Finds structures by name: a sorted array of pointers to them. The first member of each is
 * "char *name", which does not change while the structure is in the table. A zeroed table is empty.
 */
#include <stddef.h>

struct error;

struct name_table {
	void **items; /* sorted by name, without duplicates; owned by whoever added them */
	size_t length;
};

/* Returns NULL if there is none. */
void *name_table_find(const struct name_table *table, const char *name);

/* Adds an item whose name the table does not have. -ENOMEM. */
int name_table_add(struct name_table *table, void *item, struct error *err);

/* Takes out the item of this name, if there is one, and returns it. */
void *name_table_remove(struct name_table *table, const char *name);

/* Frees the array only. */
void name_table_finish(struct name_table *table);

#endif
