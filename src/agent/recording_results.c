// SPDX-License-Identifier: Apache-2.0
#include "agent/recording_results.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "agent/conditions.h"
#include "agent/event_sender.h"
#include "agent/names.h"
#include "agent/node_pods.h"
#include "agent/profiles.h"
#include "agent/recorded_profiles.h"
#include "agent/recording_entry.h"
#include "agent/recording_report.h"
#include "agent/status_writer.h"
#include "kube/event.h"
#include "kube/object.h"
#include "util/array.h"
#include "util/clock.h"
#include "util/error.h"
#include "util/name_table.h"
#include "util/str.h"

/* Sentences about new calls that wait for a write. A first write has more, and is told as one. */
#define NEWS_MAX 100
#define EVENTS_AT_ONCE 20

/* How a message begins, before the name of the node. */
#define SPEAKER "node "

/* The conditions that a node may set, each once for all nodes. */
enum remark {
	REMARK_INCOMPLETE,
	REMARK_IDLE,
	REMARK_RENAMED,
	REMARK_LIMITED,
	REMARK_WIDENED,
	REMARK_PRIVILEGED,
	REMARK_FAILED,
	REMARK_COUNT,
};

/* Each has a field manager of its own, the same on all nodes: the API server keeps a list of them. */
static const struct {
	const char *type, *reason, *manager;
} remarks[REMARK_COUNT] = {
	[REMARK_INCOMPLETE] = { "Incomplete", "CallsMayBeMissing", "recorder-incomplete" },
	[REMARK_IDLE] = { "Idle", "NothingNew", "recorder-idle" },
	[REMARK_RENAMED] = { "Renamed", "NameTaken", "recorder-renamed" },
	[REMARK_LIMITED] = { "Limited", "TooManyProfiles", "recorder-limited" },
	[REMARK_WIDENED] = { "Widened", "ArgumentsNotExpressible", "recorder-widened" },
	[REMARK_PRIVILEGED] = { "Privileged", "ProfileIgnored", "recorder-privileged" },
	[REMARK_FAILED] = { "NodeFailure", "CannotRecord", "recorder-failure" },
};

/* What this node has to say about one recording. */
struct result {
	char *name; /* the uid of the ProfileRecording */
	char *namespace, *recording;
	size_t pods;		      /* that are being recorded */
	struct notes news;	      /* "mkdir by …", until a write has the call */
	char *messages[REMARK_COUNT]; /* NULL: nothing to say */
	bool final;
};

struct recording_results {
	struct recording_results_options options;
	const struct recording_results_handlers *handlers;
	void *data;
	struct recorded_profiles *profiles;
	struct event_sender *events;
	struct status_writer *statuses;
	struct name_table table;
	size_t writes; /* of profiles */
};

static void result_destroy(struct result *result)
{
	size_t i;

	for (i = 0; i < REMARK_COUNT; i++)
		free(result->messages[i]);
	notes_finish(&result->news);
	free(result->namespace);
	free(result->recording);
	free(result->name);
	free(result);
}

DEFINE_CLEANUP(struct result *, result_destroy);

static void trouble(int result, const struct error *err, void *data)
{
	struct recording_results *results = data;

	results->handlers->trouble(result, err, results->data);
}

static struct result *get_result(struct recording_results *results,
				 const struct recording_report *report)
{
	_cleanup_(cleanup_result_destroy) struct result *result =
		name_table_find(&results->table, report->uid);

	if (result)
		return steal_pointer(&result);
	result = calloc(1, sizeof(*result));
	if (!result)
		return NULL;
	result->name = strdup(report->uid);
	result->namespace = strdup(report->namespace);
	result->recording = strdup(report->name);
	if (!result->name || !result->namespace || !result->recording ||
	    name_table_add(&results->table, result, NULL) < 0)
		return NULL;
	return steal_pointer(&result);
}

/* ---- events */

static void tell(struct recording_results *results, const struct result *result, bool warning,
		 const char *reason, const char *format, ...) __attribute__((format(printf, 5, 6)));

