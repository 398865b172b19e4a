// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>
#include <time.h>

#include <cmocka.h>

#include "record/tracked_cgroup.h"
#include "container/container.h"
#include "selection/workload.h"
#include "util/array.h"

#define OWN 100	    /* the cgroup of the workload */
#define BELOW 101   /* a cgroup made below it */
#define OUTSIDE 200 /* a cgroup of the runtime */

enum {
	NR_WORK = 1,
	NR_RUNTIME,
	NR_SETUP,
	NR_DENIED,
	NR_LATER,
};

static struct tracked_cgroup *tracked_create(uint64_t cgroup, int64_t created, int64_t removed)
{
	struct tracked_cgroup *tracked = calloc(1, sizeof(*tracked));

	assert_non_null(tracked);
	tracked->cgroup_id = cgroup;
	tracked->created = created;
	tracked->removed = removed;
	return tracked;
}

static void add_call(struct tracked_cgroup *tracked, enum recorder_kind kind, uint32_t nr,
		     const char *process)
{
	struct call call = { .nr = nr, .first_seen = 1 };

	snprintf(call.process, sizeof(call.process), "%s", process);
	assert_int_equal(call_set_add(&tracked->calls[kind], &call, NULL), 0);
}

/* A cgroup with one call of each kind. */
static struct tracked_cgroup *tracked_of_all_kinds(uint64_t cgroup, const char *setup)
{
	struct tracked_cgroup *tracked = tracked_create(cgroup, 10, 20);

	add_call(tracked, RECORDER_OBSERVED, NR_WORK, "nginx");
	add_call(tracked, RECORDER_RUNTIME, NR_RUNTIME, setup);
	add_call(tracked, RECORDER_PENDING, NR_SETUP, setup);
	add_call(tracked, RECORDER_DENIED, NR_DENIED, "nginx");
	tracked->pending = RECORDER_PENDING_RUNTIME;
	return tracked;
}

static struct workload *container_create(void)
{
	struct workload *workload = workload_create();

	assert_non_null(workload);
	workload->is_container = true;
	return workload;
}

/* Takes a cgroup through its whole life, from birth to end. */
static void live(struct workload *workload, struct tracked_cgroup *tracked)
{
	assert_int_equal(workload_attach(workload, tracked, NULL), 0);
	assert_int_equal(workload_merge(workload, tracked, false, NULL), 0);
}

static const struct call *find(const struct call_set *set, uint32_t nr)
{
	return call_set_find(set, ABI_NATIVE, nr);
}

static void assert_origin(const struct workload *workload, uint32_t nr, enum origin origin)
{
	const struct call *call = find(&workload->observation.calls, nr);

	assert_non_null(call);
	assert_int_equal(call->origin, origin);
}

/* Checks that there is one reason, and that it contains the text. */
static void assert_reason(const struct workload *workload, const char *text)
{
	const struct observation *observation = &workload->observation;

	assert_int_equal(observation->reason_count, 1);
	if (!strstr(observation->reasons[0], text))
		fail_msg("'%s' lacks '%s'", observation->reasons[0], text);
	assert_false(observation_complete(observation));
}

static void a_new_workload_knows_nothing(void **state)
{
	_cleanup_workload_ struct workload *workload = workload_create();

	assert_int_equal(workload->match, MATCH_SELECTED);
	assert_int_equal(workload->mount_namespace, TRISTATE_UNKNOWN);
	assert_int_equal(workload->observation.no_new_privs, TRISTATE_UNKNOWN);
	assert_int_equal(workload->observation.seccomp, SECCOMP_MODE_UNKNOWN);
}

static void each_kind_of_call_goes_to_its_place(void **state)
{
	_cleanup_tracked_cgroup_ struct tracked_cgroup *tracked =
		tracked_of_all_kinds(OWN, "runc:[2:INIT]");
	_cleanup_workload_ struct workload *workload = container_create();

	tracked->movers[0] = OUTSIDE;
	live(workload, tracked);
	assert_int_equal(workload->observation.calls.length, 2);
	assert_origin(workload, NR_WORK, ORIGIN_OBSERVED);
	assert_origin(workload, NR_RUNTIME, ORIGIN_RUNTIME);
	assert_int_equal(workload->observation.denied.length, 1);
	assert_int_equal(find(&workload->observation.denied, NR_DENIED)->origin, ORIGIN_OBSERVED);
	assert_int_equal(workload->pending.length, 1);
	assert_non_null(find(&workload->pending, NR_SETUP));
	assert_int_equal(workload->observation.seccomp, SECCOMP_MODE_FILTERED);
	assert_string_equal(find(&workload->observation.calls, NR_WORK)->process, "nginx");
}

