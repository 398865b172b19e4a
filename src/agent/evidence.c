// SPDX-License-Identifier: Apache-2.0
#include "agent/evidence.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "install/directory.h"
#include "recording/observation_merge.h"
#include "recording/recording_format.h"
#include "util/array.h"
#include "util/clock.h"
#include "util/error.h"
#include "util/file.h"
#include "util/str.h"
#include "util/string_set.h"

#define RECORDING_SUFFIX ".recording.json"
#define OBJECT_SUFFIX ".object.json"
#define UNREADABLE_SUFFIX ".unreadable" RECORDING_SUFFIX
/* Labels and names of processes are nobody else's business. */
#define FILE_MODE 0600
#define DIRECTORY_MODE 0700
/* The namespaces. */
#define DEPTH 1
/* A thousand workloads, each with all calls and values that a recording can have, are smaller. */
#define RECORDING_MAX (256u << 20)
#define NSEC_PER_SEC 1000000000LL

/* Workloads beyond this many are summed up: a CronJob may have a million. */
#define WORKLOADS_APART 1000

/* What makes one state of a recording larger than another: nothing is ever taken away. */
struct extent {
	size_t workloads, calls, values, reasons, facts;
	uint64_t folded;
};

struct evidence {
	int directory;
	char *name;					      /* of the ProfileRecording */
	char *recording_path, *object_path, *unreadable_path; /* below the directory */
	char *unreadable; /* what became of evidence that could not be read; NULL */
	struct recording recording;
	struct extent saved;
};

static int open_directory(const char *path, bool create, int *ret_fd, struct error *err)
{
	if (create && mkdir(path, DIRECTORY_MODE) < 0 && errno != EEXIST)
		return error_set_errno(err, errno, "make the directory %s", path);
	*ret_fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	return *ret_fd < 0 ? error_set_errno(err, errno, "open the directory %s", path) : 0;
}

static int make_path(char **ret_path, const char *namespace, const char *name, const char *uid,
		     const char *suffix, struct error *err)
{
	if (asprintf(ret_path, "%s/%s.%s%s", namespace, name, uid, suffix) < 0) {
		*ret_path = NULL;
		return error_nomem(err);
	}
	return 0;
}

/* A call that the workload turns out to make too counts twice. */
static size_t measure_calls(const struct call_set *calls)
{
	size_t i, extent = calls->length;

	for (i = 0; i < calls->length; i++)
		extent += calls->items[i].origin == ORIGIN_OBSERVED;
	return extent;
}

static size_t measure_values(const struct argument_set *arguments)
{
	size_t i, extent = arguments->length;

	for (i = 0; i < arguments->length; i++) {
		const struct argument *argument = &arguments->items[i];

		extent += argument->count + argument->any + argument->wide + argument->runtime +
			  (argument->unrecorded > 0);
	}
	return extent;
}

/* What may be found out later than the calls. */
static size_t measure_facts(const struct observation *observation)
{
	size_t extent = observation->capability_count + observation->capabilities_known +
			observation->seccomp + observation->no_new_privs + observation->start_hook +
			(observation->applied_profile != NULL) + (observation->engine != NULL) +
			(observation->engine_version != NULL) + (observation->runtime != NULL) +
			(observation->runtime_version != NULL);
	int loss;

	for (loss = 0; loss < LOSS_COUNT; loss++)
		extent += observation->losses[loss] > 0;
	return extent;
}

static struct extent measure(const struct recording *recording)
{
	struct extent extent = { .workloads = recording->observation_count };
	size_t i;

	for (i = 0; i < recording->observation_count; i++) {
		const struct observation *observation = &recording->observations[i];

		extent.calls +=
			measure_calls(&observation->calls) + measure_calls(&observation->denied);
		extent.values += measure_values(&observation->arguments) +
				 measure_values(&observation->denied_arguments);
		extent.reasons += observation->reason_count;
		extent.facts += measure_facts(observation);
		extent.folded += observation->folded;
	}
	return extent;
}

