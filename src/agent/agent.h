/* SPDX-License-Identifier: Apache-2.0 */
#ifndef AGENT_AGENT_H
#define AGENT_AGENT_H

/*
 * The agent of a node. It follows the SeccompProfiles of a cluster, and keeps the kubelet's seccomp
 * directory as they say:
 *
 *	preparation      what is done on the host first
 *	profiles         follows the objects, and decides about each (profile_plan)
 *	  host_files     does it, in a thread; restores what others change (drift_watch)
 *	  node_statuses  reports it, where somebody has to know
 *	node_pods        which profiles pods of the node name, and so must not lose
 *	recordings       follows the ProfileRecordings, records, and writes SeccompProfiles
 *	leader           what one agent does for the whole cluster
 */
#include "agent/node_recorder.h"
#include "agent/recordings.h"

struct error;

struct agent_options {
	const char *kubeconfig; /* NULL: as a pod of the cluster */
	const char *node_name;
	const char *seccomp_root; /* the kubelet's directory for Localhost profiles */
	const char *listen;	  /* address of metrics and health; NULL: none */
	struct node_recorder_options recorder;
	struct recording_limits limits;
};

/*
 * Runs until SIGTERM, SIGINT or SIGHUP. -EEXIST if the Security Profiles Operator manages profiles in
 * this cluster or on this node, -ENOENT without the definitions of the custom resources.
 */
int agent_run(const struct agent_options *options, struct error *err);

#endif
