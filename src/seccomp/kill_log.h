/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SECCOMP_KILL_LOG_H
#define SECCOMP_KILL_LOG_H

/*
 * Which system call a process was killed for. The process cannot tell any more; the kernel
 * writes an audit record (type 1326) into its log, which privileged users can read where no
 * audit daemon takes it.
 */
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct killed {
	pid_t pid;
	uint32_t audit; /* AUDIT_ARCH_* */
	uint32_t nr;
};

/* The kernel's log from now on: a descriptor, or -1 where it cannot be read. */
int kill_log_open(void);

/* Looks for the record of a process among what was logged since; false where there is none. */
bool kill_log_find(int log, pid_t pid, struct killed *ret_killed);

/* Reads one record of the log: "audit: type=1326 … pid=7 … sig=31 arch=c000003e syscall=39 …". */
bool kill_log_parse(const char *record, struct killed *ret_killed);

#endif
