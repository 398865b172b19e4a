/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UTIL_CLEANUP_H
#define UTIL_CLEANUP_H

/*
 * A variable releases its resource at the end of its scope:
 *
 *	_cleanup_free_ char *path = NULL;
 *	_cleanup_close_ int fd = -1;
 *
 * Initialise such a variable in its declaration. Use steal_pointer() or steal_fd() to keep a
 * resource that has to outlive the scope.
 */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define _cleanup_(func) __attribute__((cleanup(func)))

/* Defines a cleanup function that calls func on a pointer variable; func accepts NULL. */
#define DEFINE_CLEANUP(type, func)                 \
	static inline void cleanup_##func(type *p) \
	{                                          \
		if (*p)                            \
			func(*p);                  \
	}                                          \
	struct cleanup_##func##_needs_a_semicolon

static inline void cleanup_free_p(void *p)
{
	free(*(void **)p);
}

static inline void cleanup_close_p(int *fd)
{
	if (*fd >= 0)
		close(*fd);
}

DEFINE_CLEANUP(FILE *, fclose);
DEFINE_CLEANUP(DIR *, closedir);

#define _cleanup_free_ _cleanup_(cleanup_free_p)
#define _cleanup_close_ _cleanup_(cleanup_close_p)
#define _cleanup_fclose_ _cleanup_(cleanup_fclose)
#define _cleanup_closedir_ _cleanup_(cleanup_closedir)

/* Returns the value of a variable and sets the variable to NULL. */
#define steal_pointer(pp)                         \
	({                                        \
		__typeof__(*(pp)) stolen = *(pp); \
		*(pp) = NULL;                     \
		stolen;                           \
	})

static inline int steal_fd(int *fd)
{
	int stolen = *fd;

	*fd = -1;
	return stolen;
}

#endif
