// SPDX-License-Identifier: Apache-2.0
#include "session/session.h"

#include <errno.h>
#include <stdlib.h>
#include <time.h>

#include "selection/left_out.h"
#include "selection/target.h"
#include "session/completion.h"
#include "session/progress.h"
#include "util/cleanup.h"
#include "util/clock.h"
#include "util/error.h"
#include "util/loop.h"

#define NSEC_PER_MSEC 1000000LL
#define NSEC_PER_SEC 1000000000LL

/* Interval of the checks whether the processes that the leader left behind have ended. */
#define LINGER_NS (20 * NSEC_PER_MSEC)
/* Time for a command to end after it was asked to. */
#define GRACE_NS (5 * NSEC_PER_SEC)

struct session {
	struct session_options options;
	struct session_handler handler;
	struct target *target;
	struct recorder *recorder;	/* NULL once stopped */
	struct recorder_totals before;	/* losses before the session began */
	struct recorder_totals taken;	/* those that were in observations already */
	struct recorder_totals totals;	/* losses at session_stop() */
	struct recorder_totals untaken; /* of these, those since the last take */
	struct progress progress;
	struct error interruption;
	struct loop_fd *recorder_watch;
	struct loop_fd *target_watch; /* NULL if the target has no descriptor, or no longer */
	struct loop_timer *timer;
	bool leader_ended; /* the target's descriptor has reported the end */
	int64_t next_update;
	int64_t deadline; /* 0: none */
	bool stopping;	  /* a command was asked to end */
	bool ending;	  /* after the current step */
	bool ended;
	bool told; /* the handler knows that a workload has ended since the last take */
};

const struct error *session_interruption(const struct session *session)
{
	return session->interruption.code ? &session->interruption : NULL;
}

const struct progress *session_progress(const struct session *session)
{
	return &session->progress;
}

static bool is_shared(const struct session *session)
{
	return session->options.recorder;
}

void session_totals(const struct session *session, struct recorder_totals *ret_totals)
{
	*ret_totals = session->totals;
	if (session->recorder)
		recorder_totals_since(session->recorder, &session->before, ret_totals);
}

static void stop_watching(struct session *session)
{
	loop_remove_fd(session->recorder_watch);
	loop_remove_fd(session->target_watch);
	loop_remove_timer(session->timer);
	session->recorder_watch = NULL;
	session->target_watch = NULL;
	session->timer = NULL;
}

static void end(struct session *session)
{
	if (session->ended)
		return;
	session->ended = true;
	stop_watching(session);
	if (session->handler.ended)
		session->handler.ended(session->handler.data);
}

/* Gives a command time to end. False if the target is no command, or already had the time. */
static bool wait_for_command(struct session *session)
{
	if (session->stopping || target_fd(session->target) < 0 ||
	    !target_ends_by_signal(session->target))
		return false;
	session->stopping = true;
	session->deadline = clock_ns(CLOCK_MONOTONIC) + GRACE_NS;
	return true;
}

void session_request_end(struct session *session, int signal)
{
	if (session->ended)
		return;
	if (!wait_for_command(session))
		session->ending = true;
	else if (signal)
		target_signal(session->target, signal);
	/* Handle the pending events in one more step before the end. */
	loop_start_timer(session->timer, 0);
}

static void end_in_time(struct session *session)
{
	if (wait_for_command(session))
		target_terminate(session->target);
	else
		session->ending = true;
}

/* The first cause counts. */
static void note_interruption(struct session *session, const struct error *cause)
{
	if (!session->interruption.code)
		error_copy(&session->interruption, cause);
}

void session_interrupt(struct session *session, const struct error *cause)
{
	note_interruption(session, cause);
	end(session);
}

static int update(struct session *session, int64_t now, struct error *err)
{
	int r = progress_update(&session->progress, session->target, now, err);

	if (r == 0 && session->handler.progressed)
		session->handler.progressed(session->handler.data);
	return r;
}

/* Checks for stability only after an update, because only an update finds new calls. */
static int update_when_due(struct session *session, int64_t now, struct error *err)
{
	int64_t stable = session->options.until_stable;
	int r;

	if (now < session->next_update)
		return 0;
	session->next_update = now + session->options.progress_every;
	r = update(session, now, err);
	if (r == 0 && stable && !session->stopping &&
	    progress_is_stable(&session->progress, now - stable))
		end_in_time(session);
	return r;
}

static void tell_ended(struct session *session)
{
	if (session->told || !target_has_ended(session->target))
		return;
	session->told = true;
	if (session->handler.workload_ended)
		session->handler.workload_ended(session->handler.data);
}

static int advance(struct session *session, struct error *err)
{
	int64_t now;
	int r = is_shared(session) ? 0 : recorder_poll(session->recorder, err);

	if (r < 0)
		return r;
	r = target_tick(session->target, err);
	if (r < 0)
		return r;
	tell_ended(session);
	now = clock_ns(CLOCK_MONOTONIC);
	r = update_when_due(session, now, err);
	if (r < 0)
		return r;
	if (session->deadline && now >= session->deadline)
		end_in_time(session);
	if (target_finished(session->target))
		session->ending = true;
	return 0;
}

