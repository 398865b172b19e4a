// SPDX-License-Identifier: Apache-2.0
/*
 * The handler must learn of every cgroup when nearly every event is lost: the ring buffer has
 * one page, and is not read while a thousand cgroups are created, used and removed.
 */
#include "fixtures.h"

#include <time.h>

#define CGROUPS 1000
#define SLOTS 1200
#define PAGE 4096

struct made {
	char path[PATH_MAX];
	uint64_t id;
	size_t above; /* index of the cgroup above; CGROUPS for the top one */
	uint32_t nr;  /* the call that was made in it */
	bool dead;    /* removed before the recorder was polled */
	unsigned int created, removed;
};

struct world {
	char top[PATH_MAX / 2];
	uint64_t top_id;
	char full[PATH_MAX]; /* a cgroup whose events fill the ring buffer */
	struct made made[CGROUPS];
	struct recorder *recorder;
	bool counts; /* false while the test only reorders the slots */
};

static struct world world;

static struct made *find_made(uint64_t id)
{
	size_t i;

	for (i = 0; i < CGROUPS; i++)
		if (world.made[i].id == id)
			return &world.made[i];
	return NULL;
}

static int note_created(void *data, struct tracked_cgroup *tracked, struct error *err)
{
	struct made *made = world.counts ? find_made(tracked->cgroup_id) : NULL;

	if (!made)
		return 0;
	made->created++;
	if (made->above < CGROUPS) {
		assert_int_equal(tracked->parent_id, world.made[made->above].id);
		assert_int_equal(world.made[made->above].created, 1);
	} else {
		assert_int_equal(tracked->parent_id, world.top_id);
	}
	return 0;
}

static int note_removed(void *data, const struct tracked_cgroup *tracked, struct error *err)
{
	struct made *made = world.counts ? find_made(tracked->cgroup_id) : NULL;
	uint32_t nr;

	if (!made)
		return 0;
	assert_int_equal(made->created, 1);
	made->removed++;
	assert_int_equal(tracked->removed != 0, made->dead);
	assert_int_equal(tracked->lost, 0);
	for (nr = NR_FIRST; nr < NR_FIRST + NR_COUNT; nr++)
		assert_int_equal(has_call(tracked, nr), nr == made->nr);
	return 0;
}

/* Creates chains of three cgroups, each below the one before. */
static void make_all(void)
{
	size_t i;

	for (i = 0; i < CGROUPS; i++) {
		struct made *made = &world.made[i];

		*made = (struct made){ .above = i % 3 ? i - 1 : CGROUPS };
		snprintf(made->path, sizeof(made->path), "%s/%zu",
			 i % 3 ? world.made[i - 1].path : world.top, i);
		assert_return_code(mkdir(made->path, 0755), errno);
		made->id = id_of(made->path);
		made->nr = NR_FIRST + i % NR_COUNT;
	}
}

static void remove_all(bool mark)
{
	size_t i;

	for (i = CGROUPS; i-- > 0;) {
		assert_return_code(rmdir(world.made[i].path), errno);
		world.made[i].dead = mark;
	}
}

static void poll_whole(void)
{
	_cleanup_error_ struct error err = ERROR_INIT;
	int i;

	/* The first poll reads the events. Their work is done by the second at the latest. */
	for (i = 0; i < 2; i++)
		succeed(recorder_poll(world.recorder, &err), &err);
}

static void begin(enum recorder_mode mode, bool mark_new)
{
	const struct recorder_options options = {
		.mode = mode,
		.hook = RECORDER_HOOK_BTF,
		.mark_new = mark_new,
		.root_id = mark_new ? world.top_id : 0, /* other tests make cgroups too */
		.slots = SLOTS,
		.event_bytes = PAGE,
	};
	const struct recorder_handler handler = { .created = note_created,
						  .removed = note_removed };
	const struct found_cgroup top = {
		.id = world.top_id,
		.domain = world.top_id,
		.path = "/top",
	};
	_cleanup_error_ struct error err = ERROR_INIT;

	succeed(recorder_create(&options, &world.recorder, &err), &err);
	succeed(recorder_add_handler(world.recorder, &handler, &err), &err);
	succeed(recorder_attach(world.recorder, &err), &err);
	if (!mark_new)
		succeed(recorder_add_cgroup(world.recorder, &top, NULL, &err), &err);
	succeed(recorder_start(world.recorder, &err), &err);
}

/*
 * The free slots are a stack. Slots that are freed in ascending order are reused in descending
 * order, so the cgroup above gets the higher slot.
 */
