// SPDX-License-Identifier: Apache-2.0
#include "cli/record_session.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <time.h>

#include "cli/record_view.h"
#include "selection/target.h"
#include "session/progress.h"
#include "util/cleanup.h"
#include "util/clock.h"
#include "util/error.h"
#include "util/log.h"

#define NSEC_PER_MSEC 1000000LL
#define NSEC_PER_SEC 1000000000LL

/* A line on a terminal lives; a log only needs to know when nothing new comes. */
#define REFRESH_LIVE_NS (250 * NSEC_PER_MSEC)
#define REFRESH_QUIET_NS NSEC_PER_SEC
/* Between the end of a process and the end of those that it left behind. */
#define LINGER_NS (20 * NSEC_PER_MSEC)
/* How long a command may take to end after it was asked to. */
#define GRACE_NS (5 * NSEC_PER_SEC)

struct session {
	const struct session_options *options;
	struct target *target;
	struct recorder *recorder;
	struct progress progress;
	struct view view;
	int signals;
	bool leader_ended; /* the target's descriptor has told all it can */
	int64_t begun;
	int64_t next_refresh;
	int64_t deadline; /* 0: none */
	bool stopping;	  /* a command was asked to end */
	bool done;
};

static int born(void *data, struct lifetime *lifetime, struct error *err)
{
	return target_born(data, lifetime, err);
}

static int ended(void *data, struct lifetime *lifetime, struct error *err)
{
	return target_ended(data, lifetime, err);
}

static int open_signals(struct error *err)
{
	sigset_t set;
	int fd;

	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGHUP);
	sigprocmask(SIG_BLOCK, &set, NULL);
	fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	return fd < 0 ? error_set_errno(err, errno, "wait for signals") : fd;
}

/*
 * The recording is to end. A command ends first, so that its last calls are in it; whoever
 * sent the signal may have sent it to the command as well, as a terminal does.
 */
static void stop(struct session *session, int signal, bool forward)
{
	if (session->stopping || target_fd(session->target) < 0 ||
	    !target_ends_by_signal(session->target)) {
		session->done = true;
		return;
	}
	session->stopping = true;
	session->deadline = clock_ns(CLOCK_MONOTONIC) + GRACE_NS;
	if (forward)
		target_signal(session->target, signal);
}

static void handle_signal(struct session *session)
{
	struct signalfd_siginfo info;

	if (read(session->signals, &info, sizeof(info)) == sizeof(info))
		stop(session, info.ssi_signo, info.ssi_code != SI_KERNEL);
}

static void check_time(struct session *session, int64_t now)
{
	if (!session->deadline || now < session->deadline)
		return;
	if (session->stopping)
		session->done = true;
	else
		stop(session, SIGTERM, true);
}

/* --until-stable; only an update just made knows whether anything is new. */
static void check_stable(struct session *session, int64_t now)
{
	int64_t wanted = session->options->until_stable;

	if (wanted && !session->stopping && progress_is_stable(&session->progress, now - wanted))
		stop(session, SIGTERM, true);
}

static int refresh(struct session *session, int64_t now, struct error *err)
{
	bool live = session->options->progress || session->options->verbose;
	struct recorder_totals totals;
	int r;

	if (now < session->next_refresh)
		return 0;
	session->next_refresh = now + (live ? REFRESH_LIVE_NS : REFRESH_QUIET_NS);
	r = progress_update(&session->progress, session->target, now, err);
	if (r < 0)
		return r;
	recorder_totals(session->recorder, &totals);
	view_draw(&session->view, session->target, &session->progress, &totals, now);
	check_stable(session, now);
	return 0;
}

/* Sleeps until something happens or something is due. */
static void wait_for_events(struct session *session)
{
	int64_t now = clock_ns(CLOCK_MONOTONIC), due = session->next_refresh;
	struct pollfd fds[] = {
		{ .fd = recorder_fd(session->recorder), .events = POLLIN },
		{ .fd = session->signals, .events = POLLIN },
		{ .fd = session->leader_ended ? -1 : target_fd(session->target), .events = POLLIN },
	};

	if (session->leader_ended && now + LINGER_NS < due)
		due = now + LINGER_NS;
	if (session->deadline && session->deadline < due)
		due = session->deadline;
	if (due < now)
		due = now;
	if (poll(fds, 3, (due - now + NSEC_PER_MSEC - 1) / NSEC_PER_MSEC) <= 0)
		return;
	if (fds[1].revents)
		handle_signal(session);
	if (fds[2].revents)
		session->leader_ended = true;
}

static int loop(struct session *session, struct error *err)
{
	int r;

	while (!session->done) {
		int64_t now;

		wait_for_events(session);
		r = recorder_poll(session->recorder, err);
		if (r < 0)
			return r;
		r = target_tick(session->target, err);
		if (r < 0)
			return r;
		now = clock_ns(CLOCK_MONOTONIC);
		r = refresh(session, now, err);
		if (r < 0)
			return r;
		check_time(session, now);
		if (target_finished(session->target))
			session->done = true;
	}
	return 0;
}

static int begin(struct session *session, struct error *err)
{
	int r = recorder_attach(session->recorder, err);

	if (r < 0)
		return r;
	r = target_prepare(session->target, session->recorder, err);
	if (r < 0)
		return r;
	r = recorder_start(session->recorder, err);
	if (r < 0)
		return r;
	session->begun = clock_ns(CLOCK_MONOTONIC);
	if (session->options->duration)
		session->deadline = session->begun + session->options->duration;
	if (!session->options->progress) /* there the line says it */
		log_info("recording %s", target_description(session->target));
	return target_begin(session->target, err);
}

int session_run(const struct session_options *options, struct target *target,
		struct recorder_totals *ret_totals, struct error *broke, struct error *err)
{
	const struct recorder_handler handler = { .born = born, .ended = ended, .data = target };
	_cleanup_recorder_ struct recorder *recorder = NULL;
	_cleanup_close_ int signals = open_signals(err);
	struct session session = { .options = options, .target = target, .signals = signals };
	struct recorder_options recorder_options;
	int r;

	if (signals < 0)
		return signals;
	target_recorder_options(target, &recorder_options);
	recorder_options.hook = options->hook;
	r = recorder_create(&recorder_options, &handler, &recorder, err);
	if (r < 0)
		return r;
	session.recorder = recorder;
	progress_init(&session.progress, clock_ns(CLOCK_MONOTONIC));
	view_init(&session.view, options->verbose, options->progress);
	r = begin(&session, err);
	if (r == 0) {
		loop(&session, broke);
		r = recorder_stop(recorder, err);
	}
	session.next_refresh = 0;
	if (r == 0)
		r = refresh(&session, clock_ns(CLOCK_MONOTONIC), err);
	recorder_totals(recorder, ret_totals);
	view_finish(&session.view);
	if (r == 0)
		view_summarize(target, &session.progress);
	progress_finish(&session.progress);
	return r;
}
