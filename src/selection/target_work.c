// SPDX-License-Identifier: Apache-2.0
#include "selection/target_work.h"

#include <string.h>
#include <time.h>

#include "container/container.h"
#include "container/cri.h"
#include "container/cri_events.h"
#include "recording/applied_profile.h"
#include "selection/target_kind.h"
#include "util/clock.h"
#include "util/error.h"
#include "util/worker.h"

/* Interval between attempts to read a bundle. A short-lived container gets one attempt. */
#define LOOK_INTERVAL_NS 20000000LL

/* A disk that has not answered after so long is given up when the recording ends. */
#define FILES_TIMEOUT_MS 2000
/* Two calls that each reach their limit, and what else one job does. */
#define RUNTIME_TIMEOUT_MS (2 * CRI_TIMEOUT_MS + 1000)
/* A thread without a job ends at once. */
#define END_TIMEOUT_MS 1000

static int run_at_once(struct target *target, const struct worker_job *job, struct error *err)
{
	int r;

	job->run(job->data);
	job->done(job->data);
	r = -target->failure.code;
	if (r < 0)
		error_set(err, target->failure.code, "%s", error_message(&target->failure));
	error_finish(&target->failure);
	return r;
}

static int submit(struct target *target, struct worker **worker, struct loop *inner,
		  const struct worker_job *job, struct error *err)
{
	int r = 0;

	if (!target->owner.loop)
		return run_at_once(target, job, err);
	if (!*worker)
		r = worker_create(target->owner.loop, inner, worker, err);
	if (r == 0)
		r = worker_submit(*worker, job, err);
	if (r < 0)
		job->discard(job->data);
	return r;
}

int target_work_files(struct target *target, const struct worker_job *job, struct error *err)
{
	return submit(target, &target->files, NULL, job, err);
}

int target_work_runtime(struct target *target, const struct worker_job *job, struct error *err)
{
	return submit(target, &target->runtime, target->cri ? cri_loop(target->cri) : NULL, job,
		      err);
}

void target_work_done(struct target *target)
{
	if (target->owner.loop && target->owner.changed)
		target->owner.changed(target->owner.data);
}

void target_work_failed(struct target *target, const struct error *cause)
{
	if (!target->failure.code)
		error_set(&target->failure, cause->code, "%s", error_message(cause));
}

void target_work_finish(struct target *target)
{
	if (target->files)
		worker_wait(target->files, FILES_TIMEOUT_MS);
	if (target->runtime)
		worker_wait(target->runtime, RUNTIME_TIMEOUT_MS);
	worker_destroy(steal_pointer(&target->files), END_TIMEOUT_MS);
	/* The thread that hangs goes on using the connection. */
	if (worker_destroy(steal_pointer(&target->runtime), END_TIMEOUT_MS)) {
		cri_events_destroy(target->events);
	} else {
		target->cri = NULL;
		target->cri_abandoned = true;
	}
	target->events = NULL;
	target->owner.loop = NULL;
}

/* A container that is being looked up. */
struct description {
	struct target *target;
	uint64_t workload; /* its serial */
	char *id;
	char *cgroup;
	struct cri *cri; /* NULL: only in files */
	struct container container;
	struct error err;
	int result;
};

static void description_destroy(void *data)
{
	struct description *description = data;

	free(description->id);
	free(description->cgroup);
	container_finish(&description->container);
	error_finish(&description->err);
	free(description);
}

DEFINE_CLEANUP(struct description *, description_destroy);

static void look_up(void *data)
{
	struct description *description = data;

	description->result = container_describe(description->cri, description->id,
						 description->cgroup, &description->container,
						 &description->err);
}

static void described(void *data);

/*
 * Asks the runtime, once, about a container whose files are gone. False if it cannot be asked:
 * then what the files told has to be enough.
 */
static bool ask_runtime(struct description *description, struct workload *workload,
			struct error *err)
{
	struct target *target = description->target;
	const struct worker_job job = { look_up, described, description_destroy, description };

	if (description->result < 0 || description->cri || description->container.bundle_known ||
	    !target->cri || target->cri_silent || workload->asked)
		return false;
	workload->asked = true;
	description->cri = target->cri;
	container_finish(&description->container);
	target_work_runtime(target, &job, err);
	return true;
}

/* Most containers have the profile of the one before: a copy for each would be much of their memory. */
static void share_profile(struct target *target, struct observation *observation)
{
	if (!observation->applied_profile)
		return;
	applied_profile_share(&observation->applied_profile, target->applied);
	applied_profile_unref(target->applied);
	target->applied = applied_profile_ref(observation->applied_profile);
}

static int apply(struct description *description, struct workload *workload, struct error *err)
{
	struct target *target = description->target;
	int r = 0;

	if (description->result < 0)
		return error_set(err, description->err.code, "%s",
				 error_message(&description->err));
	if (target->cri && !target->cri_silent)
		container_set_engine(&description->container, target->cri);
	if (target->kind->described)
		r = target->kind->described(target, workload, &description->container, err);
	if (r == 0)
		r = workload_describe(workload, &description->container, err);
	if (r < 0)
		workload->match = MATCH_IGNORED;
	else
		share_profile(target, &workload->observation);
	return r;
}

static void described(void *data)
{
	_cleanup_(cleanup_description_destroy) struct description *description = data;
	_cleanup_error_ struct error err = ERROR_INIT;
	struct target *target = description->target;
	struct workload *workload = workloads_find(&target->workloads, description->workload);

	if (workload && ask_runtime(description, workload, &err)) {
		description = NULL;
	} else if (workload) {
		workload->looking = false;
		workload->next_look = clock_ns(CLOCK_MONOTONIC) + LOOK_INTERVAL_NS;
		apply(description, workload, &err);
	}
	if (err.code)
		target_work_failed(target, &err);
	target_work_done(target);
}

int target_describe(struct target *target, struct workload *workload, struct error *err)
{
	struct description *description = calloc(1, sizeof(*description));
	const struct worker_job job = { look_up, described, description_destroy, description };

	if (!description)
		return error_nomem(err);
	description->target = target;
	description->workload = workload->serial;
	description->id = strdup(workload->observation.container_id);
	description->cgroup = strdup(workload->cgroup);
	if (!description->id || !description->cgroup) {
		description_destroy(description);
		return error_nomem(err);
	}
	workload->looking = true;
	return target_work_files(target, &job, err);
}

int target_describe_all(struct target *target, struct error *err)
{
	struct workloads *workloads = &target->workloads;
	int64_t now = clock_ns(CLOCK_MONOTONIC);
	size_t i;
	int r = 0;

	for (i = 0; i < workloads->length && r == 0; i++) {
		struct workload *workload = workloads->items[i];

		if (workload_wants_description(workload, now))
			r = target_describe(target, workload, err);
		else if (workload_wants_version(workload))
			r = target_seek_version(target, workload, err);
	}
	return r;
}