static void let_target_watch_go(struct session *session)
{
	session->leader_ended = true;
	loop_remove_fd(session->target_watch);
	session->target_watch = NULL;
}

static void set_timer(struct session *session)
{
	int64_t now = clock_ns(CLOCK_MONOTONIC), due = session->next_update;

	if (session->leader_ended && now + LINGER_NS < due)
		due = now + LINGER_NS;
	if (session->deadline && session->deadline < due)
		due = session->deadline;
	loop_start_timer(session->timer, (due - now + NSEC_PER_MSEC - 1) / NSEC_PER_MSEC);
}

/* Runs whenever something has happened or is due. */
static void step(struct session *session)
{
	_cleanup_error_ struct error err = ERROR_INIT;

	if (advance(session, &err) < 0) {
		session_interrupt(session, &err);
		return;
	}
	if (session->ending) {
		end(session);
		return;
	}
	/* The target closes its descriptor if it notices the end before the loop does. */
	if (session->target_watch && target_fd(session->target) < 0)
		let_target_watch_go(session);
	set_timer(session);
}

static void handle_recorder(int fd, unsigned int events, void *data)
{
	step(data);
}

static void handle_target(int fd, unsigned int events, void *data)
{
	let_target_watch_go(data);
	step(data);
}

static void handle_timer(void *data)
{
	step(data);
}

static int watch(struct session *session, struct loop *loop, struct error *err)
{
	int fd = target_fd(session->target);
	int r = 0;

	if (!is_shared(session))
		r = loop_add_fd(loop, recorder_fd(session->recorder), LOOP_READ, handle_recorder,
				session, &session->recorder_watch, err);
	if (r == 0 && fd >= 0)
		r = loop_add_fd(loop, fd, LOOP_READ, handle_target, session, &session->target_watch,
				err);
	if (r == 0)
		r = loop_add_timer(loop, handle_timer, session, &session->timer, err);
	if (r == 0)
		loop_start_timer(session->timer, 0);
	return r;
}

/* Ends a running session because of a failure, which must not end others on the same recorder. */
static int fail(struct session *session, const struct error *cause, struct error *err)
{
	if (!session->timer)
		return error_copy(err, cause);
	note_interruption(session, cause);
	session->ending = true;
	loop_start_timer(session->timer, 0);
	return 0;
}

/* Lets the target go on in the next step. */
static void step_soon(void *data)
{
	const struct session *session = data;

	if (session->timer)
		loop_start_timer(session->timer, 0);
}

static int cgroup_created(void *data, struct tracked_cgroup *tracked, struct error *err)
{
	_cleanup_error_ struct error why = ERROR_INIT;
	struct session *session = data;

	step_soon(session);
	return target_cgroup_created(session->target, tracked, &why) < 0 ?
		       fail(session, &why, err) :
		       0;
}

static int cgroup_removed(void *data, const struct tracked_cgroup *tracked, struct error *err)
{
	_cleanup_error_ struct error why = ERROR_INIT;
	struct session *session = data;

	step_soon(session);
	return target_cgroup_removed(session->target, tracked, &why) < 0 ?
		       fail(session, &why, err) :
		       0;
}

static bool cgroup_wanted(void *data, const struct tracked_cgroup *tracked)
{
	const struct session *session = data;

	return target_cgroup_wanted(session->target, tracked);
}

static bool cgroup_needed(void *data, const struct tracked_cgroup *tracked)
{
	const struct session *session = data;

	return target_cgroup_needed(session->target, tracked);
}

static void cgroup_dropped(void *data, const struct tracked_cgroup *tracked)
{
	struct session *session = data;

	target_cgroup_dropped(session->target, tracked);
}

/* Creates the recorder, or joins the shared one. */
static int get_recorder(struct session *session, struct error *err)
{
	const struct recorder_handler handler = {
		.created = cgroup_created,
		.removed = cgroup_removed,
		.needs = cgroup_needed,
		.wants = cgroup_wanted,
		.dropped = cgroup_dropped,
		.data = session,
	};
	struct recorder_options options;
	int r = 0;

	target_recorder_options(session->target, &options);
	options.hook = session->options.hook;
	if (is_shared(session) && options.mode != RECORDER_CGROUPS)
		return error_set(err, EINVAL, "%s needs a recorder of its own",
				 target_description(session->target));
	if (is_shared(session))
		session->recorder = session->options.recorder;
	else
		r = recorder_create(&options, &session->recorder, err);
	if (r < 0)
		return r;
	recorder_totals_before(session->recorder, &session->before);
	session->taken = session->before;
	return recorder_add_handler(session->recorder, &handler, err);
}

