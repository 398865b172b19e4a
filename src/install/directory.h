/* SPDX-License-Identifier: Apache-2.0 */
#ifndef INSTALL_DIRECTORY_H
#define INSTALL_DIRECTORY_H

/*
 * Directories and files below a descriptor, component by component: no symbolic link is followed,
 * so that nobody who can write into one of the directories chooses where root writes or reads.
 * Paths are relative, without "." and "..".
 */
#include <stdbool.h>
#include <stddef.h>
#include <sys/stat.h>

struct error;

/*
 * Opens the directory that a file's path goes through; with create, what is not there is made
 * with mode 0755. Returns the file's own name within path. -ENOENT where a component is
 * missing, -ENOTDIR where one is no directory. The caller closes ret_fd.
 */
int directory_open_parent(int fd, const char *path, bool create, int *ret_fd, const char **ret_name,
			  struct error *err);

/* Reads a regular file; ret_data is the caller's. -ENOENT, or -EINVAL or -ELOOP for other kinds. */
int directory_read(int fd, const char *path, char **ret_data, size_t *ret_size,
		   struct stat *ret_status, struct error *err);

/* Writes a file, and is done when it will outlast a power failure, its directories included. */
int directory_write(int fd, const char *path, const void *data, size_t size, mode_t mode,
		    struct error *err);

/*
 * Removes a file, and the directories of its path that are empty then. What is not there is no
 * error.
 */
int directory_remove(int fd, const char *path, struct error *err);

/*
 * Adds to a string set the paths of what is no directory, in the directory and in up to depth
 * levels of directories below it. Hidden names are passed over.
 */
int directory_list(int fd, int depth, char ***paths, size_t *count, struct error *err);

/*
 * Removes what writes that were killed left in the directory and in up to depth levels of
 * directories below it (util/temporary.h), as far as that is possible.
 */
void directory_clean(int fd, int depth);

#endif
