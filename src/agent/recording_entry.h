/* SPDX-License-Identifier: Apache-2.0 */
#ifndef AGENT_RECORDING_ENTRY_H
#define AGENT_RECORDING_ENTRY_H

/* An agent's knowledge of one ProfileRecording. */
#include <stdbool.h>

#include <jansson.h>

#include "agent/recording_plan.h"
#include "util/name_table.h"

struct error;

struct recording_entry {
	char *name;	/* "<namespace>/<name>" */
	json_t *object; /* what plans depend on: parts of the metadata, and the spec */
	json_t *status; /* as it was seen last */
	struct recording_plan plan;
	bool planned;
	bool listed; /* by the list that is under way */
};

/*
 * Takes an object of the API into the table, as a new entry or in place of what was known of it.
 * ret_changed is true if plans for it may change. The table owns ret_entry.
 */
int recording_entry_set(struct name_table *entries, const json_t *object,
			struct recording_entry **ret_entry, bool *ret_changed, struct error *err);

/* Returns the entry of an object, or NULL. */
struct recording_entry *recording_entry_find(const struct name_table *entries,
					     const json_t *object);

/* Returns the entry with this uid, or NULL. */
struct recording_entry *recording_entry_find_uid(const struct name_table *entries, const char *uid);

/*
 * Returns how many recordings of the namespace, which are not over, were made before this one; of
 * those made at the same time, those whose name sorts first.
 */
size_t recording_entry_rank(const struct name_table *entries, const struct recording_entry *entry);

void recording_entry_remove(struct name_table *entries, struct recording_entry *entry);
void recording_entries_finish(struct name_table *entries);

const char *recording_entry_namespace(const struct recording_entry *entry);
const char *recording_entry_uid(const struct recording_entry *entry);

#endif
