// SPDX-License-Identifier: Apache-2.0
/*
 * mover_static DIRECTORY COUNT SETUP_NR PROGRAM ARG...: starts COUNT containers, as a runtime does, but each
 * child executes itself over and over while it is moved into its cgroup, so that both happen at once.
 *
 * The cgroups are made in DIRECTORY and removed. In set-up, each child then gets a mount namespace and
 * makes the call SETUP_NR. Its work is PROGRAM.
 */
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define STOP "3" /* descriptor that is readable when the child is to go on */

/* The child: executes itself until it is told to go on. */
static void set_up(char **argv)
{
	char byte;

	if (read(atoi(STOP), &byte, 1) < 0)
		execv("/proc/self/exe", argv);
	if (unshare(CLONE_NEWNS) < 0)
		err(1, "unshare");
	close(atoi(STOP));
	syscall(atoi(argv[3]), -1L, -1L, -1L, -1L, -1L, -1L);
	execv(argv[4], argv + 4);
	err(127, "%s", argv[4]);
}

/* Moves a process into the cgroup of a directory. */
static void move(const char *directory, pid_t pid)
{
	char path[8192], text[16];
	int fd;

	snprintf(path, sizeof(path), "%s/cgroup.procs", directory);
	snprintf(text, sizeof(text), "%d", pid);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0 || write(fd, text, strlen(text)) < 0)
		err(1, "%s", path);
	close(fd);
}

static pid_t start(char **argv, int *ret_go)
{
	int ends[2];
	pid_t pid;

	if (pipe2(ends, O_NONBLOCK) < 0)
		err(1, "pipe");
	pid = fork();
	if (pid < 0)
		err(1, "fork");
	if (pid == 0) {
		dup2(ends[0], atoi(STOP));
		close(ends[1]);
		if (ends[0] != atoi(STOP))
			close(ends[0]);
		argv[0] = "child";
		execv("/proc/self/exe", argv);
		err(127, "exec");
	}
	close(ends[0]);
	*ret_go = ends[1];
	return pid;
}

static void run(char **argv, int number)
{
	char directory[4096];
	int go, tries;
	pid_t pid;

	snprintf(directory, sizeof(directory), "%s/%064d", argv[1], number);
	if (mkdir(directory, 0755) < 0)
		err(1, "mkdir %s", directory);
	pid = start(argv, &go);
	usleep(number % 100 * 10);
	move(directory, pid);
	close(go);
	if (waitpid(pid, NULL, 0) < 0)
		err(1, "waitpid");
	for (tries = 0; rmdir(directory) < 0; tries++)
		if (errno != EBUSY || tries == 1000)
			err(1, "rmdir %s", directory);
}

int main(int argc, char **argv)
{
	int i;

	if (argc < 5)
		errx(2, "usage: mover_static DIRECTORY COUNT SETUP_NR PROGRAM ARG...");
	if (strcmp(argv[0], "child") == 0)
		set_up(argv);
	for (i = 0; i < atoi(argv[2]); i++)
		run(argv, i);
	return 0;
}
