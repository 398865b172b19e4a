// SPDX-License-Identifier: Apache-2.0
/*
 * Sessions whose process ends without a word, and the process after it, which takes the pins over:
 * what was not stored is found again.
 */
#include "../record/pinned.h"

#include "recording/observation_merge.h"
#include "recording/recording.h"
#include "selection/target.h"
#include "session/completion.h"
#include "session/session.h"
#include "util/loop.h"
#include "util/notes.h"

#define HEX "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

/* A process: a recorder on the pins, and a session on the cgroup of the test. */
struct process {
	struct loop *loop;
	struct target *target;
	struct session *session;
};

static void start(struct process *process)
{
	const struct target_request request = { .cgroup = strrchr(world.top, '/') };
	struct session_options options = { .durable = true, .progress_every = 1000000000LL };
	const struct session_handler handler = {};
	_cleanup_error_ struct error err = ERROR_INIT;

	*process = (struct process){};
	world.recorder = begin(&usual);
	options.recorder = world.recorder;
	succeed(loop_create(&process->loop, &err), &err);
	succeed(target_create(&request, &process->target, &err), &err);
	succeed(session_start(&options, &handler, process->target, process->loop, &process->session,
			      &err),
		&err);
}

/* Ends as by SIGKILL: the kernel keeps what is pinned. */
static void end(struct process *process)
{
	session_destroy(process->session);
	target_destroy(process->target);
	loop_destroy(process->loop);
	recorder_destroy(world.recorder);
	world.recorder = NULL;
}

static void take(struct process *process, struct session_taken *taken)
{
	const struct completion_options options = { .runtime = "none" };
	_cleanup_notes_ struct notes notes = {};
	_cleanup_error_ struct error err = ERROR_INIT;

	session_taken_finish(taken);
	catch_up();
	succeed(session_take(process->session, &options, taken, &notes, &err), &err);
}

static void make(char path[PATH_MAX], const char *name)
{
	snprintf(path, PATH_MAX, "%s/%s", world.top, name);
	assert_return_code(mkdir(path, 0755), errno);
}

/* A process that moves itself into the cgroup makes the call. */
static void work_in(const char *path, uint32_t nr)
{
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		move_in(path);
		make_call(nr);
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

/* A container comes, works and ends. */
static void live(uint32_t nr)
{
	char path[PATH_MAX];

	make(path, HEX);
	work_in(path, nr);
	assert_return_code(rmdir(path), errno);
}

static bool has(const struct recording *recording, uint32_t nr)
{
	size_t i;

	for (i = 0; i < recording->observation_count; i++)
		if (call_set_find(&recording->observations[i].calls, ABI_NATIVE, nr))
			return true;
	return false;
}

static void test_what_was_not_stored_is_found_again(void **state)
{
	_cleanup_session_taken_ struct session_taken before = {}, after = {};
	struct process process;

	if (geteuid() != 0)
		skip();
	start(&process);
	live(NR_FIRST);
	take(&process, &before);
	assert_true(has(&before.ended, NR_FIRST));
	end(&process);
	start(&process);
	assert_true(recorder_is_taken_over(world.recorder));
	take(&process, &after);
	assert_true(has(&after.ended, NR_FIRST));
	assert_int_equal(observation_compare_lifetimes(&before.ended.observations[0],
						       &after.ended.observations[0]),
			 0);
	end(&process);
}

static void test_what_was_stored_is_not(void **state)
{
	_cleanup_session_taken_ struct session_taken taken = {};
	struct process process;

	if (geteuid() != 0)
		skip();
	start(&process);
	live(NR_FIRST);
	take(&process, &taken);
	session_stored(process.session);
	catch_up();
	live(NR_FIRST + 1); /* this one is not even taken */
	catch_up();
	end(&process);
	start(&process);
	take(&process, &taken);
	assert_int_equal(taken.ended.observation_count, 1);
	assert_true(has(&taken.ended, NR_FIRST + 1));
	session_stored(process.session);
	take(&process, &taken);
	assert_int_equal(taken.ended.observation_count, 0);
	end(&process);
}

/* Of one that ended while nobody was there, nothing is missing. */
static void test_one_that_ended_meanwhile(void **state)
{
	_cleanup_session_taken_ struct session_taken taken = {};
	struct process process;

	if (geteuid() != 0)
		skip();
	start(&process);
	end(&process);
	live(NR_FIRST);
	start(&process);
	take(&process, &taken);
	assert_int_equal(taken.ended.observation_count, 1);
	assert_true(has(&taken.ended, NR_FIRST));
	assert_int_equal(taken.ended.observations[0].losses[LOSS_LATE], 0);
	end(&process);
}

/* A cgroup below one that lives ends: its calls are the other's, and not stored with it yet. */
static void test_a_part_of_one_that_lives(void **state)
{
	_cleanup_session_taken_ struct session_taken taken = {};
	struct process process;
	char path[PATH_MAX];

	if (geteuid() != 0)
		skip();
	start(&process);
	make(path, "part");
	work_in(path, NR_FIRST);
	assert_return_code(rmdir(path), errno);
	catch_up();
	end(&process);
	start(&process);
	take(&process, &taken);
	assert_true(has(&taken.live, NR_FIRST));
	session_stored(process.session);
	catch_up();
	take(&process, &taken);
	assert_true(has(&taken.live, NR_FIRST)); /* as long as this process lives */
	end(&process);
}

/* A cgroup that got no slot while nobody was there may have been of this recording. */
static void test_a_loss_meanwhile(void **state)
{
	_cleanup_session_taken_ struct session_taken taken = {};
	unsigned int slots = usual.slots;
	struct process process;
	char path[3][PATH_MAX];
	size_t i;

	if (geteuid() != 0)
		skip();
	usual.slots = 2;
	start(&process);
	take(&process, &taken);
	end(&process);
	for (i = 0; i < 3; i++)
		make(path[i], (const char *[]){ "0", "1", "2" }[i]);
	for (i = 0; i < 3; i++)
		assert_return_code(rmdir(path[i]), errno);
	start(&process);
	assert_true(recorder_is_taken_over(world.recorder));
	take(&process, &taken);
	assert_int_equal(taken.gaps.count, 1);
	end(&process);
	usual.slots = slots;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		pinned_test(test_what_was_not_stored_is_found_again),
		pinned_test(test_what_was_stored_is_not),
		pinned_test(test_one_that_ended_meanwhile),
		pinned_test(test_a_part_of_one_that_lives),
		pinned_test(test_a_loss_meanwhile),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
