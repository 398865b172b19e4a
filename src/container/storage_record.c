// SPDX-License-Identifier: Apache-2.0
#include "container/storage_record.h"

#include <glob.h>
#include <jansson.h>
#include <libgen.h>
#include <pthread.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "container/container_record.h"
#include "container/engine_process.h"
#include "cgroup/owner.h"
#include "container/state_file.h"
#include "util/array.h"
#include "util/error.h"
#include "util/str.h"
#include "util/user.h"

/*
 * The library's configuration, which may give another place than the usual one for its files.
 */
#define CONFIG_DIRECTORY "/etc/containers"
#define CONFIG_FILE "storage.conf"

/* More containers than a user has. A user can write a list of any length. */
#define LIST_MAX 16384

/*
 * The lists, which are in the same directory as the containers' directories. Containers that do
 * not outlive a reboot have a list of their own. Source: containers/storage, containers.go.
 */
static const char *const lists[] = { "containers.json", "volatile-containers.json" };

/*
 * Sets the digest of an image id from images.json, which is in a directory next to containers.
 */
static void set_digest(struct container_record *record, const char *containers, const char *image)
{
	_cleanup_state_directory_ struct state_directory directory = STATE_DIRECTORY_CLOSED;
	size_t length = strlen(containers) - strlen("-containers");
	_cleanup_free_ char *path = NULL;
	_cleanup_json_ json_t *images = NULL;
	const json_t *item;
	size_t i;

	if (asprintf(&path, "%.*s-images", (int)length, containers) < 0) {
		path = NULL;
		return;
	}
	if (state_directory_open(path, &directory, NULL) < 0 ||
	    !owner_tells_about(directory.owner, record->owner) ||
	    state_file_read_any_json(&directory, "images.json", &images, NULL) < 0)
		return;
	json_array_foreach(images, i, item) {
		const char *id = json_string_value(json_object_get(item, "id"));

		if (id && strcmp(id, image) == 0)
			container_record_set(&record->image_digest,
					     json_string_value(json_object_get(item, "digest")));
	}
}

/* Reads the JSON text that Podman or CRI-O keep in an entry. Only CRI-O's has a pod id. */
static void read_metadata(struct container_record *record, const char *text)
{
	_cleanup_json_ json_t *metadata = text ? json_loads(text, 0, NULL) : NULL;

	record->engine = json_object_get(metadata, "pod-id") ? ENGINE_CRIO : ENGINE_PODMAN;
	container_record_set(&record->name, json_string_value(json_object_get(metadata, "name")));
	container_record_set(&record->image,
			     json_string_value(json_object_get(metadata, "image-name")));
}

static int add_entry(const struct state_directory *directory, const json_t *entry,
		     const char *reference, struct container_records *records, struct error *err)
{
	_cleanup_container_record_ struct container_record record = { .owner = directory->owner };
	const json_t *names = json_object_get(entry, "names");
	const char *image = json_string_value(json_object_get(entry, "image"));

	container_record_set(&record.id, json_string_value(json_object_get(entry, "id")));
	if (!record.id || !container_id_is_valid(record.id))
		return 0;
	container_record_set(&record.name, json_string_value(json_array_get(names, 0)));
	if (!container_record_matches(&record, reference))
		return 0;
	read_metadata(&record, json_string_value(json_object_get(entry, "metadata")));
	if (image)
		set_digest(&record, directory->path, image);
	return container_records_add(records, &record, err);
}

static int read_lists(const char *path, const char *reference, struct container_records *records,
		      struct error *err)
{
	_cleanup_state_directory_ struct state_directory directory = STATE_DIRECTORY_CLOSED;
	size_t i, j;
	int r = 0;

	if (state_directory_open(path, &directory, NULL) < 0 || directory.owner == OWNER_ANYBODY)
		return 0;
	for (i = 0; i < array_size(lists); i++) {
		_cleanup_json_ json_t *list = NULL;

		if (state_file_read_any_json(&directory, lists[i], &list, NULL) < 0)
			continue;
		for (j = 0; j < json_array_size(list) && j < LIST_MAX && r == 0; j++)
			r = add_entry(&directory, json_array_get(list, j), reference, records, err);
	}
	return r;
}

/* Reads the storage below a directory, of any storage driver. */
static int read_storage(const char *directory, const char *reference,
			struct container_records *records, struct error *err)
{
	_cleanup_free_ char *pattern = NULL;
	glob_t paths = {};
	size_t i;
	int r = 0;

