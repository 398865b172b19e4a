// SPDX-License-Identifier: Apache-2.0
#include "seccomp/launch.h"

#include <errno.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "profile/model/model.h"
#include "util/array.h"
#include "util/cleanup.h"
#include "util/error.h"
#include "util/user.h"

#define LISTENER_POLL_NS 100000

enum stage {
	STAGE_USER,
	STAGE_FILTER,
	STAGE_EXECVE,
};

/*
 * Reports of the child on its way to the command. They are in shared memory, because the filter
 * may allow the child no system call for reporting.
 */
struct launch_page {
	atomic_int listener; /* -1 until there is one */
	atomic_int failure;  /* errno of the stage that failed, 0 while none did */
	atomic_int stage;
};

static int load(const struct launch_options *options)
{
	struct sock_fprog program = {
		.len = options->filter->length,
		.filter = options->filter->instructions,
	};
	uint32_t flags = options->flags;
	int r;

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return -errno;
	if (!options->supervised) {
		r = syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags, &program);
		return r < 0 ? -errno : 0;
	}
	flags |= SECCOMP_FILTER_FLAG_NEW_LISTENER;
	/*
	 * Linux 5.19: with this flag, a signal does not interrupt a call that is being
	 * answered. So no call is counted twice.
	 */
	r = syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER,
		    flags | SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV, &program);
	if (r < 0 && errno == EINVAL)
		r = syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags, &program);
	return r < 0 ? -errno : r;
}

_Noreturn static void give_up(struct launch_page *page, int code)
{
	page->failure = code;
	_exit(127);
}

/* Runs in the child. Under the filter, it makes no call but execve. */
_Noreturn static void become_command(const struct launch_options *options, struct launch_page *page)
{
	int r;

	signal(SIGPIPE, SIG_DFL);
	sigprocmask(SIG_SETMASK, options->signals, NULL);
	r = options->user ? user_become(options->user) : 0;
	if (r < 0)
		give_up(page, -r);
	page->stage = STAGE_FILTER;
	if (options->supervised)
		prctl(PR_SET_PDEATHSIG, SIGKILL);
	r = load(options);
	if (r < 0)
		give_up(page, -r);
	page->stage = STAGE_EXECVE;
	if (options->supervised)
		page->listener = r;
	execvp(options->command[0], options->command);
	give_up(page, errno);
}

/*
 * Forks. A supervised child shares its descriptors with the parent until its execve. So the
 * parent has the listener, which only the child can create.
 */
static pid_t spawn(bool share_descriptors)
{
	return share_descriptors ?
		       syscall(SYS_clone, CLONE_FILES | SIGCHLD, NULL, NULL, NULL, NULL) :
		       fork();
}

/* Waits until the child has created the listener or has ended without it. */
static void await_listener(struct launch *launch)
{
	const struct timespec moment = { .tv_nsec = LISTENER_POLL_NS };

	while (launch->page->listener < 0 && !launch->reaped) {
		nanosleep(&moment, NULL);
		launch_reap(launch);
	}
	launch->listener = launch->page->listener;
}

int launch_start(struct launch *launch, const struct launch_options *options, struct error *err)
{
	struct launch_page *page = mmap(NULL, sizeof(*page), PROT_READ | PROT_WRITE,
					MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	*launch = (struct launch){ .pidfd = -1, .listener = -1 };
	if (page == MAP_FAILED)
		return error_set_errno(err, errno, "map memory to share with the command");
	launch->page = page;
	page->listener = -1;
	launch->pid = spawn(options->supervised);
	if (launch->pid < 0)
		return error_set_errno(err, errno, "fork");
	if (launch->pid == 0)
		become_command(options, page);
	launch->pidfd = syscall(SYS_pidfd_open, launch->pid, 0);
	if (launch->pidfd < 0)
		return error_set_errno(err, errno, "open the command's process");
	if (options->supervised)
		await_listener(launch);
	return launch->reaped ? launch_failure(launch, options, err) : 0;
}

void launch_reap(struct launch *launch)
{
	if (!launch->reaped && waitpid(launch->pid, &launch->status, WNOHANG) == launch->pid)
		launch->reaped = true;
}

int launch_failure(const struct launch *launch, const struct launch_options *options,
		   struct error *err)
{
	int code = launch->page->failure;

	if (!code)
		return 0;
	switch (atomic_load(&launch->page->stage)) {
	case STAGE_USER:
		return error_set_errno(err, code, "become user %s", options->user->pw_name);
	case STAGE_FILTER:
		return error_set_errno(err, code, "load the filter");
	default:
		return error_set_errno(err, code, "run %s", options->command[0]);
	}
}

void launch_finish(struct launch *launch)
{
	if (launch->pid > 0 && !launch->reaped) {
		kill(launch->pid, SIGKILL);
		waitpid(launch->pid, NULL, 0);
	}
	if (launch->pidfd >= 0)
		close(launch->pidfd);
	if (launch->listener >= 0)
		close(launch->listener);
	if (launch->page)
		munmap(launch->page, sizeof(*launch->page));
}

int launch_flags(const struct profile *profile, uint32_t *ret_flags, struct error *err)
{
	static const struct {
		const char *name;
		uint32_t flag;
	} known[] = {
		{ "SECCOMP_FILTER_FLAG_LOG", SECCOMP_FILTER_FLAG_LOG },
		{ "SECCOMP_FILTER_FLAG_SPEC_ALLOW", SECCOMP_FILTER_FLAG_SPEC_ALLOW },
		{ "SECCOMP_FILTER_FLAG_TSYNC", 0 },
		{ "SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV", 0 },
	};
	uint32_t flags = 0;
	size_t i, j;

	for (i = 0; i < profile->flag_count; i++) {
		for (j = 0; j < array_size(known); j++)
			if (strcmp(profile->flags[i], known[j].name) == 0)
				break;
		if (j == array_size(known))
			return error_set(err, EINVAL, "flags: %s is none that runtimes know",
					 profile->flags[i]);
		flags |= known[j].flag;
	}
	*ret_flags = flags;
	return 0;
}
