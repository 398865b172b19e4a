/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SECCOMP_KILL_LOG_H
#define SECCOMP_KILL_LOG_H

/*
 * Finds the system call for which a process was killed. The killed process cannot report it,
 * but the kernel writes an audit record (type 1326) into its log. Privileged users can read the
 * record there unless an audit daemon takes it.
 */
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct killed {
	pid_t pid;
	uint32_t audit; /* AUDIT_ARCH_* */
	uint32_t nr;
};

/*
 * Opens the kernel's log for the records from now on. Returns a descriptor, which the caller
 * closes, or -1 if the log cannot be read.
 */
int kill_log_open(void);

/*
 * Looks for the record of a process in what was logged since kill_log_open(). False if there is
 * none, or if log is -1.
 */
bool kill_log_find(int log, pid_t pid, struct killed *ret_killed);

/*
 * Parses a record of the log: "audit: type=1326 … pid=7 … sig=31 arch=c000003e syscall=39 …".
 * False for a record of anything but a kill by a filter.
 */
bool kill_log_parse(const char *record, struct killed *ret_killed);

#endif