static void what_runtime_and_work_both_make_is_work(void **state)
{
	_cleanup_tracked_cgroup_ struct tracked_cgroup *first = tracked_create(OWN, 10, 20);
	_cleanup_tracked_cgroup_ struct tracked_cgroup *second = tracked_create(BELOW, 11, 20);
	_cleanup_workload_ struct workload *workload = container_create();

	add_call(first, RECORDER_OBSERVED, NR_WORK, "sh");
	add_call(first, RECORDER_RUNTIME, NR_WORK, "runc:[2:INIT]");
	add_call(first, RECORDER_OBSERVED, NR_RUNTIME, "sh");
	add_call(second, RECORDER_RUNTIME, NR_RUNTIME, "runc:[2:INIT]");
	live(workload, first);
	live(workload, second);
	assert_int_equal(workload->observation.calls.length, 2);
	assert_origin(workload, NR_WORK, ORIGIN_OBSERVED);
	assert_origin(workload, NR_RUNTIME, ORIGIN_OBSERVED);
}

/*
 * A runtime, service manager or build tool inside a container sets up others as part of the
 * container's work.
 */
static void what_was_moved_from_inside_is_work(void **state)
{
	_cleanup_tracked_cgroup_ struct tracked_cgroup *own = tracked_create(OWN, 10, 20);
	_cleanup_tracked_cgroup_ struct tracked_cgroup *below = tracked_of_all_kinds(BELOW, "crun");
	_cleanup_workload_ struct workload *workload = container_create();

	live(workload, own); /* has ended already, and still counts as its cgroup */
	below->pending = RECORDER_PENDING_MOVED;
	below->movers[0] = OUTSIDE;
	below->movers[RECORDER_MOVERS - 1] = OWN;
	below->movers[1] = below->movers[2] = OUTSIDE + 1;
	below->start_hook = true; /* of a container within the container */
	assert_true(workload_moved_from_inside(workload, below));
	live(workload, below);
	assert_origin(workload, NR_WORK, ORIGIN_OBSERVED);
	assert_origin(workload, NR_RUNTIME, ORIGIN_OBSERVED);
	assert_origin(workload, NR_SETUP, ORIGIN_OBSERVED);
	assert_int_equal(workload->pending.length, 0);
	assert_null(workload->observation.runtime); /* crun is what the container runs */
	assert_false(workload->observation.start_hook);
}

static void a_start_hook_is_remembered(void **state)
{
	_cleanup_tracked_cgroup_ struct tracked_cgroup *start = tracked_create(OWN, 10, 20);
	_cleanup_tracked_cgroup_ struct tracked_cgroup *exec = tracked_create(BELOW, 11, 21);
	_cleanup_workload_ struct workload *workload = container_create();

	start->start_hook = true;
	live(workload, start);
	live(workload, exec);
	assert_true(workload->observation.start_hook);
}

/* A plain cgroup, whose processes may have run before the recording. */
static void a_cgroup_that_was_not_empty_is_late(void **state)
{
	_cleanup_workload_ struct workload *empty = workload_create(), *used = workload_create();

	assert_non_null(empty);
	assert_non_null(used);
	empty->cgroup = strdup("/empty");
	used->cgroup = strdup("/used");
	used->present = true;
	assert_int_equal(workload_finalize(empty, NULL), 0);
	assert_int_equal(workload_finalize(used, NULL), 0);
	assert_true(observation_complete(&empty->observation));
	assert_false(observation_complete(&used->observation));
	assert_int_equal(used->observation.losses[LOSS_LATE], 1);
	assert_int_equal(used->observation.reason_count, 1);
}

