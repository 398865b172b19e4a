// SPDX-License-Identifier: Apache-2.0
/*
 * Many tasks at once, each making one system call once.
 *
 *   storm list             prints the numbers of calls that are harmless with all arguments -1
 *   storm threads NR...    a thread for each number; all start together
 *   storm forks NR...      a child process for each number, all alive together
 *   storm execs CALL NR... a child for each number, by vfork and execve of the program CALL
 *   storm forking COUNT    COUNT children, one after another, that only exit
 */
#include <err.h>
#include <pthread.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define NR_TASKS_MAX 1024

/*
 * Calls that must not be made with senseless arguments. They end or block the caller, create
 * something permanent (message queues, shared memory), reach other processes, or send a signal.
 */
static const int harmful[] = {
#ifdef SYS_fork
	SYS_fork,	  SYS_vfork,  SYS_pause,	   SYS_alarm,
#endif
#ifdef SYS_uretprobe
	SYS_uretprobe,
#endif
	SYS_clone,	  SYS_exit,   SYS_exit_group,	   SYS_kill,   SYS_msgget, SYS_reboot,
	SYS_rt_sigreturn, SYS_semget, SYS_set_tid_address, SYS_shmget, SYS_sync,   SYS_vhangup,
};

/* The gap between the machine's old numbers and those that all machines share. */
#if defined(__x86_64__)
#define LAST_OLD 334
#else
#define LAST_OLD 291
#endif
#define FIRST_SHARED 424
#define LAST_SHARED 450

static bool is_harmless(int nr)
{
	if (nr > LAST_OLD && nr < FIRST_SHARED)
		return false;
	for (size_t i = 0; i < sizeof(harmful) / sizeof(*harmful); i++)
		if (harmful[i] == nr)
			return false;
	return true;
}

static void list(void)
{
	for (int nr = 0; nr <= LAST_SHARED; nr++)
		if (is_harmless(nr))
			printf("%d\n", nr);
}

static void call(int nr)
{
	syscall(nr, -1L, -1L, -1L, -1L, -1L, -1L);
}

static pthread_barrier_t barrier;

static void *thread_main(void *nr)
{
	pthread_barrier_wait(&barrier);
	call(*(const int *)nr);
	return NULL;
}

static void storm_threads(int *numbers, int count)
{
	pthread_t threads[NR_TASKS_MAX];

	pthread_barrier_init(&barrier, NULL, count);
	for (int i = 0; i < count; i++)
		if (pthread_create(&threads[i], NULL, thread_main, &numbers[i]))
			errx(1, "cannot start thread %d", i);
	for (int i = 0; i < count; i++)
		pthread_join(threads[i], NULL);
}

/* Children wait for the end of the pipe, which comes once all have been started. */
static void storm_forks(const int *numbers, int count)
{
	int ends[2];
	char byte;

	if (pipe(ends))
		err(1, "pipe");
	for (int i = 0; i < count; i++) {
		const pid_t pid = fork();

		if (pid < 0)
			err(1, "fork");
		if (pid == 0) {
			close(ends[1]);
			if (read(ends[0], &byte, 1) != 0)
				_exit(1);
			call(numbers[i]);
			_exit(0);
		}
	}
	close(ends[1]);
	while (wait(NULL) > 0)
		;
}

static void storm_execs(char *program, char **numbers, int count)
{
	for (int i = 0; i < count; i++) {
		char *const arguments[] = { program, numbers[i], NULL };
		char *const environment[] = { NULL };
		pid_t pid;

		/* glibc's posix_spawn is a vfork, which blocks only the caller. */
		if (posix_spawn(&pid, program, NULL, NULL, arguments, environment))
			errx(1, "cannot start %s", program);
	}
	while (wait(NULL) > 0)
		;
}

static void storm_forking(long count)
{
	for (long i = 0; i < count; i++) {
		const pid_t pid = fork();

		if (pid < 0)
			err(1, "fork");
		if (pid == 0)
			_exit(0);
		waitpid(pid, NULL, 0);
	}
}

int main(int argc, char **argv)
{
	int numbers[NR_TASKS_MAX];
	const char *const what = argc > 1 ? argv[1] : "";
	const int skipped = strcmp(what, "execs") ? 2 : 3;
	const int count = argc - skipped;

	if (!strcmp(what, "list")) {
		list();
		return 0;
	}
	if (count < 1 || count > NR_TASKS_MAX)
		errx(2, "usage: storm list|threads|forks|execs|forking ...");
	for (int i = 0; i < count; i++)
		numbers[i] = atoi(argv[skipped + i]);
	if (!strcmp(what, "threads"))
		storm_threads(numbers, count);
	else if (!strcmp(what, "forks"))
		storm_forks(numbers, count);
	else if (!strcmp(what, "execs"))
		storm_execs(argv[2], argv + skipped, count);
	else if (!strcmp(what, "forking"))
		storm_forking(numbers[0]);
	else
		errx(2, "unknown storm '%s'", what);
	return 0;
}
