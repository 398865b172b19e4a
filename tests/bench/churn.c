// SPDX-License-Identifier: Apache-2.0
/*
 * churn PARENT COUNT CALL NR...: makes COUNT cgroups below PARENT one after another, starts the
 * program CALL in each and removes it again. Each number is called once, by one of the
 * programs, spread over the whole run; the others call getppid.
 *
 * Prints "half" in the middle and "end" at the end, and each time waits for a line of input.
 */
#include <err.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/*
 * Starts the program in the cgroup and in its own mount namespace, like a container's first
 * process.
 */
static void run_inside(int cgroup, char *program, long nr)
{
	struct clone_args arguments = {
		.flags = CLONE_INTO_CGROUP | CLONE_NEWNS,
		.exit_signal = SIGCHLD,
		.cgroup = cgroup,
	};
	char number[32];
	char *const command[] = { program, number, NULL };
	pid_t pid;

	snprintf(number, sizeof(number), "%ld", nr);
	pid = syscall(SYS_clone3, &arguments, sizeof(arguments));
	if (pid < 0)
		err(1, "clone3");
	if (pid == 0) {
		execv(program, command);
		_exit(127);
	}
	waitpid(pid, NULL, 0);
}

static void churn_one(const char *parent, long index, char *program, long nr)
{
	char path[4096];
	int cgroup;

	if (snprintf(path, sizeof(path), "%s/%064lx", parent, index) >= (int)sizeof(path))
		errx(1, "%s: too long", parent);
	if (mkdir(path, 0755))
		err(1, "%s", path);
	cgroup = open(path, O_DIRECTORY | O_CLOEXEC);
	if (cgroup < 0)
		err(1, "%s", path);
	run_inside(cgroup, program, nr);
	close(cgroup);
	if (rmdir(path))
		err(1, "%s", path);
}

static void wait_for_line(const char *what)
{
	char line[16];

	puts(what);
	fflush(stdout);
	if (!fgets(line, sizeof(line), stdin))
		exit(1);
}

int main(int argc, char **argv)
{
	const long count = argc > 2 ? atol(argv[2]) : 0;
	const long numbers = argc - 4;

	if (count < 2 || numbers < 0 || numbers > count)
		errx(2, "usage: churn PARENT COUNT CALL NR...");
	for (long i = 0, used = 0; i < count; i++) {
		long nr = SYS_getppid;

		if (used < numbers && i * numbers >= used * count)
			nr = atol(argv[4 + used++]);
		churn_one(argv[1], i, argv[3], nr);
		if (i + 1 == count / 2)
			wait_for_line("half");
	}
	wait_for_line("end");
	return 0;
}
