// SPDX-License-Identifier: Apache-2.0
//
// The files that container runtimes keep about a container. An input has their contents one
// after another, separated by NUL. This target replaces the directories, so none is made.
#include "input.h"

#include <errno.h>
#include <glob.h>
#include <stdio.h>

#include "container/container_record.h"
#include "container/container_state.h"
#include "container/state_file.h"
#include "util/array.h"
#include "util/cleanup.h"

/* No process is examined if the directory is not the machine's own root. */
#define ROOT "/root-of-the-input"

static const char *const names[] = {
	"runtime",	   "options.json",    "shim-binary-path", "init.pid",
	"pidfile",	   "state.json",      "status",		  "config.v2.json",
	"hostconfig.json", "containers.json", "images.json",
};

static char *files[array_size(names)]; /* "" is a missing file */

static const char *find_file(const char *name)
{
	size_t i;

	for (i = 0; i < array_size(names); i++)
		if (strcmp(names[i], name) == 0)
			return files[i];
	return "";
}

/*
 * Replaces the library's function: a linker takes a function from an archive only if it lacks it.
 */
int state_directory_open(const char *path, struct state_directory *ret_directory, struct error *err)
{
	*ret_directory = (struct state_directory){ .path = path, .fd = -1 };
	return 0;
}

void state_directory_close(struct state_directory *directory)
{
}

int state_file_read(const struct state_directory *directory, const char *name, char **ret_text,
		    size_t *ret_size, struct error *err)
{
	const char *text = find_file(name);

	if (!*text)
		return error_set(err, ENOENT, "there is no %s/%s", directory->path, name);
	*ret_text = strdup(text);
	assert(*ret_text);
	if (ret_size)
		*ret_size = strlen(text);
	return 0;
}

int state_file_read_any_json(const struct state_directory *directory, const char *name,
			     json_t **ret_json, struct error *err)
{
	json_t *json = json_loads(find_file(name), 0, NULL);

	if (!json)
		return error_set(err, EINVAL, "%s/%s is no JSON", directory->path, name);
	*ret_json = json;
	return 0;
}

int state_file_read_json(const struct state_directory *directory, const char *name,
			 json_t **ret_json, struct error *err)
{
	json_t *json;
	int r = state_file_read_any_json(directory, name, &json, err);

	if (r < 0)
		return r;
	if (!json_is_object(json)) {
		json_decref(json);
		return error_set(err, EINVAL, "%s/%s is not a JSON object", directory->path, name);
	}
	*ret_json = json;
	return 0;
}

/*
 * Each pattern finds one container, whose directory has the pattern's name with an x for each star.
 */
int __wrap_glob(const char *pattern, int flags, int (*on_error)(const char *, int), glob_t *paths)
{
	static char *path;
	char *star;

	free(path);
	path = strdup(pattern);
	assert(path);
	while ((star = strchr(path, '*')))
		*star = 'x';
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

static void check_records(void)
{
	_cleanup_container_records_ struct container_records records = {};
	struct error err = ERROR_INIT;
	size_t i;

	assert(!failed(container_records_find(ROOT, "", &records, &err), &err));
	for (i = 0; i < records.length; i++) {
		const struct container_record *record = &records.items[i];

		assert(record->id && container_id_is_valid(record->id));
		assert(is_text_or_null(record->name) && is_text_or_null(record->image));
		assert(is_text_or_null(record->image_digest));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	_cleanup_container_states_ struct container_states states = {};
	struct input input = { data, size };
	struct error err = ERROR_INIT;
	size_t i;

	for (i = 0; i < array_size(names); i++)
		files[i] = take_text(&input, '\0');
	assert(!failed(container_states_find(ROOT, "0123", &states, &err), &err));
	for (i = 0; i < states.length; i++) {
		const struct container_state *state = &states.items[i];

		assert(state->id && (i == 0 || strcmp(state[-1].id, state->id) < 0));
		assert(container_id_is_valid(state->id));
		assert(state->pid >= 0 && (state->bundle || state->state));
		assert(is_text_or_null(state->runtime));
		assert(!state->runtime_binary || state->runtime_binary[0] == '/');
	}
	check_records();
	for (i = 0; i < array_size(names); i++)
		free(files[i]);
	return 0;
}
