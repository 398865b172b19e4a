// SPDX-License-Identifier: Apache-2.0
#include "agent/cluster_statuses.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "agent/api_tasks.h"
#include "agent/conditions.h"
#include "agent/ignored_objects.h"
#include "agent/names.h"
#include "agent/node_reports.h"
#include "agent/node_statuses.h"
#include "agent/profile_events.h"
#include "agent/profiles.h"
#include "json/cursor.h"
#include "kube/call.h"
#include "kube/object.h"
#include "kube/reflector.h"
#include "util/error.h"
#include "util/name_table.h"

struct profile {
	char *name;
	struct api_task task;
	struct cluster_statuses *statuses;
	bool exists, listed;
	int64_t generation;
	struct condition_state have;
	bool tell; /* what is being written is worth an event */
};

/* A report whose node is gone. */
struct orphan {
	char *name;
	struct api_task task;
	bool deleted;
};

struct cluster_statuses {
	struct kube_client *client;
	const struct profiles *own; /* what this node did */
	const char *seccomp_root, *node_name;
	cluster_statuses_trouble *trouble;
	void *data;
	struct api_tasks *sums, *deletions;
	struct kube_reflector *reflector;
	struct node_reports *reports;
	struct ignored_objects *ignored;
	struct name_table profiles, orphans;
};

/* ---- the profiles and the orphans */

static void profile_destroy(struct profile *profile)
{
	api_task_finish(&profile->task);
	condition_state_finish(&profile->have);
	free(profile->name);
	free(profile);
}

static struct profile *profile_of(struct api_task *task)
{
	return (struct profile *)((char *)task - offsetof(struct profile, task));
}

static struct profile *get_profile(struct cluster_statuses *statuses, const char *name)
{
	struct profile *profile = name_table_find(&statuses->profiles, name);

	if (profile)
		return profile;
	profile = calloc(1, sizeof(*profile));
	if (!profile)
		return NULL;
	profile->statuses = statuses;
	profile->name = strdup(name);
	if (profile->name && name_table_add(&statuses->profiles, profile, NULL) == 0)
		return profile;
	profile_destroy(profile);
	return NULL;
}

static void touch(struct profile *profile)
{
	api_task_touch(profile->statuses->sums, &profile->task);
}

static void orphan_destroy(struct orphan *orphan)
{
	api_task_finish(&orphan->task);
	free(orphan->name);
	free(orphan);
}

static struct orphan *get_orphan(struct cluster_statuses *statuses, const char *name)
{
	struct orphan *orphan = name_table_find(&statuses->orphans, name);

	if (orphan)
		return orphan;
	orphan = calloc(1, sizeof(*orphan));
	if (!orphan)
		return NULL;
	orphan->name = strdup(name);
	if (orphan->name && name_table_add(&statuses->orphans, orphan, NULL) == 0)
		return orphan;
	orphan_destroy(orphan);
	return NULL;
}

/* ---- the sum */

/* The least advanced state of all: that of this node, or what another node reports. */
static int sum_up(const struct profile *profile, const struct profile_result *own,
		  struct condition_state *ret_sum, struct error *err)
{
	const struct condition_state *worst;
	_cleanup_free_ char *message = NULL;
	const char *node;
	size_t others =
		node_reports_find_worst(profile->statuses->reports, profile->name, &node, &worst);

	if (!others || worst->state > own->state)
		return condition_state_set(ret_sum, own->state, profile->generation, own->reason,
					   own->message, err);
	if (asprintf(&message, "%s: %s%s", node, worst->message,
		     others > 1 ? " (and other nodes)" : "") < 0) {
		message = NULL;
		return error_nomem(err);
	}
	return condition_state_set(ret_sum, worst->state, profile->generation, worst->reason,
				   message, err);
}

static int on_told(struct api_task *task, int result, const json_t *object, struct error *err)
{
	return result;
}

static int on_written(struct api_task *task, int result, const json_t *object, struct error *err)
{
	struct profile *profile = profile_of(task);
	struct profile_event event = {
		.name = profile->name,
		.uid = kube_object_uid(object),
		.node = profile->statuses->node_name,
	};

	if (result < 0)
		return result == -ENOENT ? 0 : result; /* the watch will report the deletion */
	/* Without waiting for the watch: the next change would send the same event again. */
	result = condition_state_read(&profile->have, object, err);
	if (result < 0 || !profile->tell)
		return result;
	event.state = profile->have.state;
	event.message = profile->have.message;
	return profile_event_start(task, &event, on_told, err);
}

