/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROFILE_SEMANTICS_ARCH_INFO_H
#define PROFILE_SEMANTICS_ARCH_INFO_H

/* How system calls are made on an architecture, as far as a filter has to care. */
#include <stdbool.h>
#include <stddef.h>

struct syscall_table;

struct arch_info {
	const struct syscall_table *table; /* NULL: its calls are known by name only */
	bool narrow;			   /* arguments have 32 bits */
	bool multiplexed;		   /* it has socketcall(2) and ipc(2) */
	bool native;			   /* it is its machine's own */
};

/* Of an architecture as "SCMP_ARCH_X86_64"; one that nobody knows has no table. */
struct arch_info arch_info_find(const char *scmp_arch);

/*
 * On i386, s390x and some others libseccomp lets a rule of a socket or System V IPC call stand
 * for the same call through socketcall(2) or ipc(2) as well.
 */
struct multiplexed_call {
	const char *name;
	const char *through; /* "socketcall" or "ipc" */
	unsigned int code;   /* the first argument of that */
};

/* The row of a name, or NULL. */
const struct multiplexed_call *multiplexed_call_find(const char *name);

/* The rows by name, NULL after the last. */
const struct multiplexed_call *multiplexed_call_at(size_t index);

#endif
