// SPDX-License-Identifier: Apache-2.0
#include "agent/host_files.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "agent/drift_watch.h"
#include "install/store.h"
#include "util/array.h"
#include "util/error.h"
#include "util/loop.h"
#include "util/string_set.h"
#include "util/worker.h"

/* Pause before what has changed is looked at: a program changes a file in several steps. */
#define SETTLE_MS 50
/* Pause after a file could not be restored. */
#define RETRY_MS 5000
/* What one job writes, and what may wait for the next one. */
#define BATCH_MAX 64
#define BATCH_SIZE_MAX (1 << 20)

/* Changes that somebody waits for. */
struct request {
	struct file_changes changes;
	host_files_done *done;
	void *data;
	struct error err;
	int result;
};

struct batch {
	struct host_files *files;
	char *root;
	struct request *items;
	size_t length, size; /* size: of the contents, in bytes */
	size_t written, removed;
};

struct host_files {
	struct worker *worker;
	struct loop *loop;
	char *root;
	const struct host_files_handlers *handlers;
	void *data;
	struct batch *waiting; /* written after the present one; NULL if nothing waits */
	bool writing;

	struct drift_watch *watch; /* NULL before host_files_watch() */
	struct loop_timer *settle;
	char **drifted; /* paths to look at */
	size_t drifted_count;
	bool check_all;
	bool checking;
	bool settling; /* the timer runs for SETTLE_MS: other changes do not put the check off */
};

/* ---- changes */

int file_changes_add(struct file_changes *changes, const char *path, const char *content,
		     struct error *err)
{
	struct file_change *change = &changes->items[changes->length];

	*change = (struct file_change){ strdup(path), content ? strdup(content) : NULL };
	changes->length++;
	return change->path && (change->content || !content) ? 0 : error_nomem(err);
}

void file_changes_finish(struct file_changes *changes)
{
	size_t i;

	for (i = 0; i < changes->length; i++) {
		free(changes->items[i].path);
		free(changes->items[i].content);
	}
	*changes = (struct file_changes){};
}

static void batch_destroy(void *data)
{
	struct batch *batch = data;
	size_t i;

	for (i = 0; i < batch->length; i++) {
		file_changes_finish(&batch->items[i].changes);
		error_finish(&batch->items[i].err);
	}
	free(batch->items);
	free(batch->root);
	free(batch);
}

static int put(struct batch *batch, struct store *store, const struct file_change *change,
	       struct error *err)
{
	enum store_outcome outcome = STORE_WAS_UNCHANGED;
	int r = store_put(store, change->path, change->content, strlen(change->content), false,
			  &outcome, err);

	if (outcome != STORE_WAS_UNCHANGED)
		batch->written++;
	return r;
}

static int take_away(struct batch *batch, struct store *store, const struct file_change *change,
		     struct error *err)
{
	int r = store_remove(store, change->path, false, err);

	if (r == 0)
		batch->removed++;
	if (r != -ENOENT && r != -EPERM)
		return r;
	/* Gone, or not the agent's any more. */
	error_finish(err);
	return 0;
}

static int make_changes(struct batch *batch, struct store *store,
			const struct file_changes *changes, struct error *err)
{
	size_t i;
	int r = 0;

	for (i = 0; r == 0 && i < changes->length; i++)
		r = changes->items[i].content ? put(batch, store, &changes->items[i], err) :
						take_away(batch, store, &changes->items[i], err);
	return r;
}

static void write_batch(void *data)
{
	_cleanup_store_ struct store *store = NULL;
	struct batch *batch = data;
	size_t i;

	for (i = 0; i < batch->length; i++) {
		struct request *request = &batch->items[i];

		if (!store)
			request->result = store_open(batch->root, STORE_CREATE, STORE_AGENT, &store,
						     &request->err);
		if (store)
			request->result =
				make_changes(batch, store, &request->changes, &request->err);
	}
}

static void look_for_directories(struct host_files *files);
static int submit_batch(struct host_files *files, struct error *err);

static void finish_batch(struct batch *batch)
{
	size_t i;

	for (i = 0; i < batch->length; i++)
		batch->items[i].done(batch->items[i].result, &batch->items[i].err,
				     batch->items[i].data);
	batch_destroy(batch);
}

/* Reports that what waits cannot be written. */
static void give_up(struct host_files *files, const struct error *err)
{
	struct batch *batch = steal_pointer(&files->waiting);
	size_t i;

	for (i = 0; i < batch->length; i++) {
		batch->items[i].result = -err->code;
		error_copy(&batch->items[i].err, err);
	}
	finish_batch(batch);
}

static void on_written(void *data)
{
	struct batch *batch = data;
	struct host_files *files = batch->files;
	_cleanup_error_ struct error err = ERROR_INIT;
	size_t written = batch->written, removed = batch->removed;

	files->writing = false;
	finish_batch(batch);
	if (submit_batch(files, &err) < 0)
		give_up(files, &err);
	look_for_directories(files);
	files->handlers->changed(written, removed, files->data);
}