static int begin(struct session *session, struct loop *loop, struct error *err)
{
	const struct target_owner owner = { loop, step_soon, session };
	int r = is_shared(session) ? 0 : recorder_attach(session->recorder, err);

	if (r < 0)
		return r;
	r = target_prepare(session->target, session->recorder, err);
	if (r < 0)
		return r;
	r = watch(session, loop, err);
	if (r < 0)
		return r;
	r = is_shared(session) ? 0 : recorder_start(session->recorder, err);
	if (r < 0)
		return r;
	if (session->options.duration)
		session->deadline = clock_ns(CLOCK_MONOTONIC) + session->options.duration;
	if (session->handler.started)
		session->handler.started(session->handler.data);
	return target_begin(session->target, &owner, err);
}

int session_start(const struct session_options *options, const struct session_handler *handler,
		  struct target *target, struct loop *loop, struct session **ret_session,
		  struct error *err)
{
	_cleanup_session_ struct session *session = calloc(1, sizeof(*session));
	int r;

	if (!session)
		return error_nomem(err);
	*session = (struct session){ .options = *options, .handler = *handler, .target = target };
	r = get_recorder(session, err);
	if (r < 0)
		return r;
	if (options->durable)
		target_keep_removed(target);
	progress_init(&session->progress, clock_ns(CLOCK_MONOTONIC));
	r = begin(session, loop, err);
	if (r == 0)
		*ret_session = steal_pointer(&session);
	return r;
}

/* Frees the kernel's memory early, because the owner may keep the session for long. */
static void let_recorder_go(struct session *session)
{
	if (!session->recorder)
		return;
	session_totals(session, &session->totals);
	recorder_totals_since(session->recorder, &session->taken, &session->untaken);
	recorder_remove_handler(session->recorder, session);
	if (!is_shared(session))
		recorder_destroy(session->recorder);
	session->recorder = NULL;
}

static int leave_recorder(struct session *session, struct error *err)
{
	int r = recorder_catch_up(session->recorder, err);

	return r < 0 ? r : target_leave(session->target, err);
}

void session_taken_finish(struct session_taken *taken)
{
	recording_finish(&taken->ended);
	recording_finish(&taken->live);
	notes_finish(&taken->gaps);
}

static bool is_empty(const struct session_taken *taken)
{
	return taken->ended.observation_count == 0 && taken->live.observation_count == 0;
}

static int complete(const struct session *session, const struct completion_options *options,
		    const struct recorder_totals *losses, struct session_taken *taken,
		    struct notes *notes, struct error *err)
{
	const struct error *interruption = session_interruption(session);
	int r = 0;

	if (losses->lost_slots)
		r = notes_add(&taken->gaps, err, LEFT_OUT_SLOTS);
	if (r == 0)
		r = completion_apply(options, losses, interruption, &taken->ended, notes, err);
	if (r == 0)
		r = completion_apply(options, losses, interruption, &taken->live, notes, err);
	return r;
}

/* Takes all, with the losses between the last take and now, which may concern any of it. */
static int take(struct session *session, const struct completion_options *options,
		struct session_taken *taken, struct notes *notes, struct error *err)
{
	struct recorder_totals now, losses;
	int r;

	recorder_totals(session->recorder, &now);
	recorder_totals_since(session->recorder, &session->taken, &losses);
	r = target_take(session->target, &taken->ended, &taken->live, &taken->gaps, err);
	if (r < 0)
		return r;
	progress_forget_discoveries(&session->progress);
	r = complete(session, options, &losses, taken, notes, err);
	if (r < 0) {
		target_give_back(session->target, &taken->ended);
		return r;
	}
	session->told = false;
	if (!is_empty(taken))
		session->taken = now;
	return 0;
}

int session_take(struct session *session, const struct completion_options *options,
		 struct session_taken *ret_taken, struct notes *notes, struct error *err)
{
	int r = update(session, clock_ns(CLOCK_MONOTONIC), err);

	if (r == 0)
		r = take(session, options, ret_taken, notes, err);
	if (r < 0)
		session_taken_finish(ret_taken);
	return r;
}

void session_stored(struct session *session)
{
	target_stored(session->target);
}

int session_stop(struct session *session, struct error *err)
{
	int r;

	session->ended = true;
	stop_watching(session);
	if (is_shared(session))
		r = leave_recorder(session, err);
	else
		r = recorder_stop(session->recorder, err);
	if (r == 0)
		r = update(session, clock_ns(CLOCK_MONOTONIC), err);
	let_recorder_go(session);
	return r;
}

int session_collect(struct session *session, const struct completion_options *options,
		    struct recording *recording, struct notes *notes, struct error *err)
{
	const struct error *interruption = session_interruption(session);
	int r = target_collect(session->target, recording, err);

	if (r < 0)
		return r;
	if (recording->observation_count == 0)
		return interruption ? error_copy(err, interruption) :
				      target_explain_nothing(session->target, err);
	return completion_apply(options, &session->untaken, interruption, recording, notes, err);
}

void session_destroy(struct session *session)
{
	if (!session)
		return;
	stop_watching(session);
	target_stop(session->target);
	let_recorder_go(session);
	progress_finish(&session->progress);
	error_finish(&session->interruption);
	free(session);
}
