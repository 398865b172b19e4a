// SPDX-License-Identifier: Apache-2.0
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "agent/host_files.h"
#include "agent/node_pods.h"
#include "agent/profiles_state.h"
#include "util/clock.h"
#include "util/error.h"
#include "util/string_set.h"

/* What becomes of an entry whose files are being written. */
struct work {
	LIST_ENTRY(work) link;
	struct profiles *profiles;
	struct profile_entry *entry;
	struct profile_plan plan; /* without content */
	int64_t began;		  /* CLOCK_MONOTONIC */
	char *fingerprint;	  /* of the object that was planned for; NULL: it is deleted */
	char **paths;		  /* of the files that are there afterwards */
	size_t path_count;
};

static void work_destroy(struct work *work)
{
	LIST_REMOVE(work, link);
	profile_plan_finish(&work->plan);
	string_set_free(work->paths, work->path_count);
	free(work->fingerprint);
	free(work);
}

/* Reports a file that could not be written in place of the plan's success. */
static void note_failure(struct work *work, int result, const struct error *err)
{
	char *message = strdup(error_message(err));

	if (!message)
		return;
	free(work->plan.message);
	work->plan.message = message;
	work->plan.state = PROFILE_ERROR;
	work->plan.reason = result == -EEXIST ? "FileExists" : "FileNotWritten";
}

static void settle(struct work *work, int result, const struct error *err)
{
	struct profile_entry *entry = work->entry;

	if (result < 0 && work->fingerprint)
		note_failure(work, result, err);
	if (result == 0) {
		string_set_free(entry->paths, entry->path_count);
		entry->paths = steal_pointer(&work->paths);
		entry->path_count = work->path_count;
		work->path_count = 0;
		entry->done = work->fingerprint && entry->fingerprint &&
			      strcmp(work->fingerprint, entry->fingerprint) == 0;
		entry->item.failures = 0;
	}
	profile_plan_finish(&entry->plan);
	entry->plan = work->plan;
	work->plan = (struct profile_plan){};
}

static void on_applied(int result, const struct error *err, void *data)
{
	struct work *work = data;
	struct profiles *profiles = work->profiles;
	struct profile_entry *entry = work->entry;
	double seconds = (clock_ns(CLOCK_MONOTONIC) - work->began) / 1e9;
	bool deleted = !work->fingerprint;

	profiles_set_busy(profiles, entry, false);
	settle(work, result, err);
	work_destroy(work);
	if (entry->replan)
		profiles_forget_plan(entry);
	if (result < 0)
		profiles_retry(profiles, entry, result, err);
	if (entry->again || (result == 0 && deleted && !entry->exists))
		work_queue_add(profiles->queue, &entry->item);
	entry->again = false;
	/* Of a deleted profile, the end is reported. */
	if (!deleted)
		profiles_report(profiles, entry);
	profiles->handlers->reconciled(seconds, profiles->data);
	profiles_look_if_settled(profiles);
}

static int keep_path(struct work *work, const char *path, struct error *err)
{
	return string_set_add(&work->paths, &work->path_count, path, err);
}

/*
 * True if a file of the profile has to stay although the plan does not write it. Until everything is
 * known, it may be that of another profile, or a pod may name it: a path below a namespace does not
 * tell the name of an object whose name has a hash.
 */
static bool has_to_stay(const struct profiles *profiles, const struct profile_plan *plan,
			const char *content, const char *path)
{
	if (!profiles_know_all(profiles) && !profile_plan_has_path(plan, path))
		return true;
	return !plan->remove && (!content || node_pods_name(profiles->options.pods, path));
}

/* Fills in what has to be done to the files, and which of them are there afterwards. */
static int make_changes(const struct profiles *profiles, struct work *work, const char *content,
			struct file_changes *changes, struct error *err)
{
	const struct profile_entry *entry = work->entry;
	size_t i;
	int r = 0;

	for (i = 0; r == 0 && content && i < PROFILE_PATHS_MAX && work->plan.paths[i]; i++) {
		r = file_changes_add(changes, work->plan.paths[i], content, err);
		if (r == 0)
			r = keep_path(work, work->plan.paths[i], err);
	}
	for (i = 0; r == 0 && i < entry->path_count; i++) {
		const char *path = entry->paths[i];

		if ((content && profile_plan_has_path(&work->plan, path)) ||
		    profiles_is_elsewhere(profiles, entry, path))
			continue;
		r = changes->length == FILE_CHANGES_MAX ||
				    has_to_stay(profiles, &work->plan, content, path) ?
			    keep_path(work, path, err) :
			    file_changes_add(changes, path, NULL, err);
	}
	return r;
}

void profiles_carry_out(struct profiles *profiles, struct profile_entry *entry,
			struct profile_plan *plan, const char *fingerprint)
{
	_cleanup_error_ struct error err = ERROR_INIT;
	_cleanup_free_ char *content = steal_pointer(&plan->content);
	struct file_changes changes = {};
	struct work *work = calloc(1, sizeof(*work));
	int r = work ? 0 : error_nomem(&err);

	if (r == 0) {
		*work = (struct work){ .profiles = profiles,
				       .entry = entry,
				       .plan = *plan,
				       .began = clock_ns(CLOCK_MONOTONIC) };
		LIST_INSERT_HEAD(&profiles->works, work, link);
		*plan = (struct profile_plan){};
		if (fingerprint && !(work->fingerprint = strdup(fingerprint)))
			r = error_nomem(&err);
	}
	if (r == 0)
		r = make_changes(profiles, work, content, &changes, &err);
	if (r == 0) {
		profiles_set_busy(profiles, entry, true);
		if (changes.length == 0) {
			on_applied(0, NULL, work);
			return;
		}
		r = host_files_apply(profiles->options.files, &changes, on_applied, work, &err);
		if (r == 0)
			return;
		profiles_set_busy(profiles, entry, false);
	}
	file_changes_finish(&changes);
	if (work)
		work_destroy(work);
	profiles_retry(profiles, entry, r, &err);
}

void profiles_drop_work(struct profiles *profiles)
{
	struct work *work;

	while ((work = LIST_FIRST(&profiles->works)))
		work_destroy(work);
}
