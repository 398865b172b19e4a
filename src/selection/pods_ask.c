// SPDX-License-Identifier: Apache-2.0
#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "container/cri.h"
#include "container/cri_events.h"
#include "selection/pods.h"
#include "selection/target_work.h"
#include "util/clock.h"
#include "util/error.h"
#include "util/worker.h"

/* Interval between questions to the runtime while a match is pending and no events come. */
#define ASK_INTERVAL_NS 50000000LL
/* Interval after a question that the runtime did not answer. */
#define RETRY_INTERVAL_NS 1000000000LL
/* Interval between searches for containers whose cgroup was not seen, or whose event was lost. */
#define CHECK_INTERVAL_NS 5000000000LL

/* A question to the runtime, and its answer. */
struct question {
	struct target_pods *pods;
	struct cri *cri;
	uint64_t last; /* serial of the newest workload at the time of the question */
	bool check;
	struct inventory inventory;
	struct error err;
	int result;
};

static void question_destroy(void *data)
{
	struct question *question = data;

	inventory_finish(&question->inventory);
	error_finish(&question->err);
	free(question);
}

DEFINE_CLEANUP(struct question *, question_destroy);

static void ask(void *data)
{
	struct question *question = data;

	question->result = inventory_take(question->cri, &question->inventory, &question->err);
}

/* Replaces the last answer, or notes why there is none. */
static bool take_answer(struct target_pods *pods, struct inventory *inventory, int result,
			const struct error *why)
{
	free(steal_pointer(&pods->failure));
	pods->target.cri_silent = result < 0;
	if (result < 0) {
		pods->failure = strdup(error_message(why));
		pods->failed = clock_ns(CLOCK_MONOTONIC);
		return false;
	}
	inventory_finish(&pods->inventory);
	pods->inventory = *inventory;
	*inventory = (struct inventory){};
	return true;
}

/* A runtime that is restarting does not answer. Matches stay pending until it does. */
static int act(struct question *question, struct error *err)
{
	struct target_pods *pods = question->pods;
	int64_t now = clock_ns(CLOCK_MONOTONIC);
	int r;

	if (!take_answer(pods, &question->inventory, question->result, &question->err)) {
		pods->next_ask = now + RETRY_INTERVAL_NS;
		return 0;
	}
	r = pods_decide_all(pods, question->last, err);
	if (r < 0 || !question->check)
		return r;
	pods->next_check = now + CHECK_INTERVAL_NS;
	return pods->searching ? 0 : pods_check_missed(pods, false, err);
}

static void answered(void *data)
{
	_cleanup_(cleanup_question_destroy) struct question *question = data;
	_cleanup_error_ struct error err = ERROR_INIT;
	struct target *target = &question->pods->target;

	question->pods->asking = false;
	if (act(question, &err) < 0)
		target_work_failed(target, &err);
	target_work_done(target);
}

int pods_ask(struct target_pods *pods, bool check, struct error *err)
{
	struct question *question;
	int64_t interval = pods->hears ? CHECK_INTERVAL_NS : ASK_INTERVAL_NS;
	struct worker_job job = { ask, answered, question_destroy };

	if (pods->asking)
		return 0;
	question = calloc(1, sizeof(*question));
	if (!question)
		return error_nomem(err);
	*question = (struct question){
		.pods = pods,
		.cri = pods->target.cri,
		.last = pods->target.workloads.last_serial,
		.check = check,
	};
	job.data = question;
	pods->asking = true;
	/* What happens from now on, such as an event, may be newer than the answer. */
	pods->next_ask = clock_ns(CLOCK_MONOTONIC) + interval;
	return target_work_runtime(&pods->target, &job, err);
}

bool pods_ask_at_once(struct target_pods *pods)
{
	_cleanup_error_ struct error why = ERROR_INIT;
	_cleanup_inventory_ struct inventory inventory = {};
	int r;

	/* It has just failed, or it still does. */
	if (pods->failure &&
	    (!pods->target.cri || clock_ns(CLOCK_MONOTONIC) < pods->failed + RETRY_INTERVAL_NS))
		return false;
	if (!pods->target.cri) {
		r = error_set(&why, ETIMEDOUT, "the runtime does not answer");
		return take_answer(pods, &inventory, r, &why);
	}
	r = inventory_take(pods->target.cri, &inventory, &why);
	return take_answer(pods, &inventory, r, &why);
}

/*
 * Hears the stream of events in the thread of the runtime. One note to the owner at a time is
 * enough, however many events come.
 */
struct pods_ear {
	struct target_pods *pods; /* for the owner only */
	struct worker *worker;
	atomic_bool noted;
	atomic_bool hears;
};

static void note_heard(void *data)
{
	struct pods_ear *ear = data;

	atomic_store(&ear->noted, false);
	ear->pods->hears = atomic_load(&ear->hears);
	/* An event may be about what is pending, and with the stream's end some may be lost. */
	ear->pods->next_ask = 0;
	target_work_done(&ear->pods->target);
}

static void forget(void *data)
{
}

static void hear(bool event, void *data)
{
	struct pods_ear *ear = data;

	atomic_store(&ear->hears, event);
	if (!atomic_exchange(&ear->noted, true))
		worker_post(ear->worker, note_heard, forget, ear);
}

/* Opens the stream, which has to be done in the thread of the runtime. */
struct listening {
	struct pods_ear *ear;
	struct cri *cri;
	struct cri_events *events;
};

static void listen_to_events(void *data)
{
	struct listening *listening = data;

	/* A runtime without events is asked more often instead. */
	cri_events_listen(listening->cri, hear, listening->ear, &listening->events, NULL);
}

static void keep_events(void *data)
{
	struct listening *listening = data;

	listening->ear->pods->target.events = listening->events;
	free(listening);
}

static void drop_events(void *data)
{
	struct listening *listening = data;

	cri_events_destroy(listening->events);
	free(listening);
}

int pods_listen(struct target_pods *pods, struct error *err)
{
	struct worker *worker = pods->target.runtime;
	struct worker_job job = { listen_to_events, keep_events, drop_events };
	struct listening *listening;

	if (pods->ear || !worker)
		return 0;
	pods->ear = calloc(1, sizeof(*pods->ear));
	listening = pods->ear ? calloc(1, sizeof(*listening)) : NULL;
	if (!listening)
		return error_nomem(err);
	pods->ear->pods = pods;
	pods->ear->worker = worker;
	*listening = (struct listening){ pods->ear, pods->target.cri, NULL };
	job.data = listening;
	return target_work_runtime(&pods->target, &job, err);
}
