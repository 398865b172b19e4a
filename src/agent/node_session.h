/* SPDX-License-Identifier: Apache-2.0 */
#ifndef AGENT_NODE_SESSION_H
#define AGENT_NODE_SESSION_H

/*
 * One ProfileRecording on this node: a session of a recorder that all of them share, and the
 * evidence. For the thread of node_recorder.c only, since it reads files and asks the runtime.
 */
#include <stdbool.h>
#include <stdint.h>

#include "util/cleanup.h"

struct error;
struct loop;
struct node_session;
struct recorder;
struct recorder_options;
struct recording_plan;
struct recording_report;

struct node_session_options {
	const char *evidence_dir;
	const char *runtime_endpoint; /* NULL: the usual ones */
	const char *cgroup_root;      /* NULL: all pods of the machine */
	size_t containers_max;	      /* of a recording at once; 0: any number */
};

/*
 * Takes over the plan of a recording by zeroing it. object is the ProfileRecording as JSON, kept with
 * the evidence for an agent that comes after this one; NULL keeps what is there. options is borrowed.
 * The caller destroys ret_session. -ENOMEM is the only error.
 */
int node_session_create(const struct node_session_options *options, struct recording_plan *plan,
			const char *object, struct node_session **ret_session, struct error *err);

/* Frees memory only: what the recorder counts, and the evidence, stay. Accepts NULL. */
void node_session_destroy(struct node_session *session);
DEFINE_CLEANUP(struct node_session *, node_session_destroy);
#define _cleanup_node_session_ _cleanup_(cleanup_node_session_destroy)

const struct recording_plan *node_session_plan(const struct node_session *session);

/* Replaces the plan, which it takes over, and the kept object. What is selected stays the same. */
int node_session_update(struct node_session *session, struct recording_plan *plan,
			const char *object, struct error *err);

/*
 * Opens the evidence, gets ready to record, and returns the options of the recorder that it needs, which are the same for
 * all sessions of a machine.
 */
int node_session_prepare(struct node_session *session, struct recorder_options *ret_options,
			 struct error *err);

/* Begins to record. recorder and loop are borrowed until node_session_stop() or _cancel(). */
int node_session_start(struct node_session *session, struct recorder *recorder, struct loop *loop,
		       struct error *err);

bool node_session_is_running(const struct node_session *session);

/* True if the session has to be stopped, because it failed or the plan does not record. */
bool node_session_has_ended(const struct node_session *session);

/* True if a workload has ended, or evidence was not taken for long. */
bool node_session_is_due(const struct node_session *session, int64_t now);

/*
 * Why the evidence is not on the disk, as of the last attempt; NULL if it is. Borrowed until the next
 * call. What is recorded is reported all the same.
 */
const char *node_session_unsaved(const struct node_session *session);

/*
 * Saves what is new, and reports it. ret_report is NULL if nothing is; otherwise the caller's.
 */
int node_session_take(struct node_session *session, struct recording_report **ret_report,
		      struct error *err);

/*
 * Ends to record, and then does the same. If final, there is a report in any case: the recording
 * does not go on.
 */
int node_session_stop(struct node_session *session, bool final,
		      struct recording_report **ret_report, struct error *err);

/* Notes why what is recorded ends early. */
void node_session_interrupt(struct node_session *session, const struct error *cause);

/* Lets go of the recorder without taking anything from it. */
void node_session_cancel(struct node_session *session);

/* Forgets the kept object: the recording is over. */
int node_session_forget(const struct node_session *session, struct error *err);

#endif
