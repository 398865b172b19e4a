// SPDX-License-Identifier: Apache-2.0
#include "container/container_state.h"

#include <errno.h>
#include <glob.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "container/docker.h"
#include "cgroup/owner.h"
#include "cgroup/process.h"
#include "container/runtime.h"
#include "container/state_file.h"
#include "util/array.h"
#include "util/error.h"
#include "util/str.h"

#define TASKS "/io.containerd.runtime.v2.task/*/"

/* More containers than a node runs. An ordinary user can make directories without limit. */
#define USER_STATES_MAX 1024

void container_state_finish(struct container_state *state)
{
	free(state->id);
	free(state->bundle);
	free(state->state);
	free(state->namespace);
	free(state->runtime);
	free(state->runtime_binary);
	*state = (struct container_state){};
}

void container_states_finish(struct container_states *states)
{
	size_t i;

	for (i = 0; i < states->length; i++)
		container_state_finish(&states->items[i]);
	free(states->items);
	*states = (struct container_states){};
}

static pid_t pid_of_json(const json_t *json)
{
	json_int_t pid = json_integer_value(json);

	return pid > 0 && pid <= INT_MAX ? pid : 0;
}

static uint64_t time_of_json(const json_t *json)
{
	json_int_t time = json_integer_value(json);

	return time > 0 ? time : 0;
}

static pid_t pid_of_file(const struct state_directory *directory, const char *name)
{
	_cleanup_free_ char *text = NULL;
	long pid;

	if (state_file_read(directory, name, &text, NULL, NULL) < 0)
		return 0;
	text[strcspn(text, "\n")] = '\0';
	return str_parse_long(text, 1, INT_MAX, &pid, NULL) == 0 ? pid : 0;
}

static void set_text(char **to, const char *text)
{
	if (!*to && text && *text)
		*to = strdup(text);
}

/* Sets the runtime from a name, or from a path, which is also the location of its binary. */
static void set_runtime(struct container_state *state, const char *text)
{
	if (!text || state->runtime)
		return;
	set_text(&state->runtime, runtime_name_of(text));
	if (text[0] == '/' && state->runtime)
		set_text(&state->runtime_binary, text);
}

/* True if the file names a runtime, known or not. */
static bool set_runtime_from_file(struct container_state *state,
				  const struct state_directory *directory, const char *name)
{
	_cleanup_free_ char *text = NULL;

	if (state_file_read(directory, name, &text, NULL, NULL) < 0)
		return false;
	text[strcspn(text, "\n")] = '\0';
	set_runtime(state, text);
	return *text;
}

static void set_namespace(struct container_state *state, const char *directory)
{
	_cleanup_free_ char *copy = strdup(directory);

	if (copy)
		set_text(&state->namespace, basename(dirname(copy)));
}

/*
 * Reads the directory of containerd's shim. The file "runtime" holds the runtime's binary if
 * one is configured. Otherwise the kind of shim identifies the runtime. A configured binary of
 * an unknown name may be any runtime.
 */
static void read_task(struct container_state *state, const struct state_directory *directory)
{
	_cleanup_json_ json_t *options = NULL;
	const char *binary = NULL;
	bool configured;

	set_namespace(state, directory->path);
	state->engine = state->namespace && strcmp(state->namespace, "moby") == 0 ?
				ENGINE_DOCKER :
				ENGINE_CONTAINERD;
	set_text(&state->bundle, directory->path);
	state->pid = pid_of_file(directory, "init.pid");
	configured = set_runtime_from_file(state, directory, "runtime");
	if (state_file_read_json(directory, "options.json", &options, NULL) == 0)
		binary = json_string_value(json_object_get(options, "binary_name"));
	set_runtime(state, binary);
	if (!state->runtime && !configured && !(binary && *binary)) {
		set_runtime_from_file(state, directory, "shim-binary-path");
		/* The path is the shim's, not the runtime's. */
		free(steal_pointer(&state->runtime_binary));
	}
}

/* runc keeps labels as a list of "key=value" strings. */
static const char *find_runc_label(const json_t *labels, const char *prefix)
{
	const json_t *label;
	size_t i;

	json_array_foreach(labels, i, label) {
		const char *text = json_string_value(label);

		if (text && str_has_prefix(text, prefix))
			return text + strlen(prefix);
	}
	return NULL;
}

