/* SPDX-License-Identifier: Apache-2.0 */
#ifndef AGENT_NODE_REPORTS_H
#define AGENT_NODE_REPORTS_H

/* Follows the SecurityProfileNodeStatus objects of all nodes, for the agent that leads. */
#include <stdbool.h>
#include <stddef.h>

#include "util/cleanup.h"

struct condition_state;
struct error;
struct kube_client;
struct node_reports;

struct node_reports_handlers {
	/* A node reports something else of this profile than before. */
	void (*changed)(const char *profile, void *data);
	/* The node of the object with this name is not in the cluster any more. */
	void (*orphaned)(const char *name, void *data);
	/* All reports are known. */
	void (*known)(void *data);
	void (*trouble)(int result, const struct error *err, void *data);
};

/* handlers must outlive ret_reports, which the caller destroys before the client. */
int node_reports_create(struct kube_client *client, const struct node_reports_handlers *handlers,
			void *data, struct node_reports **ret_reports, struct error *err);
void node_reports_destroy(struct node_reports *reports);
DEFINE_CLEANUP(struct node_reports *, node_reports_destroy);

bool node_reports_are_known(const struct node_reports *reports);

/*
 * Returns how many nodes report that a profile is not installed, and the least advanced of them,
 * borrowed. Of equal ones it is that with the smallest name, so that the same one is found each time.
 */
size_t node_reports_find_worst(const struct node_reports *reports, const char *profile,
			       const char **ret_node, const struct condition_state **ret_state);

#endif