static int write_sum(struct profile *profile, const struct condition_state *sum, struct error *err)
{
	_cleanup_free_ char *localhost = NULL, *path = NULL;
	_cleanup_json_ json_t *body = NULL;
	struct kube_call_options options = {
		.verb = KUBE_APPLY,
		.resource = &profiles_resource,
		.name = profile->name,
		.subresource = "status",
		.force = true,
	};

	if (asprintf(&localhost, AGENT_PREFIX "/%s.json", profile->name) < 0) {
		localhost = NULL;
		return error_nomem(err);
	}
	if (asprintf(&path, "%s/%s", profile->statuses->seccomp_root, localhost) < 0) {
		path = NULL;
		return error_nomem(err);
	}
	body = condition_status_body("SeccompProfile", NULL, profile->name,
				     json_pack("{s:s, s:s, s:s}", "status",
					       profile_state_name(sum->state), "localhostProfile",
					       localhost, "path", path),
				     sum, &profile->have);
	if (!body)
		return error_nomem(err);
	options.body = body;
	return api_task_start_call(&profile->task, &options, on_written, err);
}

static int process_profile(struct api_task *task, void *data, struct error *err)
{
	struct profile *profile = profile_of(task);
	struct cluster_statuses *statuses = data;
	struct condition_state sum = {};
	struct profile_result own;
	int r;

	if (!profile->exists) {
		name_table_remove(&statuses->profiles, profile->name);
		profile_destroy(profile);
		return 0;
	}
	/* Until this node has dealt with the object as it is now, nothing is known. */
	if (!node_reports_are_known(statuses->reports) ||
	    !profiles_find(statuses->own, profile->name, &own) ||
	    own.generation != profile->generation)
		return 0;
	r = sum_up(profile, &own, &sum, err);
	if (r == 0 && !condition_state_equal(&profile->have, &sum)) {
		profile->tell = profile_event_is_due(profile->have.state, sum.state);
		r = write_sum(profile, &sum, err);
	}
	condition_state_finish(&sum);
	return r;
}

void cluster_statuses_changed(struct cluster_statuses *statuses, const char *name)
{
	struct profile *profile = name_table_find(&statuses->profiles, name);

	if (profile)
		touch(profile);
}

/* ---- what the API server says of profiles */

static void on_profile(const json_t *object, void *data)
{
	_cleanup_error_ struct error err = ERROR_INIT;
	struct cluster_statuses *statuses = data;
	struct profile *profile = get_profile(statuses, kube_object_name(object));

	if (!profile || condition_state_read(&profile->have, object, &err) < 0) {
		statuses->trouble(error_nomem(&err), &err, statuses->data);
		return;
	}
	profile->exists = profile->listed = true;
	profile->generation = json_integer_value(
		json_object_get(json_object_get(object, "metadata"), "generation"));
	touch(profile);
}

static void forget(struct profile *profile)
{
	profile->exists = false;
	touch(profile);
}

static void on_profile_deleted(const json_t *object, void *data)
{
	struct cluster_statuses *statuses = data;
	struct profile *profile = name_table_find(&statuses->profiles, kube_object_name(object));

	if (profile)
		forget(profile);
}

static void on_profiles_begin(void *data)
{
	struct cluster_statuses *statuses = data;
	size_t i;

	for (i = 0; i < statuses->profiles.length; i++) {
		struct profile *profile = statuses->profiles.items[i];

		profile->listed = false;
	}
}

static void on_profiles_listed(void *data)
{
	struct cluster_statuses *statuses = data;
	size_t i;

	for (i = 0; i < statuses->profiles.length; i++) {
		struct profile *profile = statuses->profiles.items[i];

		if (profile->exists && !profile->listed)
			forget(profile);
	}
}

/* ---- reports of nodes */

static void on_report_changed(const char *name, void *data)
{
	cluster_statuses_changed(data, name);
}

static void on_reports_known(void *data)
{
	struct cluster_statuses *statuses = data;
	size_t i;

	for (i = 0; i < statuses->profiles.length; i++)
		touch(statuses->profiles.items[i]);
}

