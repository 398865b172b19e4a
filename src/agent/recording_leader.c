// SPDX-License-Identifier: Apache-2.0
#include "agent/recording_leader.h"

#include <stdlib.h>
#include <string.h>

#include "agent/recording_entry.h"
#include "agent/status_writer.h"
#include "kube/call.h"
#include "kube/object.h"
#include "kube/reflector.h"
#include "util/error.h"
#include "util/loop.h"
#include "util/string_set.h"

/* Pods that come and go show that often, however many they are. */
#define LOOK_INTERVAL_MS 30000
#define WORKLOADS_MAX 100

static const struct kube_resource pods_resource = { "", "v1", "pods", true };

struct recording_leader {
	struct recording_leader_options options;
	void (*trouble)(int result, const struct error *err, void *data);
	void *data;
	struct status_writer *writer;
	struct loop_timer *timer;

	/* The recording whose pods are being listed. */
	struct kube_reflector *listing;
	char *listed; /* its name; NULL before the first */
	char **workloads;
	size_t workload_count;
};

/* ---- Ready */

static void write_status(struct recording_leader *leader, const struct recording_entry *entry,
			 char *const *workloads, size_t workload_count)
{
	const struct recording_plan *plan = &entry->plan;
	const struct status_condition conditions[] = {
		{ "Ready", plan->records, plan->reason, plan->message },
		{ "RecorderReplaced", true, "LogsRecordedWithBpf",
		  "spec.recorder is Logs; BPF records, and sees what logs do not" },
	};
	const struct recording_status status = {
		.namespace = plan->namespace,
		.name = plan->name,
		.manager = KUBE_FIELD_MANAGER,
		.generation = plan->generation,
		.conditions = conditions,
		.condition_count = plan->logs ? 2 : 1,
		.workloads = workloads,
		.workload_count = workload_count,
	};
	_cleanup_error_ struct error err = ERROR_INIT;
	int r = status_writer_set(leader->writer, &status, entry->status, &err);

	if (r < 0)
		leader->trouble(r, &err, leader->data);
}

/* Adds a text to a string set; a lack of memory leaves it out. */
static void add(char ***set, size_t *count, const char *text)
{
	if (*count < WORKLOADS_MAX)
		string_set_add(set, count, text, NULL);
}

/* Keeps the workloads as the object has them, until they are looked at again. */
void recording_leader_touch(struct recording_leader *leader, const struct recording_entry *entry)
{
	const json_t *listed = json_object_get(entry->status, "activeWorkloads"), *workload;
	char *none[1] = {}, **workloads = NULL;
	size_t i, count = 0;

	if (!entry->planned)
		return;
	json_array_foreach(listed, i, workload)
		if (entry->plan.records && json_is_string(workload))
			add(&workloads, &count, json_string_value(workload));
	write_status(leader, entry, workloads ?: none, count);
	string_set_free(workloads, count);
}

void recording_leader_forget(struct recording_leader *leader, const struct recording_entry *entry)
{
	if (entry->planned)
		status_writer_forget(leader->writer, entry->plan.namespace, entry->plan.name);
}

/* ---- active workloads: the pods of one recording after another */

static void look_at_next(struct recording_leader *leader);

static void forget_workloads(struct recording_leader *leader)
{
	string_set_free(leader->workloads, leader->workload_count);
	leader->workloads = NULL;
	leader->workload_count = 0;
}

static void end_listing(struct recording_leader *leader)
{
	const struct recording_entry *entry =
		name_table_find(leader->options.entries, leader->listed);
	char *none[1] = {};

	kube_reflector_destroy(leader->listing);
	leader->listing = NULL;
	if (entry && entry->planned && entry->plan.records)
		write_status(leader, entry, leader->workloads ?: none, leader->workload_count);
	forget_workloads(leader);
	look_at_next(leader);
}

static void on_begin(void *data)
{
	forget_workloads(data);
}

