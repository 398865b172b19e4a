/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SESSION_SESSION_H
#define SESSION_SESSION_H

/*
 * A recording from its start to its end, on a loop that the owner provides and runs:
 *
 *	start ─▶ (the loop runs until handler->ended) ─▶ stop ─▶ collect ─▶ destroy
 *	             └─▶ take, as often as the owner likes
 *
 * A session handles no signals, writes to no terminal and logs nothing. That is up to the
 * owner.
 */
#include <stdbool.h>
#include <stdint.h>

#include "record/recorder.h"
#include "recording/recording.h"
#include "util/cleanup.h"
#include "util/notes.h"

struct completion_options;
struct error;
struct loop;
struct progress;
struct session;
struct target;

struct session_options {
	/*
	 * A recorder that several sessions share, borrowed. It records all cgroups and has been
	 * started; its owner polls it. NULL: the session has one of its own.
	 *
	 * If it was taken over (recorder_is_taken_over()), the owner starts all sessions that go on
	 * before it polls the recorder for the first time: that reports what has ended meanwhile,
	 * and drops what nobody selects.
	 */
	struct recorder *recorder;
	/*
	 * What has ended stays in the maps of the recorder until session_stored(). So a process that
	 * takes over the recorder's pins gets what this one had not stored when it ended. Meanwhile
	 * it occupies slots, so the owner stores soon after each take.
	 */
	bool durable;
	enum recorder_hook hook;
	int64_t duration;	/* ns; 0: unlimited */
	int64_t until_stable;	/* ns without a new system call or workload; 0: ignored */
	int64_t progress_every; /* ns between two updates of the progress; more than 0 */
};

/* Callbacks. Each may be NULL. None may stop or destroy the session, or take from it. */
struct session_handler {
	/* Counting has begun. The command of the target, if any, starts next. */
	void (*started)(void *data);
	/* The progress was updated. */
	void (*progressed)(void *data);
	/* Workloads have ended since the last session_take(). Called once until the next one. */
	void (*workload_ended)(void *data);
	/* The session has ended and does nothing more until session_stop(). Called once. */
	void (*ended)(void *data);
	void *data;
};

/*
 * Starts to record the target. The caller destroys ret_session. options and handler are copied;
 * target and loop are borrowed until the session is destroyed.
 */
int session_start(const struct session_options *options, const struct session_handler *handler,
		  struct target *target, struct loop *loop, struct session **ret_session,
		  struct error *err);

/*
 * Asks the session to end. If the target is a command, the session first gives it a few seconds
 * to end, so that its last calls are recorded. It sends the signal to the command unless signal
 * is 0, which means that the command has got it already, for example from the terminal. A
 * second request does not wait for the command.
 */
void session_request_end(struct session *session, int signal);

/* Ends the session because of an error of its owner, such as one of the loop. */
void session_interrupt(struct session *session, const struct error *cause);

/*
 * The error that ended the session, or NULL; borrowed. What was recorded before can be
 * collected.
 */
const struct error *session_interruption(const struct session *session);

/* The progress, borrowed until the session is destroyed. */
const struct progress *session_progress(const struct session *session);

/* The losses so far. */
void session_totals(const struct session *session, struct recorder_totals *ret_totals);

/* The evidence of a session that goes on. A zeroed structure is empty and valid. */
struct session_taken {
	struct recording ended; /* the workloads that have ended since the last time */
	struct recording live;	/* those that live, as if they had ended now */
	/*
	 * Sentences about what may belong to the recording and is in no observation, so that the
	 * recording as a whole is not complete. They are reasons in the observations of this take.
	 */
	struct notes gaps;
};

void session_taken_finish(struct session_taken *taken);
#define _cleanup_session_taken_ _cleanup_(session_taken_finish)

/*
 * Takes the evidence so far, without ending the session, and completes it as session_collect()
 * does. Does not block, and may be called between session_start() and session_stop(), also when
 * the session was interrupted. The progress is updated, so handler->progressed is called. Each live
 * container costs some 0.1 ms: 250 took 17 to 25 ms.
 *
 * An ended workload is returned once. A live one is returned each time, as the same lifetime
 * (observation_compare_lifetimes()), with at least the calls of the time before; so the caller
 * keeps the union (recording_add()), in which reasons stay. A workload of which not enough is
 * known yet is left for the next time: it is still being set up, or nobody has said yet whether
 * it is selected, or which runtime it has.
 *
 * A gap concerns everything that was recorded until then, also what earlier takes returned. The
 * caller adds it to that, or keeps it with it. If a take returns no observation, the next one
 * returns its gaps again. That a cgroup got no slot is a gap of the first take after it,
 * and a loss of what lived then; what begins later is complete.
 *
 * On failure nothing is taken, and ret_taken, which was empty, is empty.
 */
int session_take(struct session *session, const struct completion_options *options,
		 struct session_taken *ret_taken, struct notes *notes, struct error *err);

/* Says that all that was taken so far is stored. Only needed if the session is durable. */
void session_stored(struct session *session);

/*
 * Stops counting, even if the session has not ended yet, updates the progress once more and
 * frees the recorder. Call it once.
 */
int session_stop(struct session *session, struct error *err);

/*
 * Moves the observations, without those that were taken before, into the empty recording, and
 * adds the losses and the calls of the runtime to them. Adds sentences about incomplete
 * observations to notes. If there are none, err is the interruption, or -ENOENT with the reason.
 * Call it once, after session_stop().
 */
int session_collect(struct session *session, const struct completion_options *options,
		    struct recording *recording, struct notes *notes, struct error *err);

/* Also frees the recorder if session_stop() was not called. Accepts NULL. */
void session_destroy(struct session *session);
DEFINE_CLEANUP(struct session *, session_destroy);
#define _cleanup_session_ _cleanup_(cleanup_session_destroy)

#endif
