/* SPDX-License-Identifier: Apache-2.0 */
#ifndef AGENT_NODE_PODS_H
#define AGENT_NODE_PODS_H

/*
 * Follows the pods of a node: which profiles do they name, and which parts of their own names were
 * generated?
 */
#include <stdbool.h>

#include "util/cleanup.h"

struct error;
struct kube_client;
struct node_pods;

struct node_pods_handlers {
	/* The first pod names this path ("operator/web.json"), or no pod does any more. */
	void (*changed)(const char *path, void *data);
	/* All pods are known for the first time. */
	void (*known)(void *data);
	void (*trouble)(int result, const struct error *err, void *data);
};

/* handlers must outlive ret_pods, which the caller destroys before the client. */
int node_pods_create(struct kube_client *client, const char *node_name,
		     const struct node_pods_handlers *handlers, void *data,
		     struct node_pods **ret_pods, struct error *err);
void node_pods_destroy(struct node_pods *pods);
DEFINE_CLEANUP(struct node_pods *, node_pods_destroy);

/*
 * True if a pod of this node that has not ended names the path. Its containers may all be waiting to
 * be restarted.
 */
bool node_pods_name(const struct node_pods *pods, const char *path);

/*
 * Returns what the API server appended to the pod's metadata.generateName: "x7k2p". NULL if the pod
 * was named by hand, or is not known. The last 1,000 pods that were deleted are known too: what they
 * did may be looked at later. Borrowed until the loop runs again.
 */
const char *node_pods_suffix(const struct node_pods *pods, const char *uid);

/*
 * Returns the name of a privileged container of a pod of this node, or NULL. The kubelet ignores the
 * profile of such a container. Borrowed until the loop runs again.
 */
const char *node_pods_privileged(const struct node_pods *pods, const char *namespace,
				 const char *name);

/* False until all pods are known: what no pod seems to name may still be in use. */
bool node_pods_are_known(const struct node_pods *pods);

#endif
