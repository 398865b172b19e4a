/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SESSION_SESSION_H
#define SESSION_SESSION_H

/*
 * A recording from its start to its end, on a loop that the owner brings and runs:
 *
 *	start ─▶ (the loop runs until handler->ended) ─▶ stop ─▶ collect ─▶ destroy
 *
 * A session handles no signal, writes to no terminal and logs nothing: its owner does.
 */
#include <stdbool.h>
#include <stdint.h>

#include "record/recorder.h"
#include "util/cleanup.h"

struct completion_options;
struct error;
struct loop;
struct notes;
struct progress;
struct recording;
struct session;
struct target;

struct session_options {
	enum recorder_hook hook;
	int64_t duration;	/* ns; 0: until something else ends it */
	int64_t until_stable;	/* ns without a new system call or workload; 0: no matter */
	int64_t progress_every; /* ns between two updates of the progress, more than 0 */
};

/* Any may be NULL. None may stop or destroy the session. */
struct session_handler {
	/* Calls are counted from now on. A command of the target starts next. */
	void (*started)(void *data);
	/* The progress was updated. */
	void (*progressed)(void *data);
	/* Called once: the session does nothing more until session_stop(). */
	void (*ended)(void *data);
	void *data;
};

/*
 * Starts to record the target. options and handler are copied; target and loop are borrowed until
 * the session is destroyed, which the caller does with ret_session.
 */
int session_start(const struct session_options *options, const struct session_handler *handler,
		  struct target *target, struct loop *loop, struct session **ret_session,
		  struct error *err);

/*
 * Asks the session to end. A command ends first, within a few seconds, so that its last calls are
 * recorded: it is sent the signal, unless that is 0 because the command has got it already, as from
 * a terminal. Asking twice does not wait for the command.
 */
void session_request_end(struct session *session, int signal);

/* Ends the session for an error of its owner, such as one of the loop. */
void session_interrupt(struct session *session, const struct error *cause);

/* The error that ended the session, or NULL; borrowed. What was seen before it can be collected. */
const struct error *session_interruption(const struct session *session);

/* Borrowed until the session is destroyed. */
const struct progress *session_progress(const struct session *session);

/* What was lost so far. */
void session_totals(const struct session *session, struct recorder_totals *ret_totals);

/*
 * To be called once. Stops counting, also where the session has not ended, updates the progress
 * once more and frees the recorder.
 */
int session_stop(struct session *session, struct error *err);

/*
 * After session_stop(), and once: moves what was recorded into the empty recording, and
 * completes it with what was lost and with the runtime's calls. Adds sentences about what is
 * not complete to notes. Where nothing was recorded the error is the interruption, or -ENOENT
 * with the reason.
 */
int session_collect(struct session *session, const struct completion_options *options,
		    struct recording *recording, struct notes *notes, struct error *err);

/* Also frees what session_stop() was not called for. Accepts NULL. */
void session_destroy(struct session *session);
DEFINE_CLEANUP(struct session *, session_destroy);
#define _cleanup_session_ _cleanup_(cleanup_session_destroy)

#endif