static void set_bundle(struct container_state *state, const char *bundle)
{
	if (bundle && bundle[0] == '/')
		set_text(&state->bundle, bundle);
}

/*
 * runc writes "state.json" and crun "status". Below a shim, either may use the directory meant
 * for the other, so the file identifies the runtime.
 */
static void read_runtime_state(struct container_state *state,
			       const struct state_directory *directory)
{
	_cleanup_json_ json_t *json = NULL;

	if (state_file_read_json(directory, "state.json", &json, NULL) == 0) {
		const json_t *config = json_object_get(json, "config");

		set_runtime(state, "runc");
		state->pid = pid_of_json(json_object_get(json, "init_process_pid"));
		state->started = time_of_json(json_object_get(json, "init_process_start"));
		set_bundle(state, find_runc_label(json_object_get(config, "labels"), "bundle="));
	} else if (state_file_read_json(directory, "status", &json, NULL) == 0) {
		set_runtime(state, "crun");
		state->pid = pid_of_json(json_object_get(json, "pid"));
		state->started = time_of_json(json_object_get(json, "process-start-time"));
		set_bundle(state, json_string_value(json_object_get(json, "bundle")));
	} else {
		return;
	}
	set_text(&state->state, directory->path);
}

/*
 * Reads a directory of the storage library that Podman and CRI-O share. Only the cgroup's name
 * identifies the engine, so it stays unknown here.
 */
static void read_storage(struct container_state *state, const struct state_directory *directory)
{
	set_text(&state->bundle, directory->path);
	state->pid = pid_of_file(directory, "pidfile");
}

/* A pattern of state directories, in two parts: before and after the container's id. */
struct place {
	const char *before; /* up to the id */
	const char *after;
	void (*read)(struct container_state *state, const struct state_directory *directory);
};

/* If several directories describe a container, the one listed first is believed. */
static const struct place places[] = {
	{ "/run/containerd" TASKS, "", read_task },
	{ "/run/k3s/containerd" TASKS, "", read_task },
	{ "/run/containers/storage/*-containers/", "/userdata", read_storage },
	{ "/var/lib/containers/storage/*-containers/", "/userdata", read_storage },
	{ "/run/containerd/runc/*/", "", read_runtime_state },
	{ "/run/runc/", "", read_runtime_state },
	{ "/run/crun/", "", read_runtime_state },
	{ "/run/user/*/runc/", "", read_runtime_state },
	{ "/run/user/*/crun/", "", read_runtime_state },
};

/* Patterns below the exec-root of each Docker daemon. */
static const struct place docker_places[] = {
	{ "/containerd/daemon" TASKS, "", read_task },
	{ "/runtime-runc/*/", "", read_runtime_state },
};

static void move_text(char **to, char **from)
{
	if (!*to)
		*to = steal_pointer(from);
}

static struct container_state *find_state(const struct container_states *states, const char *id,
					  uid_t owner)
{
	size_t i;

	for (i = 0; i < states->length; i++)
		if (states->items[i].owner == owner && strcmp(states->items[i].id, id) == 0)
			return &states->items[i];
	return NULL;
}

/*
 * Adds a state, or fills gaps in the known state of the same id and owner. Moves the strings
 * out of state.
 */
static int add_state(struct container_states *states, struct container_state *state,
		     struct error *err)
{
	struct container_state *known = find_state(states, state->id, state->owner), *grown;

	if (!known) {
		grown = array_grow(states->items, states->length, sizeof(*grown));
		if (!grown)
			return error_nomem(err);
		states->items = grown;
		grown[states->length++] = *state;
		*state = (struct container_state){};
		return 0;
	}
	/*
	 * crun can run below a shim for runc. Then its own state is better evidence than the
	 * shim.
	 */
	if (state->state && state->runtime && known->runtime && !known->runtime_binary) {
		free(known->runtime);
		known->runtime = steal_pointer(&state->runtime);
	}
	move_text(&known->bundle, &state->bundle);
	move_text(&known->state, &state->state);
	move_text(&known->namespace, &state->namespace);
	move_text(&known->runtime, &state->runtime);
	move_text(&known->runtime_binary, &state->runtime_binary);
	/* A start time is valid only with the pid of the same state. */
	if (!known->pid || (known->pid == state->pid && !known->started)) {
		known->pid = state->pid;
		known->started = state->started;
	}
	if (!known->engine)
		known->engine = state->engine;
	return 0;
}

