// SPDX-License-Identifier: Apache-2.0
//
// Metrics in the text format. Prometheus's linter reads them in tests/build/metrics.t.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "agent/metrics.h"
#include "agent/profile_plan.h"
#include "util/clock.h"
#include "util/text_stream.h"

static struct metrics *create(void)
{
	struct metrics *metrics;

	assert_int_equal(metrics_create(&metrics, NULL), 0);
	return metrics;
}

static char *print(struct metrics *metrics)
{
	struct text_stream stream = {};
	char *text;

	metrics_print(metrics, text_stream_open(&stream));
	text = text_stream_close(&stream);
	assert_non_null(text);
	return text;
}

/* Checks that these lines are in the output, in one piece. */
static void expect(struct metrics *metrics, const char *lines)
{
	_cleanup_free_ char *text = print(metrics);

	if (!strstr(text, lines))
		fail_msg("no '%s' in '%s'", lines, text);
}

static double value_of(struct metrics *metrics, const char *name)
{
	_cleanup_free_ char *text = print(metrics);
	char *at = strstr(text, name);

	while (at && at[-1] != '\n')
		at = strstr(at + 1, name);
	assert_non_null(at);
	return strtod(at + strlen(name), NULL);
}

static void counters(void **state)
{
	_cleanup_(cleanup_metrics_destroy) struct metrics *metrics = create();

	expect(metrics, "# TYPE recorder_queue_length gauge\nrecorder_queue_length 0\n");
	metrics_add(metrics, METRIC_RECONCILE_ERRORS, 0, 2);
	metrics_add(metrics, METRIC_RECONCILE_ERRORS, 0, 1);
	metrics_set(metrics, METRIC_QUEUE_LENGTH, 0, 7);
	metrics_set(metrics, METRIC_QUEUE_LENGTH, 0, 5);
	expect(metrics, "# TYPE recorder_reconcile_errors_total counter\n"
			"recorder_reconcile_errors_total 3\n");
	expect(metrics, "\nrecorder_queue_length 5\n");
}

static void labels(void **state)
{
	_cleanup_(cleanup_metrics_destroy) struct metrics *metrics = create();

	metrics_set(metrics, METRIC_PROFILES, PROFILE_PENDING, 1);
	metrics_set(metrics, METRIC_PROFILES, PROFILE_IN_PROGRESS, 2);
	metrics_set(metrics, METRIC_PROFILES, PROFILE_INSTALLED, 3);
	metrics_set(metrics, METRIC_PROFILES, PROFILE_PARTIAL, 4);
	metrics_set(metrics, METRIC_PROFILES, PROFILE_DISABLED, 5);
	metrics_set(metrics, METRIC_PROFILES, PROFILE_TERMINATING, 6);
	metrics_set(metrics, METRIC_PROFILES, PROFILE_ERROR, 7);
	metrics_add(metrics, METRIC_FILES, METRIC_FILE_WRITTEN, 1);
	metrics_add(metrics, METRIC_FILES, METRIC_FILE_REMOVED, 2);
	metrics_add(metrics, METRIC_FILES, METRIC_FILE_REPAIRED, 3);
	expect(metrics, "# HELP recorder_profiles Profiles by their status on this node.\n"
			"# TYPE recorder_profiles gauge\n"
			"recorder_profiles{status=\"Error\"} 7\n"
			"recorder_profiles{status=\"Terminating\"} 6\n"
			"recorder_profiles{status=\"Partial\"} 4\n"
			"recorder_profiles{status=\"Disabled\"} 5\n"
			"recorder_profiles{status=\"Pending\"} 1\n"
			"recorder_profiles{status=\"InProgress\"} 2\n"
			"recorder_profiles{status=\"Installed\"} 3\n"
			"# HELP ");
	expect(metrics, "recorder_profile_file_changes_total{change=\"written\"} 1\n"
			"recorder_profile_file_changes_total{change=\"removed\"} 2\n"
			"recorder_profile_file_changes_total{change=\"repaired\"} 3\n"
			"# HELP ");
}

/* An index that no value of the label has changes nothing. */
static void bad_labels(void **state)
{
	_cleanup_(cleanup_metrics_destroy) struct metrics *metrics = create();
	_cleanup_free_ char *before = print(metrics), *after = NULL;
	const char *end = strstr(before, "# HELP process_cpu");

	metrics_add(metrics, METRIC_FILES, 1000, 1);
	metrics_set(metrics, METRIC_PROFILES, 1000, 1);
	metrics_add(metrics, METRIC_FILES, METRIC_FILE_REPAIRED + 1, 1);
	after = print(metrics);
	assert_memory_equal(before, after, end - before);
}

/* A bucket contains its limit. What is above the last one is in +Inf. */
static void histograms(void **state)
{
	_cleanup_(cleanup_metrics_destroy) struct metrics *metrics = create();

	metrics_observe(metrics, METRIC_RECONCILE_SECONDS, 0);
	metrics_observe(metrics, METRIC_RECONCILE_SECONDS, 0.001);
	metrics_observe(metrics, METRIC_RECONCILE_SECONDS, 0.25);
	metrics_observe(metrics, METRIC_RECONCILE_SECONDS, 100);
	expect(metrics, "# TYPE recorder_reconcile_duration_seconds histogram\n"
			"recorder_reconcile_duration_seconds_bucket{le=\"0.0001\"} 1\n"
			"recorder_reconcile_duration_seconds_bucket{le=\"0.001\"} 2\n"
			"recorder_reconcile_duration_seconds_bucket{le=\"0.01\"} 2\n"
			"recorder_reconcile_duration_seconds_bucket{le=\"0.1\"} 2\n"
			"recorder_reconcile_duration_seconds_bucket{le=\"1\"} 3\n"
			"recorder_reconcile_duration_seconds_bucket{le=\"10\"} 3\n"
			"recorder_reconcile_duration_seconds_bucket{le=\"+Inf\"} 4\n"
			"recorder_reconcile_duration_seconds_sum 100.251");
	expect(metrics, "recorder_reconcile_duration_seconds_count 4\n");
}

static void process(void **state)
{
	_cleanup_(cleanup_metrics_destroy) struct metrics *metrics = create();
	double now = clock_ns(CLOCK_REALTIME) / 1e9;

	expect(metrics, "recorder_build_info{version=\"" RECORDER_VERSION "\"} 1\n");
	assert_true(now - value_of(metrics, "process_start_time_seconds ") < 60);
	assert_true(value_of(metrics, "process_resident_memory_bytes ") > 65536);
	assert_true(value_of(metrics, "process_cpu_seconds_total ") > 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(counters),   cmocka_unit_test(labels),
		cmocka_unit_test(bad_labels), cmocka_unit_test(histograms),
		cmocka_unit_test(process),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
