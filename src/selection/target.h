/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SELECTION_TARGET_H
#define SELECTION_TARGET_H

/*
 * What the user selected, at work: it tells the recorder which cgroups to record, and decides
 * whose a new cgroup is. One file target_<kind>.c a kind.
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
struct tracked_cgroup;
struct observation;
struct recording;
struct target;

/* Exactly one of the first five is given. Everything is borrowed until the target is gone. */
struct target_request {
	char *const *command; /* ends with NULL */
	pid_t pid;
	const char *cgroup;
	const char *container_id;
	const char *pods; /* label selector */

	const char *user;	   /* who runs the command */
	bool command_to_stderr;	   /* the command's standard output goes to standard error */
	const char *pod_namespace; /* NULL: all */
	const char *const *container_names;
	size_t container_name_count; /* 0: all */
	bool wait;		     /* for a first match instead of failing */
	const char *runtime_endpoint;
	bool watch_denied; /* from the start, also where no task under a filter is in sight */
};

/* The caller destroys ret_target. Errors that the user corrects in the arguments are -EINVAL. */
int target_create(const struct target_request *request, struct target **ret_target,
		  struct error *err);

/* How the recorder has to be created for it; handlers call into the target. */
void target_recorder_options(const struct target *target, struct recorder_options *ret_options);

/* After recorder_attach(): adds what exists. recorder is borrowed from now on. */
int target_prepare(struct target *target, struct recorder *recorder, struct error *err);

/* After recorder_start(): lets a command go. */
int target_begin(struct target *target, struct error *err);

/* Whenever something happened, and once a second: finds out whose new cgroups are. */
int target_tick(struct target *target, struct error *err);

/* A descriptor that becomes readable when the target may have ended, or -1. */
int target_fd(const struct target *target);

/* Nothing more can come. */
bool target_finished(const struct target *target);

/* Whether it is a command, which a signal can end. */
bool target_ends_by_signal(const struct target *target);

/* Passes a signal on to a command; nothing for the other kinds. */
void target_signal(struct target *target, int signal);

/* Passes SIGTERM on, for owners that know no signals. */
void target_terminate(struct target *target);

/* The exit status of a command that has ended (128+N for a signal); 0 for the other kinds. */
int target_exit_status(const struct target *target);

/* For recorder_handler. */
int target_cgroup_created(struct target *target, struct tracked_cgroup *tracked, struct error *err);
int target_cgroup_removed(struct target *target, struct tracked_cgroup *tracked, struct error *err);

/*
 * Calls visit for every system call that is known so far of what the target selects, denied
 * ones included: those of live cgroups as far as events told of them.
 */
int target_visit_calls(const struct target *target,
		       int (*visit)(void *data, const struct observation *whose, bool denied,
				    const struct call *call, struct error *err),
		       void *data, struct error *err);

/* How many wanted workloads are recorded now, and were in all. */
size_t target_live_count(const struct target *target);
size_t target_count(const struct target *target);

/* "pods app=x in namespace shop"; borrowed. */
const char *target_description(const struct target *target);

/* After recorder_stop(): moves the observations into the recording. */
int target_collect(struct target *target, struct recording *recording, struct error *err);

/* Where nothing was collected: sets err to the reason, and returns -ENOENT. */
int target_explain_nothing(const struct target *target, struct error *err);

/* Ends what the target began: a command's cgroup. Accepts NULL. */
void target_destroy(struct target *target);
DEFINE_CLEANUP(struct target *, target_destroy);
#define _cleanup_target_ _cleanup_(cleanup_target_destroy)

#endif
