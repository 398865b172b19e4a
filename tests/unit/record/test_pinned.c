// SPDX-License-Identifier: Apache-2.0
/* Recorders that end, or are killed, and leave their maps and links to the next. */
#include "fixtures.h"

#include <sched.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <time.h>

#define KILLS 200
#define CGROUPS_MAX 100000
#define SLOTS 64
#define MSEC 1000000L

/* Shared by the processes of a test. */
struct shared {
	uint32_t stop;	/* the churn shall end */
	uint32_t made;	/* number of the cgroups that were made, used and removed */
	uint32_t owned; /* the owner records */
	struct {
		uint64_t id;
		uint32_t nr;
		uint32_t reported; /* how many owners reported the removal */
		uint32_t found;	   /* 1 if a report had the call, 2 if another one too */
	} cgroups[CGROUPS_MAX];
};

static struct {
	char top[PATH_MAX / 2];
	char bpffs[64];
	char pins[128];
	struct shared *shared;
	struct recorder *recorder;
	pid_t churner;
} world;

static int note_removed(void *data, const struct tracked_cgroup *tracked, struct error *err)
{
	uint32_t i, nr, made = __atomic_load_n(&world.shared->made, __ATOMIC_SEQ_CST);

	for (i = made; i-- > 0;) {
		if (world.shared->cgroups[i].id != tracked->cgroup_id)
			continue;
		for (nr = NR_FIRST; nr < NR_FIRST + NR_COUNT; nr++)
			if (has_call(tracked, nr))
				world.shared->cgroups[i].found |=
					nr == world.shared->cgroups[i].nr ? 1 : 2;
		world.shared->cgroups[i].reported++;
		return 0;
	}
	return 0;
}

/* Its root is set later: other tests make cgroups too. */
static struct recorder_options usual = {
	.mode = RECORDER_CGROUPS,
	.hook = RECORDER_HOOK_BTF,
	.mark_new = true,
	.pins = world.pins,
	.slots = SLOTS,
};

static struct recorder *begin(const struct recorder_options *options)
{
	const struct recorder_handler handler = { .removed = note_removed };
	_cleanup_error_ struct error err = ERROR_INIT;
	struct recorder *recorder;

	succeed(recorder_create(options, &recorder, &err), &err);
	succeed(recorder_add_handler(recorder, &handler, &err), &err);
	succeed(recorder_attach(recorder, &err), &err);
	succeed(recorder_start(recorder, &err), &err);
	return recorder;
}

static void catch_up(void)
{
	_cleanup_error_ struct error err = ERROR_INIT;

	succeed(recorder_catch_up(world.recorder, &err), &err);
}

static void wait_a(long nanoseconds)
{
	const struct timespec time = { .tv_nsec = nanoseconds };

	nanosleep(&time, NULL);
}

static void die_with(pid_t parent)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(0);
}

/* Makes, uses and removes cgroups until it shall stop. */
static void churn(void)
{
	struct shared *shared = world.shared;
	char path[PATH_MAX];
	uint32_t i;

	for (i = 0; i < CGROUPS_MAX && !__atomic_load_n(&shared->stop, __ATOMIC_SEQ_CST); i++) {
		snprintf(path, sizeof(path), "%s/%u", world.top, i);
		if (mkdir(path, 0755) < 0)
			_exit(1);
		shared->cgroups[i].id = id_of(path);
		shared->cgroups[i].nr = NR_FIRST + i % NR_COUNT;
		call_in(path, shared->cgroups[i].nr);
		__atomic_store_n(&shared->made, i + 1, __ATOMIC_SEQ_CST);
		if (rmdir(path) < 0)
			_exit(2);
		wait_a(MSEC); /* the slots must last while nobody empties them */
	}
	_exit(0);
}

static pid_t start_churn(void)
{
	pid_t parent = getpid(), pid = fork();

	assert_true(pid >= 0);
	if (pid == 0) {
		die_with(parent);
		churn();
	}
	return pid;
}

static void own(void)
{
	_cleanup_error_ struct error err = ERROR_INIT;

	world.recorder = begin(&usual);
	__atomic_store_n(&world.shared->owned, 1, __ATOMIC_SEQ_CST);
	for (;;)
		if (recorder_catch_up(world.recorder, &err) < 0)
			_exit(1);
}

/* Starts an owner and kills it after a random time. */
static void live_and_die(void)
{
	pid_t parent = getpid(), pid;
	int status;

	__atomic_store_n(&world.shared->owned, 0, __ATOMIC_SEQ_CST);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		die_with(parent);
		own();
	}
	while (!__atomic_load_n(&world.shared->owned, __ATOMIC_SEQ_CST) &&
	       waitpid(pid, &status, WNOHANG) == 0)
		sched_yield();
	wait_a(rand() % (20 * MSEC));
	kill(pid, SIGKILL);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
}

