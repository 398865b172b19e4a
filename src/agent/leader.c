// SPDX-License-Identifier: Apache-2.0
#include "agent/leader.h"

#include <stdlib.h>

#include "agent/recordings.h"
#include "kube/lease.h"
#include "util/error.h"
#include "util/log.h"

#define LEASE "recorder-agent"

struct leader {
	struct leader_options options;
	cluster_statuses_trouble *trouble;
	void (*released)(void *data);
	void *data;
	struct kube_lease *lease;
	struct cluster_statuses *statuses; /* NULL while another agent leads */
};

static void on_trouble(int result, const struct error *err, void *data)
{
	struct leader *leader = data;

	leader->trouble(result, err, leader->data);
}

static void on_started(void *data)
{
	_cleanup_error_ struct error err = ERROR_INIT;
	struct leader *leader = data;
	const struct cluster_statuses_options options = {
		.loop = leader->options.loop,
		.client = leader->options.client,
		.profiles = leader->options.profiles,
		.node_name = leader->options.identity,
		.seccomp_root = leader->options.seccomp_root,
	};
	int r = cluster_statuses_create(&options, on_trouble, leader, &leader->statuses, &err);

	if (r == 0)
		r = recordings_lead(leader->options.recordings, true, &err);
	if (r < 0) {
		on_trouble(r, &err, leader);
		return;
	}
	log_info("leads");
}

static void on_stopped(void *data)
{
	struct leader *leader = data;

	log_info("no longer leads");
	recordings_lead(leader->options.recordings, false, NULL);
	cluster_statuses_destroy(leader->statuses);
	leader->statuses = NULL;
}

static void on_released(void *data)
{
	struct leader *leader = data;

	leader->released(leader->data);
}

static const struct kube_lease_handlers handlers = {
	.started = on_started,
	.stopped = on_stopped,
	.released = on_released,
	.trouble = on_trouble,
};

int leader_create(const struct leader_options *options, cluster_statuses_trouble *trouble,
		  void *data, struct leader **ret_leader, struct error *err)
{
	const struct kube_lease_options lease = {
		.namespace = options->namespace,
		.name = LEASE,
		.identity = options->identity,
	};
	_cleanup_(cleanup_leader_destroy) struct leader *leader = calloc(1, sizeof(*leader));
	int r;

	if (!leader)
		return error_nomem(err);
	leader->options = *options;
	leader->trouble = trouble;
	leader->data = data;
	r = kube_lease_create(options->client, &lease, &handlers, leader, &leader->lease, err);
	if (r < 0)
		return r;
	*ret_leader = steal_pointer(&leader);
	return 0;
}

void leader_destroy(struct leader *leader)
{
	if (!leader)
		return;
	cluster_statuses_destroy(leader->statuses);
	kube_lease_destroy(leader->lease);
	free(leader);
}

void leader_changed(struct leader *leader, const char *profile)
{
	if (leader->statuses)
		cluster_statuses_changed(leader->statuses, profile);
}

bool leader_is_leading(const struct leader *leader)
{
	return leader->statuses != NULL;
}

void leader_release(struct leader *leader, void (*released)(void *data))
{
	leader->released = released;
	kube_lease_release(leader->lease);
}
