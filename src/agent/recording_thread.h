/* SPDX-License-Identifier: Apache-2.0 */
#ifndef AGENT_RECORDING_THREAD_H
#define AGENT_RECORDING_THREAD_H

/*
 * The part of node_recorder.h that is in the thread: the recorder, and the sessions that share it.
 * Everything but the creation and the destruction is called from the thread, and so are the handlers.
 */
#include "agent/node_recorder.h"

struct recording_thread;

/* The caller destroys ret_thread when nobody runs the loop any more. */
int recording_thread_create(struct loop *loop, const struct node_recorder_options *options,
			    const struct node_recorder_handlers *handlers, void *data,
			    struct recording_thread **ret_thread, struct error *err);
void recording_thread_destroy(struct recording_thread *thread);
DEFINE_CLEANUP(struct recording_thread *, recording_thread_destroy);

/* Enters the host's files, and goes on with what an earlier agent recorded. */
void recording_thread_restore(struct recording_thread *thread);

/* As in node_recorder.h. */
void recording_thread_record(struct recording_thread *thread, struct recording_plan *plan,
			     const char *object);
void recording_thread_end(struct recording_thread *thread, const char *uid);
void recording_thread_forget(struct recording_thread *thread, const char *uid);
void recording_thread_settle(struct recording_thread *thread);

/* Saves all evidence, and lets go of the recorder. Nothing may be called after it. */
void recording_thread_leave(struct recording_thread *thread);

#endif
