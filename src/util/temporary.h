/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UTIL_TEMPORARY_H
#define UTIL_TEMPORARY_H

/*
 * New files that get their name only when they are complete.
 *
 * Where the file system supports O_TMPFILE, the file has no name until then, and the kernel
 * removes it when the process ends. If it replaces an existing file, it has a temporary name
 * between two system calls. On other file systems it has a temporary name from the beginning.
 * The writer holds a lock (flock) on the file, so that a later process can recognise abandoned
 * files.
 */
#include <stdbool.h>
#include <sys/types.h>

struct error;

struct temporary {
	int fd;	    /* open for writing, and locked; -1 if there is no file */
	char *name; /* relative to the directory descriptor; NULL if it has none */
};

#define TEMPORARY_INIT \
	{              \
		-1, 0  \
	}

/*
 * Makes a new, empty file of mode 0600 in the directory of path (relative to dirfd, or
 * AT_FDCWD). The caller ends it with temporary_finish(), also after temporary_publish().
 */
int temporary_open(int dirfd, const char *path, struct temporary *ret_temporary, struct error *err);

/* As temporary_open(), but the file has a temporary name from the beginning. */
int temporary_open_named(int dirfd, const char *path, struct temporary *ret_temporary,
			 struct error *err);

/*
 * Gives the file its name, which is the path that it was opened for. Replaces an existing file,
 * and a symbolic link without following it. Returns 0 or a negative errno.
 */
int temporary_publish(struct temporary *temporary, int dirfd, const char *path);

/* Closes the file, and removes it unless it was published. */
void temporary_finish(struct temporary *temporary, int dirfd);

/*
 * Removes the temporary files that earlier processes of this user abandoned in a directory:
 * regular files with a temporary name, no other link and no lock. Ignores failures.
 */
void temporary_clean(int directory_fd);

/* As temporary_clean(), in the directory of path. */
void temporary_clean_beside(int dirfd, const char *path);

#endif
