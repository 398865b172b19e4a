// SPDX-License-Identifier: Apache-2.0
/* Adds, copies and drops cgroups while calls are recorded and tasks are busy. */
#include "fixtures.h"

#include <sched.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>

#define TRIES 250
#define PAGE 4096
#define NR_HIGH 1000 /* without a bit */

/* Shared with the busy tasks. */
struct orders {
	uint32_t nr; /* the call to make; 0: none. The task clears it once it has made the call. */
	uint32_t ready; /* number of the tasks that are running */
};

static struct {
	char top[PATH_MAX / 2];
	char cgroups[2][PATH_MAX];
	uint64_t ids[2];
	struct orders *orders;
	pid_t busy[2];
	struct recorder *recorder;
} world;

/* Makes one call again and again, so that the cache always has an answer for the cgroup. */
static void be_busy(struct orders *orders, bool obeys)
{
	uint32_t nr;

	__atomic_fetch_add(&orders->ready, 1, __ATOMIC_SEQ_CST);
	for (;;) {
		syscall(SYS_getppid);
		nr = obeys ? __atomic_load_n(&orders->nr, __ATOMIC_SEQ_CST) : 0;
		if (!nr)
			continue;
		make_call(nr);
		__atomic_store_n(&orders->nr, 0, __ATOMIC_SEQ_CST);
	}
}

static void start(size_t i, bool obeys, bool moves)
{
	pid_t parent = getpid();

	world.busy[i] = moves ? fork() : fork_into(world.cgroups[0]);
	if (world.busy[i] == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (moves)
			move_in(world.cgroups[0]);
		if (getppid() == parent)
			be_busy(world.orders, obeys);
		_exit(0);
	}
	while (__atomic_load_n(&world.orders->ready, __ATOMIC_SEQ_CST) <= i)
		sched_yield();
}

/* Starts a task as a runtime does: its calls are set-up. */
static void start_busy(size_t i, bool obeys)
{
	start(i, obeys, false);
}

static void start_worker(void)
{
	start(0, true, true);
}

static void order(uint32_t nr)
{
	__atomic_store_n(&world.orders->nr, nr, __ATOMIC_SEQ_CST);
	while (__atomic_load_n(&world.orders->nr, __ATOMIC_SEQ_CST))
		sched_yield();
}

static void begin_with(enum recorder_hook hook, unsigned int slots, bool watch_denied)
{
	const struct recorder_options options = {
		.mode = RECORDER_CGROUPS,
		.hook = hook,
		.slots = slots,
		.event_bytes = PAGE,
		.watch_denied = watch_denied,
	};
	static const struct recorder_handler handler = {};
	_cleanup_error_ struct error err = ERROR_INIT;

	succeed(recorder_create(&options, &world.recorder, &err), &err);
	succeed(recorder_add_handler(world.recorder, &handler, &err), &err);
	succeed(recorder_attach(world.recorder, &err), &err);
	succeed(recorder_start(world.recorder, &err), &err);
}

static void begin(enum recorder_hook hook, unsigned int slots)
{
	begin_with(hook, slots, false);
}

static void end(void)
{
	recorder_destroy(world.recorder);
	world.recorder = NULL;
}

static int try_add(size_t i, struct error *err)
{
	const struct found_cgroup found = {
		.id = world.ids[i],
		.domain = world.ids[i],
		.path = "/added",
	};

	return recorder_add_cgroup(world.recorder, &found, NULL, err);
}

static void add(size_t i)
{
	_cleanup_error_ struct error err = ERROR_INIT;

	succeed(try_add(i, &err), &err);
}

static void drop(size_t i)
{
	_cleanup_error_ struct error err = ERROR_INIT;

	succeed(recorder_drop_cgroup(world.recorder, world.ids[i], &err), &err);
	succeed(recorder_poll(world.recorder, &err), &err);
}

static struct tracked_cgroup *snapshot(size_t i)
{
	_cleanup_error_ struct error err = ERROR_INIT;
	struct tracked_cgroup *tracked;

	succeed(recorder_snapshot(world.recorder, world.ids[i], &tracked, &err), &err);
	return tracked;
}