static int submit_batch(struct host_files *files, struct error *err)
{
	struct worker_job job = { write_batch, on_written, batch_destroy, files->waiting };
	int r;

	if (files->writing || !files->waiting)
		return 0;
	r = worker_submit(files->worker, &job, err);
	if (r < 0)
		return r;
	files->waiting = NULL;
	files->writing = true;
	return 0;
}

static int make_batch(struct host_files *files, struct error *err)
{
	struct batch *batch = calloc(1, sizeof(*batch));

	if (!batch)
		return error_nomem(err);
	batch->files = files;
	batch->root = strdup(files->root);
	batch->items = calloc(BATCH_MAX, sizeof(*batch->items));
	if (!batch->root || !batch->items) {
		batch_destroy(batch);
		return error_nomem(err);
	}
	files->waiting = batch;
	return 0;
}

bool host_files_has_room(const struct host_files *files)
{
	const struct batch *batch = files->waiting;

	return !batch || (batch->length < BATCH_MAX && batch->size < BATCH_SIZE_MAX);
}

int host_files_apply(struct host_files *files, struct file_changes *changes, host_files_done *done,
		     void *data, struct error *err)
{
	struct batch *batch;
	size_t i;
	int r = files->waiting ? 0 : make_batch(files, err);

	if (r == 0 && files->waiting->length == BATCH_MAX)
		r = error_set(err, EBUSY, "too many files wait to be written");
	if (r < 0) {
		file_changes_finish(changes);
		return r;
	}
	batch = files->waiting;
	for (i = 0; i < changes->length; i++)
		batch->size += changes->items[i].content ? strlen(changes->items[i].content) : 0;
	batch->items[batch->length++] = (struct request){ *changes, done, data, ERROR_INIT, 0 };
	*changes = (struct file_changes){};
	r = submit_batch(files, err);
	if (r < 0) /* nothing is being written, so that nothing else has waited */
		batch_destroy(steal_pointer(&files->waiting));
	return r;
}

/* ---- the list of all files */

struct list_job {
	char *root;
	host_files_listed *listed;
	void *data;
	char **paths;
	size_t count;
	struct error err;
	int result;
};

static void list_destroy(void *data)
{
	struct list_job *job = data;

	string_set_free(job->paths, job->count);
	error_finish(&job->err);
	free(job->root);
	free(job);
}

static void list_kept(void *data)
{
	_cleanup_store_ struct store *store = NULL;
	struct list_job *job = data;

	job->result = store_open(job->root, STORE_READ, STORE_AGENT, &store, &job->err);
	if (job->result == -ENOENT) { /* nothing was ever installed on this node */
		error_finish(&job->err);
		job->result = 0;
		return;
	}
	if (job->result == 0)
		job->result = store_list_kept(store, &job->paths, &job->count, &job->err);
}

static void on_listed(void *data)
{
	struct list_job *job = data;

	job->listed(job->result, &job->err, job->paths, job->count, job->data);
	list_destroy(job);
}

int host_files_list(struct host_files *files, host_files_listed *listed, void *data,
		    struct error *err)
{
	struct list_job *list = calloc(1, sizeof(*list));
	struct worker_job job = { list_kept, on_listed, list_destroy, list };
	int r;

	if (!list)
		return error_nomem(err);
	list->root = strdup(files->root);
	list->listed = listed;
	list->data = data;
	r = list->root ? worker_submit(files->worker, &job, err) : error_nomem(err);
	if (r < 0)
		list_destroy(list);
	return r;
}

/* ---- drift */

struct check_job {
	struct host_files *files; /* for the owner only */
	char *root;
	bool all;
	char **paths; /* to look at */
	size_t count;
	char **repaired, **lost;
	size_t repaired_count, lost_count;
	struct drift_directories directories;
	bool listed;	  /* paths are all that the agent keeps */
	struct error err; /* the first one */
	int result;
};

static void check_destroy(void *data)
{
	struct check_job *job = data;

	string_set_free(job->paths, job->count);
	string_set_free(job->repaired, job->repaired_count);
	string_set_free(job->lost, job->lost_count);
	drift_directories_finish(&job->directories);
	error_finish(&job->err);
	free(job->root);
	free(job);
}

static int restore(struct check_job *job, struct store *store, const char *path, struct error *err)
{
	enum store_outcome outcome = STORE_WAS_UNCHANGED;
	int r = store_restore(store, path, &outcome, err);

	if (r == -ENOENT || r == -EINVAL) { /* -EINVAL: no path of a profile */
		error_finish(err);
		return string_set_add(&job->lost, &job->lost_count, path, err);
	}
	if (r == 0 && outcome == STORE_WAS_RESTORED)
		r = string_set_add(&job->repaired, &job->repaired_count, path, err);
	return r;
}

/* Keeps the first error, and lets the check go on. */
static void note_failure(struct check_job *job, int result, const struct error *err)
{
	if (result == 0 || job->result < 0)
		return;
	job->result = result;
	error_copy(&job->err, err);
}

/* One that cannot be restored does not keep the others from it. */
static void restore_all(struct check_job *job, struct store *store)
{
	size_t i;

	for (i = 0; i < job->count; i++) {
		_cleanup_error_ struct error err = ERROR_INIT;

		note_failure(job, restore(job, store, job->paths[i], &err), &err);
	}
}

