// SPDX-License-Identifier: Apache-2.0
/* Recorders that replace the pinned programs of others: another build, other options. */
#include "pinned.h"

#include <sys/personality.h>

#include <dirent.h>

#include "util/clock.h"

#define REPLACEMENTS 8
#define KILLS 12
#define ASK_PERSONALITY 0xffffffff
#define MANY_SLOTS 4000 /* enough while programs are loaded */
#define WORKERS 6
#define NR_WITHOUT_BIT 4000 /* above RECORDER_NUMBERS */

/* Mounts it if it is missing, in the mount namespace of the test. */
static bool has_tracefs(void)
{
	static const char place[] = "/sys/kernel/tracing";

	if (access("/sys/kernel/tracing/events", F_OK) < 0)
		mount("tracefs", place, "tracefs", 0, NULL);
	return access("/sys/kernel/tracing/events", F_OK) == 0;
}

/* Options that do not change what is recorded, but that are fixed at load. */
static struct recorder_options other_options(unsigned int round)
{
	struct recorder_options options = usual;

	if (round % 2)
		options.event_bytes = 128 * 1024;
	if (round % 3)
		options.slots = MANY_SLOTS - 1;
	if (round % 4 == 3 && has_tracefs())
		options.hook = RECORDER_HOOK_TRACEPOINT;
	return options;
}

/* Ends the recorder, and begins another that replaces its programs. */
static void replace(unsigned int round)
{
	struct recorder_options options = other_options(round);

	recorder_destroy(world.recorder);
	world.recorder = NULL;
	world.recorder = begin(&options);
}

static size_t count_sets(void)
{
	DIR *directory = opendir(world.pins);
	const struct dirent *entry;
	size_t count = 0;

	assert_non_null(directory);
	for (entry = readdir(directory); entry; entry = readdir(directory))
		count += entry->d_name[0] != '.';
	closedir(directory);
	return count;
}

static void test_under_churn(void **state)
{
	_cleanup_error_ struct error err = ERROR_INIT;
	unsigned int i;

	if (geteuid() != 0)
		skip();
	usual.slots = MANY_SLOTS;
	world.recorder = begin(&usual);
	world.churner = start_churn();
	for (i = 0; i < REPLACEMENTS; i++) {
		wait_a(20 * MSEC);
		catch_up();
		replace(i + 1);
		assert_true(recorder_is_taken_over(world.recorder));
		assert_int_equal(count_sets(), 1);
	}
	end_churn();
	catch_up();
	check_churn(true);
	succeed(recorder_stop(world.recorder, &err), &err);
}

static void test_killed_while_replacing(void **state)
{
	_cleanup_error_ struct error err = ERROR_INIT;
	unsigned int i;

	if (geteuid() != 0)
		skip();
	srand(1);
	usual.slots = MANY_SLOTS;
	recorder_destroy(begin(&usual));
	world.churner = start_churn();
	for (i = 0; i < KILLS; i++) {
		const struct recorder_options options = other_options(i);

		live_and_die(&options, i % 4 == 0);
	}
	world.recorder = begin(&usual);
	assert_true(recorder_is_taken_over(world.recorder));
	assert_int_equal(count_sets(), 1);
	end_churn();
	catch_up();
	check_churn(false);
	succeed(recorder_stop(world.recorder, &err), &err);
}

/* Passes the time with calls that no filter denies: one that sleeps, or many. */
static void pass_time(long nanoseconds, bool busily)
{
	int64_t end = clock_ns(CLOCK_MONOTONIC) + nanoseconds;

	if (!busily)
		wait_a(nanoseconds);
	while (busily && clock_ns(CLOCK_MONOTONIC) < end)
		getppid();
}

