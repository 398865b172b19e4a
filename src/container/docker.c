// SPDX-License-Identifier: Apache-2.0
#include "container/docker.h"

#include <errno.h>
#include <glob.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "container/engine_process.h"
#include "cgroup/owner.h"
#include "container/runtime.h"
#include "container/state_file.h"
#include "util/array.h"
#include "util/clock.h"
#include "util/error.h"
#include "util/str.h"

/* moby: daemon/config/config_linux.go. */
#define CONFIG "/etc/docker/daemon.json"
#define DATA "/var/lib/docker"
#define RUN "/run/docker"

/* Lifetime of the cached list of daemons. The next question usually comes soon. */
#define DAEMONS_FRESH_NS 1000000000LL

static void docker_root_finish(struct docker_root *root)
{
	free(root->data);
	free(root->run);
	json_decref(root->runtimes);
}

void docker_roots_finish(struct docker_roots *roots)
{
	size_t i;

	for (i = 0; i < roots->length; i++)
		docker_root_finish(&roots->items[i]);
	free(roots->items);
	*roots = (struct docker_roots){};
}

static bool has_root(const struct docker_roots *roots, const struct docker_root *root)
{
	size_t i;

	for (i = 0; i < roots->length; i++)
		if (strcmp(roots->items[i].data, root->data) == 0 &&
		    strcmp(roots->items[i].run, root->run) == 0)
			return true;
	return false;
}

/* Adds copies of the given directories, unless the list already has this pair. */
static int add_root(struct docker_roots *roots, const char *prefix, const char *data,
		    const char *run, json_t *runtimes, struct error *err)
{
	_cleanup_(docker_root_finish) struct docker_root root = {
		.runtimes = json_incref(runtimes),
	};
	struct docker_root *grown;

	if (asprintf(&root.data, "%s%s", prefix, data) < 0)
		root.data = NULL;
	if (asprintf(&root.run, "%s%s", prefix, run) < 0)
		root.run = NULL;
	if (!root.data || !root.run)
		return error_nomem(err);
	if (has_root(roots, &root))
		return 0;
	grown = array_grow(roots->items, roots->length, sizeof(*grown));
	if (!grown)
		return error_nomem(err);
	roots->items = grown;
	grown[roots->length++] = root;
	root = (struct docker_root){};
	return 0;
}

/* Reads a daemon.json that only root can change; NULL if there is none. The caller owns it. */
static json_t *read_config(const char *path)
{
	_cleanup_state_directory_ struct state_directory directory = STATE_DIRECTORY_CLOSED;
	_cleanup_free_ char *parent = strdup(path);
	char *slash = parent ? strrchr(parent, '/') : NULL;
	json_t *config = NULL;

	if (!slash || slash == parent)
		return NULL;
	*slash = '\0';
	if (state_directory_open(parent, &directory, NULL) < 0 || directory.owner != OWNER_ROOT ||
	    state_file_read_json(&directory, slash + 1, &config, NULL) < 0)
		return NULL;
	return config;
}

static const char *config_path(json_t *config, const char *key)
{
	const char *path = json_string_value(json_object_get(config, key));

	return path && path[0] == '/' ? path : NULL;
}

/*
 * Joins the runtimes of the file and of "--add-runtime NAME=PATH". The caller owns the result.
 */
static json_t *runtimes_of(const struct engine_process *daemon, json_t *config)
{
	json_t *runtimes = json_object_get(config, "runtimes");
	size_t i;

	runtimes = json_is_object(runtimes) ? json_deep_copy(runtimes) : json_object();
	for (i = 1; runtimes && i < daemon->argument_count; i++) {
		const char *text = daemon->arguments[i], *equals;
		_cleanup_free_ char *name = NULL;

		if (str_has_prefix(text, "--add-runtime="))
			text += strlen("--add-runtime=");
		else if (strcmp(daemon->arguments[i - 1], "--add-runtime") != 0)
			continue;
		equals = strchr(text, '=');
		name = equals ? strndup(text, equals - text) : NULL;
		if (name)
			json_object_set_new(runtimes, name, json_pack("{s:s}", "path", equals + 1));
	}
	return runtimes;
}

