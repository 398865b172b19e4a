/* SPDX-License-Identifier: Apache-2.0 */
#ifndef AGENT_RECORDING_LEADER_H
#define AGENT_RECORDING_LEADER_H

/*
 * Says in each ProfileRecording whether it records, and which pods: the part of the agent that leads.
 * What only one node knows is for that node to say (recording_results.h).
 */
#include "util/cleanup.h"

struct error;
struct kube_client;
struct loop;
struct name_table;
struct recording_entry;
struct recording_leader;

struct recording_leader_options {
	struct loop *loop;
	struct kube_client *client;
	const struct name_table *entries; /* of struct recording_entry */
};

/*
 * Begins with all entries. trouble must be callable as long as ret_leader exists, which the caller
 * destroys before the client and the entries.
 */
int recording_leader_create(const struct recording_leader_options *options,
			    void (*trouble)(int result, const struct error *err, void *data),
			    void *data, struct recording_leader **ret_leader, struct error *err);
void recording_leader_destroy(struct recording_leader *leader);
DEFINE_CLEANUP(struct recording_leader *, recording_leader_destroy);

/* An entry, or its plan, has changed. */
void recording_leader_touch(struct recording_leader *leader, const struct recording_entry *entry);

/* An entry is about to be removed. */
void recording_leader_forget(struct recording_leader *leader, const struct recording_entry *entry);

#endif