static void check_calls_after_add(enum recorder_hook hook)
{
	size_t i;

	begin(hook, 1);
	start_busy(0, true);
	start_busy(1, false);
	for (i = 0; i < TRIES; i++) {
		_cleanup_tracked_cgroup_ struct tracked_cgroup *tracked = NULL;
		uint32_t nr = NR_FIRST + i % NR_COUNT, other = NR_FIRST + (i + 1) % NR_COUNT;

		order(other); /* not recorded */
		add(0);
		order(nr);
		tracked = snapshot(0);
		if (!has_call(tracked, nr))
			fail_msg("try %zu: a call after the addition is missing", i);
		assert_false(has_call(tracked, other));
		assert_true(tracked->present);
		assert_int_equal(tracked->lost, 0);
		drop(0);
	}
	end();
}

static void test_calls_after_add(void **state)
{
	if (geteuid() != 0)
		skip();
	check_calls_after_add(RECORDER_HOOK_BTF);
}

static void test_calls_after_add_tracepoint(void **state)
{
	if (geteuid() != 0)
		skip();
	/* Not every machine has tracefs mounted. */
	assert_return_code(unshare(CLONE_NEWNS), errno);
	assert_return_code(mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL), errno);
	if (access("/sys/kernel/tracing/events", F_OK) < 0)
		assert_return_code(mount("tracefs", "/sys/kernel/tracing", "tracefs", 0, NULL),
				   errno);
	check_calls_after_add(RECORDER_HOOK_TRACEPOINT);
}

/* The ring buffer is never read, and full long before the last call. */
static void test_snapshot_without_events(void **state)
{
	struct tracked_cgroup *tracked;
	uint32_t nr;
	int i;

	if (geteuid() != 0)
		skip();
	begin(RECORDER_HOOK_BTF, 1);
	add(0);
	start_worker();
	for (nr = NR_FIRST; nr < NR_FIRST + NR_COUNT; nr++)
		order(nr);
	order(NR_HIGH);
	for (i = 0; i < 2; i++) { /* a copy takes nothing away */
		tracked = snapshot(0);
		for (nr = NR_FIRST; nr < NR_FIRST + NR_COUNT; nr++)
			assert_true(has_call(tracked, nr));
		assert_true(has_call(tracked, NR_HIGH));
		assert_true(tracked->losses.lost_events > 0);
		tracked_cgroup_destroy(tracked);
	}
	end();
}

/* Tasks that came from outside keep their calls apart until they end. */
static void test_snapshot_during_setup(void **state)
{
	struct tracked_cgroup *tracked;

	if (geteuid() != 0)
		skip();
	begin(RECORDER_HOOK_BTF, 1);
	add(0);
	start_busy(0, true);
	order(NR_FIRST);
	tracked = snapshot(0);
	assert_non_null(call_set_find(&tracked->calls[RECORDER_PENDING], ABI_NATIVE, NR_FIRST));
	assert_true(tracked->pending);
	assert_false(tracked->present);
	tracked_cgroup_destroy(tracked);
	end();
}

static void test_snapshot_of_unrecorded(void **state)
{
	_cleanup_error_ struct error err = ERROR_INIT;
	struct tracked_cgroup *tracked;

	if (geteuid() != 0)
		skip();
	begin(RECORDER_HOOK_BTF, 1);
	assert_int_equal(recorder_snapshot(world.recorder, world.ids[0], &tracked, &err), -ENOENT);
	end();
}

static void test_drop_frees_the_slot(void **state)
{
	_cleanup_error_ struct error err = ERROR_INIT;

	if (geteuid() != 0)
		skip();
	begin(RECORDER_HOOK_BTF, 1);
	add(0);
	assert_int_equal(try_add(1, &err), -ENOSPC);
	drop(0);
	add(1);
	drop(1);
	drop(1); /* not recorded any more */
	add(0);
	end();
}

/* Under a filter: makes calls until it is ordered to sleep, and then one that the filter denies. */
static void sleep_and_be_denied(int descriptor)
{
	char byte;

	deny_calls();
	getppid();
	__atomic_store_n(&world.orders->ready, 1, __ATOMIC_SEQ_CST);
	while (!__atomic_load_n(&world.orders->nr, __ATOMIC_SEQ_CST))
		sched_yield();
	if (read(descriptor, &byte, 1) != 1)
		_exit(1);
	make_call(NR_FIRST);
	__atomic_store_n(&world.orders->nr, 0, __ATOMIC_SEQ_CST);
	pause();
}