static void movers_outside_are_a_runtime(void **state)
{
	_cleanup_tracked_cgroup_ struct tracked_cgroup *tracked = tracked_create(OWN, 10, 20);
	_cleanup_workload_ struct workload *workload = container_create();

	assert_int_equal(workload_attach(workload, tracked, NULL), 0);
	assert_false(workload_moved_from_inside(workload, tracked));
	tracked->movers[0] = OUTSIDE;
	assert_false(workload_moved_from_inside(workload, tracked));
	tracked->movers[2] = OWN; /* past the 0 that ends the list */
	assert_false(workload_moved_from_inside(workload, tracked));
	tracked->movers[1] = OWN;
	assert_true(workload_moved_from_inside(workload, tracked));
}

/* A runtime is recognized by the size of its program on this machine. None has these sizes. */
static void a_program_of_no_runtime_names_none(void **state)
{
	static const uint64_t sizes[] = { 0, 1 };
	size_t i;

	for (i = 0; i < array_size(sizes); i++) {
		_cleanup_tracked_cgroup_ struct tracked_cgroup *tracked =
			tracked_of_all_kinds(OWN, "runc:[2:INIT]");
		_cleanup_workload_ struct workload *workload = container_create();

		tracked->setup_size = sizes[i];
		live(workload, tracked);
		assert_null(workload->observation.runtime);
	}
}

static void a_runtime_that_is_known_is_kept(void **state)
{
	_cleanup_tracked_cgroup_ struct tracked_cgroup *tracked = tracked_of_all_kinds(OWN, "crun");
	_cleanup_workload_ struct workload *workload = container_create();

	workload->observation.runtime = strdup("youki");
	live(workload, tracked);
	assert_string_equal(workload->observation.runtime, "youki");
}

/*
 * A short-lived container may be gone before its bundle is read, but the kernel saw its start.
 */
static void a_start_tells_how_the_container_was_started(void **state)
{
	_cleanup_tracked_cgroup_ struct tracked_cgroup *setup = tracked_create(OWN, 10, 20);
	_cleanup_tracked_cgroup_ struct tracked_cgroup *start = tracked_create(BELOW, 11, 21);
	_cleanup_tracked_cgroup_ struct tracked_cgroup *exec = tracked_create(BELOW + 1, 12, 22);
	_cleanup_workload_ struct workload *workload = container_create();
	struct observation *observation = &workload->observation;

	live(workload, setup);
	assert_int_equal(observation->no_new_privs, TRISTATE_UNKNOWN);
	assert_int_equal(observation->seccomp, SECCOMP_MODE_UNKNOWN);
	start->entered = start->confined = true;
	live(workload, start);
	assert_int_equal(observation->no_new_privs, TRISTATE_NO);
	assert_int_equal(observation->seccomp, SECCOMP_MODE_FILTERED);
	exec->entered = exec->no_new_privs = true; /* what is known is kept */
	live(workload, exec);
	assert_int_equal(observation->no_new_privs, TRISTATE_NO);
	assert_int_equal(observation->seccomp, SECCOMP_MODE_FILTERED);
}

static void losses_add_up_and_say_what_may_be_missing(void **state)
{
	_cleanup_tracked_cgroup_ struct tracked_cgroup *first = tracked_create(OWN, 10, 20);
	_cleanup_tracked_cgroup_ struct tracked_cgroup *second = tracked_create(BELOW, 11, 21);
	_cleanup_workload_ struct workload *workload = workload_create();
	struct observation *observation = &workload->observation;

	first->lost = 2;
	second->lost = 3;
	second->unwatched_filter = true;
	live(workload, first);
	live(workload, second);
	assert_int_equal(observation->losses[LOSS_MAP], 5);
	assert_int_equal(observation->losses[LOSS_DENIED], 1);
	assert_int_equal(workload_finalize(workload, NULL), 0);
	assert_int_equal(observation->reason_count, 2);
	assert_non_null(strstr(observation->reasons[0], "denied calls may be missing"));
	assert_non_null(strstr(observation->reasons[1], "could not store"));
	assert_false(observation_complete(observation));
}

