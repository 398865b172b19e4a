// SPDX-License-Identifier: Apache-2.0
/*
 * answer HOW NR: a process makes a system call that something other than the kernel answers. It
 * succeeds if the call does. HOW selects the answer:
 *
 *   notify     a supervisor (SECCOMP_RET_USER_NOTIF) answers with 0
 *   refuse     a supervisor answers with EPERM: the process succeeds if the call fails that way
 *   continue   a supervisor lets the kernel run it (SECCOMP_USER_NOTIF_FLAG_CONTINUE): the
 *              process succeeds whatever the call returns
 *   stacked    a supervisor answers with 0, and the process has eight more filters
 *   both       a supervisor would answer, but a second filter of the process refuses with EPERM
 *   skip       a tracer that a filter asks (SECCOMP_RET_TRACE) sets the number to -1
 *   change     such a tracer turns the call into getppid
 *   emulate    (x86-64) a tracer takes over every call (PTRACE_SYSEMU); the filter allows all
 *   trap       the handler of SECCOMP_RET_TRAP's signal answers with 0
 *   dispatch   the handler of syscall user dispatch's signal answers with 0: no filter is asked
 *
 * "late HOW NR FIFO" first waits on a FIFO. "hold HOW NR FIFO" makes the tracer wait on it before
 * it answers.
 */
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <ucontext.h>
#include <unistd.h>

#define NT_PRSTATUS 1
#define NT_ARM_SYSTEM_CALL 0x404
#define PTRACE_SYSEMU_REQUEST 31

#ifndef PR_SET_SYSCALL_USER_DISPATCH
#define PR_SET_SYSCALL_USER_DISPATCH 59
#define PR_SYS_DISPATCH_ON 1
#endif

static int call_nr;
static const char *hold; /* the FIFO that a tracer waits on */

static int load_filter(uint32_t action, unsigned int flags)
{
	struct sock_filter instructions[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)call_nr, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, action),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = { .len = 4, .filter = instructions };
	int r;

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		err(3, "no_new_privs");
	r = (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags, &program);
	if (r < 0)
		err(3, "load a filter");
	return r;
}

static void load_filters(int count)
{
	while (count-- > 0)
		load_filter(SECCOMP_RET_ALLOW, 0);
}

static long call(void)
{
	return syscall(call_nr, -1L, -1L, -1L, -1L, -1L, -1L);
}

static int wait_for(pid_t pid)
{
	int status;

	if (waitpid(pid, &status, 0) != pid)
		err(3, "wait");
	return WIFEXITED(status) ? WEXITSTATUS(status) : 99;
}

static void supervise(int listener, const char *how)
{
	struct seccomp_notif notification = {};
	struct seccomp_notif_resp response = {};

	if (ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, &notification) < 0)
		err(3, "receive a notification");
	response.id = notification.id;
	if (strcmp(how, "continue") == 0)
		response.flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE;
	else if (strcmp(how, "refuse") == 0)
		response.error = -EPERM;
	if (ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, &response) < 0)
		err(3, "answer a notification");
}

static int call_supervised(const char *how)
{
	long r;

	errno = 0;
	r = call();
	if (strcmp(how, "notify") == 0 || strcmp(how, "stacked") == 0)
		return r != 0;
	if (strcmp(how, "continue") == 0)
		return 0;
	return !(r < 0 && errno == EPERM);
}

