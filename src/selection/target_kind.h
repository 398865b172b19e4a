/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SELECTION_TARGET_KIND_H
#define SELECTION_TARGET_KIND_H

/* For target.c and the target_<kind>.c files: what a kind of target brings. */
#include "recording/recording.h"
#include "selection/left_out.h"
#include "selection/workloads.h"
#include "selection/target.h"

struct target_kind {
	struct recorder_options recorder;

	/* All but prepare may be NULL. */
	int (*prepare)(struct target *target, struct error *err);
	int (*begin)(struct target *target, struct error *err);
	int (*tick)(struct target *target, struct error *err);
	bool (*finished)(const struct target *target);
	/*
	 * A new cgroup: sets ret_workload to the one that it belongs to (which may be new), or
	 * to NULL. parent is the workload of the cgroup above, NULL when that has none. Without
	 * this function a cgroup belongs to whom the one above belongs.
	 */
	int (*classify)(struct target *target, struct tracked_cgroup *tracked,
			struct workload *parent, struct workload **ret_workload, struct error *err);
	/* After the end: the last word about what is undecided. */
	int (*finalize)(struct target *target, struct error *err);
	void (*signal)(struct target *target, int signal);
	void (*destroy)(struct target *target);
};

/* A kind's own structure begins with it. */
struct target {
	const struct target_kind *kind;
	struct recorder_options recorder_options; /* the kind's; may be changed by its creator */
	struct recorder *recorder;		  /* borrowed, after prepare */
	struct workloads workloads;
	struct workload *attaching;   /* borrowed: owner of what target_add_tree() finds */
	struct tracked_cgroup **live; /* borrowed from the recorder: cgroups that exist */
	size_t live_count;
	struct recording ended; /* observations of workloads that have ended */
	struct left_out left_out;
	char *description;
	int fd;		 /* of target_fd(); owned */
	int exit_status; /* of target_exit_status() */
};

/* Fills in the common part; description is printf's and owned by the target. */
int target_init(struct target *target, const struct target_kind *kind, struct error *err,
		const char *format, ...) __attribute__((format(printf, 4, 5)));

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
 * Adds a cgroup that exists, with all below it, to the recorder. What is found belongs to
 * workload, for which target_cgroup_created() asks while this runs; without one the kind
 * classifies it as it does new ones.
 */
int target_add_tree(struct target *target, struct workload *workload, const char *cgroup,
		    struct error *err);

#endif