/* Its cgroups exist at the same time, so what both miss is the same. */
static void losses_of_the_time_count_once(void **state)
{
	_cleanup_tracked_cgroup_ struct tracked_cgroup *own = tracked_create(OWN, 10, 30);
	_cleanup_tracked_cgroup_ struct tracked_cgroup *below = tracked_create(BELOW, 15, 20);
	_cleanup_workload_ struct workload *workload = workload_create();
	const struct observation *observation = &workload->observation;

	own->losses = (struct recorder_totals){ .lost_map = 2, .lost_events = 7, .recursion = 3 };
	below->losses = (struct recorder_totals){ .lost_map = 1, .lost_events = 9 };
	live(workload, own);
	live(workload, below);
	assert_int_equal(workload_finalize(workload, NULL), 0);
	assert_int_equal(observation->losses[LOSS_MAP], 2);
	assert_int_equal(observation->losses[LOSS_EVENTS], 9);
	assert_int_equal(observation->losses[LOSS_RECURSION], 3);
	assert_int_equal(observation->reason_count, 2);
	assert_false(observation_complete(observation));
}

static void it_lives_from_the_first_birth_to_the_last_end(void **state)
{
	_cleanup_tracked_cgroup_ struct tracked_cgroup *first = tracked_create(OWN, 10, 30);
	_cleanup_tracked_cgroup_ struct tracked_cgroup *second = tracked_create(BELOW, 5, 20);
	_cleanup_workload_ struct workload *workload = workload_create();

	assert_int_equal(workload_attach(workload, first, NULL), 0);
	assert_int_equal(workload_attach(workload, second, NULL), 0);
	assert_int_equal(workload->live, 2);
	assert_int_equal(workload_merge(workload, first, false, NULL), 0);
	assert_int_equal(workload_merge(workload, second, false, NULL), 0);
	assert_int_equal(workload->live, 0);
	assert_int_equal(workload_finalize(workload, NULL), 0);
	assert_int_equal(workload->observation.start, 5);
	assert_int_equal(workload->observation.end, 30);
}

/* One of its cgroups has ended and another has not, so the observation lasts until now. */
static void what_still_lives_ends_now(void **state)
{
	_cleanup_tracked_cgroup_ struct tracked_cgroup *first = tracked_create(OWN, 10, 0);
	_cleanup_tracked_cgroup_ struct tracked_cgroup *second = tracked_create(BELOW, 11, 20);
	_cleanup_workload_ struct workload *workload = workload_create();
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	assert_int_equal(workload_attach(workload, first, NULL), 0);
	live(workload, second);
	assert_int_equal(workload_finalize(workload, NULL), 0);
	assert_true(workload->observation.end >= now.tv_sec * 1000000000LL + now.tv_nsec);
}

static void a_cgroup_can_change_its_owner(void **state)
{
	_cleanup_tracked_cgroup_ struct tracked_cgroup *tracked = tracked_create(OWN, 10, 20);
	_cleanup_workload_ struct workload *first = workload_create(), *second = workload_create();

	assert_int_equal(workload_attach(first, tracked, NULL), 0);
	workload_detach(first);
	assert_int_equal(first->live, 0);
	assert_int_equal(workload_attach(second, tracked, NULL), 0);
	assert_int_equal(second->live, 1);
}

static void the_node_is_this_computer(void **state)
{
	_cleanup_workload_ struct workload *workload = workload_create();
	struct observation *observation = &workload->observation;
	struct utsname name;

	uname(&name);
	assert_int_equal(workload_finalize(workload, NULL), 0);
	assert_string_equal(observation->node, name.nodename);
	assert_string_equal(observation->kernel, name.release);
	assert_string_equal(machine_name(observation->machine), name.machine);
	assert_int_equal(observation_set_node(observation, NULL), 0); /* no leak if repeated */
}

