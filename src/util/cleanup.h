/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UTIL_CLEANUP_H
#define UTIL_CLEANUP_H

/*
 * Resources are released where they were declared:
 *
 *	_cleanup_free_ char *path = NULL;
 *	_cleanup_close_ int fd = -1;
 *
 * A variable with such an attribute is initialised in its declaration. What is to outlive
 * the function is taken out with steal_pointer() or steal_fd().
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

/* Takes the value out of a variable and leaves NULL there. */
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
