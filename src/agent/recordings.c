// SPDX-License-Identifier: Apache-2.0
#include "agent/recordings.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "agent/names.h"
#include "agent/node_pods.h"
#include "agent/node_recorder.h"
#include "agent/permitted_namespaces.h"
#include "agent/recording_entry.h"
#include "agent/recording_leader.h"
#include "agent/recording_report.h"
#include "agent/recording_results.h"
#include "json/cursor.h"
#include "kube/reflector.h"
#include "util/array.h"
#include "util/clock.h"
#include "util/error.h"
#include "util/log.h"
#include "util/loop.h"

#define NSEC_PER_MSEC 1000000LL
/* Timers longer than that begin again. */
#define WAIT_MAX_MS 3600000

const struct kube_resource recordings_resource = { AGENT_GROUP, AGENT_VERSION, "profilerecordings",
						   true };

struct recordings {
	struct recordings_options options;
	struct node_pods *pods; /* NULL until the cluster is followed */
	recordings_trouble *trouble;
	void *data;
	struct kube_reflector *reflector;
	struct permitted_namespaces *namespaces; /* NULL: all are */
	struct node_recorder *recorder;
	struct recording_results *results; /* NULL until the cluster is followed */
	struct recording_leader *leader;   /* NULL while another agent leads */
	struct name_table entries;
	struct loop_timer *timer;	 /* until the time of a recording is over */
	struct recording_report **early; /* that came before the pods of the node were known */
	size_t early_count;
	bool listed;
	bool settled;
	bool room_changed; /* a recording ended or began: others may have to, so plan all again */
};

static void trouble(int result, const struct error *err, void *data)
{
	struct recordings *recordings = data;

	recordings->trouble(result, err, recordings->data);
}

/* ---- plans */

static void log_plan(const struct recording_entry *entry)
{
	log_info("ProfileRecording %s: %s", entry->name, entry->plan.message);
}

static bool same_plan(const struct recording_plan *a, const struct recording_plan *b)
{
	return a->generation == b->generation && strcmp(a->uid, b->uid) == 0 &&
	       strcmp(a->reason, b->reason) == 0 && strcmp(a->message, b->message) == 0;
}

static int make_plan(struct recordings *recordings, const struct recording_entry *entry,
		     struct recording_plan *ret_plan, struct error *err)
{
	const struct recording_limits *limits = &recordings->options.limits;
	const struct recording_world world = {
		.now = clock_ns(CLOCK_REALTIME),
		.namespace_permitted = !recordings->namespaces ||
				       permitted_namespaces_has(recordings->namespaces,
								recording_entry_namespace(entry)),
		.rank = recording_entry_rank(&recordings->entries, entry),
		.per_namespace_max = limits->per_namespace,
		.duration_max = limits->duration,
	};

	return recording_plan_make(entry->object, &world, ret_plan, err);
}

/* Has a plan carried out: a copy goes to the thread that records. */
static int carry_out(struct recordings *recordings, const struct recording_entry *entry,
		     struct error *err)
{
	_cleanup_free_ char *text = json_dumps(entry->object, JSON_COMPACT);
	_cleanup_recording_plan_ struct recording_plan copy = {};
	int r = text ? make_plan(recordings, entry, &copy, err) : error_nomem(err);

	return r < 0 ? r : node_recorder_record(recordings->recorder, &copy, text, err);
}

/* Plans can only be made when everything that they depend on is known. */
static bool can_plan(const struct recordings *recordings)
{
	return !recordings->namespaces || permitted_namespaces_are_known(recordings->namespaces);
}

static void plan(struct recordings *recordings, struct recording_entry *entry)
{
	_cleanup_recording_plan_ struct recording_plan new = {};
	_cleanup_error_ struct error err = ERROR_INIT;
	int r;

	if (!can_plan(recordings))
		return;
	r = make_plan(recordings, entry, &new, &err);
	if (r < 0 || (entry->planned && same_plan(&entry->plan, &new))) {
		if (r < 0)
			trouble(r, &err, recordings);
		return;
	}
	if (new.ended != entry->plan.ended)
		recordings->room_changed = true;
	recording_plan_finish(&entry->plan);
	entry->plan = new;
	new = (struct recording_plan){};
	entry->planned = true;
	log_plan(entry);
	r = carry_out(recordings, entry, &err);
	if (r < 0)
		trouble(r, &err, recordings);
	if (recordings->leader)
		recording_leader_touch(recordings->leader, entry);
}

static void set_timer(struct recordings *recordings)
{
	int64_t now = clock_ns(CLOCK_REALTIME), next = 0, wait;
	size_t i;

	if (recordings->room_changed) {
		recordings->room_changed = false;
		loop_start_timer(recordings->timer, 0);
		return;
	}
	for (i = 0; i < recordings->entries.length; i++) {
		const struct recording_entry *entry = recordings->entries.items[i];

		if (entry->planned && entry->plan.ends > now && (!next || entry->plan.ends < next))
			next = entry->plan.ends;
	}
	if (!next)
		return;
	wait = (next - now) / NSEC_PER_MSEC + 1;
	loop_start_timer(recordings->timer, wait < WAIT_MAX_MS ? wait : WAIT_MAX_MS);
}

