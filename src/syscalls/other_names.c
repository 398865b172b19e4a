// SPDX-License-Identifier: Apache-2.0
#include "syscalls/other_names.h"

#include <stdlib.h>
#include <string.h>

#include "syscalls/purpose.h"
#include "util/array.h"
#include "util/cleanup.h"
#include "util/str.h"

const struct other_name other_names[] = {
	{ "_llseek", { "lseek" } },
	{ "_newselect", { "select", "pselect6" } },
	{ "access", { "faccessat" } },
	{ "alarm", { "setitimer" } },
	{ "chmod", { "fchmodat" } },
	{ "chown", { "fchownat" } },
	{ "chown32", { "chown", "fchownat" } },
	{ "clock_gettime64", { "clock_gettime" } },
	{ "clock_nanosleep_time64", { "clock_nanosleep" } },
	{ "creat", { "openat" } },
	{ "dup2", { "dup3" } },
	{ "epoll_create", { "epoll_create1" } },
	{ "epoll_wait", { "epoll_pwait" } },
	{ "eventfd", { "eventfd2" } },
	{ "fadvise64_64", { "fadvise64" } },
	{ "fchown32", { "fchown" } },
	{ "fcntl64", { "fcntl" } },
	{ "fexecve", { "execveat" } },
	{ "fork", { "clone" } },
	{ "fstat64", { "fstat" } },
	{ "fstatat", { "newfstatat", "fstatat64" } },
	{ "fstatat64", { "newfstatat" } },
	{ "fstatfs64", { "fstatfs" } },
	{ "fstatvfs", { "fstatfs" } },
	{ "ftruncate64", { "ftruncate" } },
	{ "futex_time64", { "futex" } },
	{ "getdents", { "getdents64" } },
	{ "getegid32", { "getegid" } },
	{ "geteuid32", { "geteuid" } },
	{ "getgid32", { "getgid" } },
	{ "getgroups32", { "getgroups" } },
	{ "getpgrp", { "getpgid" } },
	{ "getresgid32", { "getresgid" } },
	{ "getresuid32", { "getresuid" } },
	{ "getuid32", { "getuid" } },
	{ "inotify_init", { "inotify_init1" } },
	{ "lchown", { "fchownat" } },
	{ "lchown32", { "lchown", "fchownat" } },
	{ "link", { "linkat" } },
	{ "llseek", { "lseek", "_llseek" } },
	{ "lseek64", { "lseek", "_llseek" } },
	{ "lstat", { "newfstatat" } },
	{ "lstat64", { "lstat", "newfstatat" } },
	{ "mkdir", { "mkdirat" } },
	{ "mknod", { "mknodat" } },
	{ "mmap2", { "mmap" } },
	{ "mmap64", { "mmap", "mmap2" } },
	{ "mq_close", { "close" } },
	{ "mq_receive", { "mq_timedreceive" } },
	{ "mq_send", { "mq_timedsend" } },
	{ "newfstat", { "fstat" } },
	{ "newfstatat", { "fstatat64" } },
	{ "newlstat", { "lstat" } },
	{ "newstat", { "stat" } },
	{ "newuname", { "uname" } },
	{ "nice", { "setpriority" } },
	{ "open", { "openat" } },
	{ "open64", { "open", "openat" } },
	{ "openat64", { "openat" } },
	{ "pause", { "rt_sigsuspend" } },
	{ "pipe", { "pipe2" } },
	{ "poll", { "ppoll" } },
	{ "posix_fadvise", { "fadvise64", "fadvise64_64" } },
	{ "posix_fallocate", { "fallocate" } },
	{ "posix_spawn", { "clone3", "clone" } },
	{ "ppoll_time64", { "ppoll" } },
	{ "pread", { "pread64" } },
	{ "prlimit", { "prlimit64" } },
	{ "pselect", { "pselect6" } },
	{ "pselect6_time64", { "pselect6" } },
	{ "pthread_create", { "clone3", "clone" } },
	{ "pwrite", { "pwrite64" } },
	{ "raise", { "tgkill" } },
	{ "readlink", { "readlinkat" } },
	{ "recv", { "recvfrom" } },
	{ "recvmmsg_time64", { "recvmmsg" } },
	{ "rename", { "renameat2", "renameat" } },
	{ "rmdir", { "unlinkat" } },
	{ "sbrk", { "brk" } },
	{ "select", { "pselect6" } },
	{ "sem_wait", { "futex" } },
	{ "send", { "sendto" } },
	{ "sendfile64", { "sendfile" } },
	{ "setegid", { "setresgid" } },
	{ "seteuid", { "setresuid" } },
	{ "setgid32", { "setgid" } },
	{ "setgroups32", { "setgroups" } },
	{ "setregid32", { "setregid" } },
	{ "setresgid32", { "setresgid" } },
	{ "setresuid32", { "setresuid" } },
	{ "setreuid32", { "setreuid" } },
	{ "setuid32", { "setuid" } },
	{ "sigaction", { "rt_sigaction" } },
	{ "signal", { "rt_sigaction" } },
	{ "signalfd", { "signalfd4" } },
	{ "sigpending", { "rt_sigpending" } },
	{ "sigprocmask", { "rt_sigprocmask" } },
	{ "sigqueue", { "rt_sigqueueinfo" } },
	{ "sigreturn", { "rt_sigreturn" } },
	{ "sigsuspend", { "rt_sigsuspend" } },
	{ "sigtimedwait", { "rt_sigtimedwait" } },
	{ "sigwaitinfo", { "rt_sigtimedwait" } },
	{ "sleep", { "clock_nanosleep" } },
	{ "stat", { "newfstatat" } },
	{ "stat64", { "stat", "newfstatat" } },
	{ "statfs64", { "statfs" } },
	{ "statvfs", { "statfs" } },
	{ "symlink", { "symlinkat" } },
	{ "system", { "clone3", "clone" } },
	{ "thrd_create", { "clone3", "clone" } },
	{ "truncate64", { "truncate" } },
	{ "ugetrlimit", { "getrlimit", "prlimit64" } },
	{ "umount", { "umount2" } },
	{ "unlink", { "unlinkat" } },
	{ "usleep", { "clock_nanosleep" } },
	{ "utime", { "utimensat" } },
	{ "utimes", { "utimensat" } },
	{ "vfork", { "clone" } },
	{ "wait", { "wait4" } },
	{ "wait3", { "wait4" } },
	{ "waitpid", { "wait4" } },
};

const size_t other_name_count = array_size(other_names);

static int compare_name(const void *name, const void *row)
{
	return strcmp(name, ((const struct other_name *)row)->name);
}

const struct other_name *other_name_find(const char *name)
{
	return bsearch(name, other_names, other_name_count, sizeof(*other_names), compare_name);
}

const char *syscall_nearest(const char *name)
{
	_cleanup_free_ const char **names = calloc(syscall_purpose_count, sizeof(*names));
	size_t i;

	for (i = 0; names && i < syscall_purpose_count; i++)
		names[i] = syscall_purposes[i].name;
	return names ? str_nearest(name, names, syscall_purpose_count) : NULL;
}
