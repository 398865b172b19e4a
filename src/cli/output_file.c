// SPDX-License-Identifier: Apache-2.0
#include "cli/output_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "util/cleanup.h"
#include "util/error.h"
#include "util/file.h"

#define FILE_MODE 0644

static int write_stream(const char *path, const char *text, size_t size, struct error *err)
{
	_cleanup_close_ int fd = open(path, O_WRONLY | O_CLOEXEC | O_NOCTTY);
	int r;

	if (fd < 0)
		return error_set_errno(err, errno, "open %s", path);
	r = file_write_all(fd, text, size);
	return r < 0 ? error_set_errno(err, -r, "write %s", path) : 0;
}

int output_file_write(const char *path, const char *text, size_t size, struct error *err)
{
	_cleanup_free_ char *target = NULL;
	struct stat status;

	if (stat(path, &status) < 0) /* new */
		return file_write_atomic(AT_FDCWD, path, text, size, FILE_MODE, err);
	if (!S_ISREG(status.st_mode))
		return write_stream(path, text, size, err);
	target = realpath(path, NULL);
	if (!target)
		return error_set_errno(err, errno, "follow %s", path);
	return file_write_atomic(AT_FDCWD, target, text, size, FILE_MODE, err);
}
