// SPDX-License-Identifier: Apache-2.0
#include "util/user.h"

#include <errno.h>
#include <grp.h>
#include <nss.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void user_read_files_only(void)
{
	__nss_configure_lookup("passwd", "files");
	__nss_configure_lookup("group", "files");
}

struct passwd *user_find(const char *name)
{
	struct passwd *user;
	unsigned long id;

#ifdef RECORDER_STATIC
	user_read_files_only();
#endif
	user = getpwnam(name);
	if (user || !*name || name[strspn(name, "0123456789")])
		return user;
	errno = 0;
	id = strtoul(name, NULL, 10);
	return errno || id >= (uid_t)-1 ? NULL : getpwuid(id);
}

int user_become(const struct passwd *user)
{
	if (initgroups(user->pw_name, user->pw_gid) < 0 || setgid(user->pw_gid) < 0 ||
	    setuid(user->pw_uid) < 0)
		return -errno;
	setenv("HOME", user->pw_dir, 1);
	setenv("USER", user->pw_name, 1);
	setenv("LOGNAME", user->pw_name, 1);
	return 0;
}
