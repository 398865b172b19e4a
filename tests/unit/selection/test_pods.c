// SPDX-License-Identifier: Apache-2.0
/*
 * Tests how the runtime's answers decide whether a container that was born during record --pod
 * is selected.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "record/tracked_cgroup.h"
#include "selection/pods.h"
#include "selection/selector.h"
#include "util/array.h"
#include "util/string_set.h"

#define UID "12345678-1234-1234-1234-123456789abc"
#define OTHER_UID "87654321-4321-4321-4321-cba987654321"
#define HEX "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define SANDBOX "fedcba9876543210fedcba9876543210fedcba9876543210fedcba9876543210"

/*
 * The runtime's list: pods "web" and "sealed" (both app=web), pod "other", and a container in
 * each.
 */
static struct label web[] = { { (char *)"app", (char *)"web" } };

static struct cri_sandbox sandboxes[] = {
	{ .id = (char *)SANDBOX,
	  .name = (char *)"web",
	  .namespace = (char *)"shop",
	  .uid = (char *)UID,
	  .runtime_handler = (char *)"",
	  .labels = web,
	  .label_count = 1 },
	{ .id = (char *)"s2",
	  .name = (char *)"other",
	  .namespace = (char *)"shop",
	  .uid = (char *)OTHER_UID,
	  .runtime_handler = (char *)"" },
	{ .id = (char *)"s3",
	  .name = (char *)"sealed",
	  .namespace = (char *)"shop",
	  .uid = (char *)"u3",
	  .runtime_handler = (char *)"kata",
	  .labels = web,
	  .label_count = 1 },
};

static struct cri_container containers[] = {
	{ .id = (char *)"c1",
	  .sandbox_id = (char *)SANDBOX,
	  .name = (char *)"main",
	  .image = (char *)"",
	  .image_ref = (char *)"" },
	{ .id = (char *)"c2",
	  .sandbox_id = (char *)"s2",
	  .name = (char *)"main",
	  .image = (char *)"",
	  .image_ref = (char *)"" },
	{ .id = (char *)"c3",
	  .sandbox_id = (char *)"s3",
	  .name = (char *)"main",
	  .image = (char *)"",
	  .image_ref = (char *)"" },
};

static const struct target_kind kind;

static struct target_pods *pods_new(void)
{
	struct target_pods *pods = calloc(1, sizeof(*pods));

	assert_non_null(pods);
	pods->target.kind = &kind;
	pods->inventory = (struct inventory){ sandboxes, array_size(sandboxes), containers,
					      array_size(containers) };
	pods->selector_text = "app=web";
	pods->mount = (struct cgroup_mount){ .path = (char *)"/nonexistent", .root = (char *)"/" };
	assert_int_equal(selector_parse("app=web", &pods->selector, NULL), 0);
	return pods;
}

static void pods_free(struct target_pods *pods)
{
	selector_destroy(pods->selector);
	workloads_finish(&pods->target.workloads);
	left_out_finish(&pods->target.left_out);
	string_set_free(pods->taken, pods->taken_count);
	free(pods);
}

/* Adds a container that has ended and whose match is pending. */
static struct workload *add_open(struct target_pods *pods, const char *id, const char *cgroup,
				 const char *uid)
{
	struct tracked_cgroup tracked = { .cgroup_id = 1, .created = 1 };
	struct workload *workload;

	assert_int_equal(workloads_add_container(&pods->target.workloads, MATCH_PENDING, id, cgroup,
						 uid, &workload, NULL),
			 0);
	assert_int_equal(workload_attach(workload, &tracked, NULL), 0);
	workload->live = 0;
	return workload;
}

static void what_the_runtime_says_decides(void **state)
{
	struct target_pods *pods = pods_new();
	struct workload *wanted = add_open(pods, "c1", "/k/c1", UID);
	struct workload *other = add_open(pods, "c2", "/k/c2", OTHER_UID);
	struct workload *sandbox = add_open(pods, SANDBOX, "/k/" SANDBOX, UID);

	assert_int_equal(pods_decide_all(pods, UINT64_MAX, NULL), 0);
	assert_int_equal(wanted->match, MATCH_SELECTED);
	assert_string_equal(wanted->observation.container_name, "main");
	assert_string_equal(wanted->observation.pod_name, "web");
	assert_int_equal(other->match, MATCH_IGNORED);
	assert_int_equal(sandbox->match, MATCH_IGNORED);
	assert_null(left_out_reason(&pods->target.left_out));
	pods_free(pods);
}