static void tell(struct recording_results *results, const struct result *result, bool warning,
		 const char *reason, const char *format, ...)
{
	_cleanup_error_ struct error err = ERROR_INIT;
	_cleanup_free_ char *note = NULL;
	struct kube_event event = {
		.api_version = AGENT_GROUP "/" AGENT_VERSION,
		.kind = "ProfileRecording",
		.namespace = result->namespace,
		.name = result->recording,
		.uid = result->name,
		.instance = results->options.node_name,
		.action = "Record",
		.reason = reason,
		.warning = warning,
		.time = clock_ns(CLOCK_REALTIME),
	};
	va_list arguments;
	int r;

	va_start(arguments, format);
	r = vasprintf(&note, format, arguments);
	va_end(arguments);
	if (r < 0) {
		note = NULL;
		return;
	}
	event.note = note;
	r = event_sender_send(results->events, &event, &err);
	if (r < 0)
		trouble(r, &err, results);
}

/* Returns the sentence about a call, or NULL. */
static const char *find_news(const struct result *result, const char *name)
{
	size_t i, length = strlen(name);

	for (i = 0; i < result->news.count; i++)
		if (str_has_prefix(result->news.items[i], name) &&
		    result->news.items[i][length] == ' ')
			return result->news.items[i];
	return NULL;
}

static void tell_new_calls(struct recording_results *results, const struct result *result,
			   const struct recorded_write_result *written)
{
	size_t i;

	for (i = 0; i < written->name_count && i < EVENTS_AT_ONCE; i++)
		tell(results, result, false, "NewSystemCall", "SeccompProfile %s: %s",
		     written->profile, find_news(result, written->names[i]) ?: written->names[i]);
	if (i < written->name_count)
		tell(results, result, false, "NewSystemCall",
		     "SeccompProfile %s: and %zu other system calls that are new", written->profile,
		     written->name_count - i);
}

/* ---- conditions */

/* Returns the message of a condition that holds, whichever node said it, or NULL. */
static const char *find_said(const struct recording_entry *entry, const char *type)
{
	const json_t *condition = condition_find(entry->status, type);
	const char *status = json_string_value(json_object_get(condition, "status"));

	if (!status || strcmp(status, "True") != 0)
		return NULL;
	return json_string_value(json_object_get(condition, "message")) ?: "";
}

static bool is_own(const struct recording_results *results, const char *message)
{
	const char *node = results->options.node_name;
	size_t length = strlen(node);

	return str_has_prefix(message, SPEAKER) &&
	       strncmp(message + strlen(SPEAKER), node, length) == 0 &&
	       message[strlen(SPEAKER) + length] == ':';
}

/* Goes on saying what an agent on this node said before this one: writing others would unsay it. */
static void adopt_remarks(const struct recording_results *results, struct result *result,
			  const struct recording_entry *entry)
{
	size_t i;

	for (i = 0; i < REMARK_COUNT; i++) {
		const char *said = find_said(entry, remarks[i].type);

		if (i != REMARK_FAILED && said && is_own(results, said) && !result->messages[i])
			result->messages[i] = strdup(said);
	}
}

/* True if this node said that it fails, and no longer does. */
static bool has_recovered(const struct recording_results *results, const struct result *result,
			  const struct recording_entry *entry)
{
	const char *said = find_said(entry, remarks[REMARK_FAILED].type);

	return said && !result->messages[REMARK_FAILED] && is_own(results, said);
}

static void set_condition(struct recording_results *results, const struct result *result,
			  const struct recording_entry *entry, enum remark which)
{
	const char *message = result->messages[which];
	const struct status_condition condition = {
		.type = remarks[which].type,
		.holds = message != NULL,
		.reason = message ? remarks[which].reason : "Recovered",
		.message = message ?: "the node that failed records again",
	};
	const struct recording_status status = {
		.namespace = result->namespace,
		.name = result->recording,
		.manager = remarks[which].manager,
		.shared = true,
		.generation = entry->plan.generation,
		.conditions = &condition,
		.condition_count = 1,
	};
	_cleanup_error_ struct error err = ERROR_INIT;
	int r = status_writer_set(results->statuses, &status, entry->status, &err);

	if (r < 0)
		trouble(r, &err, results);
}

/*
 * Sets the conditions that this node has to say, apart from those that were said before: one node that
 * says something is enough, of a thousand.
 */
static void set_conditions(struct recording_results *results, struct result *result,
			   const struct recording_entry *entry)
{
	bool recovered = has_recovered(results, result, entry);
	size_t i;

	adopt_remarks(results, result, entry);
	for (i = 0; i < REMARK_COUNT; i++)
		if (result->messages[i] && !find_said(entry, remarks[i].type))
			set_condition(results, result, entry, i);
	if (recovered)
		set_condition(results, result, entry, REMARK_FAILED);
}