static void turn_slots_round(void)
{
	world.counts = false;
	make_all();
	remove_all(false);
	poll_whole();
}

static void check_all_told(unsigned int ended)
{
	size_t i;

	for (i = 0; i < CGROUPS; i++) {
		assert_int_equal(world.made[i].created, 1);
		assert_int_equal(world.made[i].removed, ended);
	}
}

static void finish(void)
{
	_cleanup_error_ struct error err = ERROR_INIT;
	struct recorder_totals totals;

	succeed(recorder_stop(world.recorder, &err), &err);
	recorder_totals(world.recorder, &totals);
	assert_int_equal(totals.lost_slots, 0);
	assert_int_equal(totals.lost_map, 0);
	assert_true(totals.lost_events > 0);
	recorder_destroy(world.recorder);
	world.recorder = NULL;
}

static void work_in_all(void)
{
	size_t i;

	for (i = 0; i < CGROUPS; i++)
		call_in(world.made[i].path, world.made[i].nr);
}

static void check_births(enum recorder_mode mode, bool mark_new, bool turned, bool dead)
{
	if (geteuid() != 0)
		skip();
	begin(mode, mark_new);
	if (turned)
		turn_slots_round();
	world.counts = true;
	make_all();
	work_in_all();
	if (dead)
		remove_all(true);
	poll_whole();
	check_all_told(dead ? 1 : 0);
	finish();
	check_all_told(1);
	if (!dead)
		remove_all(false);
}

static void test_below_a_recorded_one(void **state)
{
	check_births(RECORDER_CGROUPS, false, false, false);
	check_births(RECORDER_CGROUPS, false, true, false);
}

static void test_below_a_recorded_one_and_dead(void **state)
{
	check_births(RECORDER_COMMAND, false, false, true);
	check_births(RECORDER_CGROUPS, false, true, true);
}

static void test_anywhere(void **state)
{
	check_births(RECORDER_CGROUPS, true, false, false);
	check_births(RECORDER_CGROUPS, true, true, false);
}

static void test_anywhere_and_dead(void **state)
{
	check_births(RECORDER_CGROUPS, true, false, true);
	check_births(RECORDER_CGROUPS, true, true, true);
}

/* Causes more events than the ring buffer can hold. */
static void fill_events(const char *path)
{
	uint32_t nr;

	for (nr = NR_FIRST; nr < NR_FIRST + NR_COUNT; nr++)
		call_in(path, nr);
}

/*
 * The event of a cgroup's creation is lost, but the event of its first call arrives, between
 * two scans. It must not make the recorder treat the cgroup as already announced.
 */
static void test_first_call_without_birth(void **state)
{
	static const struct timespec scan_interval = { .tv_sec = 1, .tv_nsec = 100000000 };
	if (geteuid() != 0)
		skip();
	begin(RECORDER_COMMAND, false);
	poll_whole();
	snprintf(world.full, sizeof(world.full), "%s/full", world.top);
	assert_return_code(mkdir(world.full, 0755), errno);
	fill_events(world.full);
	world.counts = true;
	world.made[0] = (struct made){ .above = CGROUPS, .nr = NR_FIRST };
	snprintf(world.made[0].path, sizeof(world.made[0].path), "%s/0", world.top);
	assert_return_code(mkdir(world.made[0].path, 0755), errno);
	world.made[0].id = id_of(world.made[0].path);
	poll_whole();
	call_in(world.made[0].path, NR_FIRST);
	poll_whole();
	nanosleep(&scan_interval, NULL);
	poll_whole();
	assert_int_equal(world.made[0].created, 1);
	finish();
	assert_int_equal(world.made[0].removed, 1);
}

static int set_up(void **state)
{
	if (geteuid() != 0)
		return 0;
	fixture_cgroup(world.top, sizeof(world.top));
	if (mkdir(world.top, 0755) < 0)
		return -1;
	world.top_id = id_of(world.top);
	return 0;
}

/* Also removes what a failed test left behind. */
static int tear_down(void **state)
{
	size_t i;

	recorder_destroy(world.recorder);
	world.recorder = NULL;
	for (i = CGROUPS; i-- > 0;)
		if (world.made[i].path[0])
			rmdir(world.made[i].path);
	if (world.full[0])
		rmdir(world.full);
	if (world.top[0])
		rmdir(world.top);
	world = (struct world){};
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_below_a_recorded_one, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_below_a_recorded_one_and_dead, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(test_first_call_without_birth, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_anywhere, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_anywhere_and_dead, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
