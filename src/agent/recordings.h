/* SPDX-License-Identifier: Apache-2.0 */
#ifndef AGENT_RECORDINGS_H
#define AGENT_RECORDINGS_H

/*
 * Follows the ProfileRecordings of the cluster, and has this node record what they select:
 *
 *	ProfileRecording ─▶ recording_plan ─▶ node_recorder ─▶ reports ─▶ recording_results
 *	                                                                  ├─▶ recorded_profiles
 *	                                                                  └─▶ events, conditions
 *
 * The agent that leads also says in each object how it stands (recording_leader).
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/cleanup.h"

struct error;
struct kube_client;
struct loop;
struct node_pods;
struct node_recorder_options;
struct profiles;
struct recordings;

/* What namespaces may do; for each, 0 or NULL is no limit. */
struct recording_limits {
	const char *namespaces; /* a label selector for those that may record */
	size_t per_namespace;	/* recordings at once */
	int64_t duration;	/* ns; of a recording */
	size_t profiles;	/* of a recording, made by this node */
};

struct recordings_options {
	struct loop *loop;
	struct kube_client *client;
	const char *node_name;
	const struct node_recorder_options *recorder;
	struct recording_limits limits;
};

/* Called when something failed that will be tried again. */
typedef void recordings_trouble(int result, const struct error *err, void *data);

/*
 * Goes on with what an earlier agent on this node recorded, also without an API server. All that options
 * point to must outlive ret_recordings, which the caller destroys before the client.
 */
int recordings_create(const struct recordings_options *options, recordings_trouble *trouble,
		      void *data, struct recordings **ret_recordings, struct error *err);

/*
 * Follows the cluster from now on. Call it once. The pods of the node, and the profiles that it installs,
 * must outlive the recordings.
 */
int recordings_follow(struct recordings *recordings, struct node_pods *pods,
		      const struct profiles *profiles, struct error *err);

/*
 * Saves what was recorded, with a limit on the time; the BPF programs go on for the next agent. Accepts
 * NULL.
 */
void recordings_destroy(struct recordings *recordings);
DEFINE_CLEANUP(struct recordings *, recordings_destroy);

/* The pods of the node are known for the first time. */
void recordings_pods_known(struct recordings *recordings);

/* A SeccompProfile was deleted. One that a recording made, which goes on, is made again. */
void recordings_profile_deleted(struct recordings *recordings, const char *name);

/* This agent leads from now on, or no longer does. */
int recordings_lead(struct recordings *recordings, bool leads, struct error *err);

/* What this node does now, and what it did since the start. */
struct recordings_counts {
	size_t recordings; /* that record */
	size_t pods;	   /* that are being recorded; one of two recordings counts twice */
	size_t writes;	   /* of SeccompProfiles */
};

struct recordings_counts recordings_count(const struct recordings *recordings);

extern const struct kube_resource recordings_resource;

#endif
