/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYSCALLS_FALLBACKS_H
#define SYSCALLS_FALLBACKS_H

/*
 * System calls that C libraries and programs try first, and replace by older ones if the kernel
 * lacks them. They replace a call only after ENOSYS. EPERM is a final answer for them, so that
 * the program fails although the older call is allowed.
 */
#include <stddef.h>

struct fallback {
	const char *name;
	const char *instead; /* what replaces it after ENOSYS */
	const char *who;     /* examples of programs that try it */
};

/* Sorted by name. */
extern const struct fallback fallbacks[];
extern const size_t fallback_count;

/* The row of a name, or NULL. */
const struct fallback *fallback_find(const char *name);

#endif
