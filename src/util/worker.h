/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UTIL_WORKER_H
#define UTIL_WORKER_H

/*
 * A thread for what may block: files on a slow disk, or a server that hangs. Jobs run one after
 * another, and their results come back in the owner's loop. A job shares nothing with the
 * owner: what it reads and writes belongs to its data, until the owner gets the data back.
 */
#include <stdbool.h>
#include <stdint.h>

#include "util/cleanup.h"

struct error;
struct loop;
struct worker;

struct worker_job {
	void (*run)(void *data);     /* in the thread, where it may block */
	void (*done)(void *data);    /* in the owner's loop; owns data from now on */
	void (*discard)(void *data); /* instead of done, after worker_destroy() */
	void *data;
};

/*
 * Starts a thread, in which all signals are blocked. owner must outlive the worker. The thread
 * runs the loop inner while it has no job, so that jobs and what they leave in that loop share
 * one thread. inner may be NULL; the caller uses it again only after worker_destroy().
 */
int worker_create(struct loop *owner, struct loop *inner, struct worker **ret_worker,
		  struct error *err);

/* Appends a job, whose data belongs to the worker unless this fails. */
int worker_submit(struct worker *worker, const struct worker_job *job, struct error *err);

/* Only for the thread: calls done(data) in the owner's loop. Without memory, discards data. */
void worker_post(struct worker *worker, void (*done)(void *data), void (*discard)(void *data),
		 void *data);

/*
 * Waits until all jobs have ended, but no longer than timeout_ms, and calls done for those that
 * have. Not for handlers of the owner's loop. False if a job still runs.
 */
bool worker_wait(struct worker *worker, int64_t timeout_ms);

/*
 * Discards all jobs and ends the thread. A job that still runs after timeout_ms is abandoned:
 * its thread ends after it, and discards its data. False then: what the job uses beside its data
 * must not be freed. Accepts NULL.
 */
bool worker_destroy(struct worker *worker, int64_t timeout_ms);

#endif
