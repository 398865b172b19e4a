// SPDX-License-Identifier: Apache-2.0
#include "session/progress.h"

#include <stdlib.h>

#include "selection/target.h"
#include "util/array.h"
#include "util/error.h"

void progress_init(struct progress *progress, int64_t now)
{
	*progress = (struct progress){ .last_new = now };
}

void progress_finish(struct progress *progress)
{
	call_set_finish(&progress->seen);
	call_set_finish(&progress->denied);
	free(progress->discoveries);
	*progress = (struct progress){};
}

static int take_in(void *data, const struct observation *whose, bool denied,
		   const struct call *call, struct error *err)
{
	struct progress *progress = data;
	struct call_set *set = denied ? &progress->denied : &progress->seen;
	struct discovery *grown;

	if (call->origin != ORIGIN_OBSERVED || call_set_find(set, call->abi, call->nr))
		return 0;
	grown = array_grow(progress->discoveries, progress->discovery_count, sizeof(*grown));
	if (!grown)
		return error_nomem(err);
	progress->discoveries = grown;
	grown[progress->discovery_count++] = (struct discovery){ whose, *call, denied };
	return call_set_add(set, call, err);
}

/* A call without a time, because its event was lost, comes last. */
static int64_t time_of(const struct discovery *discovery)
{
	return discovery->call.first_seen ? discovery->call.first_seen : INT64_MAX;
}

static int compare_times(const void *a, const void *b)
{
	int64_t left = time_of(a), right = time_of(b);

	return (left > right) - (left < right);
}

void progress_forget_discoveries(struct progress *progress)
{
	free(progress->discoveries);
	progress->discoveries = NULL;
	progress->discovery_count = 0;
}

int progress_update(struct progress *progress, const struct target *target, int64_t now,
		    struct error *err)
{
	size_t workloads = target_count(target);
	int r;

	progress_forget_discoveries(progress);
	r = target_visit_calls(target, take_in, progress, err);
	if (r < 0)
		return r;
	if (progress->discovery_count) {
		progress->last_new = now;
		qsort(progress->discoveries, progress->discovery_count,
		      sizeof(*progress->discoveries), compare_times);
	}
	if (workloads > progress->workloads) {
		progress->workloads = workloads;
		progress->last_workload = now;
	}
	return 0;
}

bool progress_is_stable(const struct progress *progress, int64_t since)
{
	return progress->workloads && progress->last_new <= since &&
	       progress->last_workload <= since;
}
