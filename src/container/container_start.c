// SPDX-License-Identifier: Apache-2.0
#include "container/container_start.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "container/container_state.h"
#include "util/cleanup.h"

/*
 * The FIFO exists from create to start, in runc (libcontainer/container_linux.go,
 * execFifoFilename) and in crun (src/libcrun/status.c).
 */
#define START_FIFO "exec.fifo"

/* True if only root can change the directory, and the FIFO is in it. */
static bool has_fifo(const char *directory)
{
	_cleanup_close_ int fd = open(directory, O_PATH | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	struct stat status, fifo;

	return fd >= 0 && fstat(fd, &status) == 0 && status.st_uid == 0 &&
	       !(status.st_mode & 022) &&
	       fstatat(fd, START_FIFO, &fifo, AT_SYMLINK_NOFOLLOW) == 0 && S_ISFIFO(fifo.st_mode);
}

bool container_waits_for_start(const char *id)
{
	_cleanup_container_states_ struct container_states states = {};
	size_t i;

	if (!id || container_states_find("", id, &states, NULL) < 0)
		return false;
	for (i = 0; i < states.length; i++)
		if (strcmp(states.items[i].id, id) == 0)
			return states.items[i].state && has_fifo(states.items[i].state);
	return false;
}
