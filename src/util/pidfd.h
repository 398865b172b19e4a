/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UTIL_PIDFD_H
#define UTIL_PIDFD_H

/*
 * A process by descriptor. A pid says who is meant at one moment only: when the process has ended,
 * the kernel gives its number to another one. So whoever looks a process up in /proc opens the
 * descriptor first, and asks it afterwards whether the process was alive all the time.
 */
#include <stdbool.h>
#include <sys/types.h>

/* A descriptor that the caller closes, or a negative errno: -ESRCH when there is no process. */
int pidfd_of(pid_t pid);

/* False once the process has ended, also while nobody has waited for it. */
bool pidfd_is_alive(int pidfd);

#endif