static struct orphan *orphan_of(struct api_task *task)
{
	return (struct orphan *)((char *)task - offsetof(struct orphan, task));
}

static int on_orphan_deleted(struct api_task *task, int result, const json_t *object,
			     struct error *err)
{
	if (result < 0 && result != -ENOENT)
		return result;
	orphan_of(task)->deleted = true;
	task->again = true;
	return 0;
}

static int process_orphan(struct api_task *task, void *data, struct error *err)
{
	struct cluster_statuses *statuses = data;
	struct orphan *orphan = orphan_of(task);
	const struct kube_call_options options = {
		.verb = KUBE_DELETE,
		.resource = &node_statuses_resource,
		.name = orphan->name,
	};

	if (!orphan->deleted)
		return api_task_start_call(task, &options, on_orphan_deleted, err);
	name_table_remove(&statuses->orphans, orphan->name);
	orphan_destroy(orphan);
	return 0;
}

static void on_report_orphaned(const char *name, void *data)
{
	struct cluster_statuses *statuses = data;
	struct orphan *orphan = get_orphan(statuses, name);

	if (orphan)
		api_task_touch(statuses->deletions, &orphan->task);
}

/* ---- */

static void on_trouble(int result, const struct error *err, void *data)
{
	struct cluster_statuses *statuses = data;

	statuses->trouble(result, err, statuses->data);
}

static const struct api_tasks_handlers sums_handlers = { process_profile, NULL, on_trouble };
static const struct api_tasks_handlers deletions_handlers = { process_orphan, NULL, on_trouble };

static const struct kube_reflector_handlers profiles_handlers = {
	.begin = on_profiles_begin,
	.object = on_profile,
	.deleted = on_profile_deleted,
	.listed = on_profiles_listed,
	.trouble = on_trouble,
};

static const struct node_reports_handlers reports_handlers = {
	.changed = on_report_changed,
	.orphaned = on_report_orphaned,
	.known = on_reports_known,
	.trouble = on_trouble,
};

int cluster_statuses_create(const struct cluster_statuses_options *options,
			    cluster_statuses_trouble *trouble, void *data,
			    struct cluster_statuses **ret_statuses, struct error *err)
{
	const struct kube_reflector_options reflector = { .resource = &profiles_resource };
	struct kube_client *client = options->client;
	struct loop *loop = options->loop;
	_cleanup_(cleanup_cluster_statuses_destroy) struct cluster_statuses *statuses =
		calloc(1, sizeof(*statuses));
	int r;

	if (!statuses)
		return error_nomem(err);
	statuses->client = client;
	statuses->own = options->profiles;
	statuses->seccomp_root = options->seccomp_root;
	statuses->node_name = options->node_name;
	statuses->trouble = trouble;
	statuses->data = data;
	r = api_tasks_create(loop, client, &sums_handlers, statuses, &statuses->sums, err);
	if (r == 0)
		r = api_tasks_create(loop, client, &deletions_handlers, statuses,
				     &statuses->deletions, err);
	if (r == 0)
		r = kube_reflector_create(client, &reflector, &profiles_handlers, statuses,
					  &statuses->reflector, err);
	if (r == 0)
		r = node_reports_create(client, &reports_handlers, statuses, &statuses->reports,
					err);
	if (r == 0)
		r = ignored_objects_create(client, trouble, data, &statuses->ignored, err);
	if (r < 0)
		return r;
	*ret_statuses = steal_pointer(&statuses);
	return 0;
}

void cluster_statuses_destroy(struct cluster_statuses *statuses)
{
	size_t i;

	if (!statuses)
		return;
	ignored_objects_destroy(statuses->ignored);
	kube_reflector_destroy(statuses->reflector);
	node_reports_destroy(statuses->reports);
	for (i = 0; i < statuses->profiles.length; i++)
		profile_destroy(statuses->profiles.items[i]);
	for (i = 0; i < statuses->orphans.length; i++)
		orphan_destroy(statuses->orphans.items[i]);
	name_table_finish(&statuses->profiles);
	name_table_finish(&statuses->orphans);
	api_tasks_destroy(statuses->sums);
	api_tasks_destroy(statuses->deletions);
	free(statuses);
}
