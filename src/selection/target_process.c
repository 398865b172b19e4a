// SPDX-License-Identifier: Apache-2.0
/*
 * record --pid: a running process with its threads, and the children that it starts from now
 * on. The process has no cgroup of its own, and processes of others are not moved, so its tasks
 * are marked instead.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cgroup/process.h"
#include "selection/target_kind.h"
#include "util/error.h"
#include "util/file.h"
#include "util/pidfd.h"

struct target_process {
	struct target target;
	pid_t pid;
};

static int prepare(struct target *target, struct error *err)
{
	const struct target_process *process = (const struct target_process *)target;
	_cleanup_free_ char *name = NULL;
	struct observation *observation;
	struct workload *workload;
	int r = process_name(process->pid, &name, err);

	if (r < 0)
		return r;
	r = workloads_add_plain(&target->workloads, name, target->description, &workload, err);
	if (r < 0)
		return r;
	observation = &workload->observation;
	r = process_describe(process->pid, observation, err);
	if (r < 0)
		return r;
	observation->losses[LOSS_LATE] = 1;
	r = observation_add_reason(observation, err,
				   "the process ran before the recording began: what it did until "
				   "then is not in it");
	if (r < 0)
		return r;
	target->attaching = workload;
	r = recorder_mark_process(target->recorder, process->pid, err);
	target->attaching = NULL;
	if (r == 0 && !pidfd_is_alive(target->fd))
		return error_set(err, ESRCH, "process %d ended before it could be marked",
				 process->pid);
	return r;
}

static bool finished(const struct target *target)
{
	return recorder_marked_live(target->recorder) == 0;
}

static const struct target_kind kind = {
	.recorder = { .mode = RECORDER_TASKS, .slots = 1 },
	.prepare = prepare,
	.finished = finished,
};

int target_create_process(const struct target_request *request, struct target **ret_target,
			  struct error *err)
{
	struct target_process *process = calloc(1, sizeof(*process));
	_cleanup_target_ struct target *target = (struct target *)process;
	bool kernel;
	int r;

	if (!process)
		return error_nomem(err);
	process->pid = request->pid;
	r = target_init(target, &kind, err, "process %d", request->pid);
	if (r < 0)
		return r;
	r = pidfd_of(request->pid);
	if (r == -EINVAL)
		return error_set(err, ESRCH, "%d is a thread; give the pid of its process",
				 request->pid);
	if (r < 0)
		return error_set(err, -r, "there is no process %d", request->pid);
	target->fd = r;
	r = process_is_kernel_thread(request->pid, &kernel, err);
	if (r < 0)
		return r;
	if (kernel)
		return error_set(err, ENOTSUP,
				 "%d is a thread of the kernel, which makes no system calls",
				 request->pid);
	r = process_is_filtered(request->pid, &target->recorder_options.watch_denied, err);
	if (r < 0)
		return r;
	*ret_target = steal_pointer(&target);
	return 0;
}
