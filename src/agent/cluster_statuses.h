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
struct profiles;

/* Called when the API server refused or did not answer. It will be tried again. */
typedef void cluster_statuses_trouble(int result, const struct error *err, void *data);

struct cluster_statuses_options {
	struct loop *loop;
	struct kube_client *client;
	const struct profiles *profiles; /* of this node */
	const char *node_name;
	const char *seccomp_root;
};

/*
 * Begins to follow profiles, statuses and nodes. What options point to is borrowed. The caller destroys
 * ret_statuses, which ends the work, before the client.
 */
int cluster_statuses_create(const struct cluster_statuses_options *options,
			    cluster_statuses_trouble *trouble, void *data,
			    struct cluster_statuses **ret_statuses, struct error *err);
void cluster_statuses_destroy(struct cluster_statuses *statuses);
DEFINE_CLEANUP(struct cluster_statuses *, cluster_statuses_destroy);

/*
 * This node did something about a profile. A profile counts as installed once it is here, and no node
 * reports otherwise: nodes without trouble report nothing.
 */
void cluster_statuses_changed(struct cluster_statuses *statuses, const char *name);

#endif
