// SPDX-License-Identifier: Apache-2.0
#include "agent/profiles.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agent/host_files.h"
#include "agent/names.h"
#include "agent/node_pods.h"
#include "agent/profile_fetch.h"
#include "agent/profiles_state.h"
#include "agent/work_queue.h"
#include "kube/object.h"
#include "kube/reflector.h"
#include "util/error.h"
#include "util/str.h"
#include "util/string_set.h"

const struct kube_resource profiles_resource = { AGENT_GROUP, AGENT_VERSION, "seccompprofiles",
						 false };

static void process(struct work_item *item, void *data);
static bool has_room(void *data);

static const struct work_queue_handlers queue_handlers = { process, has_room };

static bool is_named(const struct profiles *profiles, const struct profile_entry *entry)
{
	size_t i;

	for (i = 0; i < entry->path_count; i++)
		if (node_pods_name(profiles->options.pods, entry->paths[i]))
			return true;
	for (i = 0; i < PROFILE_PATHS_MAX && entry->plan.paths[i]; i++)
		if (node_pods_name(profiles->options.pods, entry->plan.paths[i]))
			return true;
	return false;
}

static struct profile_result result_of(const struct profiles *profiles,
				       const struct profile_entry *entry)
{
	return (struct profile_result){
		.name = entry->name,
		.uid = entry->uid,
		.generation = entry->generation,
		.deleted = !entry->exists,
		.named = is_named(profiles, entry),
		.state = entry->plan.state,
		.reason = entry->plan.reason,
		.message = entry->plan.message,
	};
}

void profiles_report(struct profiles *profiles, const struct profile_entry *entry)
{
	const struct profile_result result = result_of(profiles, entry);

	if (result.deleted || result.reason)
		profiles->handlers->result(&result, profiles->data);
}

static void trouble(struct profiles *profiles, int result, const struct error *err)
{
	profiles->handlers->trouble(result, err, profiles->data);
}

void profiles_retry(struct profiles *profiles, struct profile_entry *entry, int result,
		    const struct error *err)
{
	trouble(profiles, result, err);
	work_queue_add_failed(profiles->queue, &entry->item);
}

void profiles_touch(struct profiles *profiles, struct profile_entry *entry)
{
	if (entry->busy)
		entry->again = true;
	else
		work_queue_add(profiles->queue, &entry->item);
}

void profiles_look_if_settled(struct profiles *profiles)
{
	if (profiles->known && !profiles->busy && work_queue_is_idle(profiles->queue))
		profiles->handlers->settled(profiles->data);
}

void profiles_forget_plan(struct profile_entry *entry)
{
	entry->done = false;
	entry->replan = entry->busy;
}

void profiles_set_busy(struct profiles *profiles, struct profile_entry *entry, bool busy)
{
	entry->busy = busy;
	profiles->busy += busy ? 1 : -1;
}

/* ---- planning */

/*
 * Returns whatever the plan of an object depends on, beside the objects of its bases and the claims of
 * other profiles. It does not depend on the status.
 */
static char *fingerprint_of(const struct profile_entry *entry, const json_t *object)
{
	const json_t *metadata = json_object_get(object, "metadata");
	const char *uid = kube_object_uid(object);
	char *fingerprint;

	if (asprintf(&fingerprint, "%s %lld %s %d", uid,
		     (long long)json_integer_value(json_object_get(metadata, "generation")),
		     entry->claim ?: "", profile_object_consents(object)) < 0)
		return NULL;
	return fingerprint;
}

/* Takes over what an object says of itself. */
static int note_object(struct profiles *profiles, struct profile_entry *entry, const json_t *object,
		       struct error *err)
{
	const json_t *metadata = json_object_get(object, "metadata");
	_cleanup_free_ char *fingerprint = NULL, *uid = NULL;
	int r = profiles_note_claim(profiles, entry, object, err);

	if (r < 0)
		return r;
	fingerprint = fingerprint_of(entry, object);
	uid = strdup(kube_object_uid(object));
	if (!fingerprint || !uid)
		return error_nomem(err);
	free(entry->uid);
	free(entry->fingerprint);
	entry->uid = steal_pointer(&uid);
	entry->fingerprint = steal_pointer(&fingerprint);
	entry->generation = json_integer_value(json_object_get(metadata, "generation"));
	entry->exists = true;
	return 0;
}

/* Remembers on which profiles the file depends, so that their changes change it. */
static int note_bases(struct profile_entry *entry, const struct profile_chain *chain,
		      struct error *err)
{
	size_t i;
	int r = 0;