/* The supervisor shares the file descriptors, so that it need not be sent the listener. */
static int run_supervised(const char *how)
{
	volatile int *listener =
		mmap(NULL, sizeof(int), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	pid_t pid;

	*listener = -1;
	pid = (pid_t)syscall(SYS_clone, CLONE_FILES | SIGCHLD, 0, 0, 0, 0);
	if (pid == 0) {
		*listener = load_filter(SECCOMP_RET_USER_NOTIF, SECCOMP_FILTER_FLAG_NEW_LISTENER);
		if (strcmp(how, "both") == 0)
			load_filter(SECCOMP_RET_ERRNO | EPERM, 0);
		if (strcmp(how, "stacked") == 0)
			load_filters(8);
		exit(call_supervised(how));
	}
	while (*listener < 0)
		sched_yield();
	if (strcmp(how, "both") != 0)
		supervise(*listener, how);
	return wait_for(pid);
}

#if defined(__x86_64__)
static void set_call(pid_t pid, int nr)
{
	struct user_regs_struct registers;

	ptrace(PTRACE_GETREGS, pid, 0, &registers);
	registers.orig_rax = (unsigned long long)(long long)nr;
	registers.rax = 0;
	ptrace(PTRACE_SETREGS, pid, 0, &registers);
}

static void set_result(void *context)
{
	((ucontext_t *)context)->uc_mcontext.gregs[REG_RAX] = 0;
}
#elif defined(__aarch64__)
static void set_call(pid_t pid, int nr)
{
	struct iovec number = { .iov_base = &nr, .iov_len = sizeof(nr) };
	struct user_regs_struct registers;
	struct iovec whole = { .iov_base = &registers, .iov_len = sizeof(registers) };

	ptrace(PTRACE_SETREGSET, pid, NT_ARM_SYSTEM_CALL, &number);
	ptrace(PTRACE_GETREGSET, pid, NT_PRSTATUS, &whole);
	registers.regs[0] = 0;
	ptrace(PTRACE_SETREGSET, pid, NT_PRSTATUS, &whole);
}

static void set_result(void *context)
{
	((ucontext_t *)context)->uc_mcontext.regs[0] = 0;
}
#endif

static void wait_on(const char *fifo)
{
	int fd = open(fifo, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		err(3, "%s", fifo);
	close(fd);
}

static int trace(pid_t pid, const char *how)
{
	int status;

	waitpid(pid, &status, 0);
	ptrace(PTRACE_SETOPTIONS, pid, 0, PTRACE_O_TRACESECCOMP | PTRACE_O_EXITKILL);
	ptrace(PTRACE_CONT, pid, 0, 0);
	while (waitpid(pid, &status, 0) == pid && WIFSTOPPED(status)) {
		if (status >> 8 == (SIGTRAP | (PTRACE_EVENT_SECCOMP << 8))) {
			if (hold)
				wait_on(hold);
			set_call(pid, strcmp(how, "skip") == 0 ? -1 : SYS_getppid);
		}
		ptrace(PTRACE_CONT, pid, 0, 0);
	}
	return WIFEXITED(status) ? WEXITSTATUS(status) : 99;
}

static int run_traced(const char *how)
{
	const pid_t pid = fork();

	if (pid == 0) {
		ptrace(PTRACE_TRACEME, 0, 0, 0);
		raise(SIGSTOP);
		load_filter(SECCOMP_RET_TRACE, 0);
		exit(call() < 0);
	}
	return trace(pid, how);
}

static int run_emulated(void)
{
	const pid_t pid = fork();
	int status;

	if (pid == 0) {
		load_filter(SECCOMP_RET_ALLOW, 0);
		getppid();
		ptrace(PTRACE_TRACEME, 0, 0, 0);
		raise(SIGSTOP);
		exit(call() != 0);
	}
	waitpid(pid, &status, 0);
	/* Runs the process up to the call, which the kernel never executes. */
	do {
		ptrace(PTRACE_SYSEMU_REQUEST, pid, 0, 0);
		waitpid(pid, &status, 0);
#if defined(__x86_64__)
		struct user_regs_struct registers = {};

		ptrace(PTRACE_GETREGS, pid, 0, &registers);
		if ((int)registers.orig_rax == call_nr)
			break;
#endif
	} while (WIFSTOPPED(status));
	set_call(pid, -1);
	ptrace(PTRACE_CONT, pid, 0, 0);
	return wait_for(pid);
}

static volatile char blocked;

static void handle(int number, siginfo_t *info, void *context)
{
	blocked = 0;
	set_result(context);
}

static int run_handled(const char *how)
{
	struct sigaction action = { .sa_sigaction = handle, .sa_flags = SA_SIGINFO };
	long r;

	sigaction(SIGSYS, &action, NULL);
	if (strcmp(how, "trap") == 0) {
		load_filter(SECCOMP_RET_TRAP, 0);
		return call() != 0;
	}
	if (prctl(PR_SET_SYSCALL_USER_DISPATCH, PR_SYS_DISPATCH_ON, 0, 0, &blocked) < 0)
		err(4, "syscall user dispatch");
	blocked = 1;
	r = call();
	blocked = 0;
	return r != 0;
}

static bool is_one_of(const char *how, const char *first, const char *second, const char *third,
		      const char *fourth)
{
	return strcmp(how, first) == 0 || strcmp(how, second) == 0 || strcmp(how, third) == 0 ||
	       strcmp(how, fourth) == 0;
}

int main(int argc, char **argv)
{
	const char *how;

	if (argc == 5 && strcmp(argv[1], "late") == 0) {
		wait_on(argv[4]);
		argv++;
	} else if (argc == 5 && strcmp(argv[1], "hold") == 0) {
		hold = argv[4];
		argv++;
	} else if (argc != 3) {
		errx(2, "usage: answer [late|hold] HOW NR [FIFO]");
	}
	how = argv[1];
	call_nr = atoi(argv[2]);
	if (is_one_of(how, "notify", "refuse", "continue", "both") || strcmp(how, "stacked") == 0)
		return run_supervised(how);
	if (is_one_of(how, "skip", "change", "", ""))
		return run_traced(how);
	if (is_one_of(how, "trap", "dispatch", "", ""))
		return run_handled(how);
	return run_emulated();
}
