/* SPDX-License-Identifier: Apache-2.0 */
#ifndef AGENT_CLUSTER_STATUSES_H
#define AGENT_CLUSTER_STATUSES_H

/*
 * What one agent does for the whole cluster while it leads: it sums up in each SeccompProfile what
 * the nodes report, and says in events what became of it, deletes the statuses of nodes that are gone, and says in objects that are
 * accepted for the Security Profiles Operator's sake that nothing follows from them.
 */
#include "util/cleanup.h"

struct cluster_statuses;
struct error;
struct kube_client;
struct loop;
struct profile_result;

/* Called when the API server refused or did not answer. It will be tried again. */
typedef void cluster_statuses_trouble(int result, const struct error *err, void *data);

/*
 * Begins to follow profiles, statuses and nodes. seccomp_root and node_name, that of
 * this agent, are borrowed. The caller destroys
 * ret_statuses, which ends the work, before the client.
 */
int cluster_statuses_create(struct loop *loop, struct kube_client *client, const char *seccomp_root,
			    const char *node_name, cluster_statuses_trouble *trouble, void *data,
			    struct cluster_statuses **ret_statuses, struct error *err);
void cluster_statuses_destroy(struct cluster_statuses *statuses);
DEFINE_CLEANUP(struct cluster_statuses *, cluster_statuses_destroy);

/*
 * Takes note of a result of this node. A profile counts as installed once it is here, and no node
 * reports otherwise: nodes without trouble report nothing.
 */
int cluster_statuses_set_own(struct cluster_statuses *statuses, const struct profile_result *result,
			     struct error *err);

#endif