/* Works in a cgroup: makes each of its calls once. Every other worker is under a filter. */
static pid_t start_worker(const char *path, unsigned int number)
{
	pid_t parent = getpid(), pid = fork();
	uint32_t nr;

	assert_true(pid >= 0);
	if (pid > 0)
		return pid;
	die_with(parent);
	move_in(path);
	personality(ASK_PERSONALITY);
	if (number % 2)
		deny_calls();
	for (nr = NR_FIRST; nr < NR_FIRST + NR_COUNT; nr++) {
		make_call(nr);
		pass_time((nr + number) % 7 * 2 * MSEC, number == 1);
	}
	make_call(NR_WITHOUT_BIT);
	__atomic_fetch_add(&world.shared->made, 1, __ATOMIC_SEQ_CST);
	for (;;)
		pause();
}

/* The former programs saw an argument. That its values are not taken over must be said. */
static void check_argument(const struct tracked_cgroup *tracked)
{
	const struct argument *argument = argument_set_find(&tracked->arguments[RECORDER_OBSERVED],
							    ABI_NATIVE, SYS_personality, 0, 0);

	assert_non_null(argument);
	assert_false(argument_is_known(argument));
}

static void check_worker(const char *path, unsigned int number)
{
	enum recorder_kind kind = number % 2 ? RECORDER_DENIED : RECORDER_OBSERVED;
	_cleanup_tracked_cgroup_ struct tracked_cgroup *tracked = NULL;
	_cleanup_error_ struct error err = ERROR_INIT;
	uint32_t nr;

	succeed(recorder_snapshot(world.recorder, id_of(path), &tracked, &err), &err);
	assert_false(tracked->replaced);
	assert_false(tracked->present);
	assert_false(tracked->unwatched_filter);
	assert_int_equal(tracked->lost, 0);
	check_argument(tracked);
	for (nr = NR_FIRST; nr < NR_FIRST + NR_COUNT; nr++)
		if (!call_set_find(&tracked->calls[kind], ABI_NATIVE, nr))
			fail_msg("call %u of worker %u is missing", nr, number);
	assert_non_null(call_set_find(&tracked->calls[kind], ABI_NATIVE, NR_WITHOUT_BIT));
	/* Nothing is recorded as another kind. */
	assert_int_equal(tracked->calls[RECORDER_DENIED].length, number % 2 ? NR_COUNT + 1 : 0);
	assert_int_equal(tracked->calls[RECORDER_RUNTIME].length, 0);
	assert_int_equal(tracked->calls[RECORDER_PENDING].length, 0);
}

static void test_busy_tasks(void **state)
{
	char path[WORKERS][PATH_MAX];
	pid_t pids[WORKERS];
	unsigned int i;

	if (geteuid() != 0)
		skip();
	usual.watch_denied = true;
	world.recorder = begin(&usual);
	for (i = 0; i < WORKERS; i++) {
		snprintf(path[i], sizeof(path[i]), "%s/worker%u", world.top, i);
		assert_return_code(mkdir(path[i], 0755), errno);
		pids[i] = start_worker(path[i], i);
	}
	wait_a(20 * MSEC);
	for (i = 1; __atomic_load_n(&world.shared->made, __ATOMIC_SEQ_CST) < WORKERS; i++) {
		replace(i);
		wait_a(5 * MSEC);
	}
	for (i = 0; i < WORKERS; i++) {
		check_worker(path[i], i);
		kill(pids[i], SIGKILL);
		waitpid(pids[i], NULL, 0);
		rmdir(path[i]);
	}
	usual.watch_denied = false;
}

