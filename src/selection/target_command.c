// SPDX-License-Identifier: Apache-2.0
/*
 * record -- CMD: the command runs in a cgroup made for it. Its process is born there, and is in
 * set-up until its execve, which is the first call that counts.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <pwd.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cgroup/cgroup.h"
#include "cgroup/process.h"
#include "selection/target_kind.h"
#include "util/error.h"
#include "util/user.h"

struct target_command {
	struct target target;
	char *const *argv; /* borrowed */
	bool to_stderr;
	struct passwd *user; /* NULL: the caller; owned by libc */
	struct cgroup_command cgroup;
	pid_t pid;
	int go;	    /* closed to let the child continue; writing a byte would do as well */
	int failed; /* the child writes a struct failure here if it fails */
	bool reaped;
};

struct failure {
	int code;
	bool user; /* failed to become the user, not in execve */
};

static struct target_command *command_of(struct target *target)
{
	return (struct target_command *)target;
}

/* Runs in the child: waits until it may continue, then becomes the command. */
static void run_command(const struct target_command *command, int go, int failed)
{
	struct failure failure = {};
	sigset_t none;
	char byte;

	while (read(go, &byte, 1) < 0 && errno == EINTR)
		;
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	signal(SIGPIPE, SIG_DFL);
	if (command->to_stderr)
		dup2(STDERR_FILENO, STDOUT_FILENO);
	if (command->user)
		failure.code = -user_become(command->user);
	failure.user = failure.code;
	if (!failure.code) {
		execvp(command->argv[0], command->argv);
		failure.code = errno;
	}
	_exit(write(failed, &failure, sizeof(failure)) < 0 ? 126 : 127);
}

/*
 * Forks a child that is born in the cgroup. Moving it there would take the kernel's
 * cgroup_threadgroup_rwsem, and with it an RCU grace period (15 ms here). Needs Linux 5.7.
 */
