// SPDX-License-Identifier: Apache-2.0
#include "util/worker.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <time.h>

#include "util/clock.h"
#include "util/error.h"
#include "util/loop.h"

#define NSEC_PER_MSEC 1000000LL
#define NSEC_PER_SEC 1000000000LL

struct item {
	struct worker_job job;
	struct item *next;
};

struct list {
	struct item *first, **end;
};

/*
 * The thread and its owner each hold a reference, and the last one frees the worker: a job that
 * hangs keeps it.
 */
struct worker {
	pthread_mutex_t mutex;
	pthread_cond_t changed; /* a job has ended, or the thread */
	struct list jobs;	/* that wait */
	struct list results;	/* for the owner */
	unsigned int busy;	/* jobs that wait or run */
	bool ending;
	bool ended; /* the thread touches nothing of its owner any more */
	unsigned int references;
	int job_event;	  /* wakes the thread */
	int result_event; /* wakes the owner */
	struct loop *inner;
	bool own_inner;
	struct loop_fd *job_watch;    /* of the inner loop */
	struct loop_fd *result_watch; /* of the owner's loop */
};

static void append(struct list *list, struct item *item)
{
	item->next = NULL;
	*list->end = item;
	list->end = &item->next;
}

static struct item *take(struct list *list)
{
	struct item *item = list->first;

	if (!item)
		return NULL;
	list->first = item->next;
	if (!list->first)
		list->end = &list->first;
	return item;
}

static void discard_all(struct list *list)
{
	struct item *item;

	while ((item = take(list))) {
		item->job.discard(item->job.data);
		free(item);
	}
}

/* Drops what the thread has left, after its end. */
static void drop_rest(struct worker *worker)
{
	discard_all(&worker->jobs);
	discard_all(&worker->results);
	loop_remove_fd(worker->job_watch);
	if (worker->own_inner)
		loop_destroy(worker->inner);
}

/* Wakes whoever reads the event. A write only fails if the counter is full, which wakes, too. */
static void wake(int event)
{
	const uint64_t one = 1;
	ssize_t written = write(event, &one, sizeof(one));

	(void)written;
}

static void settle(int event)
{
	uint64_t count;
	ssize_t got = read(event, &count, sizeof(count));

	(void)got;
}

static void worker_free(struct worker *worker)
{
	cleanup_close_p(&worker->job_event);
	cleanup_close_p(&worker->result_event);
	pthread_cond_destroy(&worker->changed);
	pthread_mutex_destroy(&worker->mutex);
	free(worker);
}

/* Call with the mutex held, which is released. */
static void unlock_and_release(struct worker *worker)
{
	bool last = --worker->references == 0;

	pthread_mutex_unlock(&worker->mutex);
	if (last)
		worker_free(worker);
}

static void on_job_event(int fd, unsigned int events, void *data)
{
	settle(fd);
}

static void run_jobs(struct worker *worker)
{
	struct item *item;

	while (!worker->ending && (item = take(&worker->jobs))) {
		pthread_mutex_unlock(&worker->mutex);
		item->job.run(item->job.data);
		pthread_mutex_lock(&worker->mutex);
		append(&worker->results, item);
		worker->busy--;
		wake(worker->result_event);
		pthread_cond_broadcast(&worker->changed);
	}
}

static void *run_thread(void *data)
{
	struct worker *worker = data;
	_cleanup_error_ struct error err = ERROR_INIT;
	int r = 0;

	pthread_mutex_lock(&worker->mutex);
	while (!worker->ending && r == 0) {
		run_jobs(worker);
		if (worker->ending)
			break;
		pthread_mutex_unlock(&worker->mutex);
		r = loop_iterate(worker->inner, -1, &err);
		pthread_mutex_lock(&worker->mutex);
	}
	worker->ended = true;
	pthread_cond_broadcast(&worker->changed);
	if (worker->references == 1) /* abandoned: nobody else does this */
		drop_rest(worker);
	unlock_and_release(worker);
	return NULL;
}

/* Calls done for what has ended. */
static void hand_over(struct worker *worker)
{
	struct item *item;

	for (;;) {
		pthread_mutex_lock(&worker->mutex);
		item = take(&worker->results);
		pthread_mutex_unlock(&worker->mutex);
		if (!item)
			return;
		item->job.done(item->job.data);
		free(item);
	}
}

static void on_result_event(int fd, unsigned int events, void *data)
{
	settle(fd);
	hand_over(data);
}

