// SPDX-License-Identifier: Apache-2.0
#include "install/store.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>

#include "install/directory.h"
#include "install/localhost_path.h"
#include "util/error.h"
#include "util/string_set.h"

#define RECORDS ".recorder"
#define MARKS ".agent" /* hidden, so not listed among the records */
#define RECORDS_MODE 0700
#define ROOT_MODE 0755
#define FILE_MODE 0644
#define DEPTH 2 /* PREFIX/NAMESPACE/NAME.json */
#define OPEN_DIRECTORY (O_RDONLY | O_DIRECTORY | O_CLOEXEC)

struct store {
	char *root;
	int fd;
	int records; /* -1 if nothing was ever installed */
	int marks;   /* -1 if the agent never installed anything */
	enum store_keeper keeper;
};

static const char *const state_names[STORE_STATE_COUNT] = {
	[STORE_INSTALLED] = "installed",
	[STORE_CHANGED] = "changed",
	[STORE_MISSING] = "missing",
	[STORE_UNKNOWN] = "unknown",
};

static const char *const outcome_names[STORE_OUTCOME_COUNT] = {
	[STORE_WAS_UNCHANGED] = "unchanged",
	[STORE_WAS_CREATED] = "installed",
	[STORE_WAS_REPLACED] = "replaced",
	[STORE_WAS_RESTORED] = "restored",
};

const char *store_state_name(enum store_state state)
{
	return state_names[state];
}

const char *store_outcome_name(enum store_outcome outcome)
{
	return outcome_names[outcome];
}

void store_close(struct store *store)
{
	if (!store)
		return;
	cleanup_close_p(&store->fd);
	cleanup_close_p(&store->records);
	cleanup_close_p(&store->marks);
	free(store->root);
	free(store);
}

static int open_root(struct store *store, enum store_access access, struct error *err)
{
	store->fd = open(store->root, OPEN_DIRECTORY);
	if (store->fd < 0 && errno == ENOENT && access == STORE_CREATE) {
		if (mkdir(store->root, ROOT_MODE) < 0)
			return error_set_errno(err, errno, "make the directory %s", store->root);
		store->fd = open(store->root, OPEN_DIRECTORY);
	}
	if (store->fd < 0)
		return error_set_errno(err, errno, "open the directory %s", store->root);
	return 0;
}

/* Only root can open the directory, so no other user can hold its lock. */
static int open_records(struct store *store, enum store_access access, struct error *err)
{
	if (access != STORE_READ && mkdirat(store->fd, RECORDS, RECORDS_MODE) < 0 &&
	    errno != EEXIST)
		return error_set_errno(err, errno, "make the directory %s/" RECORDS, store->root);
	store->records = openat(store->fd, RECORDS, OPEN_DIRECTORY | O_NOFOLLOW);
	if (store->records < 0 && errno == ENOENT && access == STORE_READ)
		return 0;
	if (store->records < 0)
		return error_set_errno(err, errno, "open the directory %s/" RECORDS, store->root);
	if (flock(store->records, access == STORE_READ ? LOCK_SH : LOCK_EX) < 0)
		return error_set_errno(err, errno, "lock %s/" RECORDS, store->root);
	return 0;
}

static int open_marks(struct store *store, enum store_access access, struct error *err)
{
	if (store->records < 0)
		return 0;
	if (access != STORE_READ && store->keeper == STORE_AGENT &&
	    mkdirat(store->records, MARKS, RECORDS_MODE) < 0 && errno != EEXIST)
		return error_set_errno(err, errno, "make the directory %s/" RECORDS "/" MARKS,
				       store->root);
	store->marks = openat(store->records, MARKS, OPEN_DIRECTORY | O_NOFOLLOW);
	if (store->marks < 0 && errno != ENOENT)
		return error_set_errno(err, errno, "open the directory %s/" RECORDS "/" MARKS,
				       store->root);
	return 0;
}

int store_open(const char *root, enum store_access access, enum store_keeper keeper,
	       struct store **ret_store, struct error *err)
{
	_cleanup_store_ struct store *store = calloc(1, sizeof(*store));
	int r;

	if (!store)
		return error_nomem(err);
	store->fd = store->records = store->marks = -1;
	store->keeper = keeper;
	store->root = strdup(root);
	if (!store->root)
		return error_nomem(err);
	r = open_root(store, access, err);
	if (r == 0)
		r = open_records(store, access, err);
	if (r == 0)
		r = open_marks(store, access, err);
	if (r < 0)
		return r;
	if (access != STORE_READ) {
		directory_clean(store->fd, DEPTH);
		directory_clean(store->records, DEPTH);
	}
	*ret_store = steal_pointer(&store);
	return 0;
}