static int list_all(struct check_job *job, const struct store *store, struct error *err)
{
	int r;

	string_set_free(job->paths, job->count);
	job->paths = NULL;
	job->count = 0;
	r = store_list_kept(store, &job->paths, &job->count, err);
	job->listed = r == 0;
	return r;
}

static void check(void *data)
{
	_cleanup_store_ struct store *store = NULL;
	_cleanup_error_ struct error unwatched = ERROR_INIT, unlisted = ERROR_INIT;
	struct check_job *job = data;

	job->result = store_open(job->root, STORE_CREATE, STORE_AGENT, &store, &job->err);
	if (job->result < 0)
		return;
	/* First the directories, so that what changes after the check is reported. */
	note_failure(job, drift_directories_find(&job->directories, job->root, &unwatched),
		     &unwatched);
	if (job->all)
		note_failure(job, list_all(job, store, &unlisted), &unlisted);
	restore_all(job, store);
}

static void start_settling(struct host_files *files)
{
	if (files->settling || files->checking)
		return;
	files->settling = true;
	loop_start_timer(files->settle, SETTLE_MS);
}

static void start_check(void *data);

static void on_checked(void *data)
{
	struct check_job *job = data;
	struct host_files *files = job->files;
	size_t i;

	files->checking = false;
	if (job->directories.length)
		drift_watch_take(files->watch, &job->directories);
	for (i = 0; i < job->repaired_count; i++)
		files->handlers->repaired(job->repaired[i], files->data);
	for (i = 0; i < job->lost_count; i++)
		files->handlers->lost(job->lost[i], files->data);
	if (job->listed)
		files->handlers->kept(job->paths, job->count, files->data);
	if (job->result < 0) {
		files->handlers->trouble(job->result, &job->err, files->data);
		files->check_all = true;
		loop_start_timer(files->settle, RETRY_MS);
	} else if (files->check_all || files->drifted_count) {
		start_settling(files);
	}
	check_destroy(job);
}

static int submit_check(struct host_files *files, struct error *err)
{
	struct check_job *check_job = calloc(1, sizeof(*check_job));
	struct worker_job job = { check, on_checked, check_destroy, check_job };
	int r;

	if (!check_job)
		return error_nomem(err);
	check_job->files = files;
	check_job->root = strdup(files->root);
	check_job->all = files->check_all;
	check_job->directories.fd = drift_watch_fd(files->watch);
	check_job->paths = steal_pointer(&files->drifted);
	check_job->count = files->drifted_count;
	files->drifted_count = 0;
	r = check_job->root ? worker_submit(files->worker, &job, err) : error_nomem(err);
	if (r < 0) {
		check_destroy(check_job);
		files->check_all = true;
		return r;
	}
	files->check_all = false;
	files->checking = true;
	return 0;
}

static void start_check(void *data)
{
	struct host_files *files = data;
	_cleanup_error_ struct error err = ERROR_INIT;

	files->settling = false;
	/* The end of the job starts the next one. */
	if (files->checking)
		return;
	if (submit_check(files, &err) < 0) {
		files->handlers->trouble(-err.code, &err, files->data);
		loop_start_timer(files->settle, RETRY_MS);
	}
}

static void on_drift(const char *path, void *data)
{
	struct host_files *files = data;

	if (!path || string_set_add(&files->drifted, &files->drifted_count, path, NULL) < 0)
		files->check_all = true;
	start_settling(files);
}

/* New files may be in a new directory. */
static void look_for_directories(struct host_files *files)
{
	if (files->watch)
		start_settling(files);
}

int host_files_watch(struct host_files *files, struct error *err)
{
	int r;

	if (files->watch) {
		files->check_all = true;
		start_settling(files);
		return 0;
	}
	r = drift_watch_create(files->loop, on_drift, files, &files->watch, err);
	if (r < 0)
		return r;
	files->check_all = true;
	return submit_check(files, err);
}

/* ---- */

int host_files_create(struct loop *loop, struct worker *worker, const char *root,
		      const struct host_files_handlers *handlers, void *data,
		      struct host_files **ret_files, struct error *err)
{
	_cleanup_(cleanup_host_files_destroy) struct host_files *files = calloc(1, sizeof(*files));
	int r;

	if (!files)
		return error_nomem(err);
	files->loop = loop;
	files->worker = worker;
	files->root = strdup(root);
	files->handlers = handlers;
	files->data = data;
	r = files->root ? loop_add_timer(loop, start_check, files, &files->settle, err) :
			  error_nomem(err);
	if (r < 0)
		return r;
	*ret_files = steal_pointer(&files);
	return 0;
}

void host_files_destroy(struct host_files *files)
{
	if (!files)
		return;
	if (files->waiting)
		batch_destroy(files->waiting);
	if (files->settle)
		loop_remove_timer(files->settle);
	drift_watch_destroy(files->watch);
	string_set_free(files->drifted, files->drifted_count);
	free(files->root);
	free(files);
}
