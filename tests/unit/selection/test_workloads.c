// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "record/tracked_cgroup.h"
#include "recording/recording.h"
#include "selection/workloads.h"

#define APART 1000 /* the number of lifetimes that keep an observation of their own */

/* Adds a container, which lives until end() is called. */
static struct workload *begin(struct workloads *workloads, enum match match, uint32_t number)
{
	struct tracked_cgroup tracked = { .cgroup_id = number, .created = number };
	struct workload *workload;
	char id[16];

	snprintf(id, sizeof(id), "c%u", number);
	assert_int_equal(workloads_add_container(workloads, match, id, "/c", "", &workload, NULL),
			 0);
	assert_int_equal(workload_attach(workload, &tracked, NULL), 0);
	return workload;
}

static void end(struct workload *workload, uint32_t nr)
{
	_cleanup_tracked_cgroup_ struct tracked_cgroup *tracked = calloc(1, sizeof(*tracked));
	const struct call call = { .nr = nr };

	assert_non_null(tracked);
	tracked->removed = workload->created + 1;
	tracked->entered = true;
	call_set_add(&tracked->calls[RECORDER_OBSERVED], &call, NULL);
	assert_int_equal(workload_merge(workload, tracked, false, NULL), 0);
}

static void what_is_added_is_named(void **state)
{
	struct workloads workloads = {};
	struct workload *workload;

	assert_int_equal(workloads_add_plain(&workloads, "ls", "command", &workload, NULL), 0);
	assert_ptr_equal(workloads.items[0], workload);
	assert_false(workload->is_container);
	assert_int_equal(workload->match, MATCH_SELECTED);
	assert_null(workload->cgroup);
	assert_string_equal(workload->observation.container_name, "ls");
	assert_string_equal(workload->observation.attribution, "command");

	assert_int_equal(workloads_add_container(&workloads, MATCH_PENDING, "c1", "/a/c1", "u1",
						 &workload, NULL),
			 0);
	assert_ptr_equal(workloads.items[1], workload);
	assert_true(workload->is_container);
	assert_int_equal(workload->match, MATCH_PENDING);
	assert_string_equal(workload->cgroup, "/a/c1");
	assert_string_equal(workload->observation.container_id, "c1");
	assert_string_equal(workload->observation.pod_uid, "u1");
	assert_string_equal(workload->observation.attribution, "cgroup /a/c1");

	assert_int_equal(workloads_add_container(&workloads, MATCH_SELECTED, "c2", "/c2", "",
						 &workload, NULL),
			 0);
	assert_null(workload->observation.pod_uid);
	assert_int_equal(workloads.length, 3);
	workloads_finish(&workloads);
	assert_int_equal(workloads.length, 0);
}

/* Covers workloads that have ended or not, and that are selected or not. */
static void what_ended_and_is_wanted_is_collected(void **state)
{
	_cleanup_recording_ struct recording recording = {};
	struct workloads workloads = {};
	struct workload *open, *living, *unused;

	end(begin(&workloads, MATCH_SELECTED, 1), 1);
	end(begin(&workloads, MATCH_IGNORED, 2), 2);
	open = begin(&workloads, MATCH_PENDING, 3);
	end(open, 3);
	living = begin(&workloads, MATCH_SELECTED, 4);
	assert_int_equal(workloads_add_plain(&workloads, "ls", "command", &unused, NULL), 0);
	begin(&workloads, MATCH_IGNORED, 5);

	assert_int_equal(workloads_collect(&workloads, false, &recording, NULL), 0);
	assert_int_equal(recording.observation_count, 1);
	assert_string_equal(recording.observations[0].container_id, "c1");
	assert_int_equal(workloads.length, 4);
	assert_ptr_equal(workloads.items[0], open);
	assert_ptr_equal(workloads.items[1], living);
	assert_ptr_equal(workloads.items[2], unused);

	/* Now the pending match is decided. */
	open->match = MATCH_SELECTED;
	assert_int_equal(workloads_collect(&workloads, false, &recording, NULL), 0);
	assert_int_equal(recording.observation_count, 2);

	/* At the end of the recording, all workloads end. */
	assert_int_equal(workloads_collect(&workloads, true, &recording, NULL), 0);
	assert_int_equal(recording.observation_count, 4);
	assert_int_equal(workloads.length, 0);
	workloads_finish(&workloads);
}

/* Folding keeps memory use flat, and no call is lost. */
/* A later workload may be at the same address. */
static void one_that_ended_is_not_taken_for_another(void **state)
{
	struct workloads workloads = {};
	struct recording recording = {};
	struct workload *workload = begin(&workloads, MATCH_SELECTED, 1);
	uint64_t first = workload->serial, second;

	assert_ptr_equal(workloads_find(&workloads, first), workload);
	end(workload, 1);
	assert_int_equal(workloads_collect(&workloads, false, &recording, NULL), 0);
	assert_null(workloads_find(&workloads, first));
	second = begin(&workloads, MATCH_SELECTED, 2)->serial;
	assert_int_not_equal(second, first);
	assert_null(workloads_find(&workloads, first));
	assert_ptr_equal(workloads_find(&workloads, second), workloads.items[0]);
	assert_null(workloads_find(&workloads, 0));
	workloads_finish(&workloads);
	recording_finish(&recording);
}