/* Expected: do the calls of set-up count as work, and why is the observation not complete? */
static const struct {
	bool is_container;
	bool entered;
	bool present;
	bool waited;
	enum tristate mount_namespace;
	uint32_t pending;
	bool setup_is_work;
	bool late;
	const char *reason; /* a part of the reason; NULL: complete */
} conclusions[] = {
#define CONTAINER true
#define PLAIN false
#define RUNTIME RECORDER_PENDING_RUNTIME
#define OTHER RECORDER_PENDING_OTHER
#define MOVED RECORDER_PENDING_MOVED
	{ CONTAINER, true, false, false, TRISTATE_YES, RUNTIME, false, false, NULL },
	{ CONTAINER, true, false, false, TRISTATE_UNKNOWN, RUNTIME, false, false, NULL },
	{ CONTAINER, true, false, false, TRISTATE_NO, RUNTIME, false, false, NULL },
	{ CONTAINER, true, false, false, TRISTATE_YES, OTHER, true, false, NULL },
	{ CONTAINER, true, false, false, TRISTATE_YES, MOVED, false, false, NULL },
	{ CONTAINER, false, false, false, TRISTATE_YES, RUNTIME, false, false,
	  "no start of a program" },
	{ CONTAINER, false, false, false, TRISTATE_UNKNOWN, RUNTIME, false, false,
	  "no start of a program" },
	{ CONTAINER, false, false, false, TRISTATE_NO, RUNTIME, true, false,
	  "no mount namespace of its own" },
	{ CONTAINER, true, true, false, TRISTATE_YES, RUNTIME, false, true,
	  "ran before the recording began" },
	{ CONTAINER, false, true, false, TRISTATE_YES, RUNTIME, false, true,
	  "ran before the recording began" },
	{ CONTAINER, false, true, false, TRISTATE_NO, RUNTIME, true, true,
	  "ran before the recording began" },
	{ CONTAINER, true, true, true, TRISTATE_YES, RUNTIME, false, false, NULL },
	{ PLAIN, false, false, false, TRISTATE_UNKNOWN, RUNTIME, true, false, NULL },
	{ PLAIN, true, false, false, TRISTATE_UNKNOWN, OTHER, true, false, NULL },
	{ PLAIN, true, false, false, TRISTATE_UNKNOWN, MOVED, false, false, NULL },
};

static void set_up_counts_where_it_cannot_be_told_from_work(void **state)
{
	size_t i;

	for (i = 0; i < array_size(conclusions); i++) {
		_cleanup_tracked_cgroup_ struct tracked_cgroup *tracked =
			tracked_of_all_kinds(OWN, "sh");
		_cleanup_workload_ struct workload *workload = workload_create();
		const struct call *setup;

		workload->is_container = conclusions[i].is_container;
		workload->mount_namespace = conclusions[i].mount_namespace;
		workload->waited = conclusions[i].waited;
		tracked->entered = conclusions[i].entered;
		tracked->present = conclusions[i].present;
		tracked->pending = conclusions[i].pending;
		tracked->movers[0] = OUTSIDE;
		live(workload, tracked);
		assert_int_equal(workload_finalize(workload, NULL), 0);
		setup = find(&workload->observation.calls, NR_SETUP);
		if (!setup == conclusions[i].setup_is_work)
			fail_msg("conclusion %zu about set-up", i);
		assert_int_equal(workload->observation.losses[LOSS_LATE], conclusions[i].late);
		if (conclusions[i].reason)
			assert_reason(workload, conclusions[i].reason);
		else
			assert_true(observation_complete(&workload->observation));
	}
}

/* An exec into a running container has a set-up too, after the container's start. */
static void one_start_is_enough(void **state)
{
	_cleanup_tracked_cgroup_ struct tracked_cgroup *first =
		tracked_of_all_kinds(OWN, "runc:[2:INIT]");
	_cleanup_tracked_cgroup_ struct tracked_cgroup *second =
		tracked_of_all_kinds(BELOW, "runc:[2:INIT]");
	_cleanup_workload_ struct workload *workload = container_create();

	first->entered = true;
	workload->observation.runtime_version = strdup("1.1");
	live(workload, first);
	live(workload, second);
	assert_int_equal(workload_finalize(workload, NULL), 0);
	assert_null(find(&workload->observation.calls, NR_SETUP));
	assert_true(observation_complete(&workload->observation));
}

static char chown_name[] = "CAP_CHOWN", kill_name[] = "CAP_KILL";
static char *capabilities[] = { chown_name, kill_name };

static struct container described = {
	.id = (char[]){ "c1" },
	.runtime = (char[]){ "runc" },
	.runtime_version = (char[]){ "1.1.5" },
	.bundle_known = true,
	.bundle = {
		.no_new_privs = TRISTATE_YES,
		.capabilities = capabilities,
		.capability_count = array_size(capabilities),
		.capabilities_known = true,
		.has_seccomp = true,
		.mount_namespace = true,
		.container_name = (char[]){ "web" },
		.image = (char[]){ "img:1" },
		.pod_name = (char[]){ "web-0" },
		.pod_namespace = (char[]){ "shop" },
		.pod_uid = (char[]){ "u1" },
	},
};

