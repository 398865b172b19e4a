// SPDX-License-Identifier: Apache-2.0
//
// The files that container runtimes keep about a container. An input holds them one behind the
// other, with a NUL between: this target stands in for the directories, so that none is made.
#include "input.h"

#include <errno.h>
#include <glob.h>
#include <stdio.h>

#include "target/container_state.h"
#include "target/state_file.h"
#include "util/array.h"
#include "util/cleanup.h"

static const char *const names[] = {
	"runtime", "options.json", "shim-binary-path", "init.pid",
	"pidfile", "state.json",   "status",
};

static char *files[array_size(names)]; /* "" is one that is not there */

static const char *find_file(const char *name)
{
	size_t i;

	for (i = 0; i < array_size(names); i++)
		if (strcmp(names[i], name) == 0)
			return files[i];
	return "";
}

/* In place of the library's: a linker takes a function from an archive only if it lacks it. */
int state_file_read(const char *directory, const char *name, char **ret_text, size_t *ret_size,
		    struct error *err)
{
	const char *text = find_file(name);

	if (!*text)
		return error_set(err, ENOENT, "there is no %s/%s", directory, name);
	*ret_text = strdup(text);
	assert(*ret_text);
	if (ret_size)
		*ret_size = strlen(text);
	return 0;
}

int state_file_read_json(const char *directory, const char *name, json_t **ret_json,
			 struct error *err)
{
	const char *text = find_file(name);
	json_t *json = json_loads(text, 0, NULL);

	if (!json_is_object(json)) {
		json_decref(json);
		return error_set(err, EINVAL, "%s/%s is no JSON object", directory, name);
	}
	*ret_json = json;
	return 0;
}

/* Every place has one container, whose directory is named as the pattern is. */
int __wrap_glob(const char *pattern, int flags, int (*on_error)(const char *, int), glob_t *paths)
{
	static char *path;

	free(path);
	path = strdup(pattern);
	assert(path);
	*paths = (glob_t){ .gl_pathc = 1, .gl_pathv = &path };
	return 0;
}

void __wrap_globfree(glob_t *paths)
{
}

static bool is_text_or_null(const char *text)
{
	return !text || *text;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	_cleanup_container_states_ struct container_states states = { 0 };
	struct input input = { data, size };
	struct error err = ERROR_INIT;
	size_t i;

	for (i = 0; i < array_size(names); i++)
		files[i] = take_text(&input, '\0');
	assert(!failed(container_states_find("", "0123", &states, &err), &err));
	for (i = 0; i < states.length; i++) {
		const struct container_state *state = &states.items[i];

		assert(state->id && (i == 0 || strcmp(state[-1].id, state->id) < 0));
		assert(state->pid >= 0 && (state->bundle || state->state));
		assert(is_text_or_null(state->runtime));
		assert(!state->runtime_binary || state->runtime_binary[0] == '/');
	}
	for (i = 0; i < array_size(names); i++)
		free(files[i]);
	return 0;
}