	string_set_free(entry->bases, entry->base_count);
	entry->bases = NULL;
	entry->base_count = 0;
	for (i = 1; r == 0 && i < chain->count; i++)
		r = string_set_add(&entry->bases, &entry->base_count,
				   kube_object_name(chain->objects[i]), err);
	if (r == 0 && chain->missing)
		r = string_set_add(&entry->bases, &entry->base_count, chain->missing, err);
	return r;
}

static void plan(struct profiles *profiles, struct profile_entry *entry,
		 const struct profile_chain *chain)
{
	_cleanup_profile_plan_ struct profile_plan made = {};
	_cleanup_error_ struct error err = ERROR_INIT;
	const struct profile_entry *holder;
	int r = note_object(profiles, entry, chain->objects[0], &err);

	if (r == 0)
		r = note_bases(entry, chain, &err);
	holder = profiles_holder_of(profiles, entry);
	if (r == 0)
		r = profile_plan_make(chain->objects, chain->count, chain->missing,
				      holder ? holder->name : NULL, profiles->options.facts, &made,
				      &err);
	if (r < 0)
		profiles_retry(profiles, entry, r, &err);
	else
		profiles_carry_out(profiles, entry, &made, entry->fingerprint);
}

static void on_fetched(int result, const struct error *err, const struct profile_chain *chain,
		       void *data)
{
	struct fetching *fetching = data;
	struct profiles *profiles = fetching->profiles;
	struct profile_entry *entry = steal_pointer(&fetching->entry);
	bool outdated = entry->again;

	profiles_set_busy(profiles, entry, false);
	entry->again = entry->replan = false;
	if (result < 0)
		profiles_retry(profiles, entry, result, err);
	else if (outdated) /* an object changed, or was deleted, after it had been read */
		work_queue_add(profiles->queue, &entry->item);
	else if (chain->count)
		plan(profiles, entry, chain);
	/* Without an object, the event that it was deleted is on its way. */
	work_queue_resume(profiles->queue);
	profiles_look_if_settled(profiles);
}

static struct fetching *find_place(struct profiles *profiles)
{
	size_t i;

	for (i = 0; i < FETCHES_MAX; i++)
		if (!profiles->fetches[i].entry)
			return &profiles->fetches[i];
	return NULL;
}

static void fetch(struct profiles *profiles, struct profile_entry *entry)
{
	_cleanup_error_ struct error err = ERROR_INIT;
	struct fetching *place = find_place(profiles);
	int r;

	*place = (struct fetching){ profiles, entry, NULL };
	profiles_set_busy(profiles, entry, true);
	r = profile_fetch_start(profiles->options.client, entry->name, on_fetched, place,
				&place->fetch, &err);
	if (r == 0)
		return;
	place->entry = NULL;
	profiles_set_busy(profiles, entry, false);
	profiles_retry(profiles, entry, r, &err);
}

bool profiles_know_all(const struct profiles *profiles)
{
	return profiles->known && node_pods_are_known(profiles->options.pods);
}

static bool has_room(void *data)
{
	struct profiles *profiles = data;

	return find_place(profiles) && host_files_has_room(profiles->options.files);
}

/* Removes the files of a profile that does not exist, unless a pod could start with them again. */
static void bury(struct profiles *profiles, struct profile_entry *entry)
{
	struct profile_plan removal = { .remove = true };

	if (entry->path_count == 0) {
		profiles_report(profiles, entry);
		profile_entry_remove(&profiles->entries, entry);
		return;
	}
	if (!profiles_know_all(profiles))
		return;
	profiles_drop_files(profiles, entry);
	if (entry->path_count == 0 && !entry->uid)
		profile_entry_remove(&profiles->entries, entry); /* there never was an object */
	else if (!is_named(profiles, entry))
		profiles_carry_out(profiles, entry, &removal, NULL);
}

static void process(struct work_item *item, void *data)
{
	struct profile_entry *entry = profile_entry_of(item);
	struct profiles *profiles = data;

	if (entry->busy)
		entry->again = true;
	else if (!entry->exists)
		bury(profiles, entry);
	else if (entry->done)
		profiles_report(profiles, entry);
	else
		fetch(profiles, entry);
	profiles_look_if_settled(profiles);
}

/* ---- what happens */

