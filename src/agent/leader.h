/* SPDX-License-Identifier: Apache-2.0 */
#ifndef AGENT_LEADER_H
#define AGENT_LEADER_H

/*
 * The work for the whole cluster, which one agent at a time does: the holder of a Lease. Files do not
 * depend on it.
 */
#include <stdbool.h>

#include "agent/cluster_statuses.h"
#include "util/cleanup.h"

struct error;
struct kube_client;
struct leader;
struct loop;
struct profiles;
struct recordings;

struct leader_options {
	struct loop *loop;
	struct kube_client *client;
	const struct profiles *profiles; /* of this node */
	struct recordings *recordings;	 /* the same */
	const char *namespace;		 /* of the Lease */
	const char *identity;		 /* the node's name */
	const char *seccomp_root;
};

/* All that options point to must outlive ret_leader, which the caller destroys. */
int leader_create(const struct leader_options *options, cluster_statuses_trouble *trouble,
		  void *data, struct leader **ret_leader, struct error *err);
void leader_destroy(struct leader *leader);
DEFINE_CLEANUP(struct leader *, leader_destroy);

/* This node did something about a profile. */
void leader_changed(struct leader *leader, const char *profile);

bool leader_is_leading(const struct leader *leader);

/* Gives the Lease up, and then calls released: another agent need not wait for its end. */
void leader_release(struct leader *leader, void (*released)(void *data));

#endif