	if (asprintf(&pattern, "%s/*-containers", directory) < 0) {
		pattern = NULL;
		return error_nomem(err);
	}
	if (glob(pattern, GLOB_NOSORT, NULL, &paths) == GLOB_NOSPACE)
		r = error_nomem(err);
	for (i = 0; i < paths.gl_pathc && r == 0; i++)
		r = read_lists(paths.gl_pathv[i], reference, records, err);
	globfree(&paths);
	return r;
}

static int read_storage_below(const char *above, const char *below, const char *reference,
			      struct container_records *records, struct error *err)
{
	_cleanup_free_ char *directory = NULL;

	if (asprintf(&directory, "%s%s", above, below) < 0) {
		directory = NULL;
		return error_nomem(err);
	}
	return read_storage(directory, reference, records, err);
}

/*
 * Finds the value of a line such as: graphroot = "/var/lib/containers/storage". NULL unless it
 * is an absolute path. The result points into text, which is modified.
 */
static const char *find_setting(char *text, const char *key)
{
	char *line, *rest = text, *value;

	while ((line = strsep(&rest, "\n"))) {
		line += strspn(line, " \t");
		if (!str_has_prefix(line, key))
			continue;
		value = line + strlen(key);
		value += strspn(value, " \t");
		if (*value++ != '=')
			continue;
		value += strspn(value, " \t\"'");
		value[strcspn(value, "\"'#")] = '\0';
		return *value == '/' ? value : NULL;
	}
	return NULL;
}

static int read_configured(const char *root, const char *reference,
			   struct container_records *records, struct error *err)
{
	_cleanup_state_directory_ struct state_directory directory = STATE_DIRECTORY_CLOSED;
	_cleanup_free_ char *path = NULL, *text = NULL;
	const char *storage;

	if (asprintf(&path, "%s%s", root, CONFIG_DIRECTORY) < 0) {
		path = NULL;
		return error_nomem(err);
	}
	if (state_directory_open(path, &directory, NULL) < 0 || directory.owner != OWNER_ROOT ||
	    state_file_read(&directory, CONFIG_FILE, &text, NULL, NULL) < 0)
		return 0;
	storage = find_setting(text, "graphroot");
	return storage ? read_storage_below(root, storage, reference, records, err) : 0;
}

/* Each conmon watches a container, and has the container's directory in its arguments. */
static int read_watched(const char *reference, struct container_records *records, struct error *err)
{
	_cleanup_engine_processes_ struct engine_processes monitors = {};
	size_t i;
	int r = engine_processes_find("conmon", &monitors, err);

	for (i = 0; i < monitors.length && r == 0; i++) {
		/* STORAGE/DRIVER-containers/ID/userdata */
		const char *bundle = engine_process_option(&monitors.items[i], "--bundle", "-b");
		_cleanup_free_ char *path = bundle && *bundle == '/' ? strdup(bundle) : NULL;
		char *containers = path ? dirname(dirname(path)) : NULL;

		if (containers && str_has_suffix(containers, "-containers"))
			r = read_lists(containers, reference, records, err);
	}
	return r;
}

/* Returns the home directory of an ordinary user, owned by the caller, or NULL. */
static char *home_of(const char *uid)
{
	static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER; /* user_find() has one result */
	const struct passwd *user;
	char *home = NULL;

	pthread_mutex_lock(&mutex);
	user = user_find(uid);
	if (user && user->pw_uid != 0 && user->pw_dir[0] == '/')
		home = strdup(user->pw_dir);
	pthread_mutex_unlock(&mutex);
	return home;
}

/* Reads the storage of users who are logged in or have running services. */
static int read_users(const char *reference, struct container_records *records, struct error *err)
{
	glob_t paths = {};
	size_t i;
	int r = 0;

	if (glob("/run/user/*", GLOB_NOSORT, NULL, &paths) == GLOB_NOSPACE)
		r = error_nomem(err);
	for (i = 0; i < paths.gl_pathc && r == 0; i++) {
		_cleanup_free_ char *home = home_of(strrchr(paths.gl_pathv[i], '/') + 1);

		if (home)
			r = read_storage_below(home, "/.local/share/containers/storage", reference,
					       records, err);
	}
	globfree(&paths);
	return r;
}

int storage_add_records(const char *root, const char *reference, struct container_records *records,
			struct error *err)
{
	int r = read_storage_below(root, "/var/lib/containers/storage", reference, records, err);

	if (r == 0)
		r = read_storage_below(root, "/run/containers/storage", reference, records, err);
	if (r == 0)
		r = read_configured(root, reference, records, err);
	/*
	 * A container with a whole id may have been found by now. Otherwise search the running
	 * ones.
	 */
	if (r == 0 && !*root && !(container_id_is_whole(reference) && records->length))
		r = read_watched(reference, records, err);
	if (r == 0 && !*root)
		r = read_users(reference, records, err);
	return r;
}
