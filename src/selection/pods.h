/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SELECTION_PODS_H
#define SELECTION_PODS_H

/*
 * Shared by target_pods.c and the pods_*.c files, which implement record --pod. Every new
 * cgroup of the node is recorded from its birth. If its path names a container, it becomes a
 * workload whose match is pending until the runtime's answer decides. A container that the
 * runtime can no longer identify is reported, never left out silently.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cgroup/cgroup.h"
#include "selection/inventory.h"
#include "selection/target_kind.h"

struct pods_ear;
struct selector;

struct target_pods {
	struct target target;
	struct selector *selector;
	const char *selector_text; /* borrowed */
	const char *pod_namespace; /* borrowed; NULL: all */
	const char *const *names;  /* borrowed */
	size_t name_count;
	bool wait;
	size_t max; /* containers at once; 0: any number */
	struct cgroup_mount mount;
	char *root; /* path of the cgroup outside of which nothing is looked at; NULL: none */
	struct inventory inventory; /* the runtime's last answer */
	bool asking;		    /* a question is under way */
	struct pods_ear *ear;	    /* of the stream of events; NULL before that was opened */
	bool hears;		    /* an event has come since the stream was opened */
	size_t searching;	    /* look-ups of containers whose cgroup was not recognized */
	char **taken;		    /* ids of containers that were taken; sorted, owned */
	size_t taken_count;
	bool taken_folded;  /* some containers were taken whose ids are not known */
	char *failure;	    /* why the last question failed; NULL if it did not */
	int64_t failed;	    /* when it did; CLOCK_MONOTONIC */
	int64_t began;	    /* start of the recording; CLOCK_REALTIME */
	int64_t next_ask;   /* earliest next question to the runtime; CLOCK_MONOTONIC */
	int64_t next_check; /* next search for containers whose cgroup was not seen */
};

/* pods_select.c: matches pods and containers with the user's selection, and describes them. */

bool pods_select_pod(const struct target_pods *pods, const struct cri_sandbox *sandbox);

/* Returns the pod of a container that the user selected; NULL if it is not selected. */
const struct cri_sandbox *pods_selected(const struct target_pods *pods,
					const struct inventory *inventory,
					const struct cri_container *container);

int pods_describe_pod(const struct target_pods *pods, struct workload *workload,
		      const struct cri_sandbox *sandbox, struct error *err);
int pods_describe_container(struct target_pods *pods, struct workload *workload,
			    const struct cri_container *container, struct error *err);

/* Reports a selected container that cannot be recorded. */
int pods_leave_out(struct target_pods *pods, const struct cri_sandbox *sandbox,
		   const struct cri_container *container, const char *why, struct error *err);

/*
 * Returns -ENOTSUP for gVisor and Kata, where the host's kernel sees the calls of the sandbox
 * and not those of the application. text is the name of the handler, which the cluster chooses,
 * or of the runtime that it stands for.
 */
int pods_check_visible(const char *pod_namespace, const char *pod_name, const char *text,
		       struct error *err);

/* The same for the handler of a pod. */
int pods_check_handler(const struct cri_sandbox *sandbox, struct error *err);

/* Returns -ENOSPC while as many containers are recorded as may be at once. */
int pods_check_room(const struct target_pods *pods, struct error *err);

/* Returns the workload with this container id, or NULL. */
struct workload *pods_workload(const struct target_pods *pods, const char *id);

/* True if a cgroup path is outside of the root, so that others may record it. */
bool pods_is_outside(const struct target_pods *pods, const char *path);

/* pods_decide.c: decides whether a new container is selected. */

/*
 * Decide about each workload whose match is pending. pods_decide_all() passes over workloads
 * after the one with the serial last: they may be newer than the runtime's answer.
 * pods_decide_last() leaves none pending: what cannot be decided now never will be.
 */
int pods_decide_all(struct target_pods *pods, uint64_t last, struct error *err);
int pods_decide_last(struct target_pods *pods, struct error *err);

/* pods_ask.c: asks the runtime, and listens to it. */

/*
 * Asks the runtime while the loop runs, unless a question is under way. Its answer decides about
 * what is pending. With check, it is searched for containers whose cgroup was not recognized.
 */
int pods_ask(struct target_pods *pods, bool check, struct error *err);

/*
 * Asks the runtime at once, and replaces the last answer. Without an answer the last one stays,
 * and the reason is kept in failure.
 */
bool pods_ask_at_once(struct target_pods *pods);

/* Listens to the runtime's events, if it has any, so that it is asked only when one has come. */
int pods_listen(struct target_pods *pods, struct error *err);

/* pods_running.c: finds the cgroups of containers that the runtime lists. */

/*
 * Adds a container that exists already. One that cannot be recorded is left out, with the
 * reason.
 */
int pods_add_existing(struct target_pods *pods, const struct cri_sandbox *sandbox,
		      const struct cri_container *container, struct error *err);

/*
 * Looks for selected, running containers whose cgroup was not recognized: its name does not
 * identify them, or they have no cgroup of their own. With last, those whose cgroup was not
 * seen at all are reported too.
 */
int pods_check_missed(struct target_pods *pods, bool last, struct error *err);

/*
 * Remembers which containers are being taken, as long as the runtime lists them: they were seen.
 */
int pods_note_taken(struct target_pods *pods, const struct recording *ended, struct error *err);

/*
 * Reports, at the end, the containers that began and ended during the recording without their
 * cgroup being seen.
 */
int pods_check_ended(struct target_pods *pods, struct error *err);

#endif
