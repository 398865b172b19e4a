/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CGROUP_PROCESS_H
#define CGROUP_PROCESS_H

/*
 * Reads facts about a process from /proc. All functions return -ESRCH if there is no such process.
 */
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct error;
struct observation;

/*
 * Opens /proc/PID. The descriptor always shows this process, never a later one with the same
 * pid. The caller closes ret_directory. ret_started is the starttime of its stat file, in clock
 * ticks since boot.
 */
int process_open(pid_t pid, int *ret_directory, uint64_t *ret_started, struct error *err);

/* Reads the process's comm. The caller owns ret_name. */
int process_name(pid_t pid, char **ret_name, struct error *err);

/* Sets ret_filtered to true if the process runs under a seccomp filter. */
int process_is_filtered(pid_t pid, bool *ret_filtered, struct error *err);

/* Sets ret_kernel to true for a kernel thread, which makes no system calls. */
int process_is_kernel_thread(pid_t pid, bool *ret_kernel, struct error *err);

/* Fills in the seccomp mode, no_new_privs and the capability bounding set. */
int process_describe(pid_t pid, struct observation *observation, struct error *err);

#endif
