/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROFILE_SEMANTICS_ARCH_INFO_H
#define PROFILE_SEMANTICS_ARCH_INFO_H

/* The properties of an architecture's system calls that matter to a filter. */
#include <stdbool.h>
#include <stddef.h>

struct syscall_table;

struct arch_info {
	const struct syscall_table *table; /* NULL: calls are known by name only */
	bool narrow;			   /* arguments have 32 bits */
	bool multiplexed;		   /* it has socketcall(2) and ipc(2) */
	bool native;			   /* the machine's own, not a secondary ABI */
};

/*
 * Returns the properties of an architecture, such as "SCMP_ARCH_X86_64". An unknown one has no
 * table.
 */
struct arch_info arch_info_find(const char *scmp_arch);

/*
 * A socket or System V IPC call that i386, s390x and some other architectures can also make
 * through socketcall(2) or ipc(2). There, libseccomp applies a rule of the call to both ways.
 */
struct multiplexed_call {
	const char *name;
	const char *through; /* "socketcall" or "ipc" */
	unsigned int code;   /* the first argument of socketcall or ipc */
};

/* Returns the row of a name, or NULL. */
const struct multiplexed_call *multiplexed_call_find(const char *name);

/* Returns a row by its index in name order, or NULL past the last. */
const struct multiplexed_call *multiplexed_call_at(size_t index);

#endif
