/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SELECTION_WORKLOAD_ARGUMENTS_H
#define SELECTION_WORKLOAD_ARGUMENTS_H

#include <stdbool.h>

struct error;
struct tracked_cgroup;
struct workload;

/*
 * Adds the arguments of one of its cgroups. pending_is_work: its pending calls were added too,
 * whose arguments are not known.
 */
int workload_merge_arguments(struct workload *workload, const struct tracked_cgroup *tracked,
			     bool pending_is_work, struct error *err);

#endif
