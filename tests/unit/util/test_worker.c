// SPDX-License-Identifier: Apache-2.0
//
// Jobs that hang do so at a pipe, until the test writes: nothing depends on time.
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "util/cleanup.h"
#include "util/error.h"
#include "util/loop.h"
#include "util/worker.h"

#define LONG_MS 60000
#define TURNS 20

struct test {
	struct loop *loop;
	struct worker *worker;
	int gate[2];  /* jobs wait for a byte */
	int begun[2]; /* and write one before */
	char log[64];
	int discarded;
	struct loop_timer *timer;
	int turns;
};

/* What a job writes is its own until it is done. */
struct job {
	struct test *test;
	char name;
	bool waits;
	bool ran;
	int *discarded; /* outlives the worker */
	int gate, begun;
};

static void run(void *data)
{
	struct job *job = data;
	char byte;

	if (job->waits) {
		assert_int_equal(write(job->begun, "", 1), 1);
		assert_int_equal(read(job->gate, &byte, 1), 1);
	}
	job->ran = true;
}

static void note(struct test *test, char name)
{
	size_t length = strlen(test->log);

	assert_true(length + 1 < sizeof(test->log));
	test->log[length] = name;
}

static void done(void *data)
{
	struct job *job = data;

	assert_true(job->ran);
	note(job->test, job->name);
	free(job);
}

static void discard(void *data)
{
	struct job *job = data;

	__atomic_add_fetch(job->discarded, 1, __ATOMIC_SEQ_CST);
	free(job);
}

static struct job *make_job(struct test *test, char name, bool waits)
{
	struct job *job = calloc(1, sizeof(*job));

	assert_non_null(job);
	*job = (struct job){ test,	    name,	   waits, false, &test->discarded,
			     test->gate[0], test->begun[1] };
	return job;
}

static void submit(struct test *test, char name, bool waits)
{
	const struct worker_job job = { run, done, discard, make_job(test, name, waits) };

	assert_int_equal(worker_submit(test->worker, &job, NULL), 0);
}

static void open_gate(struct test *test)
{
	assert_int_equal(write(test->gate[1], "", 1), 1);
}

static int setup(void **state)
{
	struct test *test = calloc(1, sizeof(*test));

	assert_non_null(test);
	assert_int_equal(pipe(test->gate), 0);
	assert_int_equal(pipe(test->begun), 0);
	assert_int_equal(loop_create(&test->loop, NULL), 0);
	assert_int_equal(worker_create(test->loop, NULL, &test->worker, NULL), 0);
	*state = test;
	return 0;
}

static int teardown(void **state)
{
	struct test *test = *state;

	assert_true(worker_destroy(test->worker, LONG_MS));
	loop_destroy(test->loop);
	close(test->gate[0]);
	close(test->gate[1]);
	close(test->begun[0]);
	close(test->begun[1]);
	free(test);
	return 0;
}

static void iterate_until(struct test *test, const char *log)
{
	while (strcmp(test->log, log) != 0) {
		assert_true(strncmp(test->log, log, strlen(test->log)) == 0);
		assert_int_equal(loop_iterate(test->loop, LONG_MS, NULL), 0);
	}
}

static void results_come_in_order(void **state)
{
	struct test *test = *state;

	submit(test, 'a', false);
	submit(test, 'b', false);
	submit(test, 'c', false);
	iterate_until(test, "abc");
}

static void take_turn(void *data)
{
	struct test *test = data;

	note(test, '.');
	if (++test->turns == TURNS)
		open_gate(test);
	else
		loop_start_timer(test->timer, 0);
}

/* The loop itself lets the job go on, so it would hang for ever if it waited for the job. */
static void the_loop_goes_on_while_a_job_hangs(void **state)
{
	struct test *test = *state;

	submit(test, 'h', true);
	submit(test, 'n', false);
	assert_int_equal(loop_add_timer(test->loop, take_turn, test, &test->timer, NULL), 0);
	loop_start_timer(test->timer, 0);
	iterate_until(test, "....................hn");
	assert_int_equal(test->turns, TURNS);
}

static void what_has_ended_is_waited_for(void **state)
{
	struct test *test = *state;

	submit(test, 'a', false);
	submit(test, 'h', true);
	assert_false(worker_wait(test->worker, 0));
	open_gate(test);
	assert_true(worker_wait(test->worker, LONG_MS));
	assert_string_equal(test->log, "ah");
	/* Nothing is left for the loop. */
	assert_int_equal(loop_iterate(test->loop, 0, NULL), 0);
	assert_string_equal(test->log, "ah");
}

static void submit_another(void *data)
{
	struct job *job = data;
	struct test *test = job->test;

	done(job);
	submit(test, 'z', false);
}

