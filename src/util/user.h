/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UTIL_USER_H
#define UTIL_USER_H

#include <pwd.h>

/*
 * A user by name, or by number where nobody has that name, in static memory as of getpwnam(), or
 * NULL. A statically linked recorder looks only into /etc/passwd.
 */
struct passwd *user_find(const char *name);

/*
 * Becomes a user, with the user's groups, and tells programs in HOME, USER and LOGNAME.
 * Irrevocable: meant for a child before its execve. Returns 0 or a negative errno.
 */
int user_become(const struct passwd *user);

#endif