static int add_daemon(struct docker_roots *roots, const struct engine_process *daemon,
		      struct error *err)
{
	const char *path = engine_process_option(daemon, "--config-file", NULL) ?: CONFIG;
	const char *data = engine_process_option(daemon, "--data-root", "-g");
	const char *run = engine_process_option(daemon, "--exec-root", NULL);
	_cleanup_json_ json_t *config = NULL, *runtimes = NULL;
	_cleanup_free_ char *absolute = NULL;

	/* A relative path is relative to the daemon's working directory. */
	if (asprintf(&absolute, "/proc/%d/cwd/%s", daemon->pid, path) < 0) {
		absolute = NULL;
		return error_nomem(err);
	}
	config = read_config(path[0] == '/' ? path : absolute);
	runtimes = runtimes_of(daemon, config);
	if (!data || data[0] != '/')
		data = config_path(config, "data-root") ?: DATA;
	if (!run || run[0] != '/')
		run = config_path(config, "exec-root") ?: RUN;
	return add_root(roots, "", data, run, runtimes, err);
}

static int add_daemons(struct docker_roots *roots, struct error *err)
{
	_cleanup_engine_processes_ struct engine_processes daemons = {};
	size_t i;
	int r = engine_processes_find("dockerd", &daemons, err);

	for (i = 0; i < daemons.length && r == 0; i++)
		r = add_daemon(roots, &daemons.items[i], err);
	return r;
}

static int find_roots(const char *root, struct docker_roots *roots, struct error *err)
{
	_cleanup_json_ json_t *config = NULL;
	_cleanup_free_ char *path = NULL;
	int r = 0;

	if (asprintf(&path, "%s%s", root, CONFIG) < 0) {
		path = NULL;
		return error_nomem(err);
	}
	/*
	 * Daemons come first: a daemon's arguments count more than a file that another daemon
	 * may read.
	 */
	if (!*root)
		r = add_daemons(roots, err);
	config = read_config(path);
	if (r == 0)
		r = add_root(roots, root, config_path(config, "data-root") ?: DATA,
			     config_path(config, "exec-root") ?: RUN,
			     json_object_get(config, "runtimes"), err);
	return r == 0 ? add_root(roots, root, DATA, RUN, NULL, err) : r;
}

/* The cached directories of this machine, for all threads. */
static struct {
	pthread_mutex_t mutex;
	struct docker_roots roots;
	int64_t until;
} known = { .mutex = PTHREAD_MUTEX_INITIALIZER };

/* Adds copies of the cached directories. False if they are too old. */
static bool add_known(struct docker_roots *roots, int64_t now, int *ret_result, struct error *err)
{
	bool fresh;
	size_t i;

	pthread_mutex_lock(&known.mutex);
	fresh = now < known.until;
	*ret_result = 0;
	for (i = 0; fresh && i < known.roots.length && *ret_result == 0; i++) {
		const struct docker_root *item = &known.roots.items[i];

		*ret_result = add_root(roots, "", item->data, item->run, item->runtimes, err);
	}
	pthread_mutex_unlock(&known.mutex);
	return fresh;
}

static void remember(struct docker_roots *roots, int64_t now)
{
	struct docker_roots old;

	pthread_mutex_lock(&known.mutex);
	old = known.roots;
	known.roots = *roots;
	known.until = now + DAEMONS_FRESH_NS;
	pthread_mutex_unlock(&known.mutex);
	*roots = old;
}

int docker_roots_find(const char *root, struct docker_roots *ret_roots, struct error *err)
{
	_cleanup_docker_roots_ struct docker_roots found = {}, copy = {};
	int64_t now = clock_ns(CLOCK_MONOTONIC);
	int r = 0;

	if (*root) {
		r = find_roots(root, &copy, err);
	} else if (!add_known(&copy, now, &r, err)) {
		r = find_roots(root, &found, err);
		if (r < 0)
			return r;
		remember(&found, now);
		add_known(&copy, now, &r, err);
	}
	if (r < 0)
		return r;
	*ret_roots = copy;
	copy = (struct docker_roots){};
	return 0;
}