static void what_a_result_submits_is_waited_for_too(void **state)
{
	struct test *test = *state;
	const struct worker_job job = { run, submit_another, discard, make_job(test, 'a', false) };

	assert_int_equal(worker_submit(test->worker, &job, NULL), 0);
	assert_true(worker_wait(test->worker, LONG_MS));
	assert_string_equal(test->log, "az");
}

static void what_was_not_run_is_discarded(void **state)
{
	struct test *test = *state;

	submit(test, 'h', true);
	submit(test, 'n', false);
	open_gate(test);
	assert_true(worker_destroy(steal_pointer(&test->worker), LONG_MS));
	assert_string_equal(test->log, "");
	assert_int_equal(test->discarded, 2);
}

/* It uses no part of the test, which may be over by then. */
static void a_job_that_hangs_is_abandoned(void **state)
{
	struct test *test = *state;
	char byte;
	int i;

	submit(test, 'h', true);
	/* Until it has begun, it could still be discarded. */
	assert_int_equal(read(test->begun[0], &byte, 1), 1);
	if (worker_destroy(steal_pointer(&test->worker), 0))
		fail_msg("a job that hangs has ended");
	assert_int_equal(__atomic_load_n(&test->discarded, __ATOMIC_SEQ_CST), 0);
	open_gate(test);
	for (i = 0; i < LONG_MS && !__atomic_load_n(&test->discarded, __ATOMIC_SEQ_CST); i++)
		usleep(1000);
	assert_int_equal(__atomic_load_n(&test->discarded, __ATOMIC_SEQ_CST), 1);
	assert_string_equal(test->log, "");
}

/* The descriptor belongs to a loop of the thread. */
struct post {
	struct test *test;
	struct worker *worker;
	int fd;
};

static void post_done(void *data)
{
	struct job *job = data;

	job->ran = true;
	done(job);
}

static void on_readable(int fd, unsigned int events, void *data)
{
	struct post *post = data;
	char byte;

	assert_int_equal(read(fd, &byte, 1), 1);
	worker_post(post->worker, post_done, discard, make_job(post->test, byte, false));
}

static void the_thread_runs_a_loop_between_jobs(void **state)
{
	struct test *test = *state;
	struct post post = { .test = test };
	struct loop *inner;
	struct loop_fd *watch;
	int ends[2];

	assert_true(worker_destroy(steal_pointer(&test->worker), LONG_MS));
	assert_int_equal(pipe(ends), 0);
	assert_int_equal(loop_create(&inner, NULL), 0);
	assert_int_equal(loop_add_fd(inner, ends[0], LOOP_READ, on_readable, &post, &watch, NULL),
			 0);
	assert_int_equal(worker_create(test->loop, inner, &test->worker, NULL), 0);
	post.worker = test->worker;
	submit(test, 'a', false);
	iterate_until(test, "a");
	assert_int_equal(write(ends[1], "p", 1), 1);
	iterate_until(test, "ap");
	submit(test, 'b', false);
	iterate_until(test, "apb");
	assert_true(worker_destroy(steal_pointer(&test->worker), LONG_MS));
	/* The loop is the owner's again, without what the worker had in it. */
	assert_int_equal(loop_iterate(inner, 0, NULL), 0);
	loop_destroy(inner);
	close(ends[0]);
	close(ends[1]);
}

static void look_at_signals(void *data)
{
	struct job *job = data;
	sigset_t blocked;

	pthread_sigmask(SIG_SETMASK, NULL, &blocked);
	job->ran = sigismember(&blocked, SIGINT) && sigismember(&blocked, SIGTERM);
}

static void signals_are_left_to_the_owner(void **state)
{
	struct test *test = *state;
	const struct worker_job job = { look_at_signals, done, discard,
					make_job(test, 's', false) };
	sigset_t blocked;

	assert_int_equal(worker_submit(test->worker, &job, NULL), 0);
	iterate_until(test, "s");
	pthread_sigmask(SIG_SETMASK, NULL, &blocked);
	assert_false(sigismember(&blocked, SIGINT));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(results_come_in_order, setup, teardown),
		cmocka_unit_test_setup_teardown(the_loop_goes_on_while_a_job_hangs, setup,
						teardown),
		cmocka_unit_test_setup_teardown(what_has_ended_is_waited_for, setup, teardown),
		cmocka_unit_test_setup_teardown(what_a_result_submits_is_waited_for_too, setup,
						teardown),
		cmocka_unit_test_setup_teardown(what_was_not_run_is_discarded, setup, teardown),
		cmocka_unit_test_setup_teardown(a_job_that_hangs_is_abandoned, setup, teardown),
		cmocka_unit_test_setup_teardown(the_thread_runs_a_loop_between_jobs, setup,
						teardown),
		cmocka_unit_test_setup_teardown(signals_are_left_to_the_owner, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
