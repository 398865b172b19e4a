// SPDX-License-Identifier: Apache-2.0
/* The evidence of sessions that go on, with a real recorder that several of them share. */
#include "../record/fixtures.h"

#include <malloc.h>
#include <time.h>

#include "recording/observation_merge.h"
#include "recording/recording.h"
#include "selection/target.h"
#include "session/completion.h"
#include "session/progress.h"
#include "session/session.h"
#include "util/loop.h"

#define CGROUPS 3
#define SLOTS 16
#define PAGE 4096
#define LONG_MS 10000

static struct {
	char top[PATH_MAX / 2];
	char paths[CGROUPS][PATH_MAX];
	const char *names[CGROUPS]; /* paths below the mount point */
	struct loop *loop;
	struct recorder *recorder;
} world;

/* A session on a cgroup, with its target. */
struct one {
	struct target *target;
	struct session *session;
	int ended; /* how often it said that a workload has ended */
};

static const struct completion_options plain = { .runtime = "none" };

static void note_ended(void *data)
{
	struct one *one = data;

	one->ended++;
}

static void begin(struct one *one, size_t cgroup)
{
	const struct target_request request = { .cgroup = world.names[cgroup] };
	const struct session_options options = {
		.recorder = world.recorder,
		.progress_every = 1000000000LL,
	};
	const struct session_handler handler = { .workload_ended = note_ended, .data = one };
	_cleanup_error_ struct error err = ERROR_INIT;

	*one = (struct one){};
	succeed(target_create(&request, &one->target, &err), &err);
	succeed(session_start(&options, &handler, one->target, world.loop, &one->session, &err),
		&err);
}

static void end(struct one *one)
{
	session_destroy(one->session);
	target_destroy(one->target);
}

static void take(struct one *one, struct session_taken *taken)
{
	_cleanup_notes_ struct notes notes = {};
	_cleanup_error_ struct error err = ERROR_INIT;

	*taken = (struct session_taken){};
	succeed(session_take(one->session, &plain, taken, &notes, &err), &err);
}

static void poll_recorder(void)
{
	_cleanup_error_ struct error err = ERROR_INIT;

	succeed(recorder_catch_up(world.recorder, &err), &err);
}

/* Lets the sessions go on until what is due now was done. */
static void iterate(void)
{
	_cleanup_error_ struct error err = ERROR_INIT;

	succeed(loop_iterate(world.loop, LONG_MS, &err), &err);
}

/* A process that moves itself into the cgroup makes the calls. */
static void work_in(size_t cgroup, uint32_t first, uint32_t count)
{
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		move_in(world.paths[cgroup]);
		while (count-- > 0)
			make_call(first++);
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

static void remove_cgroup(size_t cgroup)
{
	assert_return_code(rmdir(world.paths[cgroup]), errno);
	poll_recorder();
}

static bool made(const struct observation *observation, uint32_t nr)
{
	return call_set_find(&observation->calls, ABI_NATIVE, nr);
}

/* Returns the only observation. */
static const struct observation *only(const struct recording *recording)
{
	assert_int_equal(recording->observation_count, 1);
	return &recording->observations[0];
}

static void assert_empty(const struct session_taken *taken)
{
	assert_int_equal(taken->ended.observation_count, 0);
	assert_int_equal(taken->live.observation_count, 0);
}

static void test_a_living_one_grows(void **state)
{
	struct session_taken takes[3];
	struct one one;
	size_t i, k;

	if (geteuid() != 0)
		skip();
	begin(&one, 0);
	for (i = 0; i < 3; i++) {
		work_in(0, NR_FIRST + i, 1);
		take(&one, &takes[i]);
		assert_int_equal(takes[i].ended.observation_count, 0);
		assert_int_equal(takes[i].gaps.count, 0);
	}
	for (i = 0; i < 3; i++) {
		const struct observation *observation = only(&takes[i].live);

		assert_true(observation_complete(observation));
		for (k = 0; k < 3; k++)
			assert_int_equal(made(observation, NR_FIRST + k), k <= i);
		assert_int_equal(observation_compare_lifetimes(observation, only(&takes[0].live)),
				 0);
		assert_true(observation->end >= only(&takes[0].live)->end);
	}
	for (i = 0; i < 3; i++)
		session_taken_finish(&takes[i]);
	end(&one);
}

/* Until set-up has ended, nobody knows whether its calls count, and a union forgets nothing. */
static void test_what_is_in_setup_waits(void **state)
{
	_cleanup_session_taken_ struct session_taken before = {}, after = {};
	int ready[2];
	struct one one;
	char byte;
	pid_t pid;

	if (geteuid() != 0)
		skip();
	assert_return_code(pipe(ready), errno);
	begin(&one, 0);
	work_in(0, NR_FIRST, 1);
	pid = fork_into(world.paths[0]); /* like a runtime's child */
	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		make_call(NR_FIRST + 1);
		if (write(ready[1], "", 1) == 1)
			pause();
		_exit(0);
	}
	assert_int_equal(read(ready[0], &byte, 1), 1);
	take(&one, &before);
	assert_true(made(only(&before.live), NR_FIRST));
	assert_false(made(only(&before.live), NR_FIRST + 1));
	kill(pid, SIGKILL);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	take(&one, &after);
	assert_true(made(only(&after.live), NR_FIRST + 1));
	end(&one);
	close(ready[0]);
	close(ready[1]);
}

