// SPDX-License-Identifier: Apache-2.0
/*
 * puppet NR...: stays running, with a thread for each number.
 *
 * It prints "ready" once it has started its threads, and obeys the lines of its standard input:
 *
 *   call        each waiting thread makes its call
 *   fork NR     a child process makes the call
 *   thread NR   a new thread makes it
 *
 * It answers each line with "done". It ends with its input.
 */
#include <err.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define THREADS_MAX 64

static pthread_barrier_t start, finish;

static void call(int nr)
{
	syscall(nr, -1L, -1L, -1L, -1L, -1L, -1L);
}

static void *call_on_command(void *nr)
{
	for (;;) {
		pthread_barrier_wait(&start);
		call(*(const int *)nr);
		pthread_barrier_wait(&finish);
	}
	return NULL;
}

static void *call_once(void *nr)
{
	call(*(const int *)nr);
	return NULL;
}

static void call_in_thread(int nr)
{
	pthread_t thread;

	if (pthread_create(&thread, NULL, call_once, &nr))
		errx(1, "cannot start a thread");
	pthread_join(thread, NULL);
}

static void call_in_child(int nr)
{
	const pid_t pid = fork();

	if (pid < 0)
		err(1, "fork");
	if (pid == 0) {
		call(nr);
		_exit(0);
	}
	waitpid(pid, NULL, 0);
}

static void obey(const char *line)
{
	int nr;

	if (!strcmp(line, "call\n")) {
		pthread_barrier_wait(&start);
		pthread_barrier_wait(&finish);
	} else if (sscanf(line, "fork %d", &nr) == 1) {
		call_in_child(nr);
	} else if (sscanf(line, "thread %d", &nr) == 1) {
		call_in_thread(nr);
	} else {
		errx(2, "unknown command '%s'", line);
	}
}

int main(int argc, char **argv)
{
	const int count = argc - 1;
	int numbers[THREADS_MAX];
	pthread_t thread;
	char line[64];

	if (count < 1 || count > THREADS_MAX)
		errx(2, "usage: puppet NR...");
	pthread_barrier_init(&start, NULL, count + 1);
	pthread_barrier_init(&finish, NULL, count + 1);
	for (int i = 0; i < count; i++) {
		numbers[i] = atoi(argv[i + 1]);
		if (pthread_create(&thread, NULL, call_on_command, &numbers[i]))
			errx(1, "cannot start thread %d", i);
	}
	setvbuf(stdout, NULL, _IOLBF, 0);
	puts("ready");
	while (fgets(line, sizeof(line), stdin)) {
		obey(line);
		puts("done");
	}
	return 0;
}