static void a_bundle_describes_the_container(void **state)
{
	_cleanup_workload_ struct workload *workload = container_create();
	struct observation *observation = &workload->observation;

	assert_int_equal(workload_describe(workload, &described, NULL), 0);
	assert_true(workload->described);
	assert_int_equal(workload->mount_namespace, TRISTATE_YES);
	assert_string_equal(observation->container_id, "c1");
	assert_string_equal(observation->runtime, "runc");
	assert_string_equal(observation->runtime_version, "1.1.5");
	assert_string_equal(observation->container_name, "web");
	assert_string_equal(observation->image, "img:1");
	assert_string_equal(observation->pod_name, "web-0");
	assert_string_equal(observation->pod_namespace, "shop");
	assert_string_equal(observation->pod_uid, "u1");
	assert_int_equal(observation->seccomp, SECCOMP_MODE_FILTERED);
	assert_int_equal(observation->no_new_privs, TRISTATE_YES);
	assert_true(observation->capabilities_known);
	assert_int_equal(observation->capability_count, 2);
	assert_string_equal(observation->capabilities[1], "CAP_KILL");
}

static void what_is_known_already_is_not_replaced(void **state)
{
	_cleanup_workload_ struct workload *workload = container_create();
	struct observation *observation = &workload->observation;

	observation->container_name = strdup("from the API");
	observation->pod_uid = strdup("from the cgroup");
	assert_int_equal(workload_describe(workload, &described, NULL), 0);
	assert_int_equal(workload_describe(workload, &described, NULL), 0);
	assert_string_equal(observation->container_name, "from the API");
	assert_string_equal(observation->pod_uid, "from the cgroup");
	assert_string_equal(observation->image, "img:1");
	assert_int_equal(observation->capability_count, 2);
}

/* The runtime is known, but the bundle is not yet, so it will be looked for again. */
static void without_a_bundle_a_container_is_not_described(void **state)
{
	_cleanup_workload_ struct workload *workload = container_create();
	struct container container = described;

	container.bundle_known = false;
	assert_int_equal(workload_describe(workload, &container, NULL), 0);
	assert_false(workload->described);
	assert_string_equal(workload->observation.runtime, "runc");
	assert_null(workload->observation.container_name);
	assert_int_equal(workload->mount_namespace, TRISTATE_UNKNOWN);
	assert_int_equal(workload->observation.seccomp, SECCOMP_MODE_UNKNOWN);
	assert_false(workload->observation.capabilities_known);
}

static void a_bundle_may_give_no_filter_and_no_namespace(void **state)
{
	_cleanup_workload_ struct workload *workload = container_create();
	struct container container = { .id = (char[]){ "c1" }, .bundle_known = true };

	assert_int_equal(workload_describe(workload, &container, NULL), 0);
	assert_int_equal(workload->observation.seccomp, SECCOMP_MODE_UNCONFINED);
	assert_int_equal(workload->observation.no_new_privs, TRISTATE_NO);
	assert_int_equal(workload->mount_namespace, TRISTATE_NO);
	assert_false(workload->observation.capabilities_known);
}

/* What is done with a copy does not change the original, of which nothing is shared. */
static void a_copy_goes_its_own_way(void **state)
{
	_cleanup_tracked_cgroup_ struct tracked_cgroup *below =
		tracked_of_all_kinds(BELOW, "runc:[2:INIT]");
	_cleanup_tracked_cgroup_ struct tracked_cgroup *own =
		tracked_of_all_kinds(OWN, "runc:[2:INIT]");
	_cleanup_workload_ struct workload *workload = container_create(), *copy = NULL;

	add_call(own, RECORDER_OBSERVED, NR_LATER, "nginx");
	add_call(below, RECORDER_ANSWERED, NR_LATER, "nginx");
	workload->observation.container_id = strdup("c1");
	workload->cgroup = strdup("/c1");
	assert_int_equal(workload_attach(workload, own, NULL), 0);
	live(workload, below);
	assert_int_equal(workload_copy(workload, &copy, NULL), 0);
	own->removed = 0;
	assert_int_equal(workload_merge(copy, own, false, NULL), 0);
	assert_int_equal(workload_finalize(copy, NULL), 0);
	assert_non_null(find(&copy->observation.calls, NR_LATER));
	assert_non_null(find(&copy->observation.calls, NR_WORK));
	assert_string_equal(copy->observation.container_id, "c1");
	assert_true(copy->observation.end > below->removed);
	assert_int_equal(workload->live, 1);
	assert_null(find(&workload->observation.calls, NR_LATER));
	assert_int_equal(workload->observation.reason_count, 0);
	assert_int_equal(workload->observation.end, below->removed);
}

