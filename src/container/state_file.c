// SPDX-License-Identifier: Apache-2.0
#include "container/state_file.h"

#include <errno.h>
#include <sys/stat.h>

#include "json/unsigned.h"
#include "cgroup/owner.h"
#include "util/error.h"
#include "util/file.h"

int state_directory_open(const char *path, struct state_directory *ret_directory, struct error *err)
{
	int r = owner_open(path, &ret_directory->fd, &ret_directory->owner, err);

	if (r == 0)
		ret_directory->path = path;
	return r;
}

void state_directory_close(struct state_directory *directory)
{
	cleanup_close_p(&directory->fd);
	directory->fd = -1;
}

int state_file_read(const struct state_directory *directory, const char *name, char **ret_text,
		    size_t *ret_size, struct error *err)
{
	_cleanup_free_ char *text = NULL;
	struct stat status;
	size_t size;
	int r = file_read_regular(directory->fd, name, STATE_FILE_MAX, &text, &size, &status, err);

	if (r < 0) {
		error_prefix(err, "in %s", directory->path);
		return r;
	}
	if (owner_join(directory->owner, owner_of_status(&status)) != directory->owner)
		return error_set(err, EPERM, "%s/%s can be changed by a user who does not own %s",
				 directory->path, name, directory->path);
	*ret_text = steal_pointer(&text);
	if (ret_size)
		*ret_size = size;
	return 0;
}

int state_file_read_any_json(const struct state_directory *directory, const char *name,
			     json_t **ret_json, struct error *err)
{
	_cleanup_free_ char *text = NULL;
	json_error_t problem;
	json_t *json;
	size_t size;
	int r = state_file_read(directory, name, &text, &size, err);

	if (r < 0)
		return r;
	json = json_loadb(text, size, 0, &problem);
	/*
	 * runc's state includes the profile, whose conditions can have numbers that jansson
	 * cannot hold.
	 */
	if (!json)
		json = tree_load_unsigned(text, size, NULL);
	if (!json)
		return error_set(err, EINVAL, "%s/%s, line %d: %s", directory->path, name,
				 problem.line, problem.text);
	*ret_json = json;
	return 0;
}

int state_file_read_json(const struct state_directory *directory, const char *name,
			 json_t **ret_json, struct error *err)
{
	_cleanup_json_ json_t *json = NULL;
	int r = state_file_read_any_json(directory, name, &json, err);

	if (r < 0)
		return r;
	if (!json_is_object(json))
		return error_set(err, EINVAL, "%s/%s is not a JSON object", directory->path, name);
	*ret_json = steal_pointer(&json);
	return 0;
}
