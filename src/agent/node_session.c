// SPDX-License-Identifier: Apache-2.0
#include "agent/node_session.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "agent/evidence.h"
#include "agent/recorded_parts.h"
#include "agent/recording_plan.h"
#include "agent/recording_report.h"
#include "agent/idle.h"
#include "selection/target.h"
#include "session/completion.h"
#include "session/progress.h"
#include "session/session.h"
#include "util/clock.h"
#include "util/error.h"
#include "util/str.h"
#include "util/string_set.h"

#define NSEC_PER_SEC 1000000000LL
/* Workloads that go on have their new calls in a profile after so long at the latest. */
#define TAKE_INTERVAL_NS (30 * NSEC_PER_SEC)
#define PROGRESS_INTERVAL_NS NSEC_PER_SEC
/* A first profile has some 60 new calls, which say little by themselves. */
#define NEWS_MAX 20
/* A recording with more of them is known to have gaps. */
#define GAPS_MAX 100

struct node_session {
	const struct node_session_options *options;
	struct recording_plan plan;
	struct recording_plan started; /* the plan whose strings the target borrows; or empty */
	char *object;		   /* the ProfileRecording, to be kept with the evidence; NULL */
	char *unsaved;		   /* why the directory of the evidence lacks something; NULL */
	struct evidence *evidence; /* NULL until needed */
	struct target *target;
	struct session *session; /* NULL while nothing is recorded */
	bool ended;		 /* by itself */
	bool workload_ended;	 /* since evidence was taken */
	int64_t next_take;	 /* CLOCK_MONOTONIC */

	/* What was reported. */
	bool planned; /* of all evidence, with this plan */
	struct part_digests digests;
	struct call_set known;
	char **gaps;
	size_t gap_count;
	char **pods;
	size_t pod_count;
};

const struct recording_plan *node_session_plan(const struct node_session *session)
{
	return &session->plan;
}

/* What is in the evidence already is no news. */
static int note_known(struct node_session *session, struct error *err)
{
	const struct recording *recording = evidence_recording(session->evidence);
	size_t i;
	int r = 0;

	for (i = 0; i < recording->observation_count && r == 0; i++)
		r = call_set_merge(&session->known, &recording->observations[i].calls, err);
	return r;
}

int node_session_create(const struct node_session_options *options, struct recording_plan *plan,
			const char *object, struct node_session **ret_session, struct error *err)
{
	_cleanup_node_session_ struct node_session *session = calloc(1, sizeof(*session));

	if (session && object)
		session->object = strdup(object);
	if (!session || (object && !session->object))
		return error_nomem(err);
	session->options = options;
	session->plan = *plan;
	*plan = (struct recording_plan){};
	*ret_session = steal_pointer(&session);
	return 0;
}

const char *node_session_unsaved(const struct node_session *session)
{
	return session->unsaved;
}

/* A disk that is full keeps nobody from recording: what is new is in memory, and is reported. */
static int note_saved(struct node_session *session, int result, const struct error *why,
		      struct error *err)
{
	free(session->unsaved);
	session->unsaved = NULL;
	if (result == -ENOMEM)
		return error_nomem(err);
	if (result < 0 && asprintf(&session->unsaved,
				   "what is recorded is lost if the agent or the node ends now: %s",
				   error_message(why)) < 0) {
		session->unsaved = NULL;
		return error_nomem(err);
	}
	return 0;
}

/* Writes what the directory does not have yet. */
static int save(struct node_session *session, struct error *err)
{
	_cleanup_error_ struct error why = ERROR_INIT;
	int r = 0;

	if (session->object)
		r = evidence_save_object(session->evidence, session->object, &why);
	if (r == 0) {
		free(steal_pointer(&session->object));
		r = evidence_save(session->evidence, &why);
	}
	return note_saved(session, r, &why, err);
}

/* Reads what an earlier agent wrote, and keeps the object for the next one. */
static int open_evidence(struct node_session *session, struct error *err)
{
	const struct recording_plan *plan = &session->plan;
	int r = 0;

	if (!session->evidence) {
		r = evidence_open(session->options->evidence_dir, plan->namespace, plan->name,
				  plan->uid, &session->evidence, err);
		if (r == 0)
			r = note_known(session, err);
	}
	return r < 0 ? r : save(session, err);
}

