// SPDX-License-Identifier: Apache-2.0
#include "agent/node_recorder.h"

#include <stdlib.h>
#include <string.h>

#include "agent/recording_plan.h"
#include "agent/recording_report.h"
#include "agent/recording_thread.h"
#include "util/error.h"
#include "util/loop.h"
#include "util/worker.h"

/* A disk or a runtime that has not answered after so long is given up at the end. */
#define END_TIMEOUT_MS 10000
/* A thread without a job ends at once. */
#define THREAD_TIMEOUT_MS 1000

struct node_recorder {
	const struct node_recorder_handlers *handlers;
	void *data;
	struct loop *inner;
	struct worker *worker;
	struct recording_thread *thread; /* for the worker's thread only, once that runs */
};

/* ---- from the thread to the main loop */

struct delivery {
	struct node_recorder *recorder;
	struct recording_report *report; /* NULL: a failure */
	struct error err;
};

static void delivery_destroy(void *data)
{
	struct delivery *delivery = data;

	recording_report_destroy(delivery->report);
	error_finish(&delivery->err);
	free(delivery);
}

static void deliver(void *data)
{
	struct delivery *delivery = data;
	const struct node_recorder *recorder = delivery->recorder;

	if (delivery->report)
		recorder->handlers->reported(steal_pointer(&delivery->report), recorder->data);
	else
		recorder->handlers->trouble(-delivery->err.code, &delivery->err, recorder->data);
	delivery_destroy(delivery);
}

static void post(struct node_recorder *recorder, struct recording_report *report,
		 const struct error *err)
{
	struct delivery *delivery = calloc(1, sizeof(*delivery));

	/* Without memory, the evidence is there, and is reported by the next agent. */
	if (!delivery) {
		recording_report_destroy(report);
		return;
	}
	delivery->recorder = recorder;
	delivery->report = report;
	if (err)
		error_copy(&delivery->err, err);
	worker_post(recorder->worker, deliver, delivery_destroy, delivery);
}

static void on_reported(struct recording_report *report, void *data)
{
	post(data, report, NULL);
}

static void on_trouble(int result, const struct error *err, void *data)
{
	post(data, NULL, err);
}

static const struct node_recorder_handlers thread_handlers = { on_reported, on_trouble };

/* ---- from the main loop to the thread */

struct request {
	struct recording_thread *thread;
	void (*run)(struct request *request);
	struct recording_plan plan;
	char *object;
	char *uid;
};

static void request_destroy(void *data)
{
	struct request *request = data;

	recording_plan_finish(&request->plan);
	free(request->object);
	free(request->uid);
	free(request);
}

DEFINE_CLEANUP(struct request *, request_destroy);

static void run_request(void *data)
{
	struct request *request = data;

	request->run(request);
}

static void run_restore(struct request *request)
{
	recording_thread_restore(request->thread);
}

static void run_record(struct request *request)
{
	recording_thread_record(request->thread, &request->plan, request->object);
}

static void run_end(struct request *request)
{
	recording_thread_end(request->thread, request->uid);
}

static void run_forget(struct request *request)
{
	recording_thread_forget(request->thread, request->uid);
}

static void run_settle(struct request *request)
{
	recording_thread_settle(request->thread);
}

static void run_leave(struct request *request)
{
	recording_thread_leave(request->thread);
}

static int submit(struct node_recorder *recorder, struct request **request,
		  void (*run)(struct request *request), struct error *err)
{
	const struct worker_job job = { run_request, request_destroy, request_destroy, *request };
	int r;

	(*request)->thread = recorder->thread;
	(*request)->run = run;
	r = worker_submit(recorder->worker, &job, err);
	if (r == 0)
		*request = NULL;
	return r;
}

static int submit_plain(struct node_recorder *recorder, const char *uid,
			void (*run)(struct request *request), struct error *err)
{
	_cleanup_(cleanup_request_destroy) struct request *request = calloc(1, sizeof(*request));

	if (request && uid)
		request->uid = strdup(uid);
	if (!request || (uid && !request->uid))
		return error_nomem(err);
	return submit(recorder, &request, run, err);
}

int node_recorder_record(struct node_recorder *recorder, struct recording_plan *plan,
			 const char *object, struct error *err)
{
	_cleanup_(cleanup_request_destroy) struct request *request = calloc(1, sizeof(*request));

	if (request)
		request->object = strdup(object);
	if (!request || !request->object)
		return error_nomem(err);
	request->plan = *plan;
	*plan = (struct recording_plan){};
	return submit(recorder, &request, run_record, err);
}

int node_recorder_end(struct node_recorder *recorder, const char *uid, struct error *err)
{
	return submit_plain(recorder, uid, run_end, err);
}

int node_recorder_forget(struct node_recorder *recorder, const char *uid, struct error *err)
{
	return submit_plain(recorder, uid, run_forget, err);
}

int node_recorder_settle(struct node_recorder *recorder, struct error *err)
{
	return submit_plain(recorder, NULL, run_settle, err);
}

int node_recorder_create(struct loop *loop, const struct node_recorder_options *options,
			 const struct node_recorder_handlers *handlers, void *data,
			 struct node_recorder **ret_recorder, struct error *err)
{
	struct node_recorder *recorder = calloc(1, sizeof(*recorder));
	int r;

	if (!recorder)
		return error_nomem(err);
	recorder->handlers = handlers;
	recorder->data = data;
	r = loop_create(&recorder->inner, err);
	if (r == 0)
		r = recording_thread_create(recorder->inner, options, &thread_handlers, recorder,
					    &recorder->thread, err);
	if (r == 0)
		r = worker_create(loop, recorder->inner, &recorder->worker, err);
	if (r == 0)
		r = submit_plain(recorder, NULL, run_restore, err);
	if (r < 0) {
		node_recorder_destroy(recorder);
		return r;
	}
	*ret_recorder = recorder;
	return 0;
}

bool node_recorder_destroy(struct node_recorder *recorder)
{
	if (!recorder)
		return true;
	if (recorder->worker) {
		submit_plain(recorder, NULL, run_leave, NULL);
		worker_wait(recorder->worker, END_TIMEOUT_MS);
		if (!worker_destroy(recorder->worker, THREAD_TIMEOUT_MS))
			return false;
	}
	recording_thread_destroy(recorder->thread);
	loop_destroy(recorder->inner);
	free(recorder);
	return true;
}
