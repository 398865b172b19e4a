/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYSCALLS_FALLBACKS_H
#define SYSCALLS_FALLBACKS_H

/*
 * System calls that C libraries and programs try first and replace by older ones where the kernel
 * does not have them. They recognise that by ENOSYS: told EPERM, they take it for an answer,
 * and the program fails although the older call is allowed.
 */
#include <stddef.h>

struct fallback {
	const char *name;
	const char *instead; /* what is done after ENOSYS */
	const char *who;     /* tries it, as an example to look at */
};

/* Sorted by name. */
extern const struct fallback fallbacks[];
extern const size_t fallback_count;

/* The row of a name, or NULL. */
const struct fallback *fallback_find(const char *name);

#endif
