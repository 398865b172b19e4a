/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYSCALLS_OTHER_NAMES_H
#define SYSCALLS_OTHER_NAMES_H

/*
 * What people call system calls that an architecture calls otherwise: after the C library's
 * function (pwrite), the kernel's function (newuname), or another architecture (umount). Sources:
 * the section 2 manual pages' "C library/kernel differences", SYSCALL_DEFINE in the kernel, and its
 * tables.
 */
#include <stddef.h>

struct other_name {
	const char *name;
	const char *kernel[3]; /* what it is called on one architecture or another, NULL-terminated */
};

/* Sorted by name. */
extern const struct other_name other_names[];
extern const size_t other_name_count;

/* The row of a name, or NULL. */
const struct other_name *other_name_find(const char *name);

/*
 * The call of any architecture whose name is most like a misspelled one; NULL where none is
 * like it.
 */
const char *syscall_nearest(const char *name);

#endif
