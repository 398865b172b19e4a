// SPDX-License-Identifier: Apache-2.0
/*
 * older COMMAND [ARGUMENT...]: runs a command on a kernel that behaves like Linux 5.15.
 *
 * A filter answers recorder's requests for newer features as 5.15 does:
 *
 *	bpf(BPF_PROG_RUN)	fails within the loader program, which cannot give the kernel the
 *				relocations of the programs that it loads (5.17)
 *	seccomp(…, SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV)	is an unknown flag (5.19)
 */
#include <err.h>
#include <errno.h>
#include <linux/bpf.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/syscall.h>
#include <unistd.h>

/* The lower half of an argument: neither call uses more. */
#define ARGUMENT(i) (offsetof(struct seccomp_data, args) + (i) * sizeof(__u64))
#define LOAD(offset) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offset)
#define ANSWER(error) BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | (error))

int main(int argc, char **argv)
{
	struct sock_filter instructions[] = {
		LOAD(offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_bpf, 0, 3),
		LOAD(ARGUMENT(0)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, BPF_PROG_RUN, 0, 5),
		ANSWER(E2BIG),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_seccomp, 0, 3),
		LOAD(ARGUMENT(1)),
		BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV, 0, 1),
		ANSWER(EINVAL),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	const struct sock_fprog program = {
		.len = sizeof(instructions) / sizeof(*instructions),
		.filter = instructions,
	};

	if (argc < 2)
		errx(2, "usage: older COMMAND [ARGUMENT...]");
	/* Root can load the filter without no_new_privs, which the command would inherit. */
	if (syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program))
		err(1, "seccomp");
	execvp(argv[1], argv + 1);
	err(1, "%s", argv[1]);
}
