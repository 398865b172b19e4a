// SPDX-License-Identifier: Apache-2.0
#include "agent/recorded_profiles.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agent/api_tasks.h"
#include "agent/names.h"
#include "agent/profiles.h"
#include "agent/recorded_name.h"
#include "agent/recorded_object.h"
#include "install/localhost_path.h"
#include "kube/call.h"
#include "profile/model/profile.h"
#include "util/backoff.h"
#include "util/error.h"
#include "util/name_table.h"
#include "util/string_set.h"

/*
 * The longest pauses after conflicts: each is random, and they grow fast, because a thousand nodes may be
 * in each other's way, of which one can write at a time.
 */
#define CONFLICT_MIN_MS 250
#define CONFLICT_MAX_MS 30000
#define CONFLICT_GROWTH 4

/* A part of a recording, and the object that has its profile. */
struct part {
	char *name; /* "<uid>/<container>/<pod>" */
	struct api_task task;
	struct recorded_profiles *owner;
	char *namespace, *recording, *uid, *container, *suffix, *gap;
	bool disabled;
	struct profile *profile;       /* all that this node recorded */
	bool waits;		       /* to be written */
	bool forgotten;		       /* remove it once it does not */
	char *object;		       /* name of the object that is looked at */
	bool hashed;		       /* that is the name with a hash */
	bool plain_is_free;	       /* nothing has the other one */
	bool path_taken;	       /* another profile has the path that it would have */
	struct recorded_change change; /* that is being written */
	bool creates;
	unsigned int conflicts; /* in a row */
};

struct recorded_profiles {
	const struct recorded_profiles_handlers *handlers;
	void *data;
	struct api_tasks *tasks;
	struct name_table parts;
	size_t max; /* of a recording; 0: any number */
};

static void part_destroy(struct part *part)
{
	api_task_finish(&part->task);
	recorded_change_finish(&part->change);
	profile_destroy(part->profile);
	free(part->namespace);
	free(part->recording);
	free(part->uid);
	free(part->container);
	free(part->suffix);
	free(part->gap);
	free(part->object);
	free(part->name);
	free(part);
}

DEFINE_CLEANUP(struct part *, part_destroy);

static struct part *part_of(struct api_task *task)
{
	return (struct part *)((char *)task - offsetof(struct part, task));
}

static struct recorded_key key_of(const struct part *part)
{
	return (struct recorded_key){
		.namespace = part->namespace,
		.recording = part->recording,
		.container = part->container,
		.suffix = part->suffix,
	};
}

bool recorded_profiles_wait(const struct recorded_profiles *profiles, const char *uid)
{
	size_t i;

	for (i = 0; i < profiles->parts.length; i++) {
		const struct part *part = profiles->parts.items[i];

		if (part->waits && strcmp(part->uid, uid) == 0)
			return true;
	}
	return false;
}

/* ---- one write: look for the object, unite, write */

static int look(struct part *part, bool hashed, struct error *err);

static void report(struct part *part)
{
	const struct recorded_profiles_handlers *handlers = part->owner->handlers;
	const struct recorded_write_result result = {
		.namespace = part->namespace,
		.recording = part->recording,
		.uid = part->uid,
		.container = part->container,
		.profile = part->object,
		.created = part->creates,
		.names = part->change.names,
		.name_count = part->change.name_count,
		.renamed = part->hashed,
		.without_arguments = part->change.without_arguments,
	};

	handlers->written(&result, part->owner->data);
}

/* All that was known when the object was read is in it. */
static void settle(struct part *part)
{
	struct recorded_profiles *profiles = part->owner;

	part->waits = part->task.again;
	part->conflicts = 0;
	if (!recorded_profiles_wait(profiles, part->uid))
		profiles->handlers->settled(part->uid, profiles->data);
}

/* Another node has written the object since it was read, or has made it: looks again, after a while. */
static void meet_conflict(struct part *part)
{
	int64_t longest = CONFLICT_MIN_MS;
	unsigned int i;

	for (i = 0; i < part->conflicts && longest < CONFLICT_MAX_MS; i++)
		longest *= CONFLICT_GROWTH;
	if (longest > CONFLICT_MAX_MS)
		longest = CONFLICT_MAX_MS;
	part->conflicts++;
	api_task_touch_later(part->owner->tasks, &part->task, backoff_random(longest));
}

