// SPDX-License-Identifier: Apache-2.0
/*
 * denied CASE: runs under its own seccomp filter and checks the results of its calls.
 *
 * Each filter is about acct(2), which the program calls nowhere else. With a bad address the
 * call has no effect. It follows directly after the filter is loaded, so that the recorder has
 * no time to notice the filter.
 */
#include <err.h>
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#define BAD_ADDRESS (-1L)

static void load_filter(struct sock_filter *instructions, unsigned short length)
{
	const struct sock_fprog program = { .len = length, .filter = instructions };

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
		err(1, "no_new_privs");
	if (syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program))
		err(1, "seccomp");
}

/* Answers one number with an action and allows the rest. */
static void filter_number(unsigned int nr, unsigned int action)
{
	struct sock_filter instructions[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, nr, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, action),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};

	load_filter(instructions, sizeof(instructions) / sizeof(*instructions));
}

/* Answers a call whose first argument has one value with EPERM and allows the rest. */
static void filter_argument(unsigned int nr, unsigned int value)
{
	struct sock_filter instructions[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, nr, 0, 3),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, value, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};

	load_filter(instructions, sizeof(instructions) / sizeof(*instructions));
}

/* Like filter_number() with USER_NOTIF. Returns the supervisor's descriptor. */
static int filter_notify(unsigned int nr)
{
	struct sock_filter instructions[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, nr, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_USER_NOTIF),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	const struct sock_fprog program = { 4, instructions };
	int fd;

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
		err(1, "no_new_privs");
	fd = syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_NEW_LISTENER,
		     &program);
	if (fd < 0)
		err(1, "seccomp");
	return fd;
}

static void expect(const char *what, long result, int error, long wanted, int wanted_error)
{
	if (result != wanted || (result < 0 && error != wanted_error))
		errx(1, "%s: %ld (%s), not %ld (%s)", what, result, strerror(error), wanted,
		     strerror(wanted_error));
}

static void expect_acct(long wanted, int wanted_error)
{
	const long result = syscall(SYS_acct, BAD_ADDRESS);

	expect("acct", result, errno, wanted, wanted_error);
}

static void case_errno(void)
{
	filter_number(SYS_acct, SECCOMP_RET_ERRNO | EPERM);
	expect_acct(-1, EPERM);
	syscall(SYS_sysinfo, BAD_ADDRESS);
}

/* The call succeeds without being made: only the missing sys_enter shows it. */
static void case_errno_zero(void)
{
	filter_number(SYS_acct, SECCOMP_RET_ERRNO | 0);
	expect_acct(0, 0);
}

/* Without a tracer the kernel answers ENOSYS. */
static void case_trace(void)
{
	filter_number(SYS_acct, SECCOMP_RET_TRACE);
	expect_acct(-1, ENOSYS);
}

static void case_log(void)
{
	filter_number(SYS_acct, SECCOMP_RET_LOG);
	expect_acct(-1, EFAULT);
}

static int listener;

static void *supervise(void *flags)
{
	struct seccomp_notif request = {};
	struct seccomp_notif_resp answer = {};

	if (ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, &request))
		err(1, "receive");
	answer.id = request.id;
	answer.flags = (unsigned long)flags;
	answer.error = flags ? 0 : -EPERM;
	if (ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, &answer))
		err(1, "answer");
	return NULL;
}

static void notify(unsigned long flags, int error)
{
	pthread_t supervisor;

	listener = filter_notify(SYS_acct);
	if (pthread_create(&supervisor, NULL, supervise, (void *)flags))
		errx(1, "no thread");
	expect_acct(-1, error);
	pthread_join(supervisor, NULL);
}

static void case_notify(void)
{
	notify(0, EPERM);
}

static void case_notify_continue(void)
{
	notify(SECCOMP_USER_NOTIF_FLAG_CONTINUE, EFAULT);
}

static volatile sig_atomic_t signals;

