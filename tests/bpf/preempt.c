// SPDX-License-Identifier: Apache-2.0
/*
 * preempt FIRST LAST: makes each system call of these numbers once, from a real-time thread
 * that has just preempted a thread that makes system calls all the time. Each CPU has such a
 * pair. A kernel that preempts BPF programs skips a program that is already running. It loses
 * exactly these calls.
 */
#include <err.h>
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define CPUS_MAX 64

static atomic_bool done;
static atomic_long next, last;

static void *keep_calling(void *unused)
{
	while (!done)
		syscall(SYS_getppid);
	return NULL;
}

/* The timer interrupt wakes this thread at any point of the other thread's loop. */
static void *interrupt(void *unused)
{
	unsigned int seed = gettid();
	struct timespec pause = {};
	long nr;

	for (;;) {
		pause.tv_nsec = 200000 + rand_r(&seed) % 100000;
		nanosleep(&pause, NULL);
		nr = next++;
		if (nr > last)
			return NULL;
		syscall(nr, -1, -1, -1, -1, -1, -1);
	}
}

static pthread_t start(void *(*work)(void *), int cpu, int policy)
{
	const struct sched_param priority = { .sched_priority = policy == SCHED_FIFO ? 50 : 0 };
	pthread_attr_t attributes;
	pthread_t thread;
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	pthread_attr_init(&attributes);
	pthread_attr_setinheritsched(&attributes, PTHREAD_EXPLICIT_SCHED);
	pthread_attr_setschedpolicy(&attributes, policy);
	pthread_attr_setschedparam(&attributes, &priority);
	pthread_attr_setaffinity_np(&attributes, sizeof(set), &set);
	errno = pthread_create(&thread, &attributes, work, NULL);
	if (errno)
		err(1, "start a thread on CPU %d", cpu);
	return thread;
}

int main(int argc, char **argv)
{
	pthread_t busy[CPUS_MAX], real_time[CPUS_MAX];
	cpu_set_t allowed;
	int count = 0;

	if (argc != 3)
		errx(2, "usage: preempt FIRST LAST");
	next = atol(argv[1]);
	last = atol(argv[2]);
	if (sched_getaffinity(0, sizeof(allowed), &allowed) < 0)
		err(1, "sched_getaffinity");
	for (int cpu = 0; cpu < CPU_SETSIZE && count < CPUS_MAX; cpu++) {
		if (!CPU_ISSET(cpu, &allowed))
			continue;
		busy[count] = start(keep_calling, cpu, SCHED_OTHER);
		real_time[count++] = start(interrupt, cpu, SCHED_FIFO);
	}
	for (int i = 0; i < count; i++)
		pthread_join(real_time[i], NULL);
	done = true;
	for (int i = 0; i < count; i++)
		pthread_join(busy[i], NULL);
	return 0;
}
