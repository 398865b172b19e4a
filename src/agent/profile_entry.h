/* SPDX-License-Identifier: Apache-2.0 */
#ifndef AGENT_PROFILE_ENTRY_H
#define AGENT_PROFILE_ENTRY_H

/* What an agent knows of one SeccompProfile, and the table of all. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "agent/profile_plan.h"
#include "agent/work_queue.h"

struct error;

struct profile_entry {
	struct work_item item;
	char *name;
	char *uid;
	int64_t generation;
	char *fingerprint; /* of the object: whatever its plan depends on */
	char *done;	   /* fingerprint of the object whose plan was carried out; NULL: none */
	char **bases;	   /* names of the profiles that its file depends on */
	size_t base_count;
	char **paths; /* of its files on the node */
	size_t path_count;
	bool exists; /* in the cluster */
	bool listed; /* by the list that is under way */
	bool busy;   /* objects are fetched, or files are written */
	bool again;  /* something happened meanwhile */
	bool replan; /* and the plan that is being carried out is out of date */

	/* The plan that was carried out last, without its content. */
	struct profile_plan plan;
};

struct profile_table {
	struct profile_entry **items; /* sorted by name */
	size_t length;
};

/* Returns NULL if there is none. */
struct profile_entry *profile_table_find(const struct profile_table *table, const char *name);

/* Returns the entry of this name, which it makes if there is none. NULL without memory. */
struct profile_entry *profile_table_get(struct profile_table *table, const char *name);

/* The item must not be queued. */
void profile_table_remove(struct profile_table *table, struct profile_entry *entry);
void profile_table_finish(struct profile_table *table);

bool profile_entry_has_path(const struct profile_entry *entry, const char *path);
bool profile_entry_has_base(const struct profile_entry *entry, const char *name);

/* The entry that the item is embedded in. */
struct profile_entry *profile_entry_of(struct work_item *item);

#endif
