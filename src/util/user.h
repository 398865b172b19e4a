/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UTIL_USER_H
#define UTIL_USER_H

#include <pwd.h>

/*
 * Finds a user by name, or by number if no user has that name. Returns NULL if there is none.
 * The result is in static memory, as that of getpwnam(). A statically linked recorder reads
 * only /etc/passwd.
 */
struct passwd *user_find(const char *name);

/*
 * Lets user_find() read only /etc/passwd from now on. Other name services are shared objects,
 * which need exactly the C library that they came with.
 */
void user_read_files_only(void);

/*
 * Switches to a user and the groups of that user, and sets HOME, USER and LOGNAME. Cannot be
 * undone, so it is for a child before its execve. Returns 0 or a negative errno.
 */
int user_become(const struct passwd *user);

#endif
