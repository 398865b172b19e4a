/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_UNIT_RECORD_PINNED_H
#define TESTS_UNIT_RECORD_PINNED_H

/* Parts that the tests of pinned recorders share: a bpffs, a cgroup, and cgroups that come and go. */
#include "fixtures.h"

#include <sched.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <time.h>

#define CGROUPS_MAX 100000
#define SLOTS 512 /* more than are used while a slow machine starts a recorder */
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

static inline int note_removed(void *data, const struct tracked_cgroup *tracked, struct error *err)
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

static inline struct recorder *begin(const struct recorder_options *options)
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

static inline void catch_up(void)
{
	_cleanup_error_ struct error err = ERROR_INIT;

	succeed(recorder_catch_up(world.recorder, &err), &err);
}

static inline void wait_a(long nanoseconds)
{
	const struct timespec time = { .tv_nsec = nanoseconds };

	nanosleep(&time, NULL);
}

/* For a child process: a copy of the recorder's descriptors would keep the lock of the pins. */
static inline void leave_recorder(void)
{
	syscall(SYS_close_range, STDERR_FILENO + 1, ~0U, 0);
}

static inline void die_with(pid_t parent)
{
	leave_recorder();
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(0);
}

/* Makes, uses and removes cgroups until it shall stop. */
static inline void churn(void)
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

static inline pid_t start_churn(void)
{
	pid_t parent = getpid(), pid = fork();

	assert_true(pid >= 0);
	if (pid == 0) {
		die_with(parent);
		churn();
	}
	return pid;
}

static inline void end_churn(void)
{
	int status;

	__atomic_store_n(&world.shared->stop, 1, __ATOMIC_SEQ_CST);
	assert_int_equal(waitpid(world.churner, &status, 0), world.churner);
	world.churner = 0;
	assert_int_equal(status, 0);
}

static inline int set_up(void **state)
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

static inline int tear_down(void **state)
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

/* For a child process: owns the pins until it is killed. */
static inline void own(const struct recorder_options *options)
{
	_cleanup_error_ struct error err = ERROR_INIT;

	world.recorder = begin(options);
	__atomic_store_n(&world.shared->owned, 1, __ATOMIC_SEQ_CST);
	for (;;)
		if (recorder_catch_up(world.recorder, &err) < 0)
			_exit(1);
}

/* Starts an owner and kills it after a random time, at any moment or only once it records. */
static inline void live_and_die(const struct recorder_options *options, bool recording)
{
	pid_t parent = getpid(), pid;
	int status;

	__atomic_store_n(&world.shared->owned, 0, __ATOMIC_SEQ_CST);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		die_with(parent);
		own(options);
	}
	while (recording && !__atomic_load_n(&world.shared->owned, __ATOMIC_SEQ_CST) &&
	       waitpid(pid, &status, WNOHANG) == 0)
		sched_yield();
	wait_a(rand() % (recording ? 20 * MSEC : 200 * MSEC));
	kill(pid, SIGKILL);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
}

/* Every cgroup of the churn was reported, with its call and no other. */
static inline void check_churn(bool once)
{
	struct recorder_totals totals;
	uint32_t i;

	recorder_totals(world.recorder, &totals);
	assert_int_equal(totals.lost_slots, 0);
	assert_int_equal(totals.lost_map, 0);
	for (i = 0; i < world.shared->made; i++) {
		if (world.shared->cgroups[i].reported == 0 ||
		    (once && world.shared->cgroups[i].reported > 1))
			fail_msg("cgroup %u of %u was reported %u times", i, world.shared->made,
				 world.shared->cgroups[i].reported);
		assert_int_equal(world.shared->cgroups[i].found, 1);
	}
}

#define pinned_test(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

#endif