static void count_signal(int number)
{
	signals++;
}

static void case_trap(void)
{
	signal(SIGSYS, count_signal);
	filter_number(SYS_acct, SECCOMP_RET_TRAP);
	syscall(SYS_acct, BAD_ADDRESS);
	expect("SIGSYS", signals, 0, 1, 0);
}

static void *die(void *unused)
{
	filter_number(SYS_acct, SECCOMP_RET_KILL_THREAD);
	syscall(SYS_acct, BAD_ADDRESS);
	errx(1, "the thread lives on");
}

static void case_kill_thread(void)
{
	pthread_t thread;

	if (pthread_create(&thread, NULL, die, NULL))
		errx(1, "no thread");
	pthread_join(thread, NULL);
}

static void case_kill_process(void)
{
	const pid_t pid = fork();
	int status = 0;

	if (pid == 0) {
		filter_number(SYS_acct, SECCOMP_RET_KILL_PROCESS);
		syscall(SYS_acct, BAD_ADDRESS);
		_exit(0);
	}
	waitpid(pid, &status, 0);
	expect("ending signal", WIFSIGNALED(status) ? WTERMSIG(status) : 0, 0, SIGSYS, 0);
}

/* The same call is stopped once and let through once. */
static void case_argument(void)
{
	int result;

	filter_argument(SYS_personality, PER_BSD);
	result = personality(PER_BSD);
	expect("personality(BSD)", result, errno, -1, EPERM);
	if (personality(0xffffffff) < 0)
		err(1, "personality(query)");
}

/* The filter survives execve. */
static void case_exec(char **command)
{
	filter_number(SYS_acct, SECCOMP_RET_ERRNO | EPERM);
	execv(command[0], command);
	err(1, "%s", command[0]);
}

static void *do_nothing(void *unused)
{
	return NULL;
}

/* Calls that return without their own sys_enter, or long after it. None is denied. */
static void case_nothing(char *program)
{
	struct itimerval timer = { .it_value.tv_usec = 50000 };
	struct sigaction restarting = { .sa_handler = count_signal, .sa_flags = SA_RESTART };
	const struct timespec pause = { .tv_nsec = 100000000 };
	pthread_t thread;

	filter_number(SYS_acct, SECCOMP_RET_ERRNO | EPERM);
	for (int i = 0; i < 50; i++) {
		pid_t pid = fork();

		if (pid == 0)
			_exit(0);
		waitpid(pid, NULL, 0);
		pid = vfork();
		if (pid == 0) {
			execl(program, program, NULL);
			_exit(1);
		}
		waitpid(pid, NULL, 0);
		if (!pthread_create(&thread, NULL, do_nothing, NULL))
			pthread_join(thread, NULL);
	}
	sigaction(SIGALRM, &restarting, NULL);
	raise(SIGALRM);
	setitimer(ITIMER_REAL, &timer, NULL);
	nanosleep(&pause, NULL);
	expect("signals", signals, 0, 2, 0);
}

static const struct {
	const char *name;
	void (*run)(void);
} cases[] = {
	{ "argument", case_argument },
	{ "errno", case_errno },
	{ "errno-zero", case_errno_zero },
	{ "kill-process", case_kill_process },
	{ "kill-thread", case_kill_thread },
	{ "log", case_log },
	{ "notify", case_notify },
	{ "notify-continue", case_notify_continue },
	{ "trace", case_trace },
	{ "trap", case_trap },
};

int main(int argc, char **argv)
{
	if (argc > 2 && !strcmp(argv[1], "exec"))
		case_exec(argv + 2);
	if (argc == 3 && !strcmp(argv[1], "nothing")) {
		case_nothing(argv[2]);
		return 0;
	}
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		if (argc == 2 && !strcmp(argv[1], cases[i].name)) {
			cases[i].run();
			return 0;
		}
	}
	errx(2, "usage: denied CASE | nothing CALL | exec CALL NR...");
}
