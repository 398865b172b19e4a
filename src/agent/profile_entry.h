/* SPDX-License-Identifier: Apache-2.0 */
#ifndef AGENT_PROFILE_ENTRY_H
#define AGENT_PROFILE_ENTRY_H

/* An agent's knowledge of one SeccompProfile. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "agent/profile_plan.h"
#include "agent/work_queue.h"
#include "util/name_table.h"

struct error;

struct profile_entry {
	char *name;
	struct work_item item;
	char *uid;
	int64_t generation;
	char *fingerprint; /* of the object: whatever its plan depends on */
	/*
	 * Its path below the namespace of its recording, if no other profile has it; NULL if it was
	 * not recorded.
	 */
	char *claim;
	bool borrows; /* the claim is not that of its own name, which has a hash */
	char **bases; /* names of the profiles that its file depends on */
	size_t base_count;
	char **paths; /* of its files on the node */
	size_t path_count;
	bool exists; /* in the cluster */
	bool done;   /* the plan of the object with this fingerprint was carried out */
	bool listed; /* by the list that is under way */
	bool busy;   /* objects are fetched, or files are written */
	bool again;  /* something happened meanwhile */
	bool replan; /* and the plan that is being carried out is out of date */

	/* The plan that was carried out last, without its content. */
	struct profile_plan plan;
};

/* Returns the entry of this name in a table, which it makes if there is none. NULL without memory. */
struct profile_entry *profile_entry_get(struct name_table *entries, const char *name);

/* Takes an entry out of its table, and frees it. It must not be queued. */
void profile_entry_remove(struct name_table *entries, struct profile_entry *entry);
void profile_entries_finish(struct name_table *entries);

bool profile_entry_has_path(const struct profile_entry *entry, const char *path);
bool profile_entry_has_base(const struct profile_entry *entry, const char *name);

/* The entry that the item is embedded in. */
struct profile_entry *profile_entry_of(struct work_item *item);

#endif