static void test_an_ended_one_is_returned_once(void **state)
{
	_cleanup_session_taken_ struct session_taken live = {}, ended = {}, after = {};
	struct one one;

	if (geteuid() != 0)
		skip();
	begin(&one, 0);
	work_in(0, NR_FIRST, 1);
	take(&one, &live);
	work_in(0, NR_FIRST + 1, 1);
	remove_cgroup(0);
	take(&one, &ended);
	assert_int_equal(ended.live.observation_count, 0);
	assert_true(made(only(&ended.ended), NR_FIRST));
	assert_true(made(only(&ended.ended), NR_FIRST + 1));
	assert_int_equal(observation_compare_lifetimes(only(&live.live), only(&ended.ended)), 0);
	take(&one, &after);
	assert_empty(&after);
	assert_int_equal(session_progress(one.session)->workloads, 1);
	end(&one);
}

/* The truth is in the bitmaps. Nobody reads the ring buffer here, which is full soon. */
static void test_lost_events_lose_no_call(void **state)
{
	_cleanup_session_taken_ struct session_taken taken = {};
	const struct observation *observation;
	struct one one;
	uint32_t nr;

	if (geteuid() != 0)
		skip();
	begin(&one, 0);
	work_in(0, NR_FIRST, NR_COUNT);
	take(&one, &taken);
	observation = only(&taken.live);
	for (nr = NR_FIRST; nr < NR_FIRST + NR_COUNT; nr++)
		assert_true(made(observation, nr));
	assert_true(observation->losses[LOSS_EVENTS] > 0);
	assert_true(observation_complete(observation));
	end(&one);
}

static void test_two_share_one(void **state)
{
	_cleanup_session_taken_ struct session_taken first = {}, second = {};
	struct one one, two;

	if (geteuid() != 0)
		skip();
	begin(&one, 0);
	begin(&two, 0);
	work_in(0, NR_FIRST, 1);
	take(&one, &first);
	assert_true(made(only(&first.live), NR_FIRST));
	session_taken_finish(&first);
	remove_cgroup(0);
	take(&one, &first);
	take(&two, &second);
	assert_true(made(only(&first.ended), NR_FIRST));
	assert_true(made(only(&second.ended), NR_FIRST));
	end(&one);
	end(&two);
}

/* What ended is told in the loop, once for each take. */
static void test_the_owner_is_told(void **state)
{
	_cleanup_session_taken_ struct session_taken taken = {};
	struct one one;

	if (geteuid() != 0)
		skip();
	begin(&one, 0);
	iterate();
	assert_int_equal(one.ended, 0);
	work_in(0, NR_FIRST, 1);
	remove_cgroup(0);
	iterate();
	assert_int_equal(one.ended, 1);
	take(&one, &taken);
	assert_int_equal(taken.ended.observation_count, 1);
	end(&one);
}

/* A container comes and goes below the first cgroup. It makes a call, unless nr is 0. */
static void live_shortly(size_t i, uint32_t nr)
{
	char path[PATH_MAX + 80];

	snprintf(path, sizeof(path), "%s/%064zx", world.paths[0], i);
	assert_return_code(mkdir(path, 0755), errno);
	if (nr)
		call_in(path, nr);
	assert_return_code(rmdir(path), errno);
}

