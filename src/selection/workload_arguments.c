// SPDX-License-Identifier: Apache-2.0
#include "selection/workload_arguments.h"

#include "record/tracked_cgroup.h"
#include "selection/workload.h"

static int merge_kind(struct argument_set *into, const struct tracked_cgroup *tracked,
		      enum recorder_kind kind, struct error *err)
{
	return argument_set_merge_of(into, &tracked->arguments[kind], &tracked->calls[kind],
				     machine_native(), err);
}

int workload_merge_arguments(struct workload *workload, const struct tracked_cgroup *tracked,
			     bool pending_is_work, struct error *err)
{
	struct observation *observation = &workload->observation;
	int r;

	if ((r = merge_kind(&observation->arguments, tracked, RECORDER_OBSERVED, err)) < 0 ||
	    (r = merge_kind(&observation->arguments, tracked, RECORDER_RUNTIME, err)) < 0 ||
	    (r = merge_kind(&observation->denied_arguments, tracked, RECORDER_DENIED, err)) < 0 ||
	    (r = merge_kind(&workload->answered_arguments, tracked, RECORDER_ANSWERED, err)) < 0)
		return r;
	return pending_is_work ? argument_set_note_unrecorded(&observation->arguments,
							      &tracked->calls[RECORDER_PENDING],
							      machine_native(), err) :
				 0;
}
