// SPDX-License-Identifier: Apache-2.0
#include "target/state_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>

#include "util/error.h"
#include "util/file.h"

int state_file_read(const char *directory, const char *name, char **ret_text, size_t *ret_size,
		    struct error *err)
{
	_cleanup_close_ int dirfd = open(directory, O_PATH | O_DIRECTORY | O_CLOEXEC);
	_cleanup_close_ int fd = -1;
	char path[64];
	struct stat st;
	int r;

	if (dirfd < 0)
		return error_set_errno(err, errno, "open %s", directory);
	fd = openat(dirfd, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &st) < 0)
		return error_set_errno(err, errno, "open %s/%s", directory, name);
	if (!S_ISREG(st.st_mode))
		return error_set(err, EINVAL, "%s/%s is not a regular file", directory, name);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	r = file_read(AT_FDCWD, path, STATE_FILE_MAX, ret_text, ret_size, err);
	if (r < 0)
		error_prefix(err, "read %s/%s", directory, name);
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
	if (!json)
		return error_set(err, EINVAL, "%s/%s, line %d: %s", directory, name, problem.line,
				 problem.text);
	if (!json_is_object(json))
		return error_set(err, EINVAL, "%s/%s is no JSON object", directory, name);
	*ret_json = steal_pointer(&json);
	return 0;
}