static void plan_all(void *data)
{
	struct recordings *recordings = data;
	size_t i;

	for (i = 0; i < recordings->entries.length; i++)
		plan(recordings, recordings->entries.items[i]);
	set_timer(recordings);
}

/* What an earlier agent recorded for objects that are gone ends, once all are known. */
static void look_if_settled(struct recordings *recordings)
{
	_cleanup_error_ struct error err = ERROR_INIT;
	int r;

	if (recordings->settled || !recordings->listed || !can_plan(recordings))
		return;
	recordings->settled = true;
	r = node_recorder_settle(recordings->recorder, &err);
	if (r < 0)
		trouble(r, &err, recordings);
}

static void on_namespaces_changed(void *data)
{
	plan_all(data);
	look_if_settled(data);
}

/* ---- objects */

static void end(struct recordings *recordings, const char *uid)
{
	_cleanup_error_ struct error err = ERROR_INIT;
	int r = node_recorder_end(recordings->recorder, uid, &err);

	if (r < 0)
		trouble(r, &err, recordings);
}

static void on_object(const json_t *object, void *data)
{
	struct recordings *recordings = data;
	struct recording_entry *entry = recording_entry_find(&recordings->entries, object);
	_cleanup_free_ char *before = entry ? strdup(recording_entry_uid(entry)) : NULL;
	_cleanup_error_ struct error err = ERROR_INIT;
	bool changed = false;
	int r = recording_entry_set(&recordings->entries, object, &entry, &changed, &err);

	if (r < 0) {
		trouble(r, &err, recordings);
		return;
	}
	/* It was deleted and made again without this agent hearing of it. */
	if (before && strcmp(before, recording_entry_uid(entry)) != 0)
		end(recordings, before);
	if (changed) {
		plan(recordings, entry);
		set_timer(recordings);
	} else if (recordings->leader) {
		recording_leader_touch(recordings->leader, entry);
	}
	recording_results_look(recordings->results, entry);
}

static void forget(struct recordings *recordings, struct recording_entry *entry)
{
	log_info("ProfileRecording %s: deleted", entry->name);
	end(recordings, recording_entry_uid(entry));
	recording_results_forget(recordings->results, entry);
	if (recordings->leader)
		recording_leader_forget(recordings->leader, entry);
	recording_entry_remove(&recordings->entries, entry);
}

static void on_deleted(const json_t *object, void *data)
{
	struct recordings *recordings = data;
	struct recording_entry *entry = recording_entry_find(&recordings->entries, object);

	if (entry)
		forget(recordings, entry);
	plan_all(recordings); /* there may be room for others of its namespace */
}

static void on_begin(void *data)
{
	struct recordings *recordings = data;
	size_t i;

	for (i = 0; i < recordings->entries.length; i++) {
		struct recording_entry *entry = recordings->entries.items[i];

		entry->listed = false;
	}
}

static void on_listed(void *data)
{
	struct recordings *recordings = data;
	size_t i = 0;

	while (i < recordings->entries.length) {
		struct recording_entry *entry = recordings->entries.items[i];

		if (entry->listed)
			i++;
		else
			forget(recordings, entry);
	}
	recordings->listed = true;
	plan_all(recordings);
	look_if_settled(recordings);
}

static const struct kube_reflector_handlers reflector_handlers = {
	.begin = on_begin,
	.object = on_object,
	.deleted = on_deleted,
	.listed = on_listed,
	.trouble = trouble,
};

/* ---- reports */

static void take_report(struct recordings *recordings, struct recording_report *report)
{
	recording_results_take(recordings->results, report,
			       recording_entry_find_uid(&recordings->entries, report->uid));
}

static struct recording_report *find_early(const struct recordings *recordings, const char *uid)
{
	size_t i;

	for (i = 0; i < recordings->early_count; i++)
		if (strcmp(recordings->early[i]->uid, uid) == 0)
			return recordings->early[i];
	return NULL;
}

/*
 * The names of profiles may depend on the pods. Without an API server this lasts, so that there is one
 * report of each recording. Without memory, the next agent finds it all in the evidence.
 */
static void keep_early(struct recordings *recordings, struct recording_report *report)
{
	struct recording_report **grown, *before = find_early(recordings, report->uid);
	_cleanup_error_ struct error err = ERROR_INIT;

	if (before) {
		if (recording_report_merge(before, report, &err) < 0)
			trouble(-err.code, &err, recordings);
		recording_report_destroy(report);
		return;
	}
	grown = array_grow(recordings->early, recordings->early_count, sizeof(*grown));
	if (!grown) {
		trouble(error_nomem(&err), &err, recordings);
		recording_report_destroy(report);
		return;
	}
	recordings->early = grown;
	grown[recordings->early_count++] = report;
}

