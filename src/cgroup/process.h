/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CGROUP_PROCESS_H
#define CGROUP_PROCESS_H

/* What /proc tells about a process. All return -ESRCH when there is none. */
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct error;
struct observation;

/*
 * Opens /proc/PID, which shows this process as long as it is open and never another of its number;
 * the caller closes it. ret_started is when the process began, as its stat file has it.
 */
int process_open(pid_t pid, int *ret_directory, uint64_t *ret_started, struct error *err);

/* Its comm; owned by the caller. */
int process_name(pid_t pid, char **ret_name, struct error *err);

/* Whether it runs under a seccomp filter. */
int process_is_filtered(pid_t pid, bool *ret_filtered, struct error *err);

/* Whether it is the kernel's own, and makes no system calls. */
int process_is_kernel_thread(pid_t pid, bool *ret_kernel, struct error *err);

/* Fills in the seccomp mode, no_new_privs and the bounding set of capabilities. */
int process_describe(pid_t pid, struct observation *observation, struct error *err);

#endif