static bool has_grown(const struct extent *before, const struct extent *now)
{
	return before->workloads != now->workloads || before->calls != now->calls ||
	       before->values != now->values || before->reasons != now->reasons ||
	       before->facts != now->facts || before->folded != now->folded;
}

/* Nobody but another agent reads the file again: the kernel need not keep it for this one. */
static void drop_pages(int parent, const char *name)
{
	_cleanup_close_ int fd = openat(parent, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);

	if (fd >= 0)
		posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED);
}

static int read_recording(struct evidence *evidence, int parent, const char *name,
			  struct error *err)
{
	_cleanup_free_ char *text = NULL;
	size_t size;
	int r = file_read_regular(parent, name, RECORDING_MAX, &text, &size, NULL, err);

	if (r < 0)
		return r;
	drop_pages(parent, name);
	recording_finish(&evidence->recording);
	r = recording_read(evidence->recording_path, text, size, &evidence->recording, err);
	evidence->saved = measure(&evidence->recording);
	return r;
}

/* Keeps what cannot be read for a person, and begins anew: what follows is worth recording. */
static int set_aside(struct evidence *evidence, int parent, const char *name,
		     const struct error *why, struct error *err)
{
	const char *aside = strrchr(evidence->unreadable_path, '/') + 1;

	if (renameat(parent, name, parent, aside) < 0)
		return error_set_errno(err, errno,
				       "rename %s to %s, because it cannot be read (%s)",
				       evidence->recording_path, aside, error_message(why));
	if (asprintf(&evidence->unreadable,
		     "the earlier evidence cannot be read, and is in the file %s now: %s", aside,
		     error_message(why)) < 0) {
		evidence->unreadable = NULL;
		return error_nomem(err);
	}
	recording_finish(&evidence->recording);
	evidence->recording = (struct recording){ .name = strdup(evidence->name) };
	evidence->saved = (struct extent){};
	return evidence->recording.name ? 0 : error_nomem(err);
}

static bool is_unreadable(int result)
{
	return result == -EINVAL || result == -ELOOP || result == -EFBIG;
}

static int read_saved(struct evidence *evidence, struct error *err)
{
	_cleanup_error_ struct error why = ERROR_INIT;
	_cleanup_close_ int parent = -1;
	const char *name;
	int r = directory_open_parent(evidence->directory, evidence->recording_path, false, &parent,
				      &name, &why);

	if (r == -ENOENT)
		return 0;
	if (r < 0)
		return error_copy(err, &why);
	r = read_recording(evidence, parent, name, &why);
	if (is_unreadable(r))
		return set_aside(evidence, parent, name, &why, err);
	return r < 0 && r != -ENOENT ? error_copy(err, &why) : 0;
}

int evidence_open(const char *directory, const char *namespace, const char *name, const char *uid,
		  struct evidence **ret_evidence, struct error *err)
{
	_cleanup_evidence_ struct evidence *evidence = calloc(1, sizeof(*evidence));
	int r;

	if (!evidence)
		return error_nomem(err);
	evidence->directory = -1;
	if (!str_is_dns_label(namespace) || !str_is_dns_label(name) || !str_is_dns_subdomain(uid))
		return error_set(err, EINVAL, "the names of a ProfileRecording are not valid");
	evidence->recording.name = strdup(name);
	evidence->name = strdup(name);
	if (!evidence->recording.name || !evidence->name)
		return error_nomem(err);
	r = open_directory(directory, true, &evidence->directory, err);
	if (r == 0)
		r = make_path(&evidence->recording_path, namespace, name, uid, RECORDING_SUFFIX,
			      err);
	if (r == 0)
		r = make_path(&evidence->object_path, namespace, name, uid, OBJECT_SUFFIX, err);
	if (r == 0)
		r = make_path(&evidence->unreadable_path, namespace, name, uid, UNREADABLE_SUFFIX,
			      err);
	if (r == 0)
		r = read_saved(evidence, err);
	if (r < 0)
		return r;
	*ret_evidence = steal_pointer(&evidence);
	return 0;
}

