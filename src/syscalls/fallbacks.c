// SPDX-License-Identifier: Apache-2.0
#include "syscalls/fallbacks.h"

#include <stdlib.h>
#include <string.h>

#include "util/array.h"

/*
 * Not listed are calls whose users take any error for "not there" (membarrier, set_robust_list,
 * userfaultfd), calls with nothing to fall back to (pidfd_getfd, bpf, mount_setattr), and calls
 * that every kernel of the last ten years has, so that no program falls back any more (accept4,
 * pipe2, prlimit64). The *_time64 calls exist in 32-bit ABIs only.
 */
const struct fallback fallbacks[] = {
	{ "clock_adjtime64", "clock_adjtime", "32-bit C libraries" },
	{ "clock_getres_time64", "clock_getres", "32-bit C libraries" },
	{ "clock_gettime64", "clock_gettime", "32-bit C libraries" },
	{ "clock_nanosleep_time64", "clock_nanosleep", "32-bit C libraries" },
	{ "clock_settime64", "clock_settime", "32-bit C libraries" },
	{ "clone3", "clone", "glibc: pthread_create and posix_spawn" },
	{ "close_range", "close, for each of /proc/self/fd", "glibc: closefrom; Python; systemd" },
	{ "copy_file_range", "sendfile, or read and write", "coreutils; Go; Rust" },
	{ "epoll_pwait2", "epoll_pwait", "libevent; systemd" },
	{ "execveat", "execve of /proc/self/fd", "glibc: fexecve" },
	{ "faccessat2", "faccessat, or fstatat", "glibc and musl: faccessat with flags; Go" },
	{ "fchmodat2", "chmod of /proc/self/fd", "glibc and musl: fchmodat with flags" },
	{ "futex_time64", "futex", "32-bit C libraries" },
	{ "futex_waitv", "futex", "Wine" },
	{ "getrandom", "/dev/urandom", "glibc: arc4random; OpenSSL; Python" },
	{ "io_pgetevents_time64", "io_pgetevents", "32-bit libaio" },
	{ "io_uring_setup", "epoll, or threads", "libuv" },
	{ "landlock_create_ruleset", "no sandbox", "programs that sandbox themselves, as xz" },
	{ "listmount", "/proc/self/mountinfo", "libmount" },
	{ "memfd_create", "a temporary file", "runc, for the copy of itself" },
	{ "mq_timedreceive_time64", "mq_timedreceive", "32-bit C libraries" },
	{ "mq_timedsend_time64", "mq_timedsend", "32-bit C libraries" },
	{ "openat2", "openat, component by component", "systemd; container tools" },
	{ "pidfd_open", "kill and waitid by process id", "systemd; Go; Qt" },
	{ "pidfd_send_signal", "kill", "systemd; Go" },
	{ "ppoll_time64", "ppoll", "32-bit C libraries" },
	{ "preadv2", "preadv", "glibc: preadv2 without flags" },
	{ "pselect6_time64", "pselect6", "32-bit C libraries" },
	{ "pwritev2", "pwritev", "glibc: pwritev2 without flags" },
	{ "recvmmsg_time64", "recvmmsg", "32-bit C libraries" },
	{ "renameat2", "renameat, or link and unlink", "gnulib: mv without overwriting; systemd" },
	{ "rseq", "getcpu and atomic operations", "glibc: sched_getcpu; tcmalloc" },
	{ "rt_sigtimedwait_time64", "rt_sigtimedwait", "32-bit C libraries" },
	{ "sched_rr_get_interval_time64", "sched_rr_get_interval", "32-bit C libraries" },
	{ "semtimedop_time64", "semtimedop", "32-bit C libraries" },
	{ "sendmmsg", "sendmsg, one by one", "glibc: the resolver" },
	{ "statmount", "/proc/self/mountinfo", "libmount" },
	{ "statx", "fstatat", "glibc: statx; Rust; Qt" },
	{ "timer_gettime64", "timer_gettime", "32-bit C libraries" },
	{ "timer_settime64", "timer_settime", "32-bit C libraries" },
	{ "timerfd_gettime64", "timerfd_gettime", "32-bit C libraries" },
	{ "timerfd_settime64", "timerfd_settime", "32-bit C libraries" },
	{ "utimensat_time64", "utimensat", "32-bit C libraries" },
};

const size_t fallback_count = array_size(fallbacks);

static int fallback_compare(const void *name, const void *fallback)
{
	return strcmp(name, ((const struct fallback *)fallback)->name);
}

const struct fallback *fallback_find(const char *name)
{
	return bsearch(name, fallbacks, fallback_count, sizeof(*fallbacks), fallback_compare);
}
