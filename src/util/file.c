// SPDX-License-Identifier: Apache-2.0
#include "util/file.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdio_ext.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "util/cleanup.h"
#include "util/error.h"
#include "util/temporary.h"

#define READ_STEP 65536

static int read_all(int fd, const char *path, size_t max, char **ret_data, size_t *ret_size,
		    struct error *err)
{
	_cleanup_free_ char *data = NULL;
	size_t size = 0, space = 0;
	ssize_t got;

	do {
		if (space - size < READ_STEP) {
			char *grown = realloc(data, space + READ_STEP + 1);

			if (!grown)
				return error_nomem(err);
			data = grown;
			space += READ_STEP;
		}
		got = read(fd, data + size, space - size);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return error_set_errno(err, errno, "read %s", path);
		size += got;
		if (size > max)
			return error_set(err, EFBIG, "%s is larger than %zu bytes", path, max);
	} while (got != 0);
	data[size] = '\0';
	*ret_data = steal_pointer(&data);
	if (ret_size)
		*ret_size = size;
	return 0;
}

int file_read(int dirfd, const char *path, size_t max, char **ret_data, size_t *ret_size,
	      struct error *err)
{
	_cleanup_close_ int fd = openat(dirfd, path, O_RDONLY | O_CLOEXEC | O_NOCTTY);

	if (fd < 0)
		return error_set_errno(err, errno, "open %s", path);
	return read_all(fd, path, max, ret_data, ret_size, err);
}

int file_read_regular(int dirfd, const char *path, size_t max, char **ret_data, size_t *ret_size,
		      struct stat *ret_status, struct error *err)
{
	_cleanup_close_ int fd =
		openat(dirfd, path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	struct stat status;
	int r;

	if (fd < 0 || fstat(fd, &status) < 0)
		return error_set_errno(err, errno, "open %s", path);
	if (!S_ISREG(status.st_mode))
		return error_set(err, EINVAL, "%s is not a regular file", path);
	r = read_all(fd, path, max, ret_data, ret_size, err);
	if (r == 0 && ret_status)
		*ret_status = status;
	return r;
}

bool file_is_unchanged(const struct stat *before, const struct stat *now)
{
	return before->st_dev == now->st_dev && before->st_ino == now->st_ino &&
	       before->st_size == now->st_size && before->st_mtim.tv_sec == now->st_mtim.tv_sec &&
	       before->st_mtim.tv_nsec == now->st_mtim.tv_nsec;
}

int file_write_all(int fd, const char *data, size_t size)
{
	while (size) {
		ssize_t written = write(fd, data, size);

		if (written < 0 && errno == EINTR)
			continue;
		if (written < 0)
			return -errno;
		data += written;
		size -= written;
	}
	return 0;
}

int file_print(int fd, const char *path, file_printer *print, const void *data, struct error *err)
{
	int copy = fcntl(fd, F_DUPFD_CLOEXEC, 0);
	FILE *out = copy < 0 ? NULL : fdopen(copy, "w");
	const struct sigaction ignore = { .sa_handler = SIG_IGN };
	struct sigaction before;
	bool failed;
	int r;

	if (!out) {
		r = error_set_errno(err, errno, "write %s", path);
		if (copy >= 0)
			close(copy);
		return r;
	}
	__fsetlocking(out, FSETLOCKING_BYCALLER); /* no other thread has it */
	/*
	 * A file above the size limit must be an error, like a full disk, and not end the
	 * process.
	 */
	sigaction(SIGXFSZ, &ignore, &before);
	r = print(out, data, err);
	failed = ferror(out);
	if (fclose(out) != 0)
		failed = true;
	if (failed && r == 0)
		r = error_set_errno(err, errno, "write %s", path);
	sigaction(SIGXFSZ, &before, NULL);
	return r;
}

int file_print_atomic(int dirfd, const char *path, file_printer *print, const void *data,
		      mode_t mode, struct error *err)
{
	struct temporary temporary = TEMPORARY_INIT;
	int r = temporary_open(dirfd, path, &temporary, err), published;

	if (r < 0)
		return r;
	r = file_print(temporary.fd, path, print, data, err);
	if (r == 0 && (fchmod(temporary.fd, mode) < 0 || fsync(temporary.fd) < 0))
		r = error_set_errno(err, errno, "write %s", path);
	if (r == 0 && (published = temporary_publish(&temporary, dirfd, path)) < 0)
		r = error_set_errno(err, -published, "write %s", path);
	temporary_finish(&temporary, dirfd);
	return r;
}

int file_print_text(FILE *out, const void *data, struct error *err)
{
	const struct file_text *text = data;

	fwrite(text->data, 1, text->size, out);
	return 0;
}

int file_write_atomic(int dirfd, const char *path, const void *data, size_t size, mode_t mode,
		      struct error *err)
{
	const struct file_text text = { data, size };

	return file_print_atomic(dirfd, path, file_print_text, &text, mode, err);
}