/* Returns the plain name of the runtime that the daemon's configuration calls name. */
static const char *runtime_of(const struct docker_root *root, const char *name)
{
	const json_t *runtime = json_object_get(root->runtimes, name);
	const char *path = json_string_value(json_object_get(runtime, "path"));
	const char *type = json_string_value(json_object_get(runtime, "runtimeType"));
	const char *found = path ? runtime_name_of(path) : NULL;

	if (!found && type)
		found = runtime_name_of(type);
	return found ? found : runtime_name_of(name);
}

/* Reads hostconfig.json, which has the options that the user asked for. */
static void read_host_config(const struct docker_root *root,
			     const struct state_directory *directory,
			     struct container_record *record)
{
	_cleanup_json_ json_t *json = NULL;
	const char *policy, *runtime;

	if (state_file_read_json(directory, "hostconfig.json", &json, NULL) < 0)
		return;
	policy = json_string_value(json_object_get(json_object_get(json, "RestartPolicy"), "Name"));
	record->restarts = policy && *policy && strcmp(policy, "no") != 0;
	runtime = json_string_value(json_object_get(json, "Runtime"));
	if (runtime && *runtime)
		container_record_set(&record->runtime, runtime_of(root, runtime));
}

/* Reads config.v2.json, where the name begins with a slash. */
static void read_container(const struct docker_root *root, const struct state_directory *directory,
			   struct container_record *record)
{
	_cleanup_json_ json_t *json = NULL;
	const json_t *state;
	const char *name;

	if (state_file_read_json(directory, "config.v2.json", &json, NULL) < 0)
		return;
	name = json_string_value(json_object_get(json, "Name"));
	container_record_set(&record->name, name && *name == '/' ? name + 1 : name);
	container_record_set(&record->image, json_string_value(json_object_get(
						     json_object_get(json, "Config"), "Image")));
	name = json_string_value(json_object_get(json, "Image"));
	if (name && str_has_prefix(name, "sha256:"))
		container_record_set(&record->image_digest, name);
	state = json_object_get(json, "State");
	record->active = json_is_true(json_object_get(state, "Running")) ||
			 json_is_true(json_object_get(state, "Restarting"));
	read_host_config(root, directory, record);
}

static int add_record(const struct docker_root *root, const char *path, const char *reference,
		      struct container_records *records, struct error *err)
{
	_cleanup_state_directory_ struct state_directory directory = STATE_DIRECTORY_CLOSED;
	_cleanup_container_record_ struct container_record record = { .engine = ENGINE_DOCKER };

	record.id = strdup(strrchr(path, '/') + 1);
	if (!record.id)
		return error_nomem(err);
	/* With a whole id, the names of other containers need not be read. */
	if (!container_id_is_valid(record.id) ||
	    (container_id_is_whole(reference) && strcmp(record.id, reference) != 0) ||
	    state_directory_open(path, &directory, NULL) < 0 || directory.owner == OWNER_ANYBODY)
		return 0;
	record.owner = directory.owner;
	read_container(root, &directory, &record);
	if (!container_record_matches(&record, reference))
		return 0;
	return container_records_add(records, &record, err);
}

int docker_add_records(const char *root, const char *reference, struct container_records *records,
		       struct error *err)
{
	_cleanup_docker_roots_ struct docker_roots roots = {};
	size_t i, j;
	int r = docker_roots_find(root, &roots, err);

	for (i = 0; i < roots.length && r == 0; i++) {
		_cleanup_free_ char *pattern = NULL;
		glob_t paths = {};

		if (asprintf(&pattern, "%s/containers/*", roots.items[i].data) < 0) {
			pattern = NULL;
			return error_nomem(err);
		}
		if (glob(pattern, GLOB_NOSORT, NULL, &paths) == GLOB_NOSPACE)
			r = error_nomem(err);
		for (j = 0; j < paths.gl_pathc && r == 0; j++)
			r = add_record(&roots.items[i], paths.gl_pathv[j], reference, records, err);
		globfree(&paths);
	}
	return r;
}
