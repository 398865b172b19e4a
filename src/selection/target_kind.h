/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SELECTION_TARGET_KIND_H
#define SELECTION_TARGET_KIND_H

/* Shared by target.c and the target_<kind>.c files: the interface of a kind of target. */
#include "recording/recording.h"
#include "selection/left_out.h"
#include "selection/members.h"
#include "selection/target.h"
#include "selection/unstored.h"
#include "selection/workloads.h"
#include "util/error.h"

struct applied_profile;
struct container;
struct cri;
struct cri_events;
struct worker;

struct target_kind {
	struct recorder_options recorder;
	int64_t owner_wait; /* ns for which a cgroup without an owner may turn out to have one */

	/* All but prepare may be NULL. */
	int (*prepare)(struct target *target, struct error *err);
	int (*begin)(struct target *target, struct error *err);
	int (*tick)(struct target *target, struct error *err);
	bool (*finished)(const struct target *target);
	/*
	 * Assigns a new cgroup: sets ret_workload to the workload that it belongs to (which may
	 * be new), or to NULL. parent is the workload of the cgroup above, or NULL. Without
	 * this function a cgroup belongs to the workload of the cgroup above.
	 */
	int (*classify)(struct target *target, struct tracked_cgroup *tracked,
			struct workload *parent, struct workload **ret_workload, struct error *err);
	/*
	 * What was found out about a container, which is then described with it. On failure the
	 * recording ends, and the workload is ignored.
	 */
	int (*described)(struct target *target, struct workload *workload,
			 const struct container *container, struct error *err);
	/* Some observations are being taken: what the kind has to remember of them. */
	int (*taken)(struct target *target, const struct recording *ended, struct error *err);
	/* Called after the end: decides about matches that are still pending. */
	int (*finalize)(struct target *target, struct error *err);
	void (*signal)(struct target *target, int signal);
	void (*destroy)(struct target *target);
};

/* The common part of a target. A kind's own structure begins with it. */
struct target {
	const struct target_kind *kind;
	struct recorder_options recorder_options; /* the kind's; may be changed by its creator */
	struct recorder *recorder;		  /* borrowed, after prepare */
	struct workloads workloads;
	struct workload *attaching; /* borrowed: the owner of cgroups that are being added */
	struct members members;	    /* the cgroups that exist */
	struct recording ended;	    /* observations of workloads that have ended */
	size_t taken; /* number of observations that target_take() moved out of "ended" */
	bool durable; /* target_keep_removed() */
	struct unstored unstored; /* empty unless durable */
	struct left_out left_out;
	struct applied_profile *applied; /* of the workload that was described last; NULL */
	char *description;
	struct target_owner owner; /* its loop is NULL while the loop does not run */
	struct worker *files;	   /* target_work.h; NULL until needed */
	struct worker *runtime;	   /* the same */
	struct cri *cri;	   /* owned, of pods; used by the worker only, while there is one */
	struct cri_events *events; /* owned, in the loop of cri; NULL */
	bool cri_silent;	   /* the runtime did not answer the last question */
	bool cri_abandoned;	   /* a thread still hangs there, and uses what it needs */
	struct error failure;	   /* of something that was looked up; the next tick returns it */
	int fd;			   /* of target_fd(); owned */
	int exit_status;	   /* of target_exit_status() */
};

/*
 * Fills in the common part. The description is formatted as by printf(), and owned by the
 * target.
 */
int target_init(struct target *target, const struct target_kind *kind, struct error *err,
		const char *format, ...) __attribute__((format(printf, 4, 5)));

/*
 * True if the cgroup turned out to hold a container that was started there from outside, although
 * its name does not say so: it will not be the member's owner's.
 */
bool target_splits(const struct member *member, const struct tracked_cgroup *tracked);

/* True if a process of the cgroup left for one that is not recorded. */
bool target_left_unrecorded(const struct target *target, const struct tracked_cgroup *tracked);

/* True for a cgroup that held only the containers below it: it is no evidence by itself. */
bool target_is_empty_frame(const struct observation *observation);

int target_create_command(const struct target_request *request, struct target **ret_target,
			  struct error *err);
int target_create_process(const struct target_request *request, struct target **ret_target,
			  struct error *err);
int target_create_cgroup(const struct target_request *request, struct target **ret_target,
			 struct error *err);
int target_create_container(const struct target_request *request, struct target **ret_target,
			    struct error *err);
int target_create_pods(const struct target_request *request, struct target **ret_target,
		       struct error *err);

/*
 * Adds an existing cgroup, with all cgroups below it, to the recorder. Meanwhile
 * target_cgroup_created() assigns them to workload. If workload is NULL, the kind classifies
 * them as it does new ones.
 */
int target_add_tree(struct target *target, struct workload *workload, const char *cgroup,
		    struct error *err);

#endif
