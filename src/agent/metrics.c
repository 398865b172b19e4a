// SPDX-License-Identifier: Apache-2.0
//
// The table of the metrics, and their text exposition format, version 0.0.4:
// https://prometheus.io/docs/instrumenting/exposition_formats/
#include "agent/metrics.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "util/array.h"
#include "util/clock.h"
#include "util/error.h"

#define LABEL_VALUES_MAX 7
#define BUCKETS_MAX 8

enum kind {
	COUNTER,
	GAUGE,
	HISTOGRAM,
};

static const char *const kinds[] = {
	[COUNTER] = "counter",
	[GAUGE] = "gauge",
	[HISTOGRAM] = "histogram",
};

/*
 * Names of the agent's own metrics begin with recorder_. Those of the process have the names that
 * every exporter gives them.
 */
static const struct {
	const char *name;
	const char *help;
	enum kind kind;
	const char *label;		      /* NULL for one value without a label */
	const char *values[LABEL_VALUES_MAX]; /* of the label, ended by NULL */
	double buckets[BUCKETS_MAX];	      /* upper limits, ended by 0 */
} table[METRIC_COUNT] = {
	[METRIC_BUILD_INFO] = { "recorder_build_info",
				"A constant 1, with the version of recorder.",
				GAUGE,
				"version",
				{ RECORDER_VERSION } },
	[METRIC_PROFILES] = { "recorder_profiles",
			      "Profiles by their status on this node.",
			      GAUGE,
			      "status",
			      { "Error", "Terminating", "Partial", "Disabled", "Pending",
				"InProgress", "Installed" } },
	[METRIC_FILES] = { "recorder_profile_file_changes_total",
			   "Changes of profile files in the kubelet's seccomp directory.",
			   COUNTER,
			   "change",
			   { "written", "removed", "repaired" } },
	[METRIC_RECONCILE_ERRORS] = { "recorder_reconcile_errors_total",
				      "Reconciliations that failed and will be tried again.",
				      COUNTER },
	[METRIC_RECONCILE_SECONDS] = { "recorder_reconcile_duration_seconds",
				       "Time of one reconciliation.",
				       HISTOGRAM,
				       NULL,
				       {},
				       { 0.0001, 0.001, 0.01, 0.1, 1, 10 } },
	[METRIC_QUEUE_LENGTH] = { "recorder_queue_length",
				  "Objects that wait for their reconciliation.", GAUGE },
	[METRIC_API_REQUEST_FAILURES] = { "recorder_api_request_failures_total",
					  "Requests to the API server that failed.", COUNTER },
	[METRIC_RECORDINGS] = { "recorder_recordings",
				"ProfileRecordings that record on this node.", GAUGE },
	[METRIC_RECORDED_PODS] = { "recorder_recorded_pods",
				   "Pods of this node that are being recorded, for each recording.",
				   GAUGE },
	[METRIC_RECORDED_WRITES] = { "recorder_recorded_profile_writes_total",
				     "Writes of recorded profiles, which had new system calls.",
				     COUNTER },
	[METRIC_LEADER] = { "recorder_leader",
			    "1 if this agent does the work of the whole cluster, else 0.", GAUGE },
	[METRIC_START_TIME_SECONDS] = { "process_start_time_seconds",
					"Start time of the process since the epoch in seconds.",
					GAUGE },
	[METRIC_CPU_SECONDS] = { "process_cpu_seconds_total",
				 "User and system CPU time of the process in seconds.", COUNTER },
	[METRIC_RESIDENT_MEMORY_BYTES] = { "process_resident_memory_bytes",
					   "Resident memory of the process in bytes.", GAUGE },
};

struct histogram {
	uint64_t counts[BUCKETS_MAX]; /* of each bucket alone; the last one has no limit */
	double sum;
};

struct metrics {
	double values[METRIC_COUNT][LABEL_VALUES_MAX];
	struct histogram histograms[METRIC_COUNT];
};

