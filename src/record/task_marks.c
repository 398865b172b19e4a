// SPDX-License-Identifier: Apache-2.0
#include "record/task_marks.h"

#include <errno.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <bpf/bpf.h>

#include "record/object.h"
#include "util/cleanup.h"
#include "util/error.h"

/* Runs the iterator once over all tasks of the machine. */
static int iterate(const struct object *object, struct error *err)
{
	_cleanup_close_ int link = -1, iterator = -1;
	char nothing[64];
	ssize_t got;

	link = bpf_link_create(object->programs[PROGRAM_MARK_TASKS], 0, BPF_TRACE_ITER, NULL);
	if (link < 0)
		return error_set_errno(err, errno, "attach the task iterator");
	iterator = bpf_iter_create(link);
	if (iterator < 0)
		return error_set_errno(err, errno, "create the task iterator");
	do {
		got = read(iterator, nothing, sizeof(nothing));
	} while (got > 0 || (got < 0 && (errno == EAGAIN || errno == EINTR)));
	if (got < 0)
		return error_set_errno(err, errno, "run the task iterator");
	return 0;
}

/* Iterates until a pass marks no task: the mark of a task comes from its leader or parent. */
static int iterate_all(const struct object *object, struct error *err)
{
	uint32_t before;
	int r;

	do {
		before = __atomic_load_n(object->marked, __ATOMIC_SEQ_CST);
		r = iterate(object, err);
		if (r < 0)
			return r;
	} while (__atomic_load_n(object->marked, __ATOMIC_SEQ_CST) != before);
	return 0;
}

int task_marks_present(const struct object *object, struct error *err)
{
	int r = iterate_all(object, err);

	if (r < 0)
		return r;
	*object->mark_rest = 1;
	r = iterate_all(object, err);
	*object->mark_rest = 0;
	return r;
}

int task_marks_filtered(const struct object *object, struct error *err)
{
	int r;

	__atomic_store_n(object->seek_filtered, 1, __ATOMIC_SEQ_CST);
	r = iterate(object, err);
	__atomic_store_n(object->seek_filtered, 0, __ATOMIC_SEQ_CST);
	return r;
}

int task_marks_unsynced(const struct object *object, bool flag, uint32_t *ret_count,
			struct error *err)
{
	int r;

	__atomic_store_n(object->unsynced, 0, __ATOMIC_SEQ_CST);
	__atomic_store_n(object->seek_unsynced, flag ? RECORDER_SEEK_FLAG : RECORDER_SEEK_COUNT,
			 __ATOMIC_SEQ_CST);
	r = iterate(object, err);
	__atomic_store_n(object->seek_unsynced, RECORDER_SEEK_NONE, __ATOMIC_SEQ_CST);
	*ret_count = __atomic_load_n(object->unsynced, __ATOMIC_SEQ_CST);
	return r;
}

int task_marks_set(const struct object *object, pid_t pid, const struct recorder_task *state,
		   struct error *err)
{
	_cleanup_close_ int pidfd = syscall(SYS_pidfd_open, pid, 0);

	if (pidfd < 0)
		return error_set_errno(err, errno, "open process %d", pid);
	if (bpf_map_update_elem(object->tasks, &pidfd, state, BPF_ANY) < 0)
		return error_set_errno(err, errno, "mark process %d", pid);
	return 0;
}

int task_marks_threads(const struct object *object, struct error *err)
{
	return iterate_all(object, err);
}
