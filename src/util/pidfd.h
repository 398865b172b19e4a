/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UTIL_PIDFD_H
#define UTIL_PIDFD_H

/*
 * Process descriptors. A pid identifies a process only while that process lives: afterwards the
 * kernel gives the number to another one. So code that looks a process up in /proc opens the
 * descriptor first, and afterwards checks with it that the process was alive all the time.
 */
#include <stdbool.h>
#include <sys/types.h>

/*
 * Returns a descriptor that the caller closes, or a negative errno: -ESRCH without such a
 * process.
 */
int pidfd_of(pid_t pid);

/* False once the process has ended, even if its parent has not waited for it yet. */
bool pidfd_is_alive(int pidfd);

#endif
