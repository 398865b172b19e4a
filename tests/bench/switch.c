// SPDX-License-Identifier: Apache-2.0
/*
 * switch SWITCHES BATCHES: two processes on one CPU pass a byte back and forth, so that each read
 * blocks. Prints for each batch how many nanoseconds one switch took, including its read and write.
 */
#include <err.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

#define BATCHES_MAX 256

static double now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec * 1e9 + time.tv_nsec;
}

/* Moves a byte from one pipe to the other. False once no byte can come any more. */
static int pass(int from, int to)
{
	char byte;

	return read(from, &byte, 1) == 1 && write(to, &byte, 1) == 1;
}

static void echo(int from, int to)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	while (pass(from, to))
		;
	_exit(0);
}

int main(int argc, char **argv)
{
	const long switches = argc == 3 ? atol(argv[1]) : 0;
	const int batches = argc == 3 ? atoi(argv[2]) : 0;
	double results[BATCHES_MAX];
	int there[2], back[2];
	cpu_set_t here;

	if (switches < 2 || batches < 1 || batches > BATCHES_MAX)
		errx(2, "usage: switch SWITCHES BATCHES");
	CPU_ZERO(&here);
	CPU_SET(sched_getcpu(), &here);
	sched_setaffinity(0, sizeof(here), &here);
	if (pipe(there) || pipe(back))
		err(1, "pipe");
	if (fork() == 0)
		echo(there[0], back[1]);
	for (int batch = 0; batch < batches; batch++) {
		const double start = now();

		for (long i = 0; i < switches / 2; i++)
			if (write(there[1], "", 1) != 1 || read(back[0], &(char){ 0 }, 1) != 1)
				err(1, "pipe");
		results[batch] = (now() - start) / switches;
	}
	for (int batch = 0; batch < batches; batch++)
		printf("%.1f\n", results[batch]);
	return 0;
}