/* The files of other profiles may depend on this one. */
static void touch_dependants(struct profiles *profiles, const char *name)
{
	size_t i;

	for (i = 0; i < profiles->entries.length; i++) {
		struct profile_entry *entry = profiles->entries.items[i];

		if (entry->exists && profile_entry_has_base(entry, name)) {
			profiles_forget_plan(entry);
			profiles_touch(profiles, entry);
		}
	}
	/* A profile that is being fetched may just have got it. */
	for (i = 0; i < FETCHES_MAX; i++) {
		const struct fetching *fetching = &profiles->fetches[i];

		if (fetching->entry && profile_fetch_has(fetching->fetch, name))
			fetching->entry->again = true;
	}
}

/* Plans with the object at hand if nothing else is needed; otherwise later, with a new one. */
static void plan_soon(struct profiles *profiles, struct profile_entry *entry, const json_t *object)
{
	const struct profile_chain chain = { .objects = { (json_t *)object }, .count = 1 };

	if (entry->busy || profile_object_base(object) || !has_room(profiles)) {
		profiles_touch(profiles, entry);
		return;
	}
	work_queue_remove(profiles->queue, &entry->item);
	plan(profiles, entry, &chain);
}

static void on_object(const json_t *object, void *data)
{
	_cleanup_error_ struct error err = ERROR_INIT;
	_cleanup_free_ char *before = NULL;
	bool changed;
	struct profiles *profiles = data;
	struct profile_entry *entry =
		profile_entry_get(&profiles->entries, kube_object_name(object));
	int r = entry ? 0 : error_nomem(&err);

	if (r == 0) {
		before = steal_pointer(&entry->fingerprint);
		r = note_object(profiles, entry, object, &err);
	}
	if (r < 0) {
		trouble(profiles, r, &err);
		return;
	}
	entry->listed = true;
	changed = !before || strcmp(before, entry->fingerprint) != 0;
	if (changed) {
		entry->done = false;
		touch_dependants(profiles, entry->name);
	}
	/* While it is busy, a new status is no reason to begin again. */
	if (!entry->done && (changed || !entry->busy))
		plan_soon(profiles, entry, object);
}

static void note_absence(struct profiles *profiles, struct profile_entry *entry)
{
	entry->exists = false;
	profiles_drop_claim(profiles, entry);
	profiles_forget_plan(entry);
	profiles_touch(profiles, entry);
	touch_dependants(profiles, entry->name);
}

static void on_deleted(const json_t *object, void *data)
{
	struct profiles *profiles = data;
	struct profile_entry *entry = name_table_find(&profiles->entries, kube_object_name(object));

	if (entry)
		note_absence(profiles, entry);
}

static void on_begin(void *data)
{
	struct profiles *profiles = data;
	size_t i;

	for (i = 0; i < profiles->entries.length; i++) {
		struct profile_entry *entry = profiles->entries.items[i];

		entry->listed = false;
	}
}

/* True if the node has files of the profile that its plan does not write. */
static bool has_other_files(const struct profile_entry *entry)
{
	size_t i;

	for (i = 0; i < entry->path_count; i++)
		if (!profile_plan_has_path(&entry->plan, entry->paths[i]))
			return true;
	return false;
}

/* Files that had to stay while not everything was known may be removed now. */
static void look_at_other_files(struct profiles *profiles)
{
	size_t i;

	for (i = 0; profiles_know_all(profiles) && i < profiles->entries.length; i++) {
		struct profile_entry *entry = profiles->entries.items[i];

		if (entry->exists && has_other_files(entry)) {
			profiles_forget_plan(entry);
			profiles_touch(profiles, entry);
		}
	}
}

static void on_listed(void *data)
{
	struct profiles *profiles = data;
	bool first = !profiles->known;
	size_t i;

	profiles->known = true;
	for (i = 0; i < profiles->entries.length; i++) {
		struct profile_entry *entry = profiles->entries.items[i];

		if (!entry->listed)
			note_absence(profiles, entry);
	}
	if (first)
		look_at_other_files(profiles);
	profiles_look_if_settled(profiles);
}

static void on_trouble(int result, const struct error *err, void *data)
{
	trouble(data, result, err);
}

static const struct kube_reflector_handlers reflector_handlers = {
	.begin = on_begin,
	.object = on_object,
	.deleted = on_deleted,
	.listed = on_listed,
	.trouble = on_trouble,
};

/* ---- the agent's side */