/* Returns a copy of the id: the component of path before the suffix after. */
static char *id_of_path(const char *path, const char *after)
{
	size_t length = strlen(path) - strlen(after);
	const char *start = path + length;

	while (start > path && start[-1] != '/')
		start--;
	return strndup(start, path + length - start);
}

static int read_place(const struct place *place, const char *path, struct container_states *states,
		      size_t *user_states, struct error *err)
{
	_cleanup_container_state_ struct container_state state = {};
	_cleanup_state_directory_ struct state_directory directory = STATE_DIRECTORY_CLOSED;

	state.id = id_of_path(path, place->after);
	if (!state.id)
		return error_nomem(err);
	if (!container_id_is_valid(state.id) || state_directory_open(path, &directory, NULL) < 0 ||
	    directory.owner == OWNER_ANYBODY ||
	    (directory.owner != OWNER_ROOT && ++*user_states > USER_STATES_MAX))
		return 0;
	state.owner = directory.owner;
	place->read(&state, &directory);
	/* A directory without useful content is not a container's. */
	return state.bundle || state.state ? add_state(states, &state, err) : 0;
}

static int look_in(const struct place *place, const char *root, const char *id_prefix,
		   struct container_states *states, struct error *err)
{
	_cleanup_free_ char *pattern = NULL;
	size_t i, user_states = 0;
	glob_t paths = {};
	int r = 0;

	if (asprintf(&pattern, "%s%s%s*%s", root, place->before, id_prefix, place->after) < 0) {
		pattern = NULL;
		return error_nomem(err);
	}
	if (glob(pattern, GLOB_NOSORT, NULL, &paths) == GLOB_NOSPACE)
		r = error_nomem(err);
	for (i = 0; i < paths.gl_pathc && r == 0; i++)
		r = read_place(place, paths.gl_pathv[i], states, &user_states, err);
	globfree(&paths);
	return r;
}

static int look_in_docker(const char *root, const char *id_prefix, struct container_states *states,
			  struct error *err)
{
	_cleanup_docker_roots_ struct docker_roots roots = {};
	size_t i, j;
	int r = docker_roots_find(root, &roots, err);

	for (i = 0; i < roots.length && r == 0; i++)
		for (j = 0; j < array_size(docker_places) && r == 0; j++)
			r = look_in(&docker_places[j], roots.items[i].run, id_prefix, states, err);
	return r;
}

static int compare_states(const void *a, const void *b)
{
	const struct container_state *left = a, *right = b;

	int order = strcmp(left->id, right->id);

	return order ? order : (left->owner > right->owner) - (left->owner < right->owner);
}

int container_states_find(const char *root, const char *id_prefix,
			  struct container_states *ret_states, struct error *err)
{
	_cleanup_container_states_ struct container_states states = {};
	size_t i;
	int r = 0;

	/* The prefix becomes part of a glob pattern. */
	if (!container_id_is_valid(id_prefix))
		return error_set(err, EINVAL, "'%s' cannot be a container's id", id_prefix);
	for (i = 0; i < array_size(places) && r == 0; i++)
		r = look_in(&places[i], root, id_prefix, &states, err);
	if (r == 0)
		r = look_in_docker(root, id_prefix, &states, err);
	if (r < 0)
		return r;
	if (states.length)
		qsort(states.items, states.length, sizeof(*states.items), compare_states);
	*ret_states = states;
	states = (struct container_states){};
	return 0;
}

const struct container_state *container_states_choose(const struct container_states *states,
						      const char *id, uid_t owner)
{
	const struct container_state *state = find_state(states, id, OWNER_ROOT);

	return state || owner == OWNER_ROOT ? state : find_state(states, id, owner);
}

int container_state_open_process(const struct container_state *state, int *ret_process,
				 struct error *err)
{
	_cleanup_close_ int process = -1;
	uint64_t started;
	int r;

	if (!state->pid)
		return error_set(err, ESRCH, "container %s has no process", state->id);
	r = process_open(state->pid, &process, &started, err);
	if (r < 0)
		return r;
	if (state->started && started != state->started)
		return error_set(err, ESRCH, "process %d no longer belongs to container %s",
				 state->pid, state->id);
	if (!owner_has_process(state->owner, process))
		return error_set(err, ESRCH,
				 "user %u claims process %d for container %s, but the process "
				 "does not belong to that user",
				 state->owner, state->pid, state->id);
	*ret_process = steal_fd(&process);
	return 0;
}