void node_session_cancel(struct node_session *session)
{
	session_destroy(session->session);
	target_destroy(session->target);
	session->session = NULL;
	session->target = NULL;
	session->ended = false;
	recording_plan_finish(&session->started);
}

void node_session_destroy(struct node_session *session)
{
	if (!session)
		return;
	node_session_cancel(session);
	evidence_close(session->evidence);
	part_digests_finish(&session->digests);
	call_set_finish(&session->known);
	string_set_free(session->gaps, session->gap_count);
	string_set_free(session->pods, session->pod_count);
	recording_plan_finish(&session->plan);
	free(session->object);
	free(session->unsaved);
	free(session);
}

int node_session_update(struct node_session *session, struct recording_plan *plan,
			const char *object, struct error *err)
{
	char *copy = strdup(object);

	if (!copy)
		return error_nomem(err);
	free(session->object);
	session->object = copy;
	if (session->target && !session->started.selector)
		session->started = session->plan;
	else
		recording_plan_finish(&session->plan);
	session->plan = *plan;
	session->planned = false;
	*plan = (struct recording_plan){};
	return session->evidence ? save(session, err) : 0;
}

static void on_workload_ended(void *data)
{
	struct node_session *session = data;

	session->workload_ended = true;
}

static void on_ended(void *data)
{
	struct node_session *session = data;

	session->ended = true;
}

int node_session_prepare(struct node_session *session, struct recorder_options *ret_options,
			 struct error *err)
{
	const struct recording_plan *plan = &session->plan;
	const struct target_request request = {
		.pods = plan->selector,
		.pod_namespace = plan->namespace,
		.container_names = (const char *const *)plan->containers,
		.container_name_count = plan->container_count,
		.containers_max = session->options->containers_max,
		.wait = true,
		.runtime_endpoint = session->options->runtime_endpoint,
		.cgroup_root = session->options->cgroup_root,
	};
	int r = open_evidence(session, err);

	if (r == 0)
		r = target_create(&request, &session->target, err);
	if (r == 0)
		target_recorder_options(session->target, ret_options);
	return r;
}

int node_session_start(struct node_session *session, struct recorder *recorder, struct loop *loop,
		       struct error *err)
{
	const struct session_options options = {
		.recorder = recorder,
		.durable = true,
		.progress_every = PROGRESS_INTERVAL_NS,
	};
	const struct session_handler handler = {
		.workload_ended = on_workload_ended,
		.ended = on_ended,
		.data = session,
	};

	session->next_take = clock_ns(CLOCK_MONOTONIC) + TAKE_INTERVAL_NS;
	return session_start(&options, &handler, session->target, loop, &session->session, err);
}

bool node_session_is_running(const struct node_session *session)
{
	return session->session != NULL;
}

bool node_session_has_ended(const struct node_session *session)
{
	return session->ended;
}

bool node_session_is_due(const struct node_session *session, int64_t now)
{
	return session->session && (now >= session->next_take || session->workload_ended);
}

/* ---- what is new */

static int describe(struct recording_report *report, const struct observation *observation,
		    const struct call *call, struct error *err)
{
	char name[SYSCALL_NAME_SIZE], time[STR_TIME_SIZE] = "an unknown time";

	if (report->news.count >= NEWS_MAX)
		return 0;
	if (call->first_seen)
		str_format_time(time, call->first_seen);
	return notes_add(&report->news, err, "%s by %s of pod %s, container %s, at %s",
			 syscall_name_or_number(observation->machine, call->abi, call->nr, name),
			 call->process[0] ? call->process : "an unknown process",
			 observation->pod_name ?: "?", observation->container_name ?: "?", time);
}

static int note_news(struct node_session *session, const struct recording *recording,
		     struct recording_report *report, struct error *err)
{
	size_t i, k;
	int r = 0;

