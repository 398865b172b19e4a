/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UTIL_FILE_H
#define UTIL_FILE_H

#include <stdbool.h>
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
 * As file_read(), for a file that someone else may have put there. Refuses anything but a
 * regular file: -EINVAL, for example for a FIFO, which would block for ever, and -ELOOP for a
 * symbolic link, which would name another file. ret_status, which may be NULL, is the status of
 * the file that was read.
 */
int file_read_regular(int dirfd, const char *path, size_t max, char **ret_data, size_t *ret_size,
		      struct stat *ret_status, struct error *err);

/* True if both are the status of one file that has not been written to in between. */
bool file_is_unchanged(const struct stat *before, const struct stat *now);

/* Calls write(2) until everything is written. Returns 0 or a negative errno. */
int file_write_all(int fd, const char *data, size_t size);

/*
 * Writes a file so that a reader sees either the old or the new content, never a mixture: makes
 * a temporary file in the same directory, syncs it and renames it (util/temporary.h). Replaces
 * a symbolic link at path instead of following it. Applies mode regardless of the umask.
 */
int file_write_atomic(int dirfd, const char *path, const void *data, size_t size, mode_t mode,
		      struct error *err);

/*
 * Prints to a stream. Returns 0, or a negative errno with err set. Need not check the stream
 * for errors: its owner does.
 */
typedef int file_printer(FILE *out, const void *data, struct error *err);

/* The data of file_print_text(), which prints a text in memory. */
struct file_text {
	const void *data;
	size_t size;
};
file_printer file_print_text; /* data is a struct file_text */

/*
 * As file_write_all() and file_write_atomic(), but write the output of a printer, which need
 * not fit into memory as a whole. path is the name of the open file in messages.
 */
int file_print(int fd, const char *path, file_printer *print, const void *data, struct error *err);
int file_print_atomic(int dirfd, const char *path, file_printer *print, const void *data,
		      mode_t mode, struct error *err);

#endif
