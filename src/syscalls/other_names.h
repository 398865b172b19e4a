/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYSCALLS_OTHER_NAMES_H
#define SYSCALLS_OTHER_NAMES_H

/*
 * Other names of system calls, which some architecture does not use: that of the C library's
 * function (pwrite), of the kernel's function (newuname), or of another architecture (umount).
 * Sources: the section "C library/kernel differences" of the manual pages in section 2,
 * SYSCALL_DEFINE in the kernel, and its tables.
 */
#include <stddef.h>

struct other_name {
	const char *name;
	const char *kernel[3]; /* its names on one architecture or another; ends with NULL */
};

/* Sorted by name. */
extern const struct other_name other_names[];
extern const size_t other_name_count;

/* The row of a name, or NULL. */
const struct other_name *other_name_find(const char *name);

/*
 * The name of a call, on any architecture, that is nearest to a misspelled one. NULL if none is
 * near.
 */
const char *syscall_nearest(const char *name);

#endif
