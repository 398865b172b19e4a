// SPDX-License-Identifier: Apache-2.0
#include "target/state_file.h"

#include <errno.h>
#include <fcntl.h>

#include "profile/syntax/json_unsigned.h"
#include "util/error.h"
#include "util/file.h"

int state_file_read(const char *directory, const char *name, char **ret_text, size_t *ret_size,
		    struct error *err)
{
	_cleanup_close_ int dirfd = open(directory, O_PATH | O_DIRECTORY | O_CLOEXEC);
	int r;

	if (dirfd < 0)
		return error_set_errno(err, errno, "open %s", directory);
	r = file_read_regular(dirfd, name, STATE_FILE_MAX, ret_text, ret_size, NULL, err);
	if (r < 0)
		error_prefix(err, "in %s", directory);
	return r;
}

int state_file_read_json(const char *directory, const char *name, json_t **ret_json,
			 struct error *err)
{
	_cleanup_free_ char *text = NULL;
	_cleanup_json_ json_t *json = NULL;
	json_error_t problem;
	size_t size;
	int r = state_file_read(directory, name, &text, &size, err);

	if (r < 0)
		return r;
	json = json_loadb(text, size, 0, &problem);
	/* runc keeps the profile here, whose conditions can have numbers that jansson cannot. */
	if (!json)
		json = json_load_unsigned(text, size, NULL);
	if (!json)
		return error_set(err, EINVAL, "%s/%s, line %d: %s", directory, name, problem.line,
				 problem.text);
	if (!json_is_object(json))
		return error_set(err, EINVAL, "%s/%s is no JSON object", directory, name);
	*ret_json = steal_pointer(&json);
	return 0;
}
