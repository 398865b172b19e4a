// SPDX-License-Identifier: Apache-2.0
/* Several sessions use one recorder: each gets what it selected, and none disturbs another. */
#include "../record/fixtures.h"

#include <time.h>

#include "recording/recording.h"
#include "selection/target.h"
#include "session/completion.h"
#include "session/session.h"
#include "util/loop.h"
#include "util/notes.h"

#define SLOTS 16

static struct {
	char top[PATH_MAX / 2];
	char paths[3][PATH_MAX];
	const char *names[3]; /* paths below the mount point */
	struct loop *loop;
	struct recorder *recorder;
} world;

/* A session on a cgroup, with its target. */
struct one {
	struct target *target;
	struct session *session;
};

static void begin(struct one *one, size_t cgroup)
{
	const struct target_request request = { .cgroup = world.names[cgroup] };
	const struct session_options options = {
		.recorder = world.recorder,
		.progress_every = 1000000000LL,
	};
	const struct session_handler handler = {};
	_cleanup_error_ struct error err = ERROR_INIT;

	*one = (struct one){};
	succeed(target_create(&request, &one->target, &err), &err);
	succeed(session_start(&options, &handler, one->target, world.loop, &one->session, &err),
		&err);
}

static void end(struct one *one, struct recording *recording)
{
	const struct completion_options options = { .runtime = "none" };
	_cleanup_notes_ struct notes notes = {};
	_cleanup_error_ struct error err = ERROR_INIT;

	succeed(session_stop(one->session, &err), &err);
	succeed(session_collect(one->session, &options, recording, &notes, &err), &err);
	session_destroy(one->session);
	target_destroy(one->target);
}

/* The target may be gone, so this does not look at what was collected. */
static void abandon(struct one *one)
{
	session_destroy(one->session);
	target_destroy(one->target);
}

static void poll_recorder(void)
{
	_cleanup_error_ struct error err = ERROR_INIT;

	succeed(recorder_catch_up(world.recorder, &err), &err);
}

/* A process that moves itself into the cgroup makes the call. */
static void work_in(size_t cgroup, uint32_t nr)
{
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		move_in(world.paths[cgroup]);
		make_call(nr);
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

static bool recorded(const struct recording *recording, uint32_t nr)
{
	size_t i;

	for (i = 0; i < recording->observation_count; i++)
		if (call_set_find(&recording->observations[i].calls, ABI_NATIVE, nr))
			return true;
	return false;
}

static bool is_complete(const struct recording *recording)
{
	size_t i;

	for (i = 0; i < recording->observation_count; i++)
		if (!observation_complete(&recording->observations[i]))
			return false;
	return recording->observation_count > 0;
}

static bool is_tracked(size_t cgroup)
{
	_cleanup_error_ struct error err = ERROR_INIT;
	_cleanup_tracked_cgroup_ struct tracked_cgroup *tracked = NULL;

	return recorder_snapshot(world.recorder, id_of(world.paths[cgroup]), &tracked, &err) == 0;
}

static void test_two_share_a_cgroup(void **state)
{
	_cleanup_recording_ struct recording first = {}, second = {};
	struct one one, two;

	if (geteuid() != 0)
		skip();
	begin(&one, 0);
	work_in(0, NR_FIRST);
	begin(&two, 0);
	work_in(0, NR_FIRST + 1);
	end(&one, &first);
	work_in(0, NR_FIRST + 2);
	end(&two, &second);
	assert_true(recorded(&first, NR_FIRST));
	assert_true(recorded(&first, NR_FIRST + 1));
	assert_false(recorded(&first, NR_FIRST + 2));
	assert_true(is_complete(&first));
	/* The cgroup was recorded before the second began, so its whole life is known. */
	assert_true(recorded(&second, NR_FIRST));
	assert_true(recorded(&second, NR_FIRST + 1));
	assert_true(recorded(&second, NR_FIRST + 2));
	assert_true(is_complete(&second));
}

static void test_each_gets_its_own(void **state)
{
	_cleanup_recording_ struct recording first = {}, second = {};
	struct one one, two;

	if (geteuid() != 0)
		skip();
	begin(&one, 0);
	begin(&two, 1);
	work_in(0, NR_FIRST);
	work_in(1, NR_FIRST + 1);
	work_in(2, NR_FIRST + 2);
	end(&two, &second);
	end(&one, &first);
	assert_true(recorded(&first, NR_FIRST));
	assert_false(recorded(&first, NR_FIRST + 1));
	assert_false(recorded(&first, NR_FIRST + 2));
	assert_true(recorded(&second, NR_FIRST + 1));
	assert_false(recorded(&second, NR_FIRST));
	assert_true(is_complete(&first));
	assert_true(is_complete(&second));
}

/* What nobody selects any more costs nothing; what one session still selects is recorded on. */
static void test_what_nobody_selects_is_dropped(void **state)
{
	_cleanup_recording_ struct recording recording = {};
	struct one one, two, three;

	if (geteuid() != 0)
		skip();
	begin(&one, 0);
	begin(&two, 0);
	begin(&three, 1);
	poll_recorder();
	assert_true(is_tracked(0));
	assert_true(is_tracked(1));
	abandon(&one);
	abandon(&three);
	poll_recorder();
	assert_true(is_tracked(0));
	assert_false(is_tracked(1));
	work_in(0, NR_FIRST);
	end(&two, &recording);
	assert_true(recorded(&recording, NR_FIRST));
	poll_recorder();
	assert_false(is_tracked(0));
}

/* A cgroup that was dropped and is selected again has lost its first calls, which is said. */
static void test_selected_again(void **state)
{
	_cleanup_recording_ struct recording before = {}, after = {};
	struct one one;
	pid_t pid;

	if (geteuid() != 0)
		skip();
	begin(&one, 0);
	pid = fork_into(world.paths[0]);
	if (pid == 0) {
		pause();
		_exit(0);
	}
	work_in(0, NR_FIRST);
	end(&one, &before);
	poll_recorder();
	work_in(0, NR_FIRST + 1);
	begin(&one, 0);
	work_in(0, NR_FIRST + 2);
	end(&one, &after);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	assert_true(recorded(&before, NR_FIRST));
	assert_false(recorded(&after, NR_FIRST + 1));
	assert_true(recorded(&after, NR_FIRST + 2));
	assert_false(is_complete(&after));
}

static void start_recorder(void)
{
	const struct recorder_options options = {
		.mode = RECORDER_CGROUPS,
		.mark_new = true,
		.root_id = id_of(world.top), /* other tests make cgroups too */
		.watch_denied = true,
		.slots = SLOTS,
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
	for (i = 0; i < 3; i++) {
		snprintf(world.paths[i], sizeof(world.paths[i]), "%s/%zu", world.top, i);
		if (mkdir(world.paths[i], 0755) < 0)
			return -1;
		world.names[i] = world.paths[i] + (strrchr(world.top, '/') - world.top);
	}
	start_recorder();
	return 0;
}

static int tear_down(void **state)
{
	size_t i;

	recorder_destroy(world.recorder);
	loop_destroy(world.loop);
	for (i = 0; i < 3; i++)
		if (world.paths[i][0])
			rmdir(world.paths[i]);
	if (world.top[0])
		rmdir(world.top);
	memset(&world, 0, sizeof(world));
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_two_share_a_cgroup, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_each_gets_its_own, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_what_nobody_selects_is_dropped, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(test_selected_again, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
