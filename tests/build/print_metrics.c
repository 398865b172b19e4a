// SPDX-License-Identifier: Apache-2.0
//
// Prints the metrics of an agent that has done a little.
#include <stdio.h>

#include "agent/metrics.h"
#include "agent/profile_plan.h"

int main(void)
{
	_cleanup_(cleanup_metrics_destroy) struct metrics *metrics = NULL;

	if (metrics_create(&metrics, NULL) < 0)
		return 1;
	metrics_set(metrics, METRIC_PROFILES, PROFILE_INSTALLED, 1);
	metrics_add(metrics, METRIC_FILES, METRIC_FILE_WRITTEN, 1);
	metrics_observe(metrics, METRIC_RECONCILE_SECONDS, 0.002);
	metrics_print(metrics, stdout);
	return 0;
}
