// SPDX-License-Identifier: Apache-2.0
/*
 * Writes to a cluster what many nodes would that record one workload, all at the same time:
 *
 *	recording_nodes CONFIG RECORDING NODES CONNECTIONS EXTRA
 *
 * CONFIG is a kubeconfig file, RECORDING the NAMESPACE/NAME of a ProfileRecording. Each node has seen
 * BASE calls, and one more, which is another one for each of EXTRA nodes. It reports that, and that its
 * workload was idle, as if the recording were over.
 *
 * Each node is the part of an agent that writes (src/agent/recording_results.h). The nodes share
 * connections, as 1,000 of them would wear out a small machine, and the watch of ProfileRecordings.
 *
 * Prints "call NAME" for each call that any node has seen, and "settled" when all profiles are written.
 * Goes on until it is ended: conditions and events may still be under way.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "agent/recorded_parts.h"
#include "agent/recording_entry.h"
#include "agent/recording_report.h"
#include "agent/recording_results.h"
#include "agent/recordings.h"
#include "kube/client.h"
#include "kube/config.h"
#include "kube/reflector.h"
#include "recording/recording.h"
#include "util/array.h"
#include "util/clock.h"
#include "util/error.h"
#include "util/loop.h"

#define BASE 60
#define EXTRA_MAX 250 /* up to there, all numbers of x86-64 have names */

struct node {
	struct recording_results *results;
	char name[32];
};

struct cluster {
	struct loop *loop;
	struct kube_client **clients;
	struct node *nodes;
	size_t client_count, node_count, extra_count, settled;
	const char *recording;
	struct name_table entries;
	struct recording_entry *entry; /* NULL until the ProfileRecording is known */
	int result;
	struct error *err;
};

static void fail(struct cluster *cluster, int result, const struct error *err)
{
	if (cluster->result == 0)
		cluster->result = error_set(cluster->err, -result, "%s", error_message(err));
	loop_stop(cluster->loop);
}

static int add_call(struct observation *observation, uint32_t nr, struct error *err)
{
	const struct call call = { .nr = nr, .first_seen = observation->start, .process = "web" };

	return call_set_add(&observation->calls, &call, err);
}

static int observe(const struct cluster *cluster, size_t number, struct observation *observation,
		   struct error *err)
{
	uint32_t nr;
	int r = 0;

	observation->machine = machine_native();
	observation->start = clock_ns(CLOCK_REALTIME);
	observation->container_name = strdup("main");
	observation->pod_name = strdup("web");
	if (!observation->container_name || !observation->pod_name)
		return error_nomem(err);
	for (nr = 0; nr < BASE && r == 0; nr++)
		r = add_call(observation, nr, err);
	return r < 0 ? r : add_call(observation, BASE + number % cluster->extra_count, err);
}

static int make_report(const struct cluster *cluster, size_t number,
		       struct recording_report **ret_report, struct error *err)
{
	const struct recording_plan *plan = &cluster->entry->plan;
	_cleanup_recording_report_ struct recording_report *report =
		recording_report_create(plan->namespace, plan->name, plan->uid);
	_cleanup_observation_ struct observation observation = {};
	_cleanup_recording_ struct recording recording = {};
	struct part_digests known = {};
	int r = report ? observe(cluster, number, &observation, err) : error_nomem(err);

	if (r == 0)
		r = recording_add(&recording, &observation, err);
	if (r == 0)
		r = recorded_parts_make(&recording, plan, &known, report, err);
	part_digests_finish(&known);
	if (r < 0)
		return r;
	report->idle = strdup("nothing new was seen for long");
	report->final = true;
	*ret_report = steal_pointer(&report);
	return 0;
}

static void print_calls(const struct cluster *cluster)
{
	uint32_t nr;

	for (nr = 0; nr < BASE + cluster->extra_count; nr++)
		printf("call %s\n", syscall_name(machine_native(), ABI_NATIVE, nr));
	fflush(stdout);
}

/* Every node reports at once, as after a rollout. */
static int report_all(struct cluster *cluster, struct error *err)
{
	struct recording_report *report;
	size_t i;
	int r = 0;

	for (i = 0; i < cluster->node_count && r == 0; i++) {
		r = make_report(cluster, i, &report, err);
		if (r == 0)
			recording_results_take(cluster->nodes[i].results, report, cluster->entry);
	}
	return r;
}

static int plan(struct recording_entry *entry, struct error *err)
{
	const struct recording_world world = { .now = clock_ns(CLOCK_REALTIME),
					       .namespace_permitted = true };
	int r = recording_plan_make(entry->object, &world, &entry->plan, err);

	entry->planned = r == 0;
	return r;
}