static pid_t fork_into(const struct cgroup_command *cgroup, int *ret_pidfd, struct error *err)
{
	_cleanup_close_ int directory =
		open(cgroup->directory, O_PATH | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	struct clone_args arguments = {
		.flags = CLONE_INTO_CGROUP | CLONE_PIDFD,
		.pidfd = (uintptr_t)ret_pidfd,
		.exit_signal = SIGCHLD,
		.cgroup = directory,
	};
	pid_t pid;

	if (directory < 0)
		return error_set_errno(err, errno, "open %s", cgroup->directory);
	pid = syscall(SYS_clone3, &arguments, sizeof(arguments));
	return pid < 0 ? error_set_errno(err, errno, "fork into %s", cgroup->directory) : pid;
}

static int spawn(struct target_command *command, struct error *err)
{
	int go[2], failed[2];

	if (pipe2(go, O_CLOEXEC) < 0)
		return error_set_errno(err, errno, "make a pipe");
	if (pipe2(failed, O_CLOEXEC) < 0) {
		close(go[0]);
		close(go[1]);
		return error_set_errno(err, errno, "make a pipe");
	}
	command->pid = fork_into(&command->cgroup, &command->target.fd, err);
	if (command->pid == 0) {
		close(go[1]);
		close(failed[0]);
		run_command(command, go[0], failed[1]);
	}
	close(go[0]);
	close(failed[1]);
	command->go = go[1];
	command->failed = failed[0];
	return command->pid < 0 ? command->pid : 0;
}

static int prepare(struct target *target, struct error *err)
{
	struct target_command *command = command_of(target);
	_cleanup_cgroup_mount_ struct cgroup_mount mount = {};
	const char *slash = strrchr(command->argv[0], '/');
	const char *name = slash && slash[1] ? slash + 1 : command->argv[0];
	struct workload *workload;
	int r = workloads_add_plain(&target->workloads, name, "command", &workload, err);

	if (r < 0)
		return r;
	r = cgroup_mount_find(&mount, err);
	if (r < 0)
		return r;
	r = cgroup_create_for_command(&mount, &command->cgroup, err);
	if (r < 0)
		return r;
	r = target_add_tree(target, workload, command->cgroup.path, err);
	if (r < 0)
		return r;
	r = spawn(command, err);
	if (r < 0)
		return r;
	r = process_describe(command->pid, &workload->observation, err);
	if (r < 0)
		return r;
	return recorder_mark_command(target->recorder, command->pid, err);
}

/* Sets err to the failure that the child reported before it ended. */
static int explain_failure(const struct target_command *command, const struct failure *failure,
			   struct error *err)
{
	if (failure->user)
		return error_set_errno(err, failure->code, "become user %s",
				       command->user->pw_name);
	return error_set_errno(err, failure->code, "run %s", command->argv[0]);
}

static int begin(struct target *target, struct error *err)
{
	struct target_command *command = command_of(target);
	struct failure failure;
	ssize_t got;

	close(command->go);
	command->go = -1;
	/* The read ends at the execve, which closes the pipe. */
	do {
		got = read(command->failed, &failure, sizeof(failure));
	} while (got < 0 && errno == EINTR);
	if (got == sizeof(failure))
		return explain_failure(command, &failure, err);
	return 0;
}

static void reap(struct target_command *command)
{
	int status;

	if (command->reaped || !command->pid || waitpid(command->pid, &status, WNOHANG) <= 0)
		return;
	command->reaped = true;
	command->target.exit_status = WIFSIGNALED(status) ? 128 + WTERMSIG(status) :
							    WEXITSTATUS(status);
	/* The descriptor of an ended process would stay readable. */
	close(command->target.fd);
	command->target.fd = -1;
}

static int tick(struct target *target, struct error *err)
{
	reap(command_of(target));
	return 0;
}

/* True if the command has ended, and everything that it left running. */
static bool finished(const struct target *target)
{
	const struct target_command *command = (const struct target_command *)target;
	bool populated;

	if (!command->reaped)
		return false;
	return cgroup_command_populated(&command->cgroup, &populated, NULL) < 0 || !populated;
}

static void send_signal(struct target *target, int signal)
{
	struct target_command *command = command_of(target);

	if (!command->reaped && command->pid > 0)
		kill(command->pid, signal);
}

static void destroy(struct target *target)
{
	struct target_command *command = command_of(target);

	if (command->pid > 0 && command->go >= 0) { /* it never began */
		kill(command->pid, SIGKILL);
		waitpid(command->pid, NULL, 0);
	}
	if (command->go >= 0)
		close(command->go);
	if (command->failed >= 0)
		close(command->failed);
	if (command->cgroup.directory)
		cgroup_command_remove(&command->cgroup, NULL);
	cgroup_command_finish(&command->cgroup);
}

static const struct target_kind kind = {
	/*
	 * Denied calls are watched from the start: any program may load a filter of its own,
	 * and its first denied call counts too.
	 */
	.recorder = { .mode = RECORDER_COMMAND, .watch_denied = true, .slots = 255 },
	.prepare = prepare,
	.begin = begin,
	.tick = tick,
	.finished = finished,
	.signal = send_signal,
	.destroy = destroy,
};

int target_create_command(const struct target_request *request, struct target **ret_target,
			  struct error *err)
{
	struct target_command *command = calloc(1, sizeof(*command));
	_cleanup_target_ struct target *target = (struct target *)command;
	int r;

	if (!command)
		return error_nomem(err);
	command->go = -1;
	command->failed = -1;
	command->argv = request->command;
	command->to_stderr = request->command_to_stderr;
	r = target_init(target, &kind, err, "command %s", request->command[0]);
	if (r < 0)
		return r;
	if (request->user) {
		command->user = user_find(request->user);
		if (!command->user)
			return error_set(err, EINVAL, "there is no user '%s' on this machine",
					 request->user);
	}
	*ret_target = steal_pointer(&target);
	return 0;
}