static void on_reported(struct recording_report *report, void *data)
{
	struct recordings *recordings = data;

	if (recordings->pods && node_pods_are_known(recordings->pods))
		take_report(recordings, report);
	else
		keep_early(recordings, report);
}

void recordings_pods_known(struct recordings *recordings)
{
	size_t i;

	for (i = 0; i < recordings->early_count; i++)
		take_report(recordings, recordings->early[i]);
	free(steal_pointer(&recordings->early));
	recordings->early_count = 0;
}

static const struct node_recorder_handlers recorder_handlers = {
	.reported = on_reported,
	.trouble = trouble,
};

/* All that was recorded is in the cluster. */
static void on_settled(const char *uid, void *data)
{
	_cleanup_error_ struct error err = ERROR_INIT;
	struct recordings *recordings = data;
	int r = node_recorder_forget(recordings->recorder, uid, &err);

	if (r < 0)
		trouble(r, &err, recordings);
}

static const struct recording_entry *find_entry(const char *uid, void *data)
{
	struct recordings *recordings = data;

	return recording_entry_find_uid(&recordings->entries, uid);
}

static const struct recording_results_handlers results_handlers = {
	.find = find_entry,
	.settled = on_settled,
	.trouble = trouble,
};

/* ---- */

void recordings_profile_deleted(struct recordings *recordings, const char *name)
{
	recording_results_profile_deleted(recordings->results, name);
}

struct recordings_counts recordings_count(const struct recordings *recordings)
{
	struct recordings_counts counts = {};
	size_t i;

	if (recordings->results)
		recording_results_count(recordings->results, &counts.pods, &counts.writes);
	for (i = 0; i < recordings->entries.length; i++) {
		const struct recording_entry *entry = recordings->entries.items[i];

		counts.recordings += entry->planned && entry->plan.records;
	}
	return counts;
}

int recordings_lead(struct recordings *recordings, bool leads, struct error *err)
{
	const struct recording_leader_options options = {
		.loop = recordings->options.loop,
		.client = recordings->options.client,
		.entries = &recordings->entries,
	};

	recording_leader_destroy(recordings->leader);
	recordings->leader = NULL;
	return leads ? recording_leader_create(&options, trouble, recordings, &recordings->leader,
					       err) :
		       0;
}

static int start_reflector(struct recordings *recordings, struct error *err)
{
	const struct kube_reflector_options options = { .resource = &recordings_resource };
	const char *namespaces = recordings->options.limits.namespaces;
	int r = 0;

	if (namespaces)
		r = permitted_namespaces_create(recordings->options.client, namespaces,
						on_namespaces_changed, trouble, recordings,
						&recordings->namespaces, err);
	return r < 0 ? r :
		       kube_reflector_create(recordings->options.client, &options,
					     &reflector_handlers, recordings,
					     &recordings->reflector, err);
}

int recordings_follow(struct recordings *recordings, struct node_pods *pods,
		      const struct profiles *profiles, struct error *err)
{
	const struct recording_results_options results = {
		.loop = recordings->options.loop,
		.client = recordings->options.client,
		.pods = pods,
		.profiles = profiles,
		.node_name = recordings->options.node_name,
		.profiles_max = recordings->options.limits.profiles,
	};
	int r = recording_results_create(&results, &results_handlers, recordings,
					 &recordings->results, err);

	recordings->pods = pods;
	return r < 0 ? r : start_reflector(recordings, err);
}

int recordings_create(const struct recordings_options *options, recordings_trouble *trouble_handler,
		      void *data, struct recordings **ret_recordings, struct error *err)
{
	_cleanup_(cleanup_recordings_destroy) struct recordings *recordings =
		calloc(1, sizeof(*recordings));
	int r;

	if (!recordings)
		return error_nomem(err);
	recordings->options = *options;
	recordings->trouble = trouble_handler;
	recordings->data = data;
	r = loop_add_timer(options->loop, plan_all, recordings, &recordings->timer, err);
	if (r == 0)
		r = node_recorder_create(options->loop, options->recorder, &recorder_handlers,
					 recordings, &recordings->recorder, err);
	if (r < 0)
		return r;
	*ret_recordings = steal_pointer(&recordings);
	return 0;
}

void recordings_destroy(struct recordings *recordings)
{
	size_t i;

	if (!recordings)
		return;
	recording_leader_destroy(recordings->leader);
	kube_reflector_destroy(recordings->reflector);
	permitted_namespaces_destroy(recordings->namespaces);
	/* Reports come until then. */
	node_recorder_destroy(recordings->recorder);
	for (i = 0; i < recordings->early_count; i++)
		recording_report_destroy(recordings->early[i]);
	free(recordings->early);
	recording_results_destroy(recordings->results);
	recording_entries_finish(&recordings->entries);
	loop_remove_timer(recordings->timer);
	free(recordings);
}
