// SPDX-License-Identifier: Apache-2.0
/*
 * cost COMMAND [ARG...]: prints the time that a command took, in microseconds, its peak memory,
 * in KiB, and its processor time, in microseconds. The command's own output is discarded.
 *
 * This is a separate program because the kernel includes the memory that a process had before
 * its execve in its peak. Started from an interpreter, every command would look at least as
 * large as the interpreter.
 */
#include <err.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

extern char **environ;

static long microseconds(struct timeval time)
{
	return time.tv_sec * 1000000L + time.tv_usec;
}

int main(int argc, char **argv)
{
	posix_spawn_file_actions_t actions;
	struct timespec start, end;
	struct rusage usage;
	int status;
	pid_t pid;

	if (argc < 2)
		errx(2, "usage: cost COMMAND [ARG...]");
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
	posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
	clock_gettime(CLOCK_MONOTONIC, &start);
	if (posix_spawnp(&pid, argv[1], &actions, NULL, argv + 1, environ))
		errx(127, "cannot start %s", argv[1]);
	if (wait4(pid, &status, 0, &usage) != pid)
		err(1, "wait4");
	clock_gettime(CLOCK_MONOTONIC, &end);
	if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
		errx(1, "%s failed", argv[1]);
	printf("%ld %ld %ld\n",
	       (end.tv_sec - start.tv_sec) * 1000000L + (end.tv_nsec - start.tv_nsec) / 1000,
	       usage.ru_maxrss, microseconds(usage.ru_utime) + microseconds(usage.ru_stime));
	return 0;
}
