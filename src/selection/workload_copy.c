// SPDX-License-Identifier: Apache-2.0
#include "selection/workload.h"

#include <stdlib.h>
#include <string.h>

#include "util/error.h"

static int copy_sets(const struct workload *workload, struct workload *copy, struct error *err)
{
	int r;

	if ((r = observation_copy(&workload->observation, &copy->observation, err)) < 0 ||
	    (r = call_set_merge(&copy->pending, &workload->pending, err)) < 0 ||
	    (r = call_set_merge(&copy->answered, &workload->answered, err)) < 0)
		return r;
	return argument_set_merge(&copy->answered_arguments, &workload->answered_arguments, err);
}

int workload_copy(const struct workload *workload, struct workload **ret_copy, struct error *err)
{
	_cleanup_workload_ struct workload *copy = malloc(sizeof(*copy));
	size_t size = workload->cgroup_count * sizeof(*workload->cgroups);
	int r;

	if (!copy)
		return error_nomem(err);
	*copy = *workload;
	copy->observation = (struct observation){};
	copy->pending = copy->answered = (struct call_set){};
	copy->answered_arguments = (struct argument_set){};
	copy->cgroup = workload->cgroup ? strdup(workload->cgroup) : NULL;
	copy->cgroups = size ? malloc(size) : NULL;
	if ((workload->cgroup && !copy->cgroup) || (size && !copy->cgroups))
		return error_nomem(err);
	if (size)
		memcpy(copy->cgroups, workload->cgroups, size);
	r = copy_sets(workload, copy, err);
	if (r == 0)
		*ret_copy = steal_pointer(&copy);
	return r;
}