static void one_too_many_is_left_out(void **state)
{
	struct target_pods *pods = pods_new();
	struct workload *first = add_open(pods, "c1", "/k/c1", UID), *second;

	pods->max = 1;
	first->live = 1;
	assert_int_equal(pods_decide_all(pods, UINT64_MAX, NULL), 0);
	assert_int_equal(first->match, MATCH_SELECTED);
	second = add_open(pods, "c1", "/k/c1", UID);
	assert_int_equal(pods_decide_all(pods, UINT64_MAX, NULL), 0);
	assert_int_equal(second->match, MATCH_IGNORED);
	assert_non_null(strstr(left_out_reason(&pods->target.left_out), "at once already"));
	first->live = 0;
	second = add_open(pods, "c1", "/k/c1", UID);
	assert_int_equal(pods_decide_all(pods, UINT64_MAX, NULL), 0);
	assert_int_equal(second->match, MATCH_SELECTED);
	pods_free(pods);
}

static void a_forgotten_container_is_its_pods(void **state)
{
	struct target_pods *pods = pods_new();
	struct workload *wanted = add_open(pods, HEX, "/k/" HEX, UID);
	struct workload *other = add_open(pods, "f" HEX, "/k/f" HEX, OTHER_UID);

	/* The runtime's answer may be late. */
	assert_int_equal(pods_decide_all(pods, UINT64_MAX, NULL), 0);
	assert_int_equal(wanted->match, MATCH_PENDING);
	assert_int_equal(pods_decide_last(pods, NULL), 0);
	assert_int_equal(wanted->match, MATCH_SELECTED);
	assert_false(observation_complete(&wanted->observation));
	assert_int_equal(other->match, MATCH_IGNORED);
	assert_null(left_out_reason(&pods->target.left_out));
	pods_free(pods);
}

/* Checks that left_out has one sentence, with the id, the cgroup and this reason in it. */
static void is_told(const struct target_pods *pods, const char *why)
{
	const char *sentence = left_out_reason(&pods->target.left_out);

	assert_int_equal(pods->target.left_out.count, 1);
	assert_non_null(strstr(sentence, HEX));
	assert_non_null(strstr(sentence, "(cgroup /k/" HEX ")"));
	assert_non_null(strstr(sentence, why));
}

static void one_whose_name_decides_is_told(void **state)
{
	static const char *const names[] = { "main" };
	struct target_pods *pods = pods_new();
	struct workload *workload = add_open(pods, HEX, "/k/" HEX, UID);

	pods->names = names;
	pods->name_count = 1;
	assert_int_equal(pods_decide_last(pods, NULL), 0);
	assert_int_equal(workload->match, MATCH_IGNORED);
	is_told(pods, "the runtime has forgotten it");
	pods_free(pods);
}

static void one_of_an_unknown_pod_is_told(void **state)
{
	struct target_pods *pods = pods_new();
	struct workload *workload =
		add_open(pods, HEX, "/k/" HEX, "11111111-1111-1111-1111-111111111111");

	pods->failure = (char *)"no answer in time";
	assert_int_equal(pods_decide_last(pods, NULL), 0);
	assert_int_equal(workload->match, MATCH_IGNORED);
	is_told(pods, "no answer in time");
	pods_free(pods);
}

static void one_that_was_found_and_is_gone_is_told(void **state)
{
	struct target_pods *pods = pods_new();
	struct workload *workload;

	assert_int_equal(workloads_add_container(&pods->target.workloads, MATCH_SELECTED, HEX,
						 "/k/" HEX, UID, &workload, NULL),
			 0);
	assert_int_equal(pods_decide_last(pods, NULL), 0);
	assert_int_equal(workload->match, MATCH_IGNORED);
	is_told(pods, "gone before it could be recorded");
	pods_free(pods);
}

/*
 * A container in no pod is ignored if CRI cannot know it, and reported if CRI may have known
 * it.
 */
static void other_engines_are_no_matter(void **state)
{
	static const char *const cgroups[] = {
		"/system.slice/docker-" HEX ".scope",
		"/docker/" HEX,
		"/libpod_parent/libpod-" HEX,
		"/user.slice/runc-" HEX ".scope",
	};
	struct target_pods *pods = pods_new();
	size_t i;

	for (i = 0; i < array_size(cgroups); i++)
		add_open(pods, HEX, cgroups[i], "");
	assert_int_equal(pods_decide_all(pods, UINT64_MAX, NULL), 0);
	for (i = 0; i < array_size(cgroups); i++)
		assert_int_equal(pods->target.workloads.items[i]->match, MATCH_IGNORED);
	assert_null(left_out_reason(&pods->target.left_out));

	add_open(pods, HEX, "/k/" HEX, "");
	assert_int_equal(pods_decide_last(pods, NULL), 0);
	is_told(pods, "may belong to the pods and is not in it");
	pods_free(pods);
}