/* True if a process sleeps in read(2). */
static bool is_reading(pid_t pid)
{
	char path[64], text[8] = "";
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/syscall", pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	assert_return_code(fd, errno);
	if (read(fd, text, sizeof(text) - 1) < 0)
		text[0] = '\0';
	close(fd);
	return atoi(text) == SYS_read && strncmp(text, "running", 7) != 0;
}

/* A call that began while the cgroup was not recorded ends afterwards. It was not denied. */
static void check_sleep_from_before(enum recorder_hook hook)
{
	_cleanup_tracked_cgroup_ struct tracked_cgroup *tracked = NULL;
	int descriptors[2];

	assert_return_code(pipe2(descriptors, O_CLOEXEC), errno);
	begin_with(hook, 1, true);
	add(0);
	world.busy[0] = fork_into(world.cgroups[0]);
	if (world.busy[0] == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		sleep_and_be_denied(descriptors[0]);
	}
	while (!__atomic_load_n(&world.orders->ready, __ATOMIC_SEQ_CST))
		sched_yield();
	drop(0);
	__atomic_store_n(&world.orders->nr, 1, __ATOMIC_SEQ_CST);
	while (!is_reading(world.busy[0]))
		sched_yield();
	add(0);
	assert_int_equal(write(descriptors[1], "x", 1), 1);
	while (__atomic_load_n(&world.orders->nr, __ATOMIC_SEQ_CST))
		sched_yield();
	tracked = snapshot(0);
	assert_null(call_set_find(&tracked->calls[RECORDER_DENIED], ABI_NATIVE, SYS_read));
	assert_non_null(call_set_find(&tracked->calls[RECORDER_DENIED], ABI_NATIVE, NR_FIRST));
	close(descriptors[0]);
	close(descriptors[1]);
	end();
}

static void test_sleep_from_before(void **state)
{
	if (geteuid() != 0)
		skip();
	check_sleep_from_before(RECORDER_HOOK_BTF);
}

/* What others lost before a cgroup was added does not make its recording incomplete. */
static void test_losses_have_a_time(void **state)
{
	struct tracked_cgroup *tracked;
	uint32_t nr;

	if (geteuid() != 0)
		skip();
	begin(RECORDER_HOOK_BTF, 2);
	add(0);
	start_worker();
	for (nr = NR_FIRST; nr < NR_FIRST + NR_COUNT; nr++)
		order(nr);
	add(1);
	tracked = snapshot(0);
	assert_true(tracked->losses.lost_events > 0);
	tracked_cgroup_destroy(tracked);
	tracked = snapshot(1);
	assert_int_equal(tracked->losses.lost_events, 0);
	tracked_cgroup_destroy(tracked);
	end();
}

static int set_up(void **state)
{
	size_t i;

	if (geteuid() != 0)
		return 0;
	world.orders = mmap(NULL, sizeof(*world.orders), PROT_READ | PROT_WRITE,
			    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	fixture_cgroup(world.top, sizeof(world.top));
	if (world.orders == MAP_FAILED || mkdir(world.top, 0755) < 0)
		return -1;
	for (i = 0; i < 2; i++) {
		snprintf(world.cgroups[i], sizeof(world.cgroups[i]), "%s/%zu", world.top, i);
		if (mkdir(world.cgroups[i], 0755) < 0)
			return -1;
		world.ids[i] = id_of(world.cgroups[i]);
	}
	return 0;
}

static int tear_down(void **state)
{
	size_t i;

	recorder_destroy(world.recorder);
	for (i = 0; i < 2; i++) {
		if (!world.busy[i])
			continue;
		kill(world.busy[i], SIGKILL);
		waitpid(world.busy[i], NULL, 0);
	}
	for (i = 0; i < 2; i++)
		if (world.cgroups[i][0])
			rmdir(world.cgroups[i]);
	if (world.top[0])
		rmdir(world.top);
	if (world.orders)
		munmap(world.orders, sizeof(*world.orders));
	memset(&world, 0, sizeof(world));
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_calls_after_add, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_calls_after_add_tracepoint, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_snapshot_without_events, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_snapshot_during_setup, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_snapshot_of_unrecorded, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_drop_frees_the_slot, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_sleep_from_before, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_losses_have_a_time, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