/* Says something in an event and, until the recording is over, in a condition. */
static void remark(struct recording_results *results, struct result *result, enum remark which,
		   const char *format, ...) __attribute__((format(printf, 4, 5)));

static void remark(struct recording_results *results, struct result *result, enum remark which,
		   const char *format, ...)
{
	_cleanup_free_ char *message = NULL;
	va_list arguments;
	int r;

	if (result->messages[which])
		return;
	va_start(arguments, format);
	r = vasprintf(&message, format, arguments);
	va_end(arguments);
	if (r < 0) {
		message = NULL;
		return;
	}
	if (asprintf(&result->messages[which], SPEAKER "%s: %s", results->options.node_name,
		     message) < 0)
		result->messages[which] = NULL;
	else
		tell(results, result, true, remarks[which].reason, "%s", message);
}

/* ---- reports */

static void write_part(struct recording_results *results, struct result *result,
		       const struct recording_report *report, struct recorded_part *part)
{
	const struct recorded_write write = {
		.namespace = report->namespace,
		.recording = report->name,
		.uid = report->uid,
		.container = part->container,
		.pod_name = part->pod_name,
		.suffix = part->pod_uid ? node_pods_suffix(results->options.pods, part->pod_uid) :
					  NULL,
		.gap = part->gap,
		.disabled = report->disabled,
	};
	_cleanup_error_ struct error err = ERROR_INIT;
	int r = recorded_profiles_write(results->profiles, &write, steal_pointer(&part->profile),
					&err);

	if (r == -ENOSPC)
		remark(results, result, REMARK_LIMITED, "%s", error_message(&err));
	else if (r < 0)
		trouble(r, &err, results);
}

/* A profile can be recorded of a privileged container, but does nothing there. */
static void note_privileged(struct recording_results *results, struct result *result,
			    const struct recording_report *report)
{
	size_t i;

	for (i = 0; i < report->pod_count; i++) {
		const char *container = node_pods_privileged(results->options.pods,
							     report->namespace, report->pods[i]);

		if (container)
			remark(results, result, REMARK_PRIVILEGED,
			       "pod %s: container %s is privileged, so the kubelet runs it without "
			       "any profile",
			       report->pods[i], container);
	}
}

static void note_news(struct result *result, const struct recording_report *report)
{
	size_t i;

	for (i = 0; i < report->news.count && result->news.count < NEWS_MAX; i++)
		notes_add(&result->news, NULL, "%s", report->news.items[i]);
}

/* Ends if the last report has come, and nothing of it waits to be written. */
static void look_if_settled(struct recording_results *results, struct result *result)
{
	if (!result->final || recorded_profiles_wait(results->profiles, result->name))
		return;
	recorded_profiles_forget(results->profiles, result->name);
	results->handlers->settled(result->name, results->data);
	result_destroy(name_table_remove(&results->table, result->name));
}

/* The condition has the first gap of all; each has an event. */
static void note_gaps(struct recording_results *results, struct result *result,
		      const struct notes *gaps)
{
	bool said = result->messages[REMARK_INCOMPLETE];
	size_t i;

	if (gaps->count)
		remark(results, result, REMARK_INCOMPLETE, "%s", gaps->items[0]);
	for (i = said ? 0 : 1; i < gaps->count && i < EVENTS_AT_ONCE; i++)
		tell(results, result, true, remarks[REMARK_INCOMPLETE].reason, "%s",
		     gaps->items[i]);
}

static void take(struct recording_results *results, struct result *result,
		 struct recording_report *report, const struct recording_entry *entry)
{
	size_t i;

	result->pods = report->final ? 0 : report->pod_count;
	if (entry)
		adopt_remarks(results, result, entry);
	note_news(result, report);
	for (i = 0; i < report->part_count; i++)
		write_part(results, result, report, &report->parts[i]);
	/* An agent that was killed may have saved evidence with a gap, and not have said so. */
	for (i = 0; i < report->part_count && !report->gaps.count; i++)
		if (report->parts[i].gap)
			remark(results, result, REMARK_INCOMPLETE, "%s", report->parts[i].gap);
	note_gaps(results, result, &report->gaps);
	if (report->idle)
		remark(results, result, REMARK_IDLE, "%s", report->idle);
	note_privileged(results, result, report);
	if (report->failure)
		remark(results, result, REMARK_FAILED, "%s", report->failure);
	else
		free(steal_pointer(&result->messages[REMARK_FAILED]));
	if (entry)
		set_conditions(results, result, entry);
	result->final = result->final || report->final;
	look_if_settled(results, result);
}

