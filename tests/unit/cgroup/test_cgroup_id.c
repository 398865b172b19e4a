// SPDX-License-Identifier: Apache-2.0
#include <errno.h>
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <cmocka.h>
#include <linux/capability.h>

#include "cgroup/cgroup.h"
#include "util/error.h"

#define NAME_LENGTH 110
#define LEVELS 40 /* more than fit into PATH_MAX */

/* A chain of nested cgroups, each with a long name. */
struct tree {
	struct cgroup_mount mount;
	char directories[LEVELS][LEVELS * (NAME_LENGTH + 1) + 256];
	int depth;
};

static int make_tree(void **state)
{
	struct tree *tree = calloc(1, sizeof(*tree));
	char name[NAME_LENGTH + 1];
	int i;

	*state = tree;
	if (!tree || cgroup_mount_find(&tree->mount, NULL) < 0)
		return 0;
	memset(name, 'x', NAME_LENGTH);
	name[NAME_LENGTH] = '\0';
	for (i = 0; i < LEVELS; i++) {
		snprintf(tree->directories[i], sizeof(tree->directories[i]), "%s/%s%d",
			 i ? tree->directories[i - 1] : tree->mount.path,
			 i ? name : "recorder-test-id-", i ? i : getpid());
		if (strlen(tree->directories[i]) >= PATH_MAX ||
		    mkdir(tree->directories[i], 0755) < 0)
			break;
		tree->depth++;
	}
	return 0;
}

static int remove_tree(void **state)
{
	struct tree *tree = *state;

	while (tree->depth > 0)
		rmdir(tree->directories[--tree->depth]);
	cgroup_mount_finish(&tree->mount);
	free(tree);
	return 0;
}

static void each_id_has_its_path(const struct tree *tree)
{
	int i;

	for (i = 0; i < tree->depth; i++) {
		_cleanup_free_ char *path = NULL, *directory = NULL;
		uint64_t id = 0;

		assert_int_equal(cgroup_id_of_directory(tree->directories[i], &id, NULL), 0);
		assert_int_equal(cgroup_path_of_id(&tree->mount, id, &path, NULL), 0);
		assert_int_equal(cgroup_directory(&tree->mount, path, &directory, NULL), 0);
		assert_string_equal(directory, tree->directories[i]);
	}
}

static void a_path_of_any_length_is_found(void **state)
{
	const struct tree *tree = *state;

	if (!tree->depth)
		skip();
	assert_true(tree->depth > 30);
	each_id_has_its_path(tree);
}

static void the_top_has_a_path(void **state)
{
	const struct tree *tree = *state;
	_cleanup_free_ char *path = NULL;
	uint64_t id = 0;

	if (!tree->depth)
		skip();
	assert_int_equal(cgroup_id_of_directory(tree->mount.path, &id, NULL), 0);
	assert_int_equal(cgroup_path_of_id(&tree->mount, id, &path, NULL), 0);
	assert_string_equal(path, tree->mount.root);
}

static void a_cgroup_that_is_gone_is_not_found(void **state)
{
	struct tree *tree = *state;
	_cleanup_error_ struct error err = ERROR_INIT;
	char *path = NULL;
	uint64_t id = 0;

	if (!tree->depth)
		skip();
	assert_int_equal(cgroup_id_of_directory(tree->directories[tree->depth - 1], &id, NULL), 0);
	rmdir(tree->directories[--tree->depth]);
	assert_int_equal(cgroup_path_of_id(&tree->mount, id, &path, &err), -ENOENT);
	assert_null(path);
	assert_non_null(strstr(error_message(&err), "find the path of cgroup "));
}

/* Drops the capability that open_by_handle_at() needs. */
static void drop_read_search(void)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[2];

	syscall(SYS_capget, &header, data);
	data[CAP_DAC_READ_SEARCH / 32].effective &= ~(1U << (CAP_DAC_READ_SEARCH % 32));
	syscall(SYS_capset, &header, data);
}

