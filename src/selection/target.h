/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SELECTION_TARGET_H
#define SELECTION_TARGET_H

/*
 * A target: the cgroups that a user asked to record. It passes them to the recorder, and
 * decides which workload a new cgroup belongs to. Each kind of target has a file
 * target_<kind>.c.
 *
 *	create ─▶ prepare ─▶ (recorder starts) ─▶ begin ─▶ tick … ─▶ collect ─▶ destroy
 */
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "record/recorder.h"
#include "util/cleanup.h"

struct call;
struct error;
struct loop;
struct notes;
struct observation;
struct recording;
struct target;
struct tracked_cgroup;

/*
 * Exactly one of the first five members is set. Everything is borrowed until the target is
 * destroyed.
 */
struct target_request {
	char *const *command; /* ends with NULL */
	pid_t pid;
	const char *cgroup;
	const char *container_id;
	const char *pods; /* label selector */

	const char *user;	   /* runs the command; NULL: the caller */
	bool command_to_stderr;	   /* the command's standard output goes to standard error */
	const char *pod_namespace; /* NULL: all */
	const char *const *container_names;
	size_t container_name_count; /* 0: all */
	size_t containers_max;	     /* of pods, recorded at once; 0: any number */
	bool wait;		     /* for a first match instead of failing */
	const char *runtime_endpoint;
	const char *cgroup_root; /* ignores pods outside of this cgroup; NULL: none */
	bool watch_denied;	 /* from the start, even if no task under a filter is known */
};

/*
 * Creates a target, which the caller destroys. -EINVAL for errors that the user corrects in the
 * arguments.
 */
int target_create(const struct target_request *request, struct target **ret_target,
		  struct error *err);

/*
 * Returns the options to create the recorder with. The recorder's handlers have to call
 * target_cgroup_created() and target_cgroup_removed().
 */
void target_recorder_options(const struct target *target, struct recorder_options *ret_options);

/*
 * Call after recorder_attach(). Adds what exists already to the recorder, which is borrowed
 * from now on. If others use the recorder already, the target also learns of their cgroups.
 */
int target_prepare(struct target *target, struct recorder *recorder, struct error *err);

/*
 * The owner of the loop in which the target gets the results of its look-ups. changed is called
 * there when target_tick() has something to do because of one.
 */
struct target_owner {
	struct loop *loop;
	void (*changed)(void *data);
	void *data;
};

/*
 * Call after recorder_start(), when the loop is about to run. Lets a command start. The loop is
 * borrowed until target_collect() or target_destroy().
 */
int target_begin(struct target *target, const struct target_owner *owner, struct error *err);

/*
 * Call whenever something happened, and once a second. Decides which workloads new cgroups
 * belong to. Does not block: what may block is done in threads (target_work.h).
 */
int target_tick(struct target *target, struct error *err);

/* Returns a descriptor that becomes readable when the target may have ended, or -1. */
int target_fd(const struct target *target);

/* True if nothing more can come. */
bool target_finished(const struct target *target);

/* True if the target is a command, which a signal can end. */
bool target_ends_by_signal(const struct target *target);

/* Passes a signal on to a command; does nothing for the other kinds. */
void target_signal(struct target *target, int signal);

/* Passes SIGTERM on, for callers that do not know signals. */
void target_terminate(struct target *target);

/*
 * Returns the exit status of a command that has ended (128+N for a signal); 0 for other kinds.
 */
int target_exit_status(const struct target *target);

/*
 * Call before target_prepare(). Removed cgroups then stay in the recorder's maps, until the owner
 * of the target has stored what it took of them: target_stored().
 */
void target_keep_removed(struct target *target);

/* The owner has stored what it has taken so far. */
void target_stored(struct target *target);

/* For struct recorder_handler. */
int target_cgroup_created(struct target *target, struct tracked_cgroup *tracked, struct error *err);
int target_cgroup_removed(struct target *target, const struct tracked_cgroup *tracked,
			  struct error *err);
bool target_cgroup_wanted(const struct target *target, const struct tracked_cgroup *tracked);
bool target_cgroup_needed(const struct target *target, const struct tracked_cgroup *tracked);
void target_cgroup_dropped(struct target *target, const struct tracked_cgroup *tracked);

/*
 * Ends the target's part of a recorder that others go on using: takes the present contents of
 * its cgroups as if they were removed now.
 */
int target_leave(struct target *target, struct error *err);

/* True if workloads have ended whose observations were not taken yet. */
bool target_has_ended(const struct target *target);

/*
 * Takes the observations of a target that goes on, and does not block. Moves those of workloads
 * that have ended into ret_ended. Makes observations of those that live, as if they ended now, in
 * ret_live; workloads of which not enough is known yet are left for the next time. Adds to gaps
 * what may belong to the target and is in no observation, which is then a reason in each, and
 * forgets it, unless there is no observation. The recordings are empty before, and on failure.
 */
int target_take(struct target *target, struct recording *ret_ended, struct recording *ret_live,
		struct notes *gaps, struct error *err);

/* Gives back what target_take() has just moved into ended. */
void target_give_back(struct target *target, struct recording *ended);

/*
 * Calls visit for every system call known so far of the selected workloads, including denied
 * calls. The calls of live cgroups are known as far as events reported them. A failure of visit
 * ends the iteration and is returned.
 */
int target_visit_calls(const struct target *target,
		       int (*visit)(void *data, const struct observation *whose, bool denied,
				    const struct call *call, struct error *err),
		       void *data, struct error *err);

/* Return the number of selected workloads that are recorded now, and the number in all. */
size_t target_live_count(const struct target *target);
size_t target_count(const struct target *target);

/* "pods app=x in namespace shop"; borrowed. */
const char *target_description(const struct target *target);

/*
 * Lets the loop go, which runs no longer. Waits, with a limit, for what is being looked up.
 * target_collect() includes it.
 */
void target_stop(struct target *target);

/*
 * Call after recorder_stop(), and not from the loop. Moves the observations into the recording.
 * Waits, with a limit, for a slow disk and for the runtime.
 */
int target_collect(struct target *target, struct recording *recording, struct error *err);

/* Call if nothing was collected. Sets err to the reason, and returns -ENOENT. */
int target_explain_nothing(const struct target *target, struct error *err);

/* Destroys the target and the cgroup that it made for a command. Accepts NULL. */
void target_destroy(struct target *target);
DEFINE_CLEANUP(struct target *, target_destroy);
#define _cleanup_target_ _cleanup_(cleanup_target_destroy)

#endif