void store_entry_finish(struct store_entry *entry)
{
	free(entry->path);
	free(entry->content);
	free(entry->installed);
	*entry = (struct store_entry){};
}

static int64_t modified_at(const struct stat *status)
{
	return status->st_mtim.tv_sec * 1000000000LL + status->st_mtim.tv_nsec;
}

static bool is_as_installed(const struct store_entry *entry, const struct stat *live)
{
	return entry->content && (live->st_mode & ALLPERMS) == FILE_MODE &&
	       entry->size == entry->installed_size &&
	       memcmp(entry->content, entry->installed, entry->size) == 0;
}

static enum store_keeper keeper_of(const struct store *store, const char *path)
{
	_cleanup_free_ char *data = NULL;
	size_t size;
	struct stat status;

	if (store->marks < 0 || directory_read(store->marks, path, &data, &size, &status, NULL) < 0)
		return STORE_PERSON;
	return STORE_AGENT;
}

/* A file that exists but cannot be read as a profile is not absent. */
static bool is_absent(int code)
{
	return code == -ENOENT || code == -ENOTDIR;
}

int store_inspect(const struct store *store, const char *path, struct store_entry *ret_entry,
		  struct error *err)
{
	_cleanup_store_entry_ struct store_entry entry = { .path = strdup(path) };
	struct stat live = {}, record;
	int is_live, is_recorded = -ENOENT;

	if (!entry.path)
		return error_nomem(err);
	is_live = directory_read(store->fd, path, &entry.content, &entry.size, &live, NULL);
	if (store->records >= 0)
		is_recorded = directory_read(store->records, path, &entry.installed,
					     &entry.installed_size, &record, NULL);
	if (is_live == -ENOMEM || is_recorded == -ENOMEM)
		return error_nomem(err);
	if (is_recorded < 0 && is_absent(is_live))
		return error_set(err, ENOENT, "there is no %s/%s", store->root, path);
	entry.link = is_live == -ELOOP;
	if (is_recorded < 0)
		entry.state = STORE_UNKNOWN;
	else if (is_absent(is_live))
		entry.state = STORE_MISSING;
	else
		entry.state = is_as_installed(&entry, &live) ? STORE_INSTALLED : STORE_CHANGED;
	if (is_recorded == 0) {
		entry.installed_at = modified_at(&record);
		entry.keeper = keeper_of(store, path);
	}
	*ret_entry = entry;
	entry = (struct store_entry){};
	return 0;
}

/* Lists what is in one or two directories, -1 for none. */
static int list(const struct store *store, int first, int second, char ***ret_paths,
		size_t *ret_count, struct error *err)
{
	char **paths = NULL;
	size_t count = 0;
	int r = first >= 0 ? directory_list(first, DEPTH, &paths, &count, err) : 0;

	if (r == 0 && second >= 0)
		r = directory_list(second, DEPTH, &paths, &count, err);
	if (r < 0) {
		string_set_free(paths, count);
		error_prefix(err, "in %s", store->root);
		return r;
	}
	*ret_paths = paths;
	*ret_count = count;
	return 0;
}

int store_list(const struct store *store, char ***ret_paths, size_t *ret_count, struct error *err)
{
	return list(store, store->fd, store->records, ret_paths, ret_count, err);
}

int store_list_kept(const struct store *store, char ***ret_paths, size_t *ret_count,
		    struct error *err)
{
	return list(store, store->marks, -1, ret_paths, ret_count, err);
}

static bool has_content(const char *held, size_t held_size, const char *content, size_t size)
{
	return held && held_size == size && memcmp(held, content, size) == 0;
}

/* entry is NULL if there was neither a file nor a record. */
static enum store_outcome outcome_of(const struct store_entry *entry, const char *content,
				     size_t size)
{
	if (!entry || entry->state == STORE_UNKNOWN)
		return STORE_WAS_CREATED;
	if (!has_content(entry->installed, entry->installed_size, content, size))
		return STORE_WAS_REPLACED;
	return entry->state == STORE_INSTALLED ? STORE_WAS_UNCHANGED : STORE_WAS_RESTORED;
}