/* A task that may be about to execute the workload, for all that the new programs know. */
static void test_set_up_is_not_complete(void **state)
{
	_cleanup_tracked_cgroup_ struct tracked_cgroup *tracked = NULL;
	_cleanup_error_ struct error err = ERROR_INIT;
	char path[PATH_MAX];
	pid_t pid, parent = getpid();
	int status, gate[2];

	if (geteuid() != 0)
		skip();
	world.recorder = begin(&usual);
	snprintf(path, sizeof(path), "%s/setup", world.top);
	assert_return_code(mkdir(path, 0755), errno);
	assert_return_code(pipe(gate), errno);
	pid = fork_into(path);
	if (pid == 0) {
		dup2(gate[0], STDIN_FILENO);
		die_with(parent);
		make_call(NR_FIRST);
		if (read(STDIN_FILENO, &status, 1) == 1)
			make_call(NR_FIRST + 1);
		for (;;)
			pause();
	}
	wait_a(20 * MSEC);
	replace(1);
	assert_int_equal(write(gate[1], "", 1), 1);
	wait_a(20 * MSEC);
	succeed(recorder_snapshot(world.recorder, id_of(path), &tracked, &err), &err);
	assert_true(tracked->replaced);
	assert_true(has_call(tracked, NR_FIRST));
	assert_true(has_call(tracked, NR_FIRST + 1));
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	close(gate[0]);
	close(gate[1]);
	rmdir(path);
}

/* A task under a filter of which no call is seen: whether the next is denied stays unknown. */
static void test_silent_task(void **state)
{
	_cleanup_tracked_cgroup_ struct tracked_cgroup *tracked = NULL;
	_cleanup_error_ struct error err = ERROR_INIT;
	char path[PATH_MAX];
	pid_t pid, parent = getpid();

	if (geteuid() != 0)
		skip();
	usual.watch_denied = true;
	world.recorder = begin(&usual);
	usual.watch_denied = false;
	snprintf(path, sizeof(path), "%s/silent", world.top);
	assert_return_code(mkdir(path, 0755), errno);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		die_with(parent);
		move_in(path);
		deny_calls();
		for (;;)
			;
	}
	wait_a(20 * MSEC);
	replace(1);
	succeed(recorder_snapshot(world.recorder, id_of(path), &tracked, &err), &err);
	assert_true(tracked->unwatched_filter);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	rmdir(path);
}

/* Records of another layout cannot be read, so the cgroup is like one found anew. */
static void test_another_layout(void **state)
{
	_cleanup_tracked_cgroup_ struct tracked_cgroup *tracked = NULL;
	_cleanup_error_ struct error err = ERROR_INIT;
	struct recorder_options layout = usual;
	char path[PATH_MAX];

	if (geteuid() != 0)
		skip();
	layout.layout = RECORDER_LAYOUT + 1;
	recorder_destroy(begin(&layout));
	snprintf(path, sizeof(path), "%s/other", world.top);
	assert_return_code(mkdir(path, 0755), errno);
	call_in(path, NR_FIRST);
	world.recorder = begin(&usual);
	assert_false(recorder_is_taken_over(world.recorder));
	assert_int_equal(count_sets(), 1);
	assert_int_equal(recorder_snapshot(world.recorder, id_of(path), &tracked, &err), -ENOENT);
	rmdir(path);
}

/* Cgroups for which the new programs have no slot are counted. */
static void test_fewer_slots(void **state)
{
	struct recorder_options few = usual;
	struct recorder_totals totals;
	char path[3][PATH_MAX];
	size_t i;

	if (geteuid() != 0)
		skip();
	recorder_destroy(begin(&usual));
	for (i = 0; i < 3; i++) {
		snprintf(path[i], sizeof(path[i]), "%s/%zu", world.top, i);
		assert_return_code(mkdir(path[i], 0755), errno);
	}
	few.slots = 2;
	world.recorder = begin(&few);
	assert_true(recorder_is_taken_over(world.recorder));
	recorder_totals(world.recorder, &totals);
	assert_int_equal(totals.lost_slots, 1);
	for (i = 0; i < 3; i++)
		rmdir(path[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		pinned_test(test_under_churn), pinned_test(test_killed_while_replacing),
		pinned_test(test_busy_tasks),  pinned_test(test_set_up_is_not_complete),
		pinned_test(test_silent_task), pinned_test(test_another_layout),
		pinned_test(test_fewer_slots),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
