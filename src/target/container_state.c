// SPDX-License-Identifier: Apache-2.0
#include "target/container_state.h"

#include <errno.h>
#include <glob.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "target/runtime.h"
#include "target/state_file.h"
#include "util/array.h"
#include "util/error.h"
#include "util/str.h"

void container_state_finish(struct container_state *state)
{
	free(state->id);
	free(state->bundle);
	free(state->state);
	free(state->namespace);
	free(state->runtime);
	free(state->runtime_binary);
	*state = (struct container_state){ 0 };
}

void container_states_finish(struct container_states *states)
{
	size_t i;

	for (i = 0; i < states->length; i++)
		container_state_finish(&states->items[i]);
	free(states->items);
	*states = (struct container_states){ 0 };
}

static pid_t pid_of_json(const json_t *json)
{
	json_int_t pid = json_integer_value(json);

	return pid > 0 && pid <= INT_MAX ? pid : 0;
}

static pid_t pid_of_file(const char *directory, const char *name)
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

/* A runtime as written somewhere: a name, or a path that also tells where it is. */
static void set_runtime(struct container_state *state, const char *text)
{
	if (!text || state->runtime)
		return;
	set_text(&state->runtime, runtime_name_of(text));
	if (text[0] == '/' && state->runtime)
		set_text(&state->runtime_binary, text);
}

static void set_runtime_from_file(struct container_state *state, const char *directory,
				  const char *name)
{
	_cleanup_free_ char *text = NULL;

	if (state_file_read(directory, name, &text, NULL, NULL) < 0)
		return;
	text[strcspn(text, "\n")] = '\0';
	set_runtime(state, text);
}

static void set_namespace(struct container_state *state, const char *directory)
{
	_cleanup_free_ char *copy = strdup(directory);

	if (copy)
		set_text(&state->namespace, basename(dirname(copy)));
}

/*
 * containerd's shim: "runtime" holds the runtime's binary when it is configured, otherwise
 * the kind of shim tells.
 */
static void read_task(struct container_state *state, const char *directory)
{
	_cleanup_json_ json_t *options = NULL;

	set_namespace(state, directory);
	state->engine = state->namespace && strcmp(state->namespace, "moby") == 0 ?
				ENGINE_DOCKER :
				ENGINE_CONTAINERD;
	set_text(&state->bundle, directory);
	state->pid = pid_of_file(directory, "init.pid");
	set_runtime_from_file(state, directory, "runtime");
	if (state_file_read_json(directory, "options.json", &options, NULL) == 0)
		set_runtime(state, json_string_value(json_object_get(options, "binary_name")));
	if (!state->runtime) {
		set_runtime_from_file(state, directory, "shim-binary-path");
		/* The path is the shim's, not the runtime's. */
		free(steal_pointer(&state->runtime_binary));
	}
}

/* runc lists what containers were made with as "key=value". */
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

/*
 * A state directory of an ordinary user may only name a bundle of the same user: nobody gets
 * another's configuration read out.
 */
static void set_bundle(struct container_state *state, const char *directory, const char *bundle)
{
	struct stat owner, owned;

	if (!bundle || bundle[0] != '/' || stat(directory, &owner) < 0 || stat(bundle, &owned) < 0)
		return;
	if (owner.st_uid == 0 || owner.st_uid == owned.st_uid)
		set_text(&state->bundle, bundle);
}

/* runc writes "state.json", crun "status", each also in place of the other below a shim. */
static void read_runtime_state(struct container_state *state, const char *directory)
{
	_cleanup_json_ json_t *json = NULL;

	if (state_file_read_json(directory, "state.json", &json, NULL) == 0) {
		const json_t *config = json_object_get(json, "config");

		set_runtime(state, "runc");
		state->pid = pid_of_json(json_object_get(json, "init_process_pid"));
		set_bundle(state, directory,
			   find_runc_label(json_object_get(config, "labels"), "bundle="));
	} else if (state_file_read_json(directory, "status", &json, NULL) == 0) {
		set_runtime(state, "crun");
		state->pid = pid_of_json(json_object_get(json, "pid"));
		set_bundle(state, directory, json_string_value(json_object_get(json, "bundle")));
	} else {
		return;
	}
	set_text(&state->state, directory);
}

/* The storage library of Podman and CRI-O; which of the two, the cgroup's name tells. */
static void read_storage(struct container_state *state, const char *directory)
{
	set_text(&state->bundle, directory);
	state->pid = pid_of_file(directory, "pidfile");
}

/*
 * Where containers leave traces. Of directories that tell the same the one listed first is
 * believed, so those that only root can write come before those of users.
 */