/* Its progress goes on: what was taken is still counted, and is not new again. */
static void test_progress_goes_on(void **state)
{
	_cleanup_session_taken_ struct session_taken taken = {};
	const struct progress *progress;
	struct one one;
	int64_t last_new;

	if (geteuid() != 0)
		skip();
	begin(&one, 0);
	progress = session_progress(one.session);
	work_in(0, NR_FIRST, 1);
	remove_cgroup(0);
	take(&one, &taken);
	last_new = progress->last_new;
	assert_int_equal(progress->workloads, 1);
	assert_non_null(call_set_find(&progress->seen, ABI_NATIVE, NR_FIRST));
	assert_int_equal(progress->discovery_count, 0);
	session_taken_finish(&taken);
	take(&one, &taken);
	assert_empty(&taken);
	assert_int_equal(progress->workloads, 1);
	assert_true(progress->last_new == last_new);
	end(&one);
}

static void test_every_workload_is_counted(void **state)
{
	_cleanup_session_taken_ struct session_taken taken = {};
	struct one one;
	size_t i;

	if (geteuid() != 0)
		skip();
	begin(&one, 0);
	for (i = 0; i < 3; i++) {
		live_shortly(i, NR_FIRST);
		poll_recorder();
		take(&one, &taken);
		assert_int_equal(taken.ended.observation_count, 1);
		session_taken_finish(&taken);
		assert_int_equal(session_progress(one.session)->workloads, i + 2);
	}
	end(&one);
}

static void test_an_interrupted_one_can_be_taken(void **state)
{
	_cleanup_session_taken_ struct session_taken taken = {};
	_cleanup_error_ struct error cause = ERROR_INIT;
	struct one one;

	if (geteuid() != 0)
		skip();
	begin(&one, 0);
	work_in(0, NR_FIRST, 1);
	error_set(&cause, EIO, "the disk is gone");
	session_interrupt(one.session, &cause);
	take(&one, &taken);
	assert_true(made(only(&taken.live), NR_FIRST));
	assert_string_equal(only(&taken.live)->reasons[0],
			    "the recording was interrupted: the disk is gone");
	end(&one);
}

/* What is left after takes is collected at the end. */
static void test_the_rest_is_collected(void **state)
{
	_cleanup_session_taken_ struct session_taken taken = {};
	_cleanup_recording_ struct recording recording = {};
	_cleanup_notes_ struct notes notes = {};
	_cleanup_error_ struct error err = ERROR_INIT;
	struct one one;

	if (geteuid() != 0)
		skip();
	begin(&one, 0);
	work_in(0, NR_FIRST, 1);
	take(&one, &taken);
	work_in(0, NR_FIRST + 1, 1);
	succeed(session_stop(one.session, &err), &err);
	succeed(session_collect(one.session, &plain, &recording, &notes, &err), &err);
	assert_true(made(only(&recording), NR_FIRST));
	assert_true(made(only(&recording), NR_FIRST + 1));
	assert_int_equal(observation_compare_lifetimes(only(&recording), only(&taken.live)), 0);
	end(&one);
}

/* Makes cgroups until one gets no slot; removes them. */
static void lose_a_slot(void)
{
	struct recorder_totals before, now;
	char path[PATH_MAX];
	size_t i, count = 0;

	recorder_totals(world.recorder, &before);
	do {
		snprintf(path, sizeof(path), "%s/x%zu", world.top, count++);
		assert_return_code(mkdir(path, 0755), errno);
		recorder_totals(world.recorder, &now);
	} while (now.lost_slots == before.lost_slots);
	for (i = 0; i < count; i++) {
		snprintf(path, sizeof(path), "%s/x%zu", world.top, i);
		assert_return_code(rmdir(path), errno);
	}
	poll_recorder();
}

static void assert_lost(const struct observation *observation, bool lost)
{
	assert_int_equal(!!observation->losses[LOSS_SLOTS], lost);
	assert_int_equal(observation_complete(observation), !lost);
}

/* A cgroup without a slot concerns what lived at that time and the recording then, nothing later. */
static void test_a_loss_has_its_time(void **state)
{
	_cleanup_session_taken_ struct session_taken taken = {};
	struct one one, later;

	if (geteuid() != 0)
		skip();
	begin(&one, 0);
	work_in(0, NR_FIRST, 1);
	take(&one, &taken);
	assert_lost(only(&taken.live), false);
	session_taken_finish(&taken);
	lose_a_slot();
	take(&one, &taken);
	assert_lost(only(&taken.live), true);
	assert_int_equal(taken.gaps.count, 1);
	session_taken_finish(&taken);
	/* It stays a loss of its time, but is no gap again. */
	take(&one, &taken);
	assert_lost(only(&taken.live), true);
	assert_int_equal(taken.gaps.count, 0);
	session_taken_finish(&taken);
	remove_cgroup(0);
	assert_return_code(mkdir(world.paths[0], 0755), errno);
	poll_recorder();
	begin(&later, 0);
	work_in(0, NR_FIRST, 1);
	take(&later, &taken);
	assert_lost(only(&taken.live), false);
	assert_int_equal(taken.gaps.count, 0);
	end(&later);
	end(&one);
}

