/* SPDX-License-Identifier: Apache-2.0 */
#ifndef INSTALL_DIRECTORY_H
#define INSTALL_DIRECTORY_H

/*
 * Opens directories and files below a descriptor, component by component and without following
 * symbolic links. So a user who can write into one of the directories cannot choose where root
 * writes or reads. Paths are relative, without "." and "..".
 */
#include <stdbool.h>
#include <stddef.h>
#include <sys/stat.h>

struct error;

/*
 * Opens the directory of the file at path. With create, makes missing directories with mode
 * 0755. ret_name is the file's own name within path. -ENOENT if a component is missing,
 * -ENOTDIR if one is a symbolic link or no directory. The caller closes ret_fd.
 */
int directory_open_parent(int fd, const char *path, bool create, int *ret_fd, const char **ret_name,
			  struct error *err);

/*
 * Reads a regular file; the caller frees ret_data. -ENOENT if the file is missing, -ELOOP for a
 * symbolic link, -EINVAL for other kinds of file.
 */
int directory_read(int fd, const char *path, char **ret_data, size_t *ret_size,
		   struct stat *ret_status, struct error *err);

/*
 * Writes a file, and makes the missing directories of its path. On return, all of them will
 * survive a power failure.
 */
int directory_write(int fd, const char *path, const void *data, size_t size, mode_t mode,
		    struct error *err);

/* Removes a file and the then empty directories of its path. A missing file is no error. */
int directory_remove(int fd, const char *path, struct error *err);

/*
 * Adds to a string set the paths of everything but directories, in the directory and in up to
 * depth levels of directories below it. Hidden names are left out.
 */
int directory_list(int fd, int depth, char ***paths, size_t *count, struct error *err);

/*
 * Removes the temporary files of killed writers (util/temporary.h) in the directory and in up
 * to depth levels of directories below it. Files that cannot be removed stay.
 */
void directory_clean(int fd, int depth);

#endif
