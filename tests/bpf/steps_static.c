// SPDX-License-Identifier: Apache-2.0
/*
 * steps STEP...: performs steps in order, and ends. It can wait in the middle, so that the test
 * can begin a recording or let other processes act.
 *
 *   name=TEXT   sets its own name
 *   call=NR     makes a system call with every argument -1
 *   wait=FIFO   waits until another process opens the FIFO for writing
 *   tell=FIFO   waits until another process opens the FIFO for reading
 *   read=FD     reads a byte from an open file
 *   write=FD    writes a byte to an open file
 *   pid=FILE    writes its process id
 *   enter=DIR   moves itself into a cgroup
 *   fork        a child performs the following steps
 *   sibling     a child of its parent (CLONE_PARENT) performs the following steps
 *   orphan      a child performs the following steps once it has lost its parent
 *   into=DIR    a child in this cgroup (CLONE_INTO_CGROUP) performs the following steps
 *   thread      a thread performs the following steps; the caller does nothing more
 *   exec        executes the following command
 *
 * A parent ends after its child, with the child's exit status.
 */
#include <err.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static void open_fifo(const char *path, int flags)
{
	int fd = open(path, flags | O_CLOEXEC);

	if (fd < 0)
		err(1, "%s", path);
	close(fd);
}

static void read_byte(int fd)
{
	char byte;

	if (read(fd, &byte, 1) != 1)
		err(1, "read from %d", fd);
}

static void write_byte(int fd)
{
	if (write(fd, "\n", 1) != 1)
		err(1, "write to %d", fd);
}

static void write_file(const char *directory, const char *name, const char *text)
{
	char path[4096];
	int fd;

	snprintf(path, sizeof(path), "%s%s", directory, name);
	fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
	if (fd < 0 || write(fd, text, strlen(text)) < 0)
		err(1, "%s", path);
	close(fd);
}

static void write_pid(const char *path)
{
	char text[32];

	snprintf(text, sizeof(text), "%d\n", getpid());
	write_file(path, "", text);
}

static void wait_for(pid_t pid)
{
	int status;

	if (waitpid(pid, &status, 0) != pid)
		err(1, "wait for process %d", pid);
	exit(WIFEXITED(status) ? WEXITSTATUS(status) : 1);
}

/* Creates a child. Returns only in the child: the parent waits for it and exits. */
static void split(uint64_t flags, const char *cgroup)
{
	int pidfd = -1;
	struct clone_args args = {
		.flags = flags | CLONE_PIDFD,
		.pidfd = (uintptr_t)&pidfd,
		/* With CLONE_PARENT the caller may not choose an exit signal. */
		.exit_signal = flags & CLONE_PARENT ? 0 : SIGCHLD,
	};
	struct pollfd ended = { .events = POLLIN };
	pid_t pid;

	if (cgroup)
		args.cgroup = open(cgroup, O_PATH | O_DIRECTORY | O_CLOEXEC);
	pid = (pid_t)syscall(SYS_clone3, &args, sizeof(args));
	if (pid < 0)
		err(1, "clone3");
	if (pid == 0)
		return;
	if (!(flags & CLONE_PARENT))
		wait_for(pid);
	ended.fd = pidfd;
	poll(&ended, 1, -1);
	exit(0);
}

static void become_orphan(void)
{
	const pid_t parent = getpid(), pid = fork();

	if (pid < 0)
		err(1, "fork");
	if (pid > 0)
		exit(0);
	while (getppid() == parent)
		poll(NULL, 0, 10);
}

static void *play_on(void *steps);

static void split_thread(char **steps)
{
	pthread_t thread;

	if (pthread_create(&thread, NULL, play_on, steps))
		errx(1, "cannot start a thread");
	pthread_join(thread, NULL);
}

static bool step_with_value(const char *step, const char *value)
{
	const size_t length = (size_t)(value - step);

	if (strncmp(step, "name=", length) == 0)
		prctl(PR_SET_NAME, value, 0, 0, 0);
	else if (strncmp(step, "call=", length) == 0)
		syscall(atoi(value), -1L, -1L, -1L, -1L, -1L, -1L);
	else if (strncmp(step, "wait=", length) == 0)
		open_fifo(value, O_RDONLY);
	else if (strncmp(step, "tell=", length) == 0)
		open_fifo(value, O_WRONLY);
	else if (strncmp(step, "read=", length) == 0)
		read_byte(atoi(value));
	else if (strncmp(step, "write=", length) == 0)
		write_byte(atoi(value));
	else if (strncmp(step, "pid=", length) == 0)
		write_pid(value);
	else if (strncmp(step, "enter=", length) == 0)
		write_file(value, "/cgroup.procs", "0");
	else if (strncmp(step, "into=", length) == 0)
		split(CLONE_INTO_CGROUP, value);
	else
		return false;
	return true;
}

static bool step_alone(const char *step)
{
	if (strcmp(step, "fork") == 0)
		split(0, NULL);
	else if (strcmp(step, "sibling") == 0)
		split(CLONE_PARENT, NULL);
	else if (strcmp(step, "orphan") == 0)
		become_orphan();
	else
		return false;
	return true;
}

static void play(char **steps)
{
	for (; *steps; steps++) {
		const char *const equals = strchr(*steps, '=');

		if (strcmp(*steps, "exec") == 0) {
			execv(steps[1], steps + 1);
			err(127, "%s", steps[1]);
		}
		if (strcmp(*steps, "thread") == 0) {
			split_thread(steps + 1);
			return;
		}
		if (equals ? !step_with_value(*steps, equals + 1) : !step_alone(*steps))
			errx(2, "unknown step '%s'", *steps);
	}
}

static void *play_on(void *steps)
{
	play(steps);
	return NULL;
}

int main(int argc, char **argv)
{
	play(argv + 1);
	return 0;
}