static void past_the_limit_lifetimes_are_folded(void **state)
{
	_cleanup_recording_ struct recording recording = {};
	struct workloads workloads = {};
	struct workload *other;
	uint64_t folded = 0;
	bool kept = false;
	uint32_t i;

	for (i = 1; i <= APART + 5; i++)
		end(begin(&workloads, MATCH_SELECTED, i), i <= APART ? 1 : i);
	assert_int_equal(workloads_collect(&workloads, false, &recording, NULL), 0);
	assert_int_equal(recording.observation_count, APART);
	for (i = 0; i < recording.observation_count; i++) {
		const struct observation *observation = &recording.observations[i];

		folded += observation->folded;
		kept |= observation->folded && call_set_find(&observation->calls, 0, 1) &&
			call_set_find(&observation->calls, 0, APART + 1) &&
			call_set_find(&observation->calls, 0, APART + 5);
	}
	assert_int_equal(folded, 5);
	assert_true(kept);

	/* The calls of another container are not mixed with theirs. */
	other = begin(&workloads, MATCH_SELECTED, APART + 6);
	other->observation.container_name = strdup("other");
	end(other, 1);
	assert_int_equal(workloads_collect(&workloads, false, &recording, NULL), 0);
	assert_int_equal(recording.observation_count, APART + 1);
	workloads_finish(&workloads);
}

static void a_bundle_is_looked_for_where_that_can_help(void **state)
{
	struct workloads workloads = {};
	struct workload *living = begin(&workloads, MATCH_SELECTED, 1);
	struct workload *open = begin(&workloads, MATCH_PENDING, 2);
	struct workload *ended = begin(&workloads, MATCH_SELECTED, 3);
	struct workload *known = begin(&workloads, MATCH_SELECTED, 4);
	struct workload *looking = begin(&workloads, MATCH_SELECTED, 5);

	end(ended, 1);
	known->described = true;
	looking->looking = true;
	assert_true(workload_wants_description(living, 7));
	assert_false(workload_wants_description(open, 7));
	assert_false(workload_wants_description(ended, 7));
	assert_false(workload_wants_description(known, 7));
	assert_false(workload_wants_description(looking, 7));
	/* It is not looked for again before next_look. */
	living->next_look = 8;
	assert_false(workload_wants_description(living, 7));
	assert_true(workload_wants_description(living, 8));
	workloads_finish(&workloads);
}

static void a_version_is_sought_where_only_the_program_tells_it(void **state)
{
	struct workloads workloads = {
		.programs = { .items = { { 100, "runc" } }, .length = 1 },
	};
	struct workload *workload = begin(&workloads, MATCH_SELECTED, 1);
	struct workload *ignored = begin(&workloads, MATCH_IGNORED, 2);

	assert_false(workload_wants_version(workload)); /* its files tell more */
	end(workload, 1);
	end(ignored, 1);
	assert_true(workload_wants_version(workload));
	assert_false(workload_wants_version(ignored));
	assert_null(workloads_runtime(&workloads, workload));
	workload->setup_size = 100;
	assert_string_equal(workloads_runtime(&workloads, workload), "runc");
	workload->looking = true;
	assert_false(workload_wants_version(workload));
	workload->looking = false;
	workload->version_sought = true;
	assert_false(workload_wants_version(workload));
	workload->version_sought = false;
	workload->observation.runtime_version = strdup("1.2.3");
	assert_false(workload_wants_version(workload));
	workloads_finish(&workloads);
}

/* What is found out about it is to find it. */
static void one_that_is_looked_up_is_kept_until_then(void **state)
{
	_cleanup_recording_ struct recording recording = {};
	struct workloads workloads = {};
	struct workload *workload = begin(&workloads, MATCH_SELECTED, 1);

	workload->looking = true;
	end(workload, 1);
	assert_int_equal(workloads_collect(&workloads, false, &recording, NULL), 0);
	assert_int_equal(recording.observation_count, 0);
	workload->looking = false;
	assert_int_equal(workloads_collect(&workloads, false, &recording, NULL), 0);
	assert_int_equal(recording.observation_count, 1);
	workload = begin(&workloads, MATCH_SELECTED, 2);
	workload->looking = true;
	end(workload, 1);
	/* At the end, nothing more is found out. */
	assert_int_equal(workloads_collect(&workloads, true, &recording, NULL), 0);
	assert_int_equal(recording.observation_count, 2);
	workloads_finish(&workloads);
}

static void a_runtime_is_told_by_the_size_of_its_program(void **state)
{
	_cleanup_recording_ struct recording recording = {};
	struct workloads workloads = {
		.programs = { .items = { { 100, "runc" }, { 200, "crun" } }, .length = 2 },
	};
	struct workload *workload = begin(&workloads, MATCH_SELECTED, 1);

	workload->setup_size = 200;
	end(workload, 1);
	end(begin(&workloads, MATCH_SELECTED, 2), 1);
	workload = begin(&workloads, MATCH_SELECTED, 3);
	workload->setup_size = 200;
	workload->observation.runtime = strdup("youki");
	end(workload, 1);
	assert_int_equal(workloads_collect(&workloads, false, &recording, NULL), 0);
	assert_int_equal(recording.observation_count, 3);
	assert_string_equal(recording.observations[0].runtime, "crun");
	assert_null(recording.observations[1].runtime);
	assert_string_equal(recording.observations[2].runtime, "youki");
	workloads_finish(&workloads);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_added_is_named),
		cmocka_unit_test(what_ended_and_is_wanted_is_collected),
		cmocka_unit_test(one_that_ended_is_not_taken_for_another),
		cmocka_unit_test(past_the_limit_lifetimes_are_folded),
		cmocka_unit_test(a_bundle_is_looked_for_where_that_can_help),
		cmocka_unit_test(a_version_is_sought_where_only_the_program_tells_it),
		cmocka_unit_test(one_that_is_looked_up_is_kept_until_then),
		cmocka_unit_test(a_runtime_is_told_by_the_size_of_its_program),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