/* A loss while there is nothing to charge it to is not forgotten. */
static void test_a_loss_of_an_idle_recording(void **state)
{
	_cleanup_session_taken_ struct session_taken taken = {};
	struct one one;
	size_t i;

	if (geteuid() != 0)
		skip();
	begin(&one, 0);
	remove_cgroup(0);
	take(&one, &taken);
	assert_empty(&taken); /* it made no call */
	session_taken_finish(&taken);
	lose_a_slot();
	for (i = 0; i < 2; i++) {
		take(&one, &taken);
		assert_empty(&taken);
		assert_int_equal(taken.gaps.count, 1);
		session_taken_finish(&taken);
	}
	end(&one);
}

#define LIVES 10000

#ifdef __SANITIZE_ADDRESS__
size_t __sanitizer_get_current_allocated_bytes(void); /* its header comes with clang only */
#endif

static size_t used_memory(void)
{
#ifdef __SANITIZE_ADDRESS__
	return __sanitizer_get_current_allocated_bytes();
#else
	return mallinfo2().uordblks;
#endif
}

static void test_memory_does_not_grow(void **state)
{
	struct one one;
	size_t i, ended = 0, before = 0;

	if (geteuid() != 0)
		skip();
	begin(&one, 0);
	for (i = 0; i < LIVES; i++) {
		_cleanup_session_taken_ struct session_taken taken = {};

		/* Processes cost the test most of its time. */
		live_shortly(i, i % 16 ? 0 : NR_FIRST + i / 16 % NR_COUNT);
		if (i % (SLOTS / 2))
			continue;
		poll_recorder();
		take(&one, &taken);
		ended += taken.ended.observation_count;
		session_taken_finish(&taken);
		if (i == LIVES / 10 / (SLOTS / 2) * (SLOTS / 2))
			before = used_memory();
	}
	assert_true(ended > LIVES - SLOTS);
	assert_true(used_memory() < before + 64 * 1024);
	end(&one);
}

static void start_recorder(unsigned int slots)
{
	const struct recorder_options options = {
		.mode = RECORDER_CGROUPS,
		.mark_new = true,
		.root_id = id_of(world.top), /* other tests make cgroups too */
		.watch_denied = true,
		.slots = slots,
		.event_bytes = PAGE,
	};
	_cleanup_error_ struct error err = ERROR_INIT;

	succeed(recorder_create(&options, &world.recorder, &err), &err);
	succeed(recorder_attach(world.recorder, &err), &err);
	succeed(recorder_start(world.recorder, &err), &err);
}

static int set_up(void **state)
{
	_cleanup_error_ struct error err = ERROR_INIT;
	size_t i;

	if (geteuid() != 0)
		return 0;
	fixture_cgroup(world.top, sizeof(world.top));
	if (mkdir(world.top, 0755) < 0 || loop_create(&world.loop, &err) < 0)
		return -1;
	for (i = 0; i < CGROUPS; i++) {
		snprintf(world.paths[i], sizeof(world.paths[i]), "%s/%zu", world.top, i);
		if (mkdir(world.paths[i], 0755) < 0)
			return -1;
		world.names[i] = world.paths[i] + (strrchr(world.top, '/') - world.top);
	}
	start_recorder(SLOTS);
	return 0;
}

static int tear_down(void **state)
{
	size_t i;

	recorder_destroy(world.recorder);
	loop_destroy(world.loop);
	for (i = 0; i < CGROUPS; i++)
		if (world.paths[i][0])
			rmdir(world.paths[i]);
	if (world.top[0])
		rmdir(world.top);
	memset(&world, 0, sizeof(world));
	return 0;
}

#define take_test(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		take_test(test_a_living_one_grows),
		take_test(test_what_is_in_setup_waits),
		take_test(test_an_ended_one_is_returned_once),
		take_test(test_lost_events_lose_no_call),
		take_test(test_two_share_one),
		take_test(test_the_owner_is_told),
		take_test(test_progress_goes_on),
		take_test(test_every_workload_is_counted),
		take_test(test_an_interrupted_one_can_be_taken),
		take_test(test_the_rest_is_collected),
		take_test(test_a_loss_has_its_time),
		take_test(test_a_loss_of_an_idle_recording),
		take_test(test_memory_does_not_grow),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
