// SPDX-License-Identifier: Apache-2.0
/*
 * enter_cgroup DIRECTORY COMMAND [ARG...]: moves itself into a cgroup and becomes the command.
 *
 * It makes no system call between the write that moves it and the execve of the command. So the
 * cgroup sees first the end of that write and then the execve.
 */
#include <err.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	char path[4096];
	int descriptor;

	if (argc < 3)
		errx(2, "usage: enter_cgroup DIRECTORY COMMAND [ARG...]");
	if (snprintf(path, sizeof(path), "%s/cgroup.procs", argv[1]) >= (int)sizeof(path))
		errx(2, "%s: too long", argv[1]);
	descriptor = open(path, O_WRONLY | O_CLOEXEC);
	if (descriptor < 0 || write(descriptor, "0", 1) != 1)
		err(1, "%s", path);
	execv(argv[2], argv + 2);
	err(127, "%s", argv[2]);
}
