// SPDX-License-Identifier: Apache-2.0
#include "agent/host_entry.h"

#include <errno.h>
#include <sched.h>
#include <string.h>

#include "util/error.h"
#include "util/host_root.h"

int host_entry_make(const char *host_root, struct error *err)
{
	/* Nothing leaves it. */
	struct host_root host = HOST_ROOT_INIT;
	const char *path = host_root ?: host_root_find();

	if (!path || strcmp(path, "/") == 0)
		return 0;
	if (unshare(CLONE_FS) < 0)
		return error_set_errno(err, errno, "give a thread a root directory of its own");
	return host_root_enter(path, &host, err) < 0 ?
		       error_prefix(err, "the host's files at %s", path) :
		       0;
}