static void end_churn(void)
{
	int status;

	__atomic_store_n(&world.shared->stop, 1, __ATOMIC_SEQ_CST);
	assert_int_equal(waitpid(world.churner, &status, 0), world.churner);
	world.churner = 0;
	assert_int_equal(status, 0);
}

static void test_killed_at_any_moment(void **state)
{
	_cleanup_error_ struct error err = ERROR_INIT;
	struct recorder_totals totals;
	uint32_t i;

	if (geteuid() != 0)
		skip();
	srand(1);
	world.recorder = begin(&usual);
	recorder_destroy(world.recorder);
	world.recorder = NULL;
	world.churner = start_churn();
	for (i = 0; i < KILLS; i++)
		live_and_die();
	world.recorder = begin(&usual);
	assert_true(recorder_is_taken_over(world.recorder));
	end_churn();
	catch_up();
	recorder_totals(world.recorder, &totals);
	assert_int_equal(totals.lost_slots, 0);
	assert_int_equal(totals.lost_map, 0);
	assert_true(world.shared->made > KILLS);
	for (i = 0; i < world.shared->made; i++) {
		if (world.shared->cgroups[i].reported == 0)
			fail_msg("cgroup %u of %u was never reported", i, world.shared->made);
		assert_int_equal(world.shared->cgroups[i].found, 1);
	}
	succeed(recorder_stop(world.recorder, &err), &err);
}

static void test_one_owner(void **state)
{
	_cleanup_error_ struct error err = ERROR_INIT;
	char text[64];
	struct recorder *second;

	if (geteuid() != 0)
		skip();
	world.recorder = begin(&usual);
	assert_int_equal(recorder_create(&usual, &second, &err), -EBUSY);
	snprintf(text, sizeof(text), "process %d", getpid());
	assert_non_null(strstr(error_message(&err), text));
}

/* The calls of a cgroup before, during and after the time without an owner. */
static void test_nothing_is_missed_meanwhile(void **state)
{
	struct tracked_cgroup *tracked;
	_cleanup_error_ struct error err = ERROR_INIT;
	char path[PATH_MAX];

	if (geteuid() != 0)
		skip();
	world.recorder = begin(&usual);
	snprintf(path, sizeof(path), "%s/a", world.top);
	assert_return_code(mkdir(path, 0755), errno);
	call_in(path, NR_FIRST);
	catch_up();
	recorder_destroy(world.recorder);
	call_in(path, NR_FIRST + 1);
	world.recorder = begin(&usual);
	assert_true(recorder_is_taken_over(world.recorder));
	call_in(path, NR_FIRST + 2);
	succeed(recorder_snapshot(world.recorder, id_of(path), &tracked, &err), &err);
	assert_true(has_call(tracked, NR_FIRST));
	assert_true(has_call(tracked, NR_FIRST + 1));
	assert_true(has_call(tracked, NR_FIRST + 2));
	assert_false(tracked->present);
	assert_int_equal(tracked->lost, 0);
	tracked_cgroup_destroy(tracked);
	rmdir(path);
}

static void test_other_options_begin_anew(void **state)
{
	struct recorder_options other = usual;

	if (geteuid() != 0)
		skip();
	recorder_destroy(begin(&usual));
	other.slots = SLOTS / 2;
	world.recorder = begin(&other);
	assert_false(recorder_is_taken_over(world.recorder));
	recorder_destroy(world.recorder);
	world.recorder = begin(&other);
	assert_true(recorder_is_taken_over(world.recorder));
}

/* A process that ended while it pinned leaves pins without their identity. */
static void test_unfinished_pins_are_removed(void **state)
{
	_cleanup_error_ struct error err = ERROR_INIT;
	char path[PATH_MAX];

	if (geteuid() != 0)
		skip();
	recorder_destroy(begin(&usual));
	snprintf(path, sizeof(path), "%s/identity", world.pins);
	assert_return_code(unlink(path), errno);
	world.recorder = begin(&usual);
	assert_false(recorder_is_taken_over(world.recorder));
	succeed(recorder_stop(world.recorder, &err), &err);
	recorder_destroy(world.recorder);
	world.recorder = NULL;
	assert_return_code(rmdir(world.pins), errno); /* stopping left nothing in it */
}