	for (i = 0; i < recording->observation_count; i++) {
		const struct observation *observation = &recording->observations[i];

		for (k = 0; k < observation->calls.length && r == 0; k++) {
			const struct call *call = &observation->calls.items[k];

			if (call->origin != ORIGIN_OBSERVED ||
			    call_set_find(&session->known, call->abi, call->nr))
				continue;
			r = describe(report, observation, call, err);
			if (r == 0)
				r = call_set_add(&session->known, call, err);
		}
	}
	return r;
}

/* A workload that goes on has its gaps each time. */
static int note_gaps(struct node_session *session, const struct notes *gaps,
		     struct recording_report *report, struct error *err)
{
	size_t i;
	int r = 0;

	for (i = 0; i < gaps->count && session->gap_count < GAPS_MAX && r == 0; i++) {
		if (string_set_has(session->gaps, session->gap_count, gaps->items[i]))
			continue;
		r = string_set_add(&session->gaps, &session->gap_count, gaps->items[i], err);
		if (r == 0)
			r = notes_add(&report->gaps, err, "%s", gaps->items[i]);
	}
	return r;
}

/* An earlier agent's evidence is in the profiles, unless that agent was about to write it there. */
static int note_unreadable(struct node_session *session, struct recording_report *report,
			   struct error *err)
{
	const char *unreadable = evidence_unreadable(session->evidence);
	char *item = (char *)unreadable;
	const struct notes gaps = { .items = &item, .count = 1 };

	return unreadable ? note_gaps(session, &gaps, report, err) : 0;
}

/* Reports the pods that are being recorded. */
static int note_pods(struct node_session *session, const struct recording *live,
		     struct recording_report *report, struct error *err)
{
	size_t i;
	int r = 0;

	for (i = 0; i < live->observation_count && r == 0; i++)
		if (live->observations[i].pod_name)
			r = string_set_add(&report->pods, &report->pod_count,
					   live->observations[i].pod_name, err);
	return r;
}

static bool same_pods(const struct node_session *session, const struct recording_report *report)
{
	size_t i;

	for (i = 0; i < report->pod_count; i++)
		if (!string_set_has(session->pods, session->pod_count, report->pods[i]))
			return false;
	return report->pod_count == session->pod_count;
}

static int keep_pods(struct node_session *session, const struct recording_report *report,
		     struct error *err)
{
	size_t i;
	int r = 0;

	string_set_free(session->pods, session->pod_count);
	session->pods = NULL;
	session->pod_count = 0;
	for (i = 0; i < report->pod_count && r == 0; i++)
		r = string_set_add(&session->pods, &session->pod_count, report->pods[i], err);
	return r;
}

static int save_news(struct node_session *session, struct error *err)
{
	if (evidence_has_news(session->evidence))
		session->planned = false;
	return save(session, err);
}

/* Without new evidence, no profile has changed: a recording of idle containers costs little. */
static int make_parts(struct node_session *session, struct recording_report *report,
		      struct error *err)
{
	int r;

	if (session->planned)
		return 0;
	r = recorded_parts_make(evidence_recording(session->evidence), &session->plan,
				&session->digests, report, err);
	session->planned = r == 0;
	return r;
}

/* Adds evidence, which is empty afterwards, and reports what is new in it. */
static int take_in(struct node_session *session, struct recording *ended, struct recording *live,
		   struct recording_report *report, bool last, struct error *err)
{
	int r = note_unreadable(session, report, err);

	if (r == 0)
		r = note_news(session, ended, report, err);
	if (r == 0)
		r = note_news(session, live, report, err);
	if (r == 0)
		r = note_pods(session, live, report, err);
	if (r == 0)
		r = evidence_add(session->evidence, ended, live, err);
	if (r == 0)
		r = save_news(session, err);
	if (r == 0)
		r = make_parts(session, report, err);
	if (r == 0 && last)
		r = idle_check(evidence_recording(session->evidence), clock_ns(CLOCK_REALTIME),
			       &report->idle, err);
	return r;
}

static bool is_news(const struct node_session *session, const struct recording_report *report)
{
	return report->part_count || report->gaps.count || !same_pods(session, report);
}