static void one_is_settled_when_nothing_can_be_taken_back(void **state)
{
	_cleanup_workload_ struct workload *workload = container_create();
	_cleanup_tracked_cgroup_ struct tracked_cgroup *tracked = tracked_create(OWN, 10, 0);
	const int64_t late = 10 + 10 * 1000000000LL;

	assert_false(workload_is_settled(workload, 11)); /* it has no cgroup yet */
	assert_int_equal(workload_attach(workload, tracked, NULL), 0);
	workload->described = true;
	assert_false(workload_is_settled(workload, late)); /* it is in set-up */
	workload->entered = true;
	assert_true(workload_is_settled(workload, 11));
	workload->described = false;
	assert_false(workload_is_settled(workload, late)); /* nobody has looked yet */
	workload->next_look = 1;
	assert_false(workload_is_settled(workload, late - 1));
	assert_true(workload_is_settled(workload, late)); /* nobody can describe it */
	workload->match = MATCH_PENDING;
	assert_false(workload_is_settled(workload, late));
	workload->match = MATCH_SELECTED;
	workload->entered = false;
	workload->present = true; /* its set-up is missed anyway */
	assert_true(workload_is_settled(workload, late));
	workload->waited = true;
	assert_false(workload_is_settled(workload, late));
	workload->is_container = false;
	assert_true(workload_is_settled(workload, 11));
}

/* One without a slot may have been below it, but only while it lived. */
static void cgroups_without_a_slot_are_losses_of_their_time(void **state)
{
	_cleanup_tracked_cgroup_ struct tracked_cgroup *tracked = tracked_create(OWN, 10, 20);
	_cleanup_workload_ struct workload *workload = container_create();

	tracked->entered = true;
	tracked->losses.lost_slots = 3;
	live(workload, tracked);
	assert_int_equal(workload_finalize(workload, NULL), 0);
	assert_reason(workload, "than could be recorded");
	assert_int_equal(workload->observation.losses[LOSS_SLOTS], 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_copy_goes_its_own_way),
		cmocka_unit_test(one_is_settled_when_nothing_can_be_taken_back),
		cmocka_unit_test(cgroups_without_a_slot_are_losses_of_their_time),
		cmocka_unit_test(a_new_workload_knows_nothing),
		cmocka_unit_test(each_kind_of_call_goes_to_its_place),
		cmocka_unit_test(what_runtime_and_work_both_make_is_work),
		cmocka_unit_test(what_was_moved_from_inside_is_work),
		cmocka_unit_test(a_start_hook_is_remembered),
		cmocka_unit_test(movers_outside_are_a_runtime),
		cmocka_unit_test(a_program_of_no_runtime_names_none),
		cmocka_unit_test(a_runtime_that_is_known_is_kept),
		cmocka_unit_test(a_start_tells_how_the_container_was_started),
		cmocka_unit_test(losses_add_up_and_say_what_may_be_missing),
		cmocka_unit_test(losses_of_the_time_count_once),
		cmocka_unit_test(it_lives_from_the_first_birth_to_the_last_end),
		cmocka_unit_test(what_still_lives_ends_now),
		cmocka_unit_test(a_cgroup_can_change_its_owner),
		cmocka_unit_test(the_node_is_this_computer),
		cmocka_unit_test(set_up_counts_where_it_cannot_be_told_from_work),
		cmocka_unit_test(one_start_is_enough),
		cmocka_unit_test(a_cgroup_that_was_not_empty_is_late),
		cmocka_unit_test(a_bundle_describes_the_container),
		cmocka_unit_test(what_is_known_already_is_not_replaced),
		cmocka_unit_test(without_a_bundle_a_container_is_not_described),
		cmocka_unit_test(a_bundle_may_give_no_filter_and_no_namespace),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