static int on_written(struct api_task *task, int result, const json_t *object, struct error *err)
{
	struct part *part = part_of(task);
	bool conflict = result == -EEXIST || result == -ESTALE;

	if (result == 0) {
		report(part);
		settle(part);
	} else if (conflict) {
		meet_conflict(part);
	}
	recorded_change_finish(&part->change);
	return conflict ? 0 : result;
}

static int write_object(struct part *part, struct error *err)
{
	const struct kube_call_options options = {
		.verb = part->creates ? KUBE_CREATE : KUBE_MERGE_PATCH,
		.resource = &profiles_resource,
		.name = part->object,
		.body = part->change.body,
	};

	return api_task_start_call(&part->task, &options, on_written, err);
}

static int change(struct part *part, const json_t *existing, struct error *err)
{
	const struct recorded_key key = key_of(part);
	const struct recorded_evidence evidence = {
		.key = &key,
		.profile = part->profile,
		.gap = part->gap,
		.disabled = part->disabled,
		.path_taken = part->path_taken,
	};
	int r;

	recorded_change_finish(&part->change);
	r = recorded_object_change(&evidence, part->object, existing, &part->change, err);
	if (r < 0)
		return error_prefix(err, "SeccompProfile %s", part->object);
	part->creates = !existing;
	if (part->change.body)
		return write_object(part, err);
	settle(part);
	return 0;
}

static int set_object(struct part *part, bool hashed, struct error *err)
{
	const struct recorded_key key = key_of(part);

	free(part->object);
	part->object = recorded_name(&key, hashed);
	part->hashed = hashed;
	return part->object ? 0 : error_nomem(err);
}

/* Finds out whether another profile has the path that the object would have below its namespace. */
static int look_at_path(struct part *part, struct error *err)
{
	const struct recorded_profiles *profiles = part->owner;
	const struct recorded_key key = key_of(part);
	_cleanup_free_ char *plain = recorded_name(&key, false), *path = NULL;
	const char *holder;
	int r;

	part->path_taken = false;
	if (!plain)
		return error_nomem(err);
	if (!profiles->handlers->path_holder)
		return 0;
	r = localhost_path_create(AGENT_PREFIX, part->namespace, plain, &path, err);
	if (r < 0)
		return r;
	holder = profiles->handlers->path_holder(path, profiles->data);
	part->path_taken = holder && strcmp(holder, plain) != 0 &&
			   strcmp(holder, part->object) != 0;
	return 0;
}

/* The object with the name that has a hash was looked for last, and there is none. */
static int create(struct part *part, struct error *err)
{
	int r = look_at_path(part, err);

	if (r == 0 && part->plain_is_free && !part->path_taken)
		r = set_object(part, false, err);
	return r < 0 ? r : change(part, NULL, err);
}

/* Once a name with a hash was needed, it stays, also when the plain one is free again. */
static int on_got(struct api_task *task, int result, const json_t *object, struct error *err)
{
	struct part *part = part_of(task);
	const struct recorded_key key = key_of(part);

	if (result < 0 && result != -ENOENT)
		return result;
	if (result == 0 && recorded_object_is(object, &key))
		return change(part, object, err);
	if (result == 0 && part->hashed)
		return error_set(err, EPERM,
				 "SeccompProfile %s is in the way of the recording %s/%s: delete "
				 "or rename it",
				 part->object, part->namespace, part->recording);
	error_finish(err);
	if (part->hashed)
		return create(part, err);
	part->plain_is_free = result == -ENOENT;
	return look(part, true, err);
}

static int look(struct part *part, bool hashed, struct error *err)
{
	struct kube_call_options options = { .verb = KUBE_GET, .resource = &profiles_resource };
	int r = set_object(part, hashed, err);

	options.name = part->object;
	return r < 0 ? r : api_task_start_call(&part->task, &options, on_got, err);
}

/* ---- the parts */

static int process(struct api_task *task, void *data, struct error *err)
{
	struct recorded_profiles *profiles = data;
	struct part *part = part_of(task);

	if (part->waits)
		return look(part, false, err);
	if (part->forgotten) {
		name_table_remove(&profiles->parts, part->name);
		part_destroy(part);
	}
	return 0;
}

static void on_trouble(int result, const struct error *err, void *data)
{
	struct recorded_profiles *profiles = data;

	profiles->handlers->trouble(result, err, profiles->data);
}

