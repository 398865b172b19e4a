// SPDX-License-Identifier: Apache-2.0
/* Recorders that end, or are killed, and leave their maps and links to the next. */
#include "pinned.h"

#include <bpf/bpf.h>

#include "shared.h"
#include "util/clock.h"

#define KILLS 200

static void test_killed_at_any_moment(void **state)
{
	_cleanup_error_ struct error err = ERROR_INIT;
	uint32_t i;

	if (geteuid() != 0)
		skip();
	srand(1);
	world.recorder = begin(&usual);
	recorder_destroy(world.recorder);
	world.recorder = NULL;
	world.churner = start_churn();
	for (i = 0; i < KILLS; i++)
		live_and_die(&usual, true);
	world.recorder = begin(&usual);
	assert_true(recorder_is_taken_over(world.recorder));
	end_churn();
	catch_up();
	assert_true(world.shared->made > KILLS);
	check_churn(false);
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

/* A process that ended while it pinned leaves pins without their identity. */
static void test_unfinished_pins_are_removed(void **state)
{
	_cleanup_error_ struct error err = ERROR_INIT;
	char path[PATH_MAX];

	if (geteuid() != 0)
		skip();
	recorder_destroy(begin(&usual));
	snprintf(path, sizeof(path), "%s/1/identity", world.pins);
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

static void make_cgroup(char path[PATH_MAX], const char *name)
{
	snprintf(path, PATH_MAX, "%s/%s", world.top, name);
	assert_return_code(mkdir(path, 0755), errno);
}

/* What a loss hid concerns the cgroups of its time, also for the next owner. */
static void test_a_loss_before_it_is_none_of_its(void **state)
{
	struct tracked_cgroup *tracked;
	_cleanup_error_ struct error err = ERROR_INIT;
	struct recorder_options few = usual;
	char there[PATH_MAX], without_slot[PATH_MAX], later[PATH_MAX];

	if (geteuid() != 0)
		skip();
	few.slots = 2;
	world.recorder = begin(&few);
	make_cgroup(there, "there");
	make_cgroup(later, "first");
	catch_up();
	make_cgroup(without_slot, "without-slot");
	rmdir(later);
	catch_up();
	catch_up(); /* the loss is older than this look */
	make_cgroup(later, "later");
	catch_up();
	recorder_destroy(world.recorder);
	world.recorder = begin(&few);
	assert_true(recorder_is_taken_over(world.recorder));
	succeed(recorder_snapshot(world.recorder, id_of(there), &tracked, &err), &err);
	assert_int_equal(tracked->losses.lost_slots, 1);
	tracked_cgroup_destroy(tracked);
	succeed(recorder_snapshot(world.recorder, id_of(later), &tracked, &err), &err);
	assert_int_equal(tracked->losses.lost_slots, 0);
	tracked_cgroup_destroy(tracked);
	rmdir(there);
	rmdir(without_slot);
	rmdir(later);
}

/* Its times identify it: two owners must not take it for two. */
static void test_owners_agree_on_times(void **state)
{
	struct tracked_cgroup *first, *second;
	_cleanup_error_ struct error err = ERROR_INIT;
	char path[PATH_MAX];

	if (geteuid() != 0)
		skip();
	world.recorder = begin(&usual);
	make_cgroup(path, "a");
	catch_up();
	succeed(recorder_snapshot(world.recorder, id_of(path), &first, &err), &err);
	recorder_destroy(world.recorder);
	world.recorder = begin(&usual);
	assert_true(recorder_is_taken_over(world.recorder));
	succeed(recorder_snapshot(world.recorder, id_of(path), &second, &err), &err);
	assert_true(first->created == second->created);
	tracked_cgroup_destroy(first);
	tracked_cgroup_destroy(second);
	rmdir(path);
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

/* A process that was stopped for too long learns that it has missed calls. */
static void test_an_owner_that_was_stopped(void **state)
{
	_cleanup_error_ struct error err = ERROR_INIT;
	struct recorder_options impatient = usual;

	if (geteuid() != 0)
		skip();
	impatient.owner_timeout = 100 * MSEC;
	world.recorder = begin(&impatient);
	wait_a(200 * MSEC);
	call_in(world.top, NR_FIRST); /* the fork looks for the owner */
	assert_int_equal(recorder_catch_up(world.recorder, &err), -ETIMEDOUT);
}

/* The owner may say that it lives just after a program has read the time. */
static void test_an_owner_is_seen_after_now(void **state)
{
	struct recorder_life life;
	char path[PATH_MAX];
	uint32_t key = 0;
	int fd;

	if (geteuid() != 0)
		skip();
	recorder_destroy(begin(&usual));
	snprintf(path, sizeof(path), "%s/1/life", world.pins);
	fd = bpf_obj_get(path);
	assert_return_code(fd, errno);
	assert_return_code(bpf_map_lookup_elem(fd, &key, &life), errno);
	life.owner_seen = clock_ns(CLOCK_MONOTONIC) + 1000 * MSEC;
	assert_return_code(bpf_map_update_elem(fd, &key, &life, BPF_ANY), errno);
	close(fd);
	call_in(world.top, NR_FIRST); /* the fork looks for the owner */
	world.recorder = begin(&usual);
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

/* The directory may be one that other programs pin in: nothing of theirs is removed. */
static void test_a_directory_of_others(void **state)
{
	_cleanup_error_ struct error err = ERROR_INIT, refusal = ERROR_INIT;
	char path[PATH_MAX];
	bool removed;

	if (geteuid() != 0)
		skip();
	snprintf(path, sizeof(path), "%s/other", world.pins);
	assert_return_code(mkdir(world.pins, 0700), errno);
	assert_return_code(mkdir(path, 0700), errno);
	assert_int_equal(recorder_create(&usual, &world.recorder, &err), -EEXIST);
	assert_int_equal(recorder_detach(world.pins, &removed, &refusal), -EEXIST);
	assert_non_null(strstr(error_message(&refusal), path));
	assert_return_code(rmdir(path), errno);
	assert_return_code(rmdir(world.pins), errno);
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
	recorder_destroy(world.recorder);
	options.pins = "/sys/recorder-test/pins"; /* cannot be made, nor can the directory above */
	world.recorder = begin(&options);
	assert_non_null(strstr(recorder_pins_failure(world.recorder), "is in no bpffs"));
	recorder_destroy(world.recorder);
	options.pins = "/sys/kernel/recorder-test"; /* cannot be made in the directory above */
	world.recorder = begin(&options);
	assert_non_null(strstr(recorder_pins_failure(world.recorder), "is in no bpffs"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		pinned_test(test_killed_at_any_moment),
		pinned_test(test_one_owner),
		pinned_test(test_nothing_is_missed_meanwhile),
		pinned_test(test_unfinished_pins_are_removed),
		pinned_test(test_slots_run_out_meanwhile),
		pinned_test(test_a_loss_before_it_is_none_of_its),
		pinned_test(test_owners_agree_on_times),
		pinned_test(test_pins_without_an_owner_end),
		pinned_test(test_an_owner_keeps_them),
		pinned_test(test_an_owner_that_was_stopped),
		pinned_test(test_an_owner_is_seen_after_now),
		pinned_test(test_detach),
		pinned_test(test_a_directory_of_others),
		pinned_test(test_without_a_bpffs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
