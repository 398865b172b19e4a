/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SELECTION_PODS_H
#define SELECTION_PODS_H

/*
 * For target_pods.c and the pods_*.c files: record --pod. Every new cgroup of the node is recorded
 * from its birth, and is a workload whose match is open where its path names a container. What
 * the runtime says then decides; what it cannot say any more is told, and never left out silently.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cgroup/cgroup.h"
#include "selection/inventory.h"
#include "selection/target_kind.h"

struct selector;

struct target_pods {
	struct target target;
	struct selector *selector;
	const char *selector_text; /* borrowed */
	const char *pod_namespace; /* borrowed; NULL: all */
	const char *const *names;  /* borrowed */
	size_t name_count;
	bool wait;
	struct cri *cri;
	struct cgroup_mount mount;
	struct inventory inventory; /* the last answer */
	char *failure;		    /* why there was none the last time; NULL when there was */
	int64_t began;		    /* CLOCK_REALTIME */
	int64_t next_ask;	    /* CLOCK_MONOTONIC: where a match is open, */
	int64_t next_check;	    /* and for containers of which no cgroup was seen */
};

/* pods_select.c: what the user means, and what is written down about it. */

bool pods_select_pod(const struct target_pods *pods, const struct cri_sandbox *sandbox);

/* The pod of a container that the user means; NULL when it is not meant. */
const struct cri_sandbox *pods_selected(const struct target_pods *pods,
					const struct inventory *inventory,
					const struct cri_container *container);

int pods_describe_pod(const struct target_pods *pods, struct workload *workload,
		      const struct cri_sandbox *sandbox, struct error *err);
int pods_describe_container(struct target_pods *pods, struct workload *workload,
			    const struct cri_sandbox *sandbox,
			    const struct cri_container *container, struct error *err);

/*
 * -ENOTSUP for gVisor and Kata, where the host's kernel sees the sandbox at work and not the
 * application. What tells it is the name of the handler, which is the cluster's choice, or the
 * runtime that it stands for.
 */
int pods_check_visible(const struct cri_sandbox *sandbox, const char *text, struct error *err);

/* The workload of a container's id, or NULL. */
struct workload *pods_workload(const struct target_pods *pods, const char *id);

/* pods_decide.c: whose a container is that was born. */

/* Decides about each open one. With last, what cannot be decided now never will be. */
int pods_decide_all(struct target_pods *pods, struct error *err);
int pods_decide_last(struct target_pods *pods, struct error *err);

/* pods_running.c: containers that the runtime tells of, and their cgroups. */

/*
 * Adds a container that is there already. One that cannot be recorded is left out with the
 * reason.
 */
int pods_add_existing(struct target_pods *pods, const struct cri_sandbox *sandbox,
		      const struct cri_container *container, struct error *err);

/*
 * Looks after containers that are meant and run, and of which no cgroup was told: the name of
 * their cgroup tells nothing, or they have none of their own. With last, those whose cgroup
 * was not seen at all are told as well.
 */
int pods_check_missed(struct target_pods *pods, bool last, struct error *err);

/* At the end: tells of containers that began and ended and of which no cgroup was ever seen. */
int pods_check_ended(struct target_pods *pods, struct error *err);

#endif