static void on_pod(const json_t *object, void *data)
{
	struct recording_leader *leader = data;
	const char *phase =
		json_string_value(json_object_get(json_object_get(object, "status"), "phase"));

	if (phase && strcmp(phase, "Running") == 0)
		add(&leader->workloads, &leader->workload_count, kube_object_name(object));
	if (leader->workload_count == WORKLOADS_MAX)
		end_listing(leader);
}

static void on_pod_deleted(const json_t *object, void *data)
{
}

static void on_listed(void *data)
{
	end_listing(data);
}

static void on_trouble(int result, const struct error *err, void *data)
{
	struct recording_leader *leader = data;

	leader->trouble(result, err, leader->data);
}

static const struct kube_reflector_handlers handlers = {
	.begin = on_begin,
	.object = on_pod,
	.deleted = on_pod_deleted,
	.listed = on_listed,
	.trouble = on_trouble,
};

static int list_pods(struct recording_leader *leader, const struct recording_entry *entry,
		     struct error *err)
{
	const struct kube_reflector_options options = {
		.resource = &pods_resource,
		.namespace = entry->plan.namespace,
		.label_selector = *entry->plan.selector ? entry->plan.selector : NULL,
		.page_size = WORKLOADS_MAX,
	};

	free(leader->listed);
	leader->listed = strdup(entry->name);
	if (!leader->listed)
		return error_nomem(err);
	return kube_reflector_create(leader->options.client, &options, &handlers, leader,
				     &leader->listing, err);
}

/* The next one by name that records, after the one that was listed last. */
static const struct recording_entry *find_next(const struct recording_leader *leader)
{
	const struct name_table *entries = leader->options.entries;
	size_t i;

	for (i = 0; i < entries->length; i++) {
		const struct recording_entry *entry = entries->items[i];

		if (entry->planned && entry->plan.records &&
		    (!leader->listed || strcmp(entry->name, leader->listed) > 0))
			return entry;
	}
	return NULL;
}

static void look_at_next(struct recording_leader *leader)
{
	const struct recording_entry *entry = find_next(leader);
	_cleanup_error_ struct error err = ERROR_INIT;
	int r;

	if (!entry) {
		free(steal_pointer(&leader->listed));
		loop_start_timer(leader->timer, LOOK_INTERVAL_MS);
		return;
	}
	r = list_pods(leader, entry, &err);
	if (r < 0) {
		leader->trouble(r, &err, leader->data);
		loop_start_timer(leader->timer, LOOK_INTERVAL_MS);
	}
}

static void on_timer(void *data)
{
	struct recording_leader *leader = data;

	if (!leader->listing)
		look_at_next(leader);
}

int recording_leader_create(const struct recording_leader_options *options,
			    void (*trouble)(int result, const struct error *err, void *data),
			    void *data, struct recording_leader **ret_leader, struct error *err)
{
	_cleanup_(cleanup_recording_leader_destroy) struct recording_leader *leader =
		calloc(1, sizeof(*leader));
	size_t i;
	int r;

	if (!leader)
		return error_nomem(err);
	leader->options = *options;
	leader->trouble = trouble;
	leader->data = data;
	r = status_writer_create(options->loop, options->client, on_trouble, leader,
				 &leader->writer, err);
	if (r == 0)
		r = loop_add_timer(options->loop, on_timer, leader, &leader->timer, err);
	if (r < 0)
		return r;
	for (i = 0; i < options->entries->length; i++)
		recording_leader_touch(leader, options->entries->items[i]);
	loop_start_timer(leader->timer, 0);
	*ret_leader = steal_pointer(&leader);
	return 0;
}

void recording_leader_destroy(struct recording_leader *leader)
{
	if (!leader)
		return;
	kube_reflector_destroy(leader->listing);
	status_writer_destroy(leader->writer);
	loop_remove_timer(leader->timer);
	forget_workloads(leader);
	free(leader->listed);
	free(leader);
}