void evidence_close(struct evidence *evidence)
{
	if (!evidence)
		return;
	cleanup_close_p(&evidence->directory);
	free(evidence->recording_path);
	free(evidence->object_path);
	free(evidence->unreadable_path);
	free(evidence->unreadable);
	free(evidence->name);
	recording_finish(&evidence->recording);
	free(evidence);
}

const char *evidence_unreadable(const struct evidence *evidence)
{
	return evidence->unreadable;
}

const struct recording *evidence_recording(const struct evidence *evidence)
{
	return &evidence->recording;
}

static bool has_lifetime(const struct recording *recording, const struct observation *observation)
{
	size_t i;

	for (i = 0; i < recording->observation_count; i++)
		if (observation_compare_lifetimes(&recording->observations[i], observation) == 0)
			return true;
	return false;
}

static int add_all(struct recording *into, struct recording *from, bool ended, struct error *err)
{
	size_t i;
	int r = 0;

	for (i = 0; i < from->observation_count && r == 0; i++) {
		struct observation *observation = &from->observations[i];

		if (ended && into->observation_count >= WORKLOADS_APART &&
		    !has_lifetime(into, observation))
			r = recording_fold(into, observation, err);
		else
			r = recording_add(into, observation, err);
	}
	recording_finish(from);
	return r;
}

int evidence_add(struct evidence *evidence, struct recording *ended, struct recording *live,
		 struct error *err)
{
	int r = add_all(&evidence->recording, ended, true, err);

	return r < 0 ? r : add_all(&evidence->recording, live, false, err);
}

int evidence_add_gap(struct evidence *evidence, const char *gap, struct error *err)
{
	struct recording *recording = &evidence->recording;
	size_t i;
	int r = 0;

	for (i = 0; i < recording->observation_count && r == 0; i++)
		r = observation_add_reason(&recording->observations[i], err, "%s", gap);
	return r;
}

static int print_recording(FILE *out, const void *data, struct error *err)
{
	return recording_print(out, data, err);
}

bool evidence_has_news(const struct evidence *evidence)
{
	struct extent now = measure(&evidence->recording);

	return has_grown(&evidence->saved, &now);
}

int evidence_save(struct evidence *evidence, struct error *err)
{
	struct extent now = measure(&evidence->recording);
	_cleanup_close_ int parent = -1;
	const char *name;
	int r;

	if (!has_grown(&evidence->saved, &now))
		return 0;
	r = directory_open_parent(evidence->directory, evidence->recording_path, true, &parent,
				  &name, err);
	if (r == 0)
		r = file_print_atomic(parent, name, print_recording, &evidence->recording,
				      FILE_MODE, err);
	if (r < 0)
		return r;
	/* Until this fsync(), only the file's content is on the disk, and not its name. */
	if (fsync(parent) < 0)
		return error_set_errno(err, errno, "write the directory of %s",
				       evidence->recording_path);
	evidence->saved = now;
	drop_pages(parent, name);
	return 0;
}

int evidence_save_object(const struct evidence *evidence, const char *text, struct error *err)
{
	return directory_write(evidence->directory, evidence->object_path, text, strlen(text),
			       FILE_MODE, err);
}

int evidence_end(const struct evidence *evidence, struct error *err)
{
	int r = directory_remove(evidence->directory, evidence->object_path, err);

	return r < 0 ? error_prefix(err, "forget a recording that is over") : 0;
}

/* ---- the directory as a whole */

struct listing {
	int directory;
	char **paths;
	size_t count;
};

static void listing_finish(struct listing *listing)
{
	cleanup_close_p(&listing->directory);
	string_set_free(listing->paths, listing->count);
}

