// SPDX-License-Identifier: Apache-2.0
/*
 * Finds the version of a container's runtime if the container had gone before its files were read:
 * the program of the runtime is still there.
 */
#include <stdlib.h>
#include <string.h>

#include "container/runtime.h"
#include "selection/target_kind.h"
#include "selection/target_work.h"
#include "util/worker.h"

struct version_search {
	struct target *target;
	uint64_t workload; /* its serial */
	char *runtime;
	char *version; /* NULL: not found */
};

static void version_search_destroy(void *data)
{
	struct version_search *search = data;

	free(search->runtime);
	free(search->version);
	free(search);
}

DEFINE_CLEANUP(struct version_search *, version_search_destroy);

static void look(void *data)
{
	struct version_search *search = data;

	runtime_version(search->runtime, NULL, &search->version, NULL);
}

static void looked(void *data)
{
	_cleanup_(cleanup_version_search_destroy) struct version_search *search = data;
	struct workload *workload = workloads_find(&search->target->workloads, search->workload);

	if (workload) {
		workload->looking = false;
		workload->observation.runtime_version = steal_pointer(&search->version);
	}
	target_work_done(search->target);
}

int target_seek_version(struct target *target, struct workload *workload, struct error *err)
{
	const char *runtime = workloads_runtime(&target->workloads, workload);
	struct version_search *search;
	struct worker_job job = { look, looked, version_search_destroy };

	workload->version_sought = true;
	if (!runtime)
		return 0;
	search = calloc(1, sizeof(*search));
	if (!search)
		return error_nomem(err);
	*search = (struct version_search){ target, workload->serial, strdup(runtime) };
	job.data = search;
	if (!search->runtime) {
		version_search_destroy(search);
		return error_nomem(err);
	}
	workload->looking = true;
	return target_work_files(target, &job, err);
}
