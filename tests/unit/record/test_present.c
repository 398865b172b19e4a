// SPDX-License-Identifier: Apache-2.0
/*
 * A process is in a cgroup before the recording and forks while it begins: after the BPF
 * programs were attached and the cgroup was added, but before every task has its phase.
 */
#include "fixtures.h"

/* Unused numbers with a bit: one for the process that was there, one for its child. */
#define NR_PARENT 480
#define NR_CHILD 481

static char cgroup[PATH_MAX];
static struct tracked_cgroup *ended;

static int note_removed(void *data, const struct tracked_cgroup *tracked, struct error *err)
{
	return tracked_cgroup_copy(tracked, &ended, err);
}

static void wait_for_end_of(int fd)
{
	char nothing;

	while (read(fd, &nothing, 1) < 0 && errno == EINTR)
		;
}

/* Forks when the first pipe is closed; parent and child make their calls when the second one is. */
static void live(const int fork_pipe[2], const int call_pipe[2], int told)
{
	pid_t child;

	close(fork_pipe[1]);
	close(call_pipe[1]);
	wait_for_end_of(fork_pipe[0]);
	child = fork();
	if (child > 0 && write(told, "f", 1) != 1)
		_exit(1);
	wait_for_end_of(call_pipe[0]);
	make_call(child ? NR_PARENT : NR_CHILD);
	if (child > 0)
		waitpid(child, NULL, 0);
	_exit(0);
}

static pid_t start_in(const char *path, const int fork_pipe[2], const int call_pipe[2],
		      const int told_pipe[2])
{
	pid_t pid = fork_into(path);

	if (pid == 0) {
		close(told_pipe[0]);
		live(fork_pipe, call_pipe, told_pipe[1]);
	}
	return pid;
}

static struct recorder *begin(uint64_t id, bool is_container, bool storage)
{
	const struct recorder_options options = {
		.mode = RECORDER_CGROUPS,
		.slots = 8,
		.no_task_storage = !storage,
	};
	const struct recorder_handler handler = { .removed = note_removed };
	const struct found_cgroup found = {
		.id = id,
		.domain = id,
		.is_container = is_container,
		.path = "/present",
	};
	_cleanup_error_ struct error err = ERROR_INIT;
	struct recorder *recorder;

	succeed(recorder_create(&options, &recorder, &err), &err);
	succeed(recorder_add_handler(recorder, &handler, &err), &err);
	succeed(recorder_attach(recorder, &err), &err);
	succeed(recorder_add_cgroup(recorder, &found, NULL, &err), &err);
	return recorder;
}

/*
 * Both processes run their parent's program, like children of a runtime. So their calls may be
 * pending, and user space decides about them.
 */
static bool is_recorded(const struct tracked_cgroup *tracked, uint32_t nr)
{
	return call_set_find(&tracked->calls[RECORDER_OBSERVED], ABI_NATIVE, nr) ||
	       (call_set_find(&tracked->calls[RECORDER_PENDING], ABI_NATIVE, nr) &&
		tracked->pending);
}

static void check_present(bool is_container, bool storage)
{
	int fork_pipe[2], call_pipe[2], told_pipe[2];
	_cleanup_recorder_ struct recorder *recorder = NULL;
	_cleanup_tracked_cgroup_ struct tracked_cgroup *tracked = NULL;
	_cleanup_error_ struct error err = ERROR_INIT;
	struct stat st;
	char forked;
	pid_t pid;

	assert_return_code(pipe(fork_pipe), errno);
	assert_return_code(pipe(call_pipe), errno);
	assert_return_code(pipe(told_pipe), errno);
	assert_return_code(stat(cgroup, &st), errno);
	pid = start_in(cgroup, fork_pipe, call_pipe, told_pipe);
	close(told_pipe[1]);
	recorder = begin(st.st_ino, is_container, storage);
	close(fork_pipe[1]);
	assert_int_equal(read(told_pipe[0], &forked, 1), 1);
	succeed(recorder_start(recorder, &err), &err);
	close(call_pipe[1]);
	waitpid(pid, NULL, 0);
	succeed(recorder_stop(recorder, &err), &err);
	tracked = ended;
	assert_non_null(tracked);
	assert_true(tracked->present);
	assert_true(is_recorded(tracked, NR_PARENT));
	assert_true(is_recorded(tracked, NR_CHILD));
	close(fork_pipe[0]);
	close(call_pipe[0]);
	close(told_pipe[0]);
}

static void test_plain(void **state)
{
	if (geteuid() != 0)
		skip();
	check_present(false, true);
}

static void test_container(void **state)
{
	if (geteuid() != 0)
		skip();
	check_present(true, true);
}

static void test_busy_storage(void **state)
{
	if (geteuid() != 0)
		skip();
	check_present(true, false);
}

static int set_up(void **state)
{
	if (geteuid() != 0)
		return 0;
	fixture_cgroup(cgroup, sizeof(cgroup));
	return mkdir(cgroup, 0755);
}

static int tear_down(void **state)
{
	if (cgroup[0])
		rmdir(cgroup);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_plain, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_container, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_busy_storage, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