static void a_path_is_found_without_the_capability(void **state)
{
	const struct tree *tree = *state;
	int status = -1;
	pid_t child;

	if (!tree->depth)
		skip();
	child = fork();
	assert_return_code(child, errno);
	if (child == 0) {
		drop_read_search();
		each_id_has_its_path(tree);
		_exit(0);
	}
	waitpid(child, &status, 0);
	assert_int_equal(status, 0);
}

/* A plain directory plays the hierarchy: only the owners matter. */
static void users_who_may_make_a_cgroup_are_found(void **state)
{
	char top[] = "/tmp/recorder-test.XXXXXX", own[64], theirs[64];
	struct cgroup_mount mount = { .path = top, .root = (char *)"/" };
	struct cgroup_mount part = { .path = top, .root = (char *)"/part" };

	if (geteuid() != 0)
		skip();
	assert_non_null(mkdtemp(top));
	snprintf(own, sizeof(own), "%s/own", top);
	snprintf(theirs, sizeof(theirs), "%s/own/theirs", top);
	mkdir(own, 0755);
	mkdir(theirs, 0755);
	assert_return_code(chown(theirs, 1000, 1000), errno);

	assert_int_equal(cgroup_made_by(&mount, "/"), CGROUP_OF_ROOT);
	assert_int_equal(cgroup_made_by(&mount, "/own"), CGROUP_OF_ROOT);
	assert_int_equal(cgroup_made_by(&mount, "/own/gone"), CGROUP_OF_ROOT);
	/* Root made it and handed it to a user. Cgroups below it may be the user's. */
	assert_int_equal(cgroup_made_by(&mount, "/own/theirs"), CGROUP_OF_ROOT);
	assert_int_equal(cgroup_made_by(&mount, "/own/theirs/web"), CGROUP_OF_USER);
	assert_int_equal(cgroup_made_by(&mount, "/own/theirs/a/web"), CGROUP_OF_USER);
	assert_int_equal(cgroup_made_by(&mount, "/own/theirs/gone/web"), CGROUP_OF_USER);
	/* The owner of the removed directory is unknown. */
	assert_int_equal(cgroup_made_by(&mount, "/own/gone/web"), CGROUP_OF_UNKNOWN);
	assert_int_equal(cgroup_made_by(&mount, "/../web"), CGROUP_OF_USER);
	/* Not visible here: users make nothing at the top. */
	assert_int_equal(cgroup_made_by(&mount, "/gone/web"), CGROUP_OF_ROOT);
	assert_int_equal(cgroup_made_by(&part, "/outside/web"), CGROUP_OF_ROOT);

	assert_return_code(chown(theirs, 0, 0), errno);
	assert_int_equal(cgroup_made_by(&mount, "/own/theirs/web"), CGROUP_OF_ROOT);
	chmod(theirs, 0777);
	assert_int_equal(cgroup_made_by(&mount, "/own/theirs/web"), CGROUP_OF_USER);
	chmod(theirs, 0775);
	assert_int_equal(cgroup_made_by(&mount, "/own/theirs/web"), CGROUP_OF_ROOT);
	assert_return_code(chown(theirs, 0, 1000), errno);
	chmod(theirs, 0775);
	assert_int_equal(cgroup_made_by(&mount, "/own/theirs/web"), CGROUP_OF_USER);

	rmdir(theirs);
	rmdir(own);
	rmdir(top);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_path_of_any_length_is_found, make_tree,
						remove_tree),
		cmocka_unit_test_setup_teardown(the_top_has_a_path, make_tree, remove_tree),
		cmocka_unit_test_setup_teardown(a_cgroup_that_is_gone_is_not_found, make_tree,
						remove_tree),
		cmocka_unit_test_setup_teardown(a_path_is_found_without_the_capability, make_tree,
						remove_tree),
		cmocka_unit_test(users_who_may_make_a_cgroup_are_found),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
