/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UTIL_FILE_H
#define UTIL_FILE_H

#include <stddef.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/types.h>

struct error;

/*
 * Reads a whole file (path relative to dirfd, or AT_FDCWD) of at most max bytes.
 * ret_data is owned by the caller and has a NUL after its last byte, which ret_size (may
 * be NULL) does not count. -EFBIG when the file is larger.
 */
int file_read(int dirfd, const char *path, size_t max, char **ret_data, size_t *ret_size,
	      struct error *err);

/*
 * As file_read(), of a file that someone else may have put there: anything but a regular file is
 * refused with -EINVAL, because a FIFO would block for ever and a symbolic link would name another
 * file (-ELOOP). ret_status, which may be NULL, is that of what was read.
 */
int file_read_regular(int dirfd, const char *path, size_t max, char **ret_data, size_t *ret_size,
		      struct stat *ret_status, struct error *err);

/* write(2) until all is written, or a negative errno. */
int file_write_all(int fd, const char *data, size_t size);

/*
 * Writes a file so that a reader sees the old content or the new and nothing between: a
 * temporary file in the same directory, fsync, rename (util/temporary.h). No symbolic link at path
 * is followed. mode is applied whatever the umask is.
 */
int file_write_atomic(int dirfd, const char *path, const void *data, size_t size, mode_t mode,
		      struct error *err);

/*
 * Prints something to a stream; returns 0, or a negative errno with err set. That the stream could
 * not take it is noticed by who opened the stream.
 */
typedef int file_printer(FILE *out, const void *data, struct error *err);

/* The printer of a text in memory. */
struct file_text {
	const void *data;
	size_t size;
};
file_printer file_print_text; /* data is a struct file_text */

/*
 * As file_write_all() and file_write_atomic(), of what the printer prints, which need not be in
 * memory as a whole. path is what messages call the open file.
 */
int file_print(int fd, const char *path, file_printer *print, const void *data, struct error *err);
int file_print_atomic(int dirfd, const char *path, file_printer *print, const void *data,
		      mode_t mode, struct error *err);

#endif
