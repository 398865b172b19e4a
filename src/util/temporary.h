/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UTIL_TEMPORARY_H
#define UTIL_TEMPORARY_H

/*
 * New files that appear under their name when they are whole. Where the file system can, such a
 * file has no name until then (O_TMPFILE), and the kernel removes it with the process. One that
 * takes the place of another has a name for the moment between two system calls; elsewhere it
 * has one from the beginning. Its writer holds a lock (flock) on it, so that a later process
 * can tell what was left behind.
 */
#include <stdbool.h>
#include <sys/types.h>

struct error;

struct temporary {
	int fd;	    /* open for writing, and locked; -1 where there is no file */
	char *name; /* relative to the directory descriptor; NULL where it has none */
};

#define TEMPORARY_INIT \
	{              \
		-1, 0  \
	}

/*
 * Makes a new, empty file of mode 0600 in the directory of path (relative to dirfd, or
 * AT_FDCWD). The caller ends it with temporary_finish(), also after it was given its name.
 */
int temporary_open(int dirfd, const char *path, struct temporary *ret_temporary, struct error *err);

/* The same, with a name from the beginning. */
int temporary_open_named(int dirfd, const char *path, struct temporary *ret_temporary,
			 struct error *err);

/*
 * Gives the file its name, the path that it was opened for; what is there is replaced, and a
 * symbolic link not followed. Returns a negative errno.
 */
int temporary_publish(struct temporary *temporary, int dirfd, const char *path);

/* Closes the file, and removes it unless it was published. */
void temporary_finish(struct temporary *temporary, int dirfd);

/*
 * Removes from a directory what earlier processes of this user left there: regular files with such
 * a name and no other, and on which nobody holds a lock. What cannot be removed stays.
 */
void temporary_clean(int directory_fd);

/* The same, in the directory of a path. */
void temporary_clean_beside(int dirfd, const char *path);

#endif