/* A container that the runtime does not know while the cgroup exists is not the runtime's. */
static void one_that_lives_and_is_unknown_is_anothers(void **state)
{
	struct target_pods *pods = pods_new();
	struct workload *workload = add_open(pods, HEX, "/" HEX, "");
	char top[] = "/tmp/recorder-test.XXXXXX", directory[128];

	assert_non_null(mkdtemp(top));
	snprintf(directory, sizeof(directory), "%s/" HEX, top);
	assert_int_equal(mkdir(directory, 0755), 0);
	pods->mount.path = top;
	/* A failure to answer is no evidence of that. */
	pods->failure = (char *)"no answer in time";
	assert_int_equal(pods_decide_all(pods, UINT64_MAX, NULL), 0);
	assert_int_equal(workload->match, MATCH_PENDING);
	pods->failure = NULL;
	assert_int_equal(pods_decide_all(pods, UINT64_MAX, NULL), 0);
	assert_int_equal(workload->match, MATCH_IGNORED);
	assert_null(left_out_reason(&pods->target.left_out));
	rmdir(directory);
	rmdir(top);
	pods_free(pods);
}

static void one_in_a_kernel_of_its_own_is_told_at_the_end(void **state)
{
	struct target_pods *pods = pods_new();
	struct workload *workload = add_open(pods, "c3", "/k/c3", "u3");

	assert_int_equal(pods_decide_last(pods, NULL), 0);
	assert_int_equal(workload->match, MATCH_IGNORED);
	assert_non_null(strstr(left_out_reason(&pods->target.left_out),
			       "shop/sealed runs in a kernel of its own"));
	pods_free(pods);
}

/* The answer was asked for before it was made, so it says nothing about it. */
static void a_newer_one_waits_for_the_next_answer(void **state)
{
	struct target_pods *pods = pods_new();
	struct workload *old = add_open(pods, "c2", "/k/c2", OTHER_UID);
	struct workload *new = add_open(pods, "c1", "/k/c1", UID);

	assert_int_equal(pods_decide_all(pods, old->serial, NULL), 0);
	assert_int_equal(old->match, MATCH_IGNORED);
	assert_int_equal(new->match, MATCH_PENDING);
	assert_int_equal(pods_decide_all(pods, new->serial, NULL), 0);
	assert_int_equal(new->match, MATCH_SELECTED);
	pods_free(pods);
}

/* They are known to have been seen, without a list that grows for months. */
static void what_was_taken_is_remembered_while_it_is_listed(void **state)
{
	struct target_pods *pods = pods_new();
	struct observation observations[] = {
		{ .container_id = (char *)"c1" },
		{ .container_id = (char *)"c2" },
		{ .container_id = (char *)HEX },
	};
	const struct recording ended = { NULL, observations, array_size(observations) };
	const struct recording nothing = {};

	assert_int_equal(pods_note_taken(pods, &ended, NULL), 0);
	assert_int_equal(pods->taken_count, 2);
	assert_string_equal(pods->taken[0], "c1");
	assert_false(pods->taken_folded);
	pods->inventory.container_count = 1; /* the runtime has forgotten the second */
	assert_int_equal(pods_note_taken(pods, &nothing, NULL), 0);
	assert_int_equal(pods->taken_count, 1);
	assert_string_equal(pods->taken[0], "c1");
	observations[0].folded = 1;
	assert_int_equal(pods_note_taken(pods, &ended, NULL), 0);
	assert_true(pods->taken_folded);
	pods_free(pods);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_the_runtime_says_decides),
		cmocka_unit_test(one_too_many_is_left_out),
		cmocka_unit_test(a_forgotten_container_is_its_pods),
		cmocka_unit_test(one_whose_name_decides_is_told),
		cmocka_unit_test(one_of_an_unknown_pod_is_told),
		cmocka_unit_test(one_that_was_found_and_is_gone_is_told),
		cmocka_unit_test(other_engines_are_no_matter),
		cmocka_unit_test(one_that_lives_and_is_unknown_is_anothers),
		cmocka_unit_test(one_in_a_kernel_of_its_own_is_told_at_the_end),
		cmocka_unit_test(a_newer_one_waits_for_the_next_answer),
		cmocka_unit_test(what_was_taken_is_remembered_while_it_is_listed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