int metrics_create(struct metrics **ret_metrics, struct error *err)
{
	struct metrics *metrics = calloc(1, sizeof(*metrics));

	if (!metrics)
		return error_nomem(err);
	metrics_set(metrics, METRIC_BUILD_INFO, 0, 1);
	metrics_set(metrics, METRIC_START_TIME_SECONDS, 0,
		    clock_ns(CLOCK_REALTIME) / 1000000 / 1e3);
	*ret_metrics = metrics;
	return 0;
}

void metrics_destroy(struct metrics *metrics)
{
	free(metrics);
}

void metrics_add(struct metrics *metrics, enum metric metric, unsigned int label, uint64_t count)
{
	if (label < LABEL_VALUES_MAX)
		metrics->values[metric][label] += count;
}

void metrics_set(struct metrics *metrics, enum metric metric, unsigned int label, double value)
{
	if (label < LABEL_VALUES_MAX)
		metrics->values[metric][label] = value;
}

void metrics_observe(struct metrics *metrics, enum metric metric, double value)
{
	const double *buckets = table[metric].buckets;
	size_t i = 0;

	while (i < BUCKETS_MAX - 1 && buckets[i] > 0 && value > buckets[i])
		i++;
	metrics->histograms[metric].counts[i]++;
	metrics->histograms[metric].sum += value;
}

static double cpu_seconds(void)
{
	struct rusage usage = {};

	getrusage(RUSAGE_SELF, &usage);
	return usage.ru_utime.tv_sec + usage.ru_stime.tv_sec +
	       (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

/* The second number of proc_pid_statm(5), in pages. 0 if it cannot be read. */
static double resident_memory(void)
{
	_cleanup_fclose_ FILE *file = fopen("/proc/self/statm", "re");
	unsigned long pages;

	if (!file || fscanf(file, "%*u %lu", &pages) != 1)
		return 0;
	return (double)pages * sysconf(_SC_PAGESIZE);
}

/* 15 digits are as many as survive in every double. Whole numbers below 10^15 get no exponent. */
static void print_number(FILE *out, double value)
{
	fprintf(out, "%.15g\n", value);
}

static void print_values(const struct metrics *metrics, enum metric metric, FILE *out)
{
	const char *const *values = table[metric].values;
	size_t i;

	if (!table[metric].label) {
		fprintf(out, "%s ", table[metric].name);
		print_number(out, metrics->values[metric][0]);
		return;
	}
	for (i = 0; i < LABEL_VALUES_MAX && values[i]; i++) {
		fprintf(out, "%s{%s=\"%s\"} ", table[metric].name, table[metric].label, values[i]);
		print_number(out, metrics->values[metric][i]);
	}
}

/* Each bucket counts everything up to its limit. */
static void print_histogram(const struct metrics *metrics, enum metric metric, FILE *out)
{
	const struct histogram *histogram = &metrics->histograms[metric];
	const char *name = table[metric].name;
	unsigned long long count = 0;
	size_t i;

	for (i = 0; i < BUCKETS_MAX - 1 && table[metric].buckets[i] > 0; i++) {
		count += histogram->counts[i];
		fprintf(out, "%s_bucket{le=\"%g\"} %llu\n", name, table[metric].buckets[i], count);
	}
	count += histogram->counts[i];
	fprintf(out, "%s_bucket{le=\"+Inf\"} %llu\n%s_sum ", name, count, name);
	print_number(out, histogram->sum);
	fprintf(out, "%s_count %llu\n", name, count);
}

void metrics_print(struct metrics *metrics, FILE *out)
{
	size_t i;

	metrics_set(metrics, METRIC_CPU_SECONDS, 0, cpu_seconds());
	metrics_set(metrics, METRIC_RESIDENT_MEMORY_BYTES, 0, resident_memory());
	for (i = 0; i < METRIC_COUNT; i++) {
		fprintf(out, "# HELP %s %s\n# TYPE %s %s\n", table[i].name, table[i].help,
			table[i].name, kinds[table[i].kind]);
		if (table[i].kind == HISTOGRAM)
			print_histogram(metrics, i, out);
		else
			print_values(metrics, i, out);
	}
}