void recording_results_take(struct recording_results *results, struct recording_report *report,
			    const struct recording_entry *entry)
{
	struct result *result = get_result(results, report);
	_cleanup_error_ struct error err = ERROR_INIT;

	if (result)
		take(results, result, report, entry);
	else
		trouble(error_nomem(&err), &err, results);
	recording_report_destroy(report);
}

void recording_results_count(const struct recording_results *results, size_t *ret_pods,
			     size_t *ret_writes)
{
	size_t i;

	*ret_pods = 0;
	*ret_writes = results->writes;
	for (i = 0; i < results->table.length; i++) {
		const struct result *result = results->table.items[i];

		*ret_pods += result->pods;
	}
}

void recording_results_look(struct recording_results *results, const struct recording_entry *entry)
{
	struct result *result = name_table_find(&results->table, recording_entry_uid(entry));

	status_writer_observe(results->statuses, recording_entry_namespace(entry),
			      kube_object_name(entry->object), entry->status);
	if (result)
		set_conditions(results, result, entry);
}

void recording_results_forget(struct recording_results *results,
			      const struct recording_entry *entry)
{
	status_writer_forget(results->statuses, recording_entry_namespace(entry),
			     kube_object_name(entry->object));
}

void recording_results_profile_deleted(struct recording_results *results, const char *name)
{
	recorded_profiles_deleted(results->profiles, name);
}

/* ---- what became of writes */

static void on_written(const struct recorded_write_result *written, void *data)
{
	struct recording_results *results = data;
	struct result *result = name_table_find(&results->table, written->uid);
	const struct recording_entry *entry;

	results->writes++;
	if (!result)
		return;
	if (written->renamed)
		remark(results, result, REMARK_RENAMED,
		       "the profile is SeccompProfile %s, because something else has the plain name",
		       written->profile);
	if (written->without_arguments)
		remark(results, result, REMARK_WIDENED,
		       "SeccompProfile %s allows its calls with any arguments, because no filter can "
		       "have the union of the conditions that nodes recorded",
		       written->profile);
	if (written->created)
		tell(results, result, false, "ProfileCreated",
		     "SeccompProfile %s with %zu system calls", written->profile,
		     written->name_count);
	else if (!written->container)
		tell_new_calls(results, result, written);
	entry = results->handlers->find(written->uid, results->data);
	if (entry)
		set_conditions(results, result, entry);
}

static void on_settled(const char *uid, void *data)
{
	struct recording_results *results = data;
	struct result *result = name_table_find(&results->table, uid);

	if (!result)
		return;
	notes_finish(&result->news);
	result->news = (struct notes){};
	look_if_settled(results, result);
}

static const char *path_holder(const char *path, void *data)
{
	const struct recording_results *results = data;

	return results->options.profiles ? profiles_path_holder(results->options.profiles, path) :
					   NULL;
}

static const struct recorded_profiles_handlers profiles_handlers = {
	.path_holder = path_holder,
	.written = on_written,
	.settled = on_settled,
	.trouble = trouble,
};

int recording_results_create(const struct recording_results_options *options,
			     const struct recording_results_handlers *handlers, void *data,
			     struct recording_results **ret_results, struct error *err)
{
	_cleanup_(cleanup_recording_results_destroy) struct recording_results *results =
		calloc(1, sizeof(*results));
	int r;

	if (!results)
		return error_nomem(err);
	results->options = *options;
	results->handlers = handlers;
	results->data = data;
	r = recorded_profiles_create(options->loop, options->client, options->profiles_max,
				     &profiles_handlers, results, &results->profiles, err);
	if (r == 0)
		r = event_sender_create(options->loop, options->client, trouble, results,
					&results->events, err);
	if (r == 0)
		r = status_writer_create(options->loop, options->client, trouble, results,
					 &results->statuses, err);
	if (r < 0)
		return r;
	*ret_results = steal_pointer(&results);
	return 0;
}

void recording_results_destroy(struct recording_results *results)
{
	size_t i;

	if (!results)
		return;
	recorded_profiles_destroy(results->profiles);
	event_sender_destroy(results->events);
	status_writer_destroy(results->statuses);
	for (i = 0; i < results->table.length; i++)
		result_destroy(results->table.items[i]);
	name_table_finish(&results->table);
	free(results);
}