/* Returns -EEXIST if the keeper of the store may not replace the entry. */
static int check_replaceable(const struct store *store, const struct store_entry *entry,
			     const char *content, size_t size, struct error *err)
{
	if (has_content(entry->content, entry->size, content, size))
		return 0;
	if (entry->state == STORE_UNKNOWN)
		return error_set(err, EEXIST, "%s/%s exists, and recorder did not install it",
				 store->root, entry->path);
	if (entry->keeper == store->keeper)
		return 0;
	return error_set(
		err, EEXIST,
		store->keeper == STORE_AGENT ?
			"%s/%s was installed by 'recorder install'" :
			"%s/%s is kept by 'recorder agent' as the cluster's SeccompProfile",
		store->root, entry->path);
}

/* Sets whose a record is. */
static int set_keeper(struct store *store, const char *path, struct error *err)
{
	if (store->keeper == STORE_AGENT)
		return directory_write(store->marks, path, "", 0, 0600, err);
	return store->marks < 0 ? 0 : directory_remove(store->marks, path, err);
}

static int write_all(struct store *store, const char *path, const char *content, size_t size,
		     enum store_outcome outcome, bool same_keeper, struct error *err)
{
	int r = same_keeper ? 0 : set_keeper(store, path, err);

	if (r == 0 && (outcome == STORE_WAS_CREATED || outcome == STORE_WAS_REPLACED))
		r = directory_write(store->records, path, content, size, 0600, err);
	if (r == 0 && outcome != STORE_WAS_UNCHANGED)
		r = directory_write(store->fd, path, content, size, FILE_MODE, err);
	if (r < 0) {
		error_prefix(err, "in %s", store->root);
		if (outcome == STORE_WAS_CREATED)
			directory_remove(store->records, path, NULL);
	}
	return r;
}

int store_put(struct store *store, const char *path, const char *content, size_t size, bool force,
	      enum store_outcome *ret_outcome, struct error *err)
{
	_cleanup_store_entry_ struct store_entry entry = {};
	enum store_outcome outcome;
	bool exists, same_keeper;
	int r = localhost_path_check(path, err);

	if (r < 0)
		return r;
	r = store_inspect(store, path, &entry, NULL);
	if (r < 0 && r != -ENOENT)
		return error_set_errno(err, -r, "look at %s/%s", store->root, path);
	exists = r == 0;
	r = exists && !force ? check_replaceable(store, &entry, content, size, err) : 0;
	if (r < 0)
		return r;
	outcome = outcome_of(exists ? &entry : NULL, content, size);
	same_keeper = exists && entry.state != STORE_UNKNOWN && entry.keeper == store->keeper;
	r = write_all(store, path, content, size, outcome, same_keeper, err);
	if (r < 0)
		return r;
	*ret_outcome = outcome;
	return 0;
}

int store_restore(struct store *store, const char *path, enum store_outcome *ret_outcome,
		  struct error *err)
{
	_cleanup_store_entry_ struct store_entry entry = {};
	int r = store_inspect(store, path, &entry, err);

	if (r < 0)
		return r;
	if (!entry.installed || entry.keeper != store->keeper)
		return error_set(err, ENOENT, "recorder did not install %s/%s", store->root, path);
	return store_put(store, path, entry.installed, entry.installed_size, true, ret_outcome,
			 err);
}

static int check_removable(const struct store *store, const struct store_entry *entry,
			   struct error *err)
{
	if (entry->state == STORE_UNKNOWN)
		return error_set(err, EPERM, "recorder did not install %s/%s", store->root,
				 entry->path);
	if (entry->keeper == store->keeper)
		return 0;
	return error_set(
		err, EPERM,
		store->keeper == STORE_AGENT ?
			"%s/%s was installed by 'recorder install'" :
			"%s/%s is kept by 'recorder agent', which would restore it: delete "
			"the SeccompProfile instead",
		store->root, entry->path);
}

int store_remove(struct store *store, const char *path, bool force, struct error *err)
{
	_cleanup_store_entry_ struct store_entry entry = {};
	int r = localhost_path_check(path, err);

	if (r == 0)
		r = store_inspect(store, path, &entry, err);
	if (r == 0 && !force)
		r = check_removable(store, &entry, err);
	if (r < 0)
		return r;
	r = directory_remove(store->fd, path, err);
	if (r == 0)
		r = directory_remove(store->records, path, err);
	if (r == 0 && store->marks >= 0)
		r = directory_remove(store->marks, path, err);
	if (r < 0)
		error_prefix(err, "in %s", store->root);
	return r;
}