#define _cleanup_listing_ _cleanup_(listing_finish)

static int list(const char *directory, struct listing *ret_listing, struct error *err)
{
	_cleanup_error_ struct error why = ERROR_INIT;
	int r = open_directory(directory, false, &ret_listing->directory, &why);

	if (r == -ENOENT)
		return 0;
	if (r < 0)
		return error_copy(err, &why);
	directory_clean(ret_listing->directory, DEPTH);
	return directory_list(ret_listing->directory, DEPTH, &ret_listing->paths,
			      &ret_listing->count, err);
}

int evidence_visit(const char *directory, void (*visit)(void *data, const char *text, size_t size),
		   void *data, struct error *err)
{
	_cleanup_listing_ struct listing listing = { .directory = -1 };
	int r = list(directory, &listing, err);
	size_t i;

	for (i = 0; i < listing.count && r != -ENOMEM; i++) {
		_cleanup_error_ struct error why = ERROR_INIT;
		_cleanup_free_ char *text = NULL;
		struct stat status;
		size_t size;
		int result;

		if (!str_has_suffix(listing.paths[i], OBJECT_SUFFIX))
			continue;
		result = directory_read(listing.directory, listing.paths[i], &text, &size, &status,
					&why);
		if (result == 0)
			visit(data, text, size);
		else if (r == 0)
			r = error_copy(err, &why);
	}
	return r;
}

/* The evidence of a recording that is over. */
struct old {
	const char *path;
	int64_t time;
	uint64_t bytes;
};

static int compare_times(const void *a, const void *b)
{
	const struct old *left = a, *right = b;

	return (left->time > right->time) - (left->time < right->time);
}

/* True if the ProfileRecording of a recording's file is there too. */
static bool goes_on(const struct listing *listing, const char *path)
{
	_cleanup_free_ char *object = NULL;
	size_t length = strlen(path) - strlen(RECORDING_SUFFIX);

	if (asprintf(&object, "%.*s" OBJECT_SUFFIX, (int)length, path) < 0) {
		object = NULL;
		return true;
	}
	return string_set_has(listing->paths, listing->count, object);
}

/* Collects what can be removed, and adds up the sizes of all evidence. */
static size_t collect_old(const struct listing *listing, struct old *old, uint64_t *ret_bytes)
{
	struct stat status;
	size_t i, count = 0;

	*ret_bytes = 0;
	for (i = 0; i < listing->count; i++) {
		const char *path = listing->paths[i];

		if (!str_has_suffix(path, RECORDING_SUFFIX) ||
		    fstatat(listing->directory, path, &status, AT_SYMLINK_NOFOLLOW) < 0)
			continue;
		*ret_bytes += status.st_size;
		if (!goes_on(listing, path))
			old[count++] = (struct old){ path,
						     status.st_mtim.tv_sec * NSEC_PER_SEC +
							     status.st_mtim.tv_nsec,
						     status.st_size };
	}
	qsort(old, count, sizeof(*old), compare_times);
	return count;
}

int evidence_prune(const char *directory, int64_t max_age, uint64_t max_bytes, struct error *err)
{
	_cleanup_listing_ struct listing listing = { .directory = -1 };
	int r = list(directory, &listing, err);
	_cleanup_free_ struct old *old = calloc(listing.count + 1, sizeof(*old));
	int64_t now = clock_ns(CLOCK_REALTIME);
	uint64_t bytes;
	size_t i, count;

	if (r < 0)
		return r;
	if (!old)
		return error_nomem(err);
	count = collect_old(&listing, old, &bytes);
	for (i = 0; i < count && r == 0; i++) {
		if (bytes <= max_bytes && now - old[i].time <= max_age)
			continue;
		r = directory_remove(listing.directory, old[i].path, err);
		bytes -= old[i].bytes;
	}
	return r;
}
