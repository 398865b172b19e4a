// SPDX-License-Identifier: Apache-2.0
#include "util/pidfd.h"

#include <errno.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "util/loop.h"

int pidfd_of(pid_t pid)
{
	int fd = syscall(SYS_pidfd_open, pid, 0);

	return fd < 0 ? -errno : fd;
}

bool pidfd_is_alive(int pidfd)
{
	return !loop_is_ready(pidfd, LOOP_READ);
}
