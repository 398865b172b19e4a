/* SPDX-License-Identifier: Apache-2.0 */
#ifndef AGENT_NODE_STATUSES_H
#define AGENT_NODE_STATUSES_H

/*
 * Keeps the SecurityProfileNodeStatus objects of this node: one for each profile that failed here, or
 * that a pod of this node names, and none for the others. So a cluster has few of them, however many
 * nodes and profiles it has.
 */
#include <stddef.h>

#include "util/cleanup.h"

struct error;
struct kube_client;
struct loop;
struct node_statuses;
struct profile_result;

/* Called when the API server refused or did not answer. It will be tried again. */
typedef void node_statuses_trouble(int result, const struct error *err, void *data);

/* Follows the objects of the node. The caller destroys ret_statuses before the client. */
int node_statuses_create(struct loop *loop, struct kube_client *client, const char *node_name,
			 node_statuses_trouble *trouble, void *data,
			 struct node_statuses **ret_statuses, struct error *err);
void node_statuses_destroy(struct node_statuses *statuses);
DEFINE_CLEANUP(struct node_statuses *, node_statuses_destroy);

/* Takes note of what the node did about a profile. */
int node_statuses_set(struct node_statuses *statuses, const struct profile_result *result,
		      struct error *err);

/* From now on, objects of profiles without a result are deleted: all results are known. */
void node_statuses_complete(struct node_statuses *statuses);

extern const struct kube_resource node_statuses_resource;

#endif
