// SPDX-License-Identifier: Apache-2.0
#include "cli/output_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "cli/output_stream.h"
#include "util/cleanup.h"
#include "util/error.h"
#include "util/file.h"
#include "util/temporary.h"

#define FILE_MODE 0644

bool output_is_standard(const char *path)
{
	return !path || strcmp(path, "-") == 0;
}

static int print_whole(const char *path, file_printer *print, const void *data, struct error *err)
{
	temporary_clean_beside(AT_FDCWD, path);
	return file_print_atomic(AT_FDCWD, path, print, data, FILE_MODE, err);
}

int output_file_print(const char *path, file_printer *print, const void *data, struct error *err)
{
	_cleanup_free_ char *target = NULL;
	struct stat status;

	if (output_is_standard(path))
		return output_stream_print(NULL, print, data, err);
	if (stat(path, &status) < 0) /* new */
		return print_whole(path, print, data, err);
	if (!S_ISREG(status.st_mode))
		return output_stream_print(path, print, data, err);
	target = realpath(path, NULL);
	if (!target)
		return error_set_errno(err, errno, "follow %s", path);
	return print_whole(target, print, data, err);
}

int output_file_write(const char *path, const char *text, size_t size, struct error *err)
{
	const struct file_text whole = { text, size };

	return output_file_print(path, file_print_text, &whole, err);
}
