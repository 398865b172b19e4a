/* SPDX-License-Identifier: Apache-2.0 */
#ifndef AGENT_RECORDING_RESULTS_H
#define AGENT_RECORDING_RESULTS_H

/*
 * Brings into the cluster what this node recorded: profiles, and in events and conditions of the
 * ProfileRecording what a person should know of it.
 */
#include <stddef.h>

#include "util/cleanup.h"

struct error;
struct kube_client;
struct loop;
struct node_pods;
struct profiles;
struct recording_entry;
struct recording_report;
struct recording_results;

struct recording_results_options {
	struct loop *loop;
	struct kube_client *client;
	struct node_pods *pods;
	const struct profiles *profiles; /* that this node installs; NULL: none */
	const char *node_name;
	size_t profiles_max; /* of a recording; 0: any number */
};

struct recording_results_handlers {
	/* Returns the recording with this uid, which is borrowed; NULL if it is gone. */
	const struct recording_entry *(*find)(const char *uid, void *data);
	/* The last report of the recording with this uid is in the cluster. */
	void (*settled)(const char *uid, void *data);
	void (*trouble)(int result, const struct error *err, void *data);
};

/*
 * What options point to, and handlers, must outlive ret_results, which the caller destroys before the
 * client.
 */
int recording_results_create(const struct recording_results_options *options,
			     const struct recording_results_handlers *handlers, void *data,
			     struct recording_results **ret_results, struct error *err);
void recording_results_destroy(struct recording_results *results);
DEFINE_CLEANUP(struct recording_results *, recording_results_destroy);

/* Takes a report over. entry is the object that it is about; NULL if it is gone. */
void recording_results_take(struct recording_results *results, struct recording_report *report,
			    const struct recording_entry *entry);

/* Counts the pods that are being recorded, and the writes of profiles since the start. */
void recording_results_count(const struct recording_results *results, size_t *ret_pods,
			     size_t *ret_writes);

/* The object is known, or has changed. It may lack what this node has to say. */
void recording_results_look(struct recording_results *results, const struct recording_entry *entry);

/* The object is gone. */
void recording_results_forget(struct recording_results *results,
			      const struct recording_entry *entry);

/* A SeccompProfile was deleted. */
void recording_results_profile_deleted(struct recording_results *results, const char *name);

#endif