static void test_slots_run_out_meanwhile(void **state)
{
	_cleanup_error_ struct error err = ERROR_INIT;
	struct recorder_options few = usual;
	struct tracked_cgroup *tracked;
	char path[4][PATH_MAX];
	size_t i;

	if (geteuid() != 0)
		skip();
	few.slots = 2;
	recorder_destroy(begin(&few));
	for (i = 0; i < 4; i++) {
		snprintf(path[i], sizeof(path[i]), "%s/%zu", world.top, i);
		assert_return_code(mkdir(path[i], 0755), errno);
	}
	world.recorder = begin(&few);
	succeed(recorder_snapshot(world.recorder, id_of(path[0]), &tracked, &err), &err);
	assert_int_equal(tracked->losses.lost_slots, 2);
	tracked_cgroup_destroy(tracked);
	for (i = 0; i < 4; i++)
		rmdir(path[i]);
}

static void test_pins_without_an_owner_end(void **state)
{
	struct recorder_options impatient = usual;
	char path[PATH_MAX];

	if (geteuid() != 0)
		skip();
	impatient.owner_timeout = 100 * MSEC;
	recorder_destroy(begin(&impatient));
	wait_a(200 * MSEC);
	snprintf(path, sizeof(path), "%s/late", world.top);
	call_in(world.top, NR_FIRST); /* the fork looks for the owner */
	assert_return_code(mkdir(path, 0755), errno);
	world.recorder = begin(&impatient);
	assert_false(recorder_is_taken_over(world.recorder));
	rmdir(path);
}

static void test_an_owner_keeps_them(void **state)
{
	struct recorder_options impatient = usual;
	int i;

	if (geteuid() != 0)
		skip();
	impatient.owner_timeout = 2000 * MSEC;
	world.recorder = begin(&impatient);
	for (i = 0; i < 30; i++) {
		wait_a(100 * MSEC);
		catch_up();
		call_in(world.top, NR_FIRST);
	}
	recorder_destroy(world.recorder);
	world.recorder = begin(&impatient);
	assert_true(recorder_is_taken_over(world.recorder));
}

static void test_detach(void **state)
{
	_cleanup_error_ struct error err = ERROR_INIT;
	bool removed;

	if (geteuid() != 0)
		skip();
	world.recorder = begin(&usual);
	assert_int_equal(recorder_detach(world.pins, &removed, &err), -EBUSY);
	recorder_destroy(world.recorder);
	world.recorder = NULL;
	succeed(recorder_detach(world.pins, &removed, &err), &err);
	assert_true(removed);
	assert_int_equal(access(world.pins, F_OK), -1);
	succeed(recorder_detach(world.pins, &removed, &err), &err);
	assert_false(removed);
}

static void test_without_a_bpffs(void **state)
{
	struct recorder_options options = usual;

	if (geteuid() != 0)
		skip();
	options.pins = world.bpffs; /* exists, but nothing is mounted there any more */
	assert_return_code(umount(world.bpffs), errno);
	world.recorder = begin(&options);
	assert_non_null(strstr(recorder_pins_failure(world.recorder), "is in no bpffs"));
}

static int set_up(void **state)
{
	if (geteuid() != 0)
		return 0;
	world.shared = mmap(NULL, sizeof(*world.shared), PROT_READ | PROT_WRITE,
			    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	fixture_cgroup(world.top, sizeof(world.top));
	strcpy(world.bpffs, "/tmp/recorder-test.XXXXXX");
	if (world.shared == MAP_FAILED || mkdir(world.top, 0755) < 0 || !mkdtemp(world.bpffs))
		return -1;
	usual.root_id = id_of(world.top);
	snprintf(world.pins, sizeof(world.pins), "%s/recorder", world.bpffs);
	/* However the test ends, its pins end with its mount namespace. */
	if (unshare(CLONE_NEWNS) < 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
		return -1;
	return mount("bpf", world.bpffs, "bpf", 0, NULL);
}

static int tear_down(void **state)
{
	recorder_destroy(world.recorder);
	if (world.churner) {
		kill(world.churner, SIGKILL);
		waitpid(world.churner, NULL, 0);
	}
	umount(world.bpffs);
	if (world.bpffs[0])
		rmdir(world.bpffs);
	if (world.top[0])
		rmdir(world.top);
	if (world.shared)
		munmap(world.shared, sizeof(*world.shared));
	memset(&world, 0, sizeof(world));
	return 0;
}

#define pinned_test(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		pinned_test(test_killed_at_any_moment),
		pinned_test(test_one_owner),
		pinned_test(test_nothing_is_missed_meanwhile),
		pinned_test(test_other_options_begin_anew),
		pinned_test(test_unfinished_pins_are_removed),
		pinned_test(test_slots_run_out_meanwhile),
		pinned_test(test_pins_without_an_owner_end),
		pinned_test(test_an_owner_keeps_them),
		pinned_test(test_detach),
		pinned_test(test_without_a_bpffs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
