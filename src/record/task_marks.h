/* SPDX-License-Identifier: Apache-2.0 */
#ifndef RECORD_TASK_MARKS_H
#define RECORD_TASK_MARKS_H

/* Gives states to the tasks that are older than their recording, by an iterator over all tasks. */
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct error;
struct object;
struct recorder_task;

/* Gives phases to the tasks that are already in recorded cgroups (mark_present() in bpf/setup.h). */
int task_marks_present(const struct object *object, struct error *err);

/* Flags the slots of tasks that are already under a filter. */
int task_marks_filtered(const struct object *object, struct error *err);

/*
 * Counts the tasks under a filter that the programs have not seen a call of (find_unsynced() in
 * bpf/answer.h), and with "flag" flags their slots.
 */
int task_marks_unsynced(const struct object *object, bool flag, uint32_t *ret_count,
			struct error *err);

/* Sets the state of a process. */
int task_marks_set(const struct object *object, pid_t pid, const struct recorder_task *state,
		   struct error *err);

/* Passes the marks of processes on to their threads (RECORDER_TASKS). */
int task_marks_threads(const struct object *object, struct error *err);

#endif
