/* SPDX-License-Identifier: Apache-2.0 */
#ifndef AGENT_METRICS_H
#define AGENT_METRICS_H

/*
 * What the agent counts and measures, in the text format of Prometheus. Each metric has at most
 * one label, whose values are in the table of metrics.c: the size of the output is fixed.
 */
#include <stdint.h>
#include <stdio.h>

#include "util/cleanup.h"

struct error;
struct metrics;

enum metric {
	METRIC_BUILD_INFO,
	METRIC_PROFILES,	      /* gauge; value of enum profile_state */
	METRIC_FILES,		      /* counter; value of enum metric_file_change */
	METRIC_RECONCILE_ERRORS,      /* counter */
	METRIC_RECONCILE_SECONDS,     /* histogram */
	METRIC_QUEUE_LENGTH,	      /* gauge */
	METRIC_API_REQUEST_FAILURES,  /* counter */
	METRIC_RECORDINGS,	      /* gauge */
	METRIC_RECORDED_PODS,	      /* gauge */
	METRIC_RECORDED_WRITES,	      /* counter */
	METRIC_LEADER,		      /* gauge: 1 while this agent holds the lease */
	METRIC_START_TIME_SECONDS,    /* set by metrics_create() */
	METRIC_CPU_SECONDS,	      /* read by metrics_print() */
	METRIC_RESIDENT_MEMORY_BYTES, /* read by metrics_print() */
	METRIC_COUNT,
};

enum metric_file_change {
	METRIC_FILE_WRITTEN,
	METRIC_FILE_REMOVED,
	METRIC_FILE_REPAIRED,
};

/* All values are 0, except for the constant ones. The caller destroys ret_metrics. -ENOMEM. */
int metrics_create(struct metrics **ret_metrics, struct error *err);
void metrics_destroy(struct metrics *metrics);
DEFINE_CLEANUP(struct metrics *, metrics_destroy);

/* Adds to a counter. label is the index of the label's value, 0 for a metric without a label. */
void metrics_add(struct metrics *metrics, enum metric metric, unsigned int label, uint64_t count);

/* Sets a gauge. */
void metrics_set(struct metrics *metrics, enum metric metric, unsigned int label, double value);

/* Adds a measurement to a histogram. */
void metrics_observe(struct metrics *metrics, enum metric metric, double value);

/* The media type of what metrics_print() prints. */
#define METRICS_CONTENT_TYPE "text/plain; version=0.0.4; charset=utf-8"

/* Prints all metrics. The caller checks the stream for errors. */
void metrics_print(struct metrics *metrics, FILE *out);

#endif
