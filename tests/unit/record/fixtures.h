/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_UNIT_RECORD_FIXTURES_H
#define TESTS_UNIT_RECORD_FIXTURES_H

/* Helpers that the tests of the recorder share: cgroups, and processes that make calls in them. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/filter.h>
#include <linux/sched.h>
#include <linux/seccomp.h>
#include <mntent.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "record/recorder.h"
#include "record/tracked_cgroup.h"
#include "util/error.h"

/* Unused numbers with a bit: their calls fail without effect. */
#define NR_FIRST 480
#define NR_COUNT 90

static inline void succeed(int r, const struct error *err)
{
	if (r < 0)
		fail_msg("%s", error_message(err));
}

/* Sets path to that of a cgroup of this test process, which need not exist. */
static inline void fixture_cgroup(char *path, size_t size)
{
	FILE *mounts = setmntent("/proc/mounts", "re");
	const struct mntent *mount;

	assert_non_null(mounts);
	for (mount = getmntent(mounts); mount; mount = getmntent(mounts))
		if (strcmp(mount->mnt_type, "cgroup2") == 0)
			break;
	assert_non_null(mount);
	snprintf(path, size, "%s/recorder-test-%d", mount->mnt_dir, getpid());
	endmntent(mounts);
}

static inline uint64_t id_of(const char *path)
{
	struct stat st;

	assert_return_code(stat(path, &st), errno);
	return st.st_ino;
}

/* For a child process: moves itself into the cgroup, so that its calls are work. */
static inline void move_in(const char *path)
{
	int cgroup = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	int procs = openat(cgroup, "cgroup.procs", O_WRONLY | O_CLOEXEC);

	if (write(procs, "0", 1) != 1)
		_exit(1);
}

static inline void make_call(uint32_t nr)
{
	syscall(nr, -1L, -1L, -1L, -1L, -1L, -1L);
}

/* For a child process: each call from NR_FIRST on fails by a filter from now on. */
static inline void deny_calls(void)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 0), /* struct seccomp_data.nr */
		BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, NR_FIRST, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	const struct sock_fprog program = { sizeof(code) / sizeof(*code), code };

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ||
	    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) < 0)
		_exit(1);
}

/* Forks a child into the cgroup; returns like fork(). */
static inline pid_t fork_into(const char *path)
{
	struct clone_args args = {
		.flags = CLONE_INTO_CGROUP,
		.exit_signal = SIGCHLD,
		.cgroup = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC),
	};
	pid_t pid;

	assert_return_code((int)args.cgroup, errno);
	pid = syscall(SYS_clone3, &args, sizeof(args));
	assert_true(pid >= 0);
	close((int)args.cgroup);
	return pid;
}

/* Forks a child into the cgroup, which makes the call and exits. */
static inline void call_in(const char *path, uint32_t nr)
{
	pid_t pid = fork_into(path);
	int status;

	if (pid == 0) {
		make_call(nr);
		syscall(SYS_exit_group, 0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
}

/* True if any task of the cgroup made the call, in set-up or not. */
static inline bool has_call(const struct tracked_cgroup *tracked, uint32_t nr)
{
	size_t kind;

	for (kind = 0; kind < RECORDER_BITMAPS; kind++)
		if (call_set_find(&tracked->calls[kind], ABI_NATIVE, nr))
			return true;
	return false;
}

#endif
