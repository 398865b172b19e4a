// SPDX-License-Identifier: Apache-2.0
/*
 * work - makes threads and processes in every way that C has, and calls whose arguments a profile
 * compares. Ends with 0 if all of it worked, wherever it runs. Also compiled with musl.
 */
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <pthread.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define THREADS 8
/* A request from 2^31 on (linux/fs.h), which musl sign-extends to 64 bits. */
#define GET_FLAGS 0x80086601u

extern char **environ;

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

static void check(int ok, const char *what)
{
	if (ok)
		return;
	perror(what);
	exit(1);
}

static void *work(void *data)
{
	char *memory = malloc(1 << 20);

	(void)data;
	check(memory != NULL, "malloc");
	memset(memory, 1, 1 << 20);
	pthread_mutex_lock(&mutex);
	usleep(100);
	pthread_mutex_unlock(&mutex);
	free(memory);
	return NULL;
}

static void make_threads(void)
{
	pthread_t threads[THREADS];
	int i;

	for (i = 0; i < THREADS; i++)
		check(pthread_create(&threads[i], NULL, work, NULL) == 0, "pthread_create");
	for (i = 0; i < THREADS; i++)
		check(pthread_join(threads[i], NULL) == 0, "pthread_join");
}

static void await(pid_t pid, const char *what)
{
	int status;

	check(pid > 0 && waitpid(pid, &status, 0) == pid && status == 0, what);
}

static void make_processes(void)
{
	char *const command[] = { "/bin/true", NULL };
	FILE *pipe;
	pid_t pid;
	int r;

	pid = fork();
	if (pid == 0)
		_exit(0);
	await(pid, "fork");
	pid = vfork();
	if (pid == 0) {
		execve(command[0], command, environ);
		_exit(127);
	}
	await(pid, "vfork");
	r = posix_spawn(&pid, command[0], NULL, NULL, command, environ);
	await(r ? -1 : pid, "posix_spawn");
	check(system("/bin/true") == 0, "system");
	pipe = popen("/bin/true", "r");
	check(pipe && pclose(pipe) == 0, "popen");
}

static void use_sockets(void)
{
	struct sockaddr_in address = { .sin_family = AF_INET };
	int pair[2], one = 1, fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	check(fd >= 0 && setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one)) == 0 &&
		      bind(fd, (struct sockaddr *)&address, sizeof(address)) == 0,
	      "socket");
	close(fd);
	check(socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0, "socketpair");
	close(pair[0]);
	close(pair[1]);
}

static void use_arguments(void)
{
	int waiting, fd = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
	unsigned long flags;
	char *memory =
		mmap(NULL, 1 << 16, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	check(memory != MAP_FAILED && madvise(memory, 1 << 16, MADV_DONTNEED) == 0 &&
		      mprotect(memory, 1 << 16, PROT_READ) == 0,
	      "mmap");
	check(fd >= 0 && fcntl(fd, F_GETFD) == FD_CLOEXEC, "fcntl");
	check(prctl(PR_SET_NAME, "work", 0, 0, 0) == 0, "prctl");
	check(personality(0xffffffff) >= 0, "personality");
	/* Not every file has an answer; the filter has to let the question through. */
	ioctl(fd, FIONREAD, &waiting);
	ioctl(fd, GET_FLAGS, &flags);
	close(fd);
}

int main(void)
{
	make_threads();
	make_processes();
	use_sockets();
	use_arguments();
	return 0;
}