int profiles_create(const struct profiles_options *options,
		    const struct profiles_handlers *handlers, void *data,
		    struct profiles **ret_profiles, struct error *err)
{
	_cleanup_(cleanup_profiles_destroy) struct profiles *profiles =
		calloc(1, sizeof(*profiles));
	int r;

	if (!profiles)
		return error_nomem(err);
	LIST_INIT(&profiles->works);
	profiles->options = *options;
	profiles->handlers = handlers;
	profiles->data = data;
	r = work_queue_create(options->loop, &queue_handlers, profiles, &profiles->queue, err);
	if (r < 0)
		return r;
	*ret_profiles = steal_pointer(&profiles);
	return 0;
}

int profiles_start(struct profiles *profiles, struct error *err)
{
	const struct kube_reflector_options options = { .resource = &profiles_resource };

	return kube_reflector_create(profiles->options.client, &options, &reflector_handlers,
				     profiles, &profiles->reflector, err);
}

void profiles_destroy(struct profiles *profiles)
{
	size_t i;

	if (!profiles)
		return;
	kube_reflector_destroy(profiles->reflector);
	for (i = 0; i < FETCHES_MAX; i++)
		if (profiles->fetches[i].entry)
			profile_fetch_cancel(profiles->fetches[i].fetch);
	profiles_drop_work(profiles);
	work_queue_destroy(profiles->queue);
	profile_entries_finish(&profiles->entries);
	free(profiles);
}

int profiles_add_file(struct profiles *profiles, const char *path, struct error *err)
{
	const char *slash = strrchr(path, '/'), *base = slash ? slash + 1 : path;
	_cleanup_free_ char *name = strdup(base);
	struct profile_entry *entry;

	if (!name)
		return error_nomem(err);
	if (str_has_suffix(name, ".json"))
		name[strlen(name) - strlen(".json")] = '\0';
	entry = profile_entry_get(&profiles->entries, name);
	return entry ? string_set_add(&entry->paths, &entry->path_count, path, err) :
		       error_nomem(err);
}

void profiles_pods_changed(struct profiles *profiles, const char *path)
{
	size_t i;

	for (i = 0; i < profiles->entries.length; i++) {
		struct profile_entry *entry = profiles->entries.items[i];

		if (profile_entry_has_path(entry, path) ||
		    profile_plan_has_path(&entry->plan, path))
			profiles_touch(profiles, entry);
	}
}

void profiles_file_lost(struct profiles *profiles, const char *path)
{
	size_t i;

	for (i = 0; i < profiles->entries.length; i++) {
		struct profile_entry *entry = profiles->entries.items[i];

		if (profile_entry_has_path(entry, path)) {
			profiles_forget_plan(entry);
			profiles_touch(profiles, entry);
		}
	}
}

static bool has_all_files(const struct profile_entry *entry, char *const *paths, size_t count)
{
	size_t i;

	for (i = 0; i < entry->path_count; i++)
		if (!string_set_has(paths, count, entry->paths[i]))
			return false;
	return true;
}

void profiles_files_kept(struct profiles *profiles, char *const *paths, size_t count)
{
	size_t i;

	for (i = 0; i < profiles->entries.length; i++) {
		struct profile_entry *entry = profiles->entries.items[i];

		if (!has_all_files(entry, paths, count)) {
			profiles_forget_plan(entry);
			profiles_touch(profiles, entry);
		}
	}
}

void profiles_look_again(struct profiles *profiles)
{
	size_t i;

	look_at_other_files(profiles);
	for (i = 0; i < profiles->entries.length; i++)
		profiles_touch(profiles, profiles->entries.items[i]);
}

void profiles_resume(struct profiles *profiles)
{
	work_queue_resume(profiles->queue);
}

bool profiles_are_known(const struct profiles *profiles)
{
	return profiles->known;
}

size_t profiles_waiting(const struct profiles *profiles)
{
	return work_queue_length(profiles->queue) + profiles->busy;
}

bool profiles_find(const struct profiles *profiles, const char *name,
		   struct profile_result *ret_result)
{
	const struct profile_entry *entry = name_table_find(&profiles->entries, name);

	if (!entry || !entry->exists || !entry->plan.reason)
		return false;
	*ret_result = result_of(profiles, entry);
	return true;
}

void profiles_for_each(const struct profiles *profiles,
		       void (*visit)(const struct profile_result *result, void *data), void *data)
{
	size_t i;

	for (i = 0; i < profiles->entries.length; i++) {
		const struct profile_result result =
			result_of(profiles, profiles->entries.items[i]);

		visit(&result, data);
	}
}