static const struct {
	const char *before; /* the id */
	const char *after;
	void (*read)(struct container_state *state, const char *directory);
} places[] = {
	{ "/run/containerd/io.containerd.runtime.v2.task/*/", "", read_task },
	{ "/run/k3s/containerd/io.containerd.runtime.v2.task/*/", "", read_task },
	{ "/run/docker/containerd/daemon/io.containerd.runtime.v2.task/*/", "", read_task },
	{ "/var/run/docker/containerd/daemon/io.containerd.runtime.v2.task/*/", "", read_task },
	{ "/run/containers/storage/*-containers/", "/userdata", read_storage },
	{ "/var/lib/containers/storage/*-containers/", "/userdata", read_storage },
	{ "/run/containerd/runc/*/", "", read_runtime_state },
	{ "/run/docker/runtime-runc/*/", "", read_runtime_state },
	{ "/var/run/docker/runtime-runc/*/", "", read_runtime_state },
	{ "/run/runc/", "", read_runtime_state },
	{ "/run/crun/", "", read_runtime_state },
	{ "/run/user/*/runc/", "", read_runtime_state },
	{ "/run/user/*/crun/", "", read_runtime_state },
};

static void move_text(char **to, char **from)
{
	if (!*to)
		*to = steal_pointer(from);
}

static struct container_state *find_state(struct container_states *states, const char *id)
{
	size_t i;

	for (i = 0; i < states->length; i++)
		if (strcmp(states->items[i].id, id) == 0)
			return &states->items[i];
	return NULL;
}

/* Adds what a place told, or completes what was told before; takes it over. */
static int add_state(struct container_states *states, struct container_state *state,
		     struct error *err)
{
	struct container_state *known = find_state(states, state->id), *grown;

	if (!known) {
		grown = array_grow(states->items, states->length, sizeof(*grown));
		if (!grown)
			return error_nomem(err);
		states->items = grown;
		grown[states->length++] = *state;
		*state = (struct container_state){ 0 };
		return 0;
	}
	/* crun below a shim of runc's kind: its own state is better than the shim's type. */
	if (state->state && state->runtime && known->runtime && !known->runtime_binary) {
		free(known->runtime);
		known->runtime = steal_pointer(&state->runtime);
	}
	move_text(&known->bundle, &state->bundle);
	move_text(&known->state, &state->state);
	move_text(&known->namespace, &state->namespace);
	move_text(&known->runtime, &state->runtime);
	move_text(&known->runtime_binary, &state->runtime_binary);
	if (!known->pid)
		known->pid = state->pid;
	if (!known->engine)
		known->engine = state->engine;
	return 0;
}

/* The path's part that stands for the id: the last but what the pattern has after it. */
static char *id_of_path(const char *path, const char *after)
{
	size_t length = strlen(path) - strlen(after);
	const char *start = path + length;

	while (start > path && start[-1] != '/')
		start--;
	return strndup(start, path + length - start);
}

static int look_in(size_t place, const char *root, const char *id_prefix,
		   struct container_states *states, struct error *err)
{
	_cleanup_free_ char *pattern = NULL;
	glob_t paths = { 0 };
	size_t i;
	int r = 0;

	if (asprintf(&pattern, "%s%s%s*%s", root, places[place].before, id_prefix,
		     places[place].after) < 0) {
		pattern = NULL;
		return error_nomem(err);
	}
	if (glob(pattern, GLOB_NOSORT, NULL, &paths) == GLOB_NOSPACE)
		r = error_nomem(err);
	for (i = 0; i < paths.gl_pathc && r == 0; i++) {
		_cleanup_(container_state_finish) struct container_state state = { 0 };

		state.id = id_of_path(paths.gl_pathv[i], places[place].after);
		if (!state.id)
			r = error_nomem(err);
		else
			places[place].read(&state, paths.gl_pathv[i]);
		/* Nothing useful in it: no container's directory. */
		if (r == 0 && (state.bundle || state.state))
			r = add_state(states, &state, err);
	}
	globfree(&paths);
	return r;
}

static int compare_states(const void *a, const void *b)
{
	const struct container_state *left = a, *right = b;

	return strcmp(left->id, right->id);
}

int container_states_find(const char *root, const char *id_prefix,
			  struct container_states *ret_states, struct error *err)
{
	_cleanup_container_states_ struct container_states states = { 0 };
	size_t i;
	int r;

	/* It becomes part of a pattern of file names. */
	if (!container_id_is_valid(id_prefix))
		return error_set(err, EINVAL, "'%s' can be no container's id", id_prefix);
	for (i = 0; i < array_size(places); i++) {
		r = look_in(i, root, id_prefix, &states, err);
		if (r < 0)
			return r;
	}
	if (states.length)
		qsort(states.items, states.length, sizeof(*states.items), compare_states);
	*ret_states = states;
	states = (struct container_states){ 0 };
	return 0;
}