static void on_object(const json_t *object, void *data)
{
	struct cluster *cluster = data;
	_cleanup_error_ struct error err = ERROR_INIT;
	struct recording_entry *entry;
	bool changed;
	size_t i;
	int r = recording_entry_set(&cluster->entries, object, &entry, &changed, &err);

	for (i = 0; i < cluster->node_count && r == 0; i++)
		recording_results_look(cluster->nodes[i].results, entry);
	if (r == 0 && strcmp(entry->name, cluster->recording) == 0 && !cluster->entry) {
		cluster->entry = entry;
		r = plan(entry, &err);
		if (r == 0)
			r = report_all(cluster, &err);
	}
	if (r < 0)
		fail(cluster, r, &err);
}

static void on_nothing(void *data)
{
}

static void on_deleted(const json_t *object, void *data)
{
}

static void on_trouble(int result, const struct error *err, void *data)
{
	fprintf(stderr, "%s\n", error_message(err));
}

static const struct kube_reflector_handlers reflector_handlers = {
	.begin = on_nothing,
	.object = on_object,
	.deleted = on_deleted,
	.listed = on_nothing,
	.trouble = on_trouble,
};

static void on_settled(const char *uid, void *data)
{
	struct cluster *cluster = data;

	if (++cluster->settled < cluster->node_count)
		return;
	puts("settled");
	fflush(stdout);
}

static const struct recording_entry *find(const char *uid, void *data)
{
	const struct cluster *cluster = data;

	return recording_entry_find_uid(&cluster->entries, uid);
}

static const struct recording_results_handlers results_handlers = { find, on_settled, on_trouble };

static int create_nodes(struct cluster *cluster, const struct kube_config *config,
			struct error *err)
{
	size_t i;
	int r = 0;

	cluster->clients = calloc(cluster->client_count, sizeof(*cluster->clients));
	cluster->nodes = calloc(cluster->node_count, sizeof(*cluster->nodes));
	if (!cluster->clients || !cluster->nodes)
		return error_nomem(err);
	for (i = 0; i < cluster->client_count && r == 0; i++)
		r = kube_client_create(cluster->loop, config, &cluster->clients[i], err);
	for (i = 0; i < cluster->node_count && r == 0; i++) {
		struct node *node = &cluster->nodes[i];
		const struct recording_results_options options = {
			.loop = cluster->loop,
			.client = cluster->clients[i % cluster->client_count],
			.node_name = node->name,
		};

		snprintf(node->name, sizeof(node->name), "simulated-%zu", i);
		r = recording_results_create(&options, &results_handlers, cluster, &node->results,
					     err);
	}
	return r;
}

static void destroy_nodes(struct cluster *cluster)
{
	size_t i;

	for (i = 0; cluster->nodes && i < cluster->node_count; i++)
		recording_results_destroy(cluster->nodes[i].results);
	for (i = 0; cluster->clients && i < cluster->client_count; i++)
		kube_client_destroy(cluster->clients[i]);
	free(cluster->nodes);
	free(cluster->clients);
	recording_entries_finish(&cluster->entries);
}

static int run(struct cluster *cluster, const char *config_path, struct error *err)
{
	const struct kube_reflector_options options = { .resource = &recordings_resource };
	_cleanup_kube_reflector_ struct kube_reflector *reflector = NULL;
	_cleanup_kube_config_ struct kube_config config = KUBE_CONFIG_INIT;
	int r = kube_config_read(config_path, NULL, &config, err);

	if (r == 0)
		r = create_nodes(cluster, &config, err);
	print_calls(cluster);
	if (r == 0)
		r = kube_reflector_create(cluster->clients[0], &options, &reflector_handlers,
					  cluster, &reflector, err);
	if (r == 0)
		r = loop_run(cluster->loop, err);
	if (r == 0)
		r = cluster->result;
	kube_reflector_destroy(steal_pointer(&reflector));
	destroy_nodes(cluster);
	return r;
}

static size_t number(const char *text)
{
	return strtoul(text, NULL, 10);
}

int main(int argc, char **argv)
{
	_cleanup_error_ struct error err = ERROR_INIT, failure = ERROR_INIT;
	_cleanup_loop_ struct loop *loop = NULL;
	struct cluster cluster = { .err = &failure };
	int r = 0;

	if (argc == 6) {
		cluster.recording = argv[2];
		cluster.node_count = number(argv[3]);
		cluster.client_count = number(argv[4]);
		cluster.extra_count = number(argv[5]);
	}
	if (!cluster.node_count || !cluster.client_count || !cluster.extra_count ||
	    cluster.extra_count > EXTRA_MAX)
		r = error_set(&err, EINVAL, "see the head of recording_nodes.c");
	if (r == 0)
		r = loop_create(&loop, &err);
	cluster.loop = loop;
	if (r == 0)
		r = run(&cluster, argv[1], &err);
	if (r == 0)
		return 0;
	fprintf(stderr, "%s\n", error_message(&err));
	return 1;
}