static const struct api_tasks_handlers tasks_handlers = { process, NULL, on_trouble };

static int copy(char **member, const char *text, struct error *err)
{
	char *copy = text ? strdup(text) : NULL;

	if (text && !copy)
		return error_nomem(err);
	free(*member);
	*member = copy;
	return 0;
}

static size_t count_parts(const struct recorded_profiles *profiles, const char *uid)
{
	size_t i, count = 0;

	for (i = 0; i < profiles->parts.length; i++) {
		const struct part *part = profiles->parts.items[i];

		count += strcmp(part->uid, uid) == 0;
	}
	return count;
}

static int get_part(struct recorded_profiles *profiles, const struct recorded_write *write,
		    struct part **ret_part, struct error *err)
{
	_cleanup_(cleanup_part_destroy) struct part *part = calloc(1, sizeof(*part));
	int r;

	if (!part)
		return error_nomem(err);
	if (asprintf(&part->name, "%s/%s/%s", write->uid, write->container ?: "",
		     write->pod_name ?: "") < 0) {
		part->name = NULL;
		return error_nomem(err);
	}
	*ret_part = name_table_find(&profiles->parts, part->name);
	if (*ret_part)
		return 0;
	if (profiles->max && count_parts(profiles, write->uid) >= profiles->max)
		return error_set(err, ENOSPC, "the recording has %zu profiles already",
				 profiles->max);
	part->owner = profiles;
	r = copy(&part->namespace, write->namespace, err);
	if (r == 0)
		r = copy(&part->recording, write->recording, err);
	if (r == 0)
		r = copy(&part->uid, write->uid, err);
	if (r == 0)
		r = copy(&part->container, write->container, err);
	if (r == 0)
		r = copy(&part->suffix, write->suffix, err);
	if (r == 0)
		r = name_table_add(&profiles->parts, part, err);
	if (r < 0)
		return r;
	*ret_part = steal_pointer(&part);
	return 0;
}

int recorded_profiles_write(struct recorded_profiles *profiles, const struct recorded_write *write,
			    struct profile *profile, struct error *err)
{
	struct part *part;
	int r = get_part(profiles, write, &part, err);

	if (r == 0)
		r = copy(&part->gap, write->gap, err);
	if (r < 0) {
		profile_destroy(profile);
		return r;
	}
	profile_destroy(part->profile);
	part->profile = profile;
	part->disabled = write->disabled;
	part->waits = true;
	api_task_touch(profiles->tasks, &part->task);
	return 0;
}

void recorded_profiles_deleted(struct recorded_profiles *profiles, const char *name)
{
	size_t i;

	for (i = 0; i < profiles->parts.length; i++) {
		struct part *part = profiles->parts.items[i];

		if (part->forgotten || !part->object || strcmp(part->object, name) != 0)
			continue;
		part->waits = true;
		api_task_touch(profiles->tasks, &part->task);
	}
}

void recorded_profiles_forget(struct recorded_profiles *profiles, const char *uid)
{
	size_t i;

	for (i = 0; i < profiles->parts.length; i++) {
		struct part *part = profiles->parts.items[i];

		if (strcmp(part->uid, uid) != 0)
			continue;
		part->forgotten = true;
		api_task_touch(profiles->tasks, &part->task);
	}
}

int recorded_profiles_create(struct loop *loop, struct kube_client *client, size_t max,
			     const struct recorded_profiles_handlers *handlers, void *data,
			     struct recorded_profiles **ret_profiles, struct error *err)
{
	struct recorded_profiles *profiles = calloc(1, sizeof(*profiles));
	int r;

	if (!profiles)
		return error_nomem(err);
	profiles->handlers = handlers;
	profiles->data = data;
	profiles->max = max;
	r = api_tasks_create(loop, client, &tasks_handlers, profiles, &profiles->tasks, err);
	if (r < 0) {
		free(profiles);
		return r;
	}
	*ret_profiles = profiles;
	return 0;
}

void recorded_profiles_destroy(struct recorded_profiles *profiles)
{
	size_t i;

	if (!profiles)
		return;
	for (i = 0; i < profiles->parts.length; i++)
		part_destroy(profiles->parts.items[i]);
	name_table_finish(&profiles->parts);
	api_tasks_destroy(profiles->tasks);
	free(profiles);
}