static int start_thread(struct worker *worker)
{
	pthread_attr_t attributes;
	pthread_t thread;
	sigset_t all, before;
	int r = pthread_attr_init(&attributes);

	if (r)
		return r;
	pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	r = pthread_create(&thread, &attributes, run_thread, worker);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	pthread_attr_destroy(&attributes);
	return r;
}

/* Makes what the thread and its owner need of each other. */
static int prepare(struct worker *worker, struct loop *owner, struct loop *inner, struct error *err)
{
	int r = 0;

	worker->job_event = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	worker->result_event = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (worker->job_event < 0 || worker->result_event < 0)
		return error_set_errno(err, errno, "make an event descriptor");
	worker->own_inner = !inner;
	if (worker->own_inner)
		r = loop_create(&worker->inner, err);
	else
		worker->inner = inner;
	if (r == 0)
		r = loop_add_fd(worker->inner, worker->job_event, LOOP_READ, on_job_event, NULL,
				&worker->job_watch, err);
	if (r == 0)
		r = loop_add_fd(owner, worker->result_event, LOOP_READ, on_result_event, worker,
				&worker->result_watch, err);
	return r;
}

int worker_create(struct loop *owner, struct loop *inner, struct worker **ret_worker,
		  struct error *err)
{
	struct worker *worker = calloc(1, sizeof(*worker));
	pthread_condattr_t attributes;
	int r;

	if (!worker)
		return error_nomem(err);
	worker->job_event = worker->result_event = -1;
	worker->jobs.end = &worker->jobs.first;
	worker->results.end = &worker->results.first;
	worker->references = 2;
	pthread_mutex_init(&worker->mutex, NULL);
	pthread_condattr_init(&attributes);
	pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
	pthread_cond_init(&worker->changed, &attributes);
	pthread_condattr_destroy(&attributes);
	r = prepare(worker, owner, inner, err);
	if (r == 0 && (r = -start_thread(worker)) < 0)
		error_set_errno(err, -r, "start a thread");
	if (r < 0) {
		loop_remove_fd(worker->result_watch);
		drop_rest(worker);
		worker_free(worker);
		return r;
	}
	*ret_worker = worker;
	return 0;
}

int worker_submit(struct worker *worker, const struct worker_job *job, struct error *err)
{
	struct item *item = calloc(1, sizeof(*item));

	if (!item)
		return error_nomem(err);
	item->job = *job;
	pthread_mutex_lock(&worker->mutex);
	append(&worker->jobs, item);
	worker->busy++;
	pthread_mutex_unlock(&worker->mutex);
	wake(worker->job_event);
	return 0;
}

void worker_post(struct worker *worker, void (*done)(void *data), void (*discard)(void *data),
		 void *data)
{
	struct item *item = calloc(1, sizeof(*item));

	if (!item) {
		discard(data);
		return;
	}
	item->job = (struct worker_job){ .done = done, .discard = discard, .data = data };
	pthread_mutex_lock(&worker->mutex);
	append(&worker->results, item);
	pthread_mutex_unlock(&worker->mutex);
	wake(worker->result_event);
}

static struct timespec deadline_of(int64_t timeout_ms)
{
	int64_t at = clock_ns(CLOCK_MONOTONIC) + timeout_ms * NSEC_PER_MSEC;

	return (struct timespec){ at / NSEC_PER_SEC, at % NSEC_PER_SEC };
}

bool worker_wait(struct worker *worker, int64_t timeout_ms)
{
	struct timespec deadline = deadline_of(timeout_ms);
	bool busy = true, late = false;

	/* What done does may be to submit another job. */
	while (busy && !late) {
		pthread_mutex_lock(&worker->mutex);
		while (worker->busy && !late)
			late = pthread_cond_timedwait(&worker->changed, &worker->mutex,
						      &deadline) == ETIMEDOUT;
		pthread_mutex_unlock(&worker->mutex);
		hand_over(worker);
		pthread_mutex_lock(&worker->mutex);
		busy = worker->busy;
		pthread_mutex_unlock(&worker->mutex);
	}
	return !busy;
}

bool worker_destroy(struct worker *worker, int64_t timeout_ms)
{
	struct timespec deadline = deadline_of(timeout_ms);
	bool ended, late = false;

	if (!worker)
		return true;
	loop_remove_fd(worker->result_watch);
	pthread_mutex_lock(&worker->mutex);
	worker->ending = true;
	wake(worker->job_event);
	while (!worker->ended && !late)
		late = pthread_cond_timedwait(&worker->changed, &worker->mutex, &deadline) ==
		       ETIMEDOUT;
	ended = worker->ended;
	if (ended)
		drop_rest(worker);
	unlock_and_release(worker);
	return ended;
}