/* Hands the report over if there is anything in it. */
static int finish(struct node_session *session, struct recording_report **report,
		  struct recording_report **ret_report, struct error *err)
{
	*ret_report = NULL;
	if (!is_news(session, *report) && !(*report)->final)
		return 0;
	*ret_report = steal_pointer(report);
	return keep_pods(session, *ret_report, err);
}

static struct recording_report *create_report(const struct node_session *session)
{
	const struct recording_plan *plan = &session->plan;

	struct recording_report *report =
		recording_report_create(plan->namespace, plan->name, plan->uid);

	if (report)
		report->disabled = plan->disabled;
	return report;
}

static void make_options(const struct node_session *session,
			 struct completion_options *ret_completion)
{
	*ret_completion = (struct completion_options){
		.name = session->plan.name,
		.split = SPLIT_NONE,
		.runtime = "auto",
		.no_new_privs = TRISTATE_UNKNOWN,
	};
}

/* Saves what is new, and adds it to the report. What could not be saved stays in the pinned maps. */
static int take(struct node_session *session, struct recording_report *report, struct error *err)
{
	_cleanup_session_taken_ struct session_taken taken = {};
	_cleanup_notes_ struct notes notes = {};
	struct completion_options completion;
	size_t i;
	int r;

	make_options(session, &completion);
	session->workload_ended = false;
	r = session_take(session->session, &completion, &taken, &notes, err);
	if (r == 0)
		r = note_gaps(session, &notes, report, err);
	if (r == 0)
		r = note_gaps(session, &taken.gaps, report, err);
	for (i = 0; i < taken.gaps.count && r == 0; i++)
		r = evidence_add_gap(session->evidence, taken.gaps.items[i], err);
	if (r == 0)
		r = take_in(session, &taken.ended, &taken.live, report, false, err);
	if (r == 0 && !session->unsaved)
		session_stored(session->session);
	return r;
}

int node_session_take(struct node_session *session, struct recording_report **ret_report,
		      struct error *err)
{
	_cleanup_recording_report_ struct recording_report *report = create_report(session);
	int r;

	session->next_take = clock_ns(CLOCK_MONOTONIC) + TAKE_INTERVAL_NS;
	if (!report)
		return error_nomem(err);
	r = take(session, report, err);
	return r < 0 ? r : finish(session, &report, ret_report, err);
}

/* Nothing was recorded of a selection without pods, which is no failure here. */
static int collect(struct node_session *session, struct recording *recording, struct notes *notes,
		   struct error *err)
{
	_cleanup_error_ struct error why = ERROR_INIT;
	struct completion_options completion;
	int r = session_stop(session->session, err);

	if (r < 0)
		return r;
	make_options(session, &completion);
	r = session_collect(session->session, &completion, recording, notes, &why);
	return r < 0 && r != -ENOENT ? error_copy(err, &why) : 0;
}

void node_session_interrupt(struct node_session *session, const struct error *cause)
{
	session_interrupt(session->session, cause);
}

int node_session_stop(struct node_session *session, bool final,
		      struct recording_report **ret_report, struct error *err)
{
	_cleanup_recording_report_ struct recording_report *report = create_report(session);
	_cleanup_recording_ struct recording ended = {}, live = {};
	_cleanup_notes_ struct notes gaps = {};
	int r = 0;

	if (!report)
		return error_nomem(err);
	report->final = final;
	/* The recorder forgets what it counted when the session stops: most is on the disk by then. */
	if (session->session) {
		take(session, report, NULL);
		r = collect(session, &ended, &gaps, err);
	}
	node_session_cancel(session);
	string_set_free(report->pods, report->pod_count);
	report->pods = NULL;
	report->pod_count = 0;
	if (r == 0)
		r = open_evidence(session, err);
	if (r == 0)
		r = note_gaps(session, &gaps, report, err);
	if (r == 0)
		r = take_in(session, &ended, &live, report, final, err);
	return r < 0 ? r : finish(session, &report, ret_report, err);
}

int node_session_forget(const struct node_session *session, struct error *err)
{
	return session->evidence ? evidence_end(session->evidence, err) : 0;
}
