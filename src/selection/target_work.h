/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SELECTION_TARGET_WORK_H
#define SELECTION_TARGET_WORK_H

/*
 * What a target looks up in files, or asks a runtime. While the loop runs, that is done in worker
 * threads, because a disk may be slow and a runtime may hang. Before and after, it is done at
 * once.
 */
#include <stdbool.h>

struct error;
struct target;
struct worker_job;
struct workload;

/*
 * Submits a job to the thread for files, or to the thread for the runtime, where the job may use
 * target->cri. If the loop does not run, runs the job at once, and returns what
 * target_work_failed() was told. The job's data belongs to the worker even if this fails.
 */
int target_work_files(struct target *target, const struct worker_job *job, struct error *err);
int target_work_runtime(struct target *target, const struct worker_job *job, struct error *err);

/* Call at the end of done(): the target has something to do. */
void target_work_done(struct target *target);

/* Ends the target with this error, unless another one came first. */
void target_work_failed(struct target *target, const struct error *cause);

/*
 * Waits, with a limit, for the results of what was submitted, and ends the threads. If the
 * runtime still hangs after that, it is not asked again, and target->cri becomes NULL.
 */
void target_work_finish(struct target *target);

/*
 * Looks up a container's bundle, runtime and engine, and then describes the workload, unless it
 * has ended. If the files are gone, asks the runtime.
 */
int target_describe(struct target *target, struct workload *workload, struct error *err);

/*
 * Looks up the version of the runtime of a workload that has ended, if only the runtime's program
 * can tell it.
 */
int target_seek_version(struct target *target, struct workload *workload, struct error *err);

/*
 * Describes all live, selected containers that are not described yet and are due, and seeks the
 * versions that are missing.
 */
int target_describe_all(struct target *target, struct error *err);

#endif
