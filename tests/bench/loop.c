// SPDX-License-Identifier: Apache-2.0
/*
 * loop CALLS BATCHES [NUMBER]: makes a cheap system call over and over (getppid, or NUMBER
 * without arguments). Prints for each batch how many nanoseconds one call took. It stays on the
 * CPU on which it starts.
 */
#include <err.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define BATCHES_MAX 256

static double now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec * 1e9 + time.tv_nsec;
}

int main(int argc, char **argv)
{
	const long calls = argc >= 3 ? atol(argv[1]) : 0;
	const int batches = argc >= 3 ? atoi(argv[2]) : 0;
	const long number = argc == 4 ? atol(argv[3]) : SYS_getppid;
	double results[BATCHES_MAX];
	cpu_set_t here;

	if (argc > 4 || calls < 1 || batches < 1 || batches > BATCHES_MAX)
		errx(2, "usage: loop CALLS BATCHES [NUMBER]");
	CPU_ZERO(&here);
	CPU_SET(sched_getcpu(), &here);
	sched_setaffinity(0, sizeof(here), &here);
	for (int batch = 0; batch < batches; batch++) {
		const double start = now();

		for (long i = 0; i < calls; i++)
			syscall(number, 0, 0, 0);
		results[batch] = (now() - start) / calls;
	}
	for (int batch = 0; batch < batches; batch++)
		printf("%.1f\n", results[batch]);
	return 0;
}
