// SPDX-License-Identifier: Apache-2.0
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "container/container_state.h"
#include "cgroup/process.h"
#include "util/array.h"
#include "util/error.h"
#include "util/file.h"

/* A directory used as a machine's root, with the machine's state directories in it. */
static char root[] = "/tmp/recorder-unit.XXXXXX";

#define TASKS "/io.containerd.runtime.v2.task"

static const struct {
	const char *path;
	const char *text;
} files[] = {
	/*
	 * containerd: runc by the kind of shim, crun by configuration, gVisor by its own shim.
	 */
	{ "/run/containerd" TASKS "/k8s.io/a1/config.json", "{}" },
	{ "/run/containerd" TASKS "/k8s.io/a1/runtime", "" },
	{ "/run/containerd" TASKS "/k8s.io/a1/options.json", "{}" },
	{ "/run/containerd" TASKS "/k8s.io/a1/shim-binary-path",
	  "/usr/bin/containerd-shim-runc-v2" },
	{ "/run/containerd" TASKS "/k8s.io/a1/init.pid", "101" },
	{ "/run/containerd" TASKS "/k8s.io/a2/runtime", "/opt/bin/crun" },
	{ "/run/containerd" TASKS "/k8s.io/a2/shim-binary-path",
	  "/usr/bin/containerd-shim-runc-v2" },
	{ "/run/containerd" TASKS "/k8s.io/a3/shim-binary-path",
	  "/usr/bin/containerd-shim-runsc-v1" },
	{ "/run/containerd" TASKS "/default/a4/options.json", "{\"binary_name\":\"crun\"}" },
	/* A configured binary of an unknown name, which may be any runtime's. */
	{ "/run/containerd" TASKS "/k8s.io/a5/runtime", "/var/lib/docker/runtimes/gv" },
	{ "/run/containerd" TASKS "/k8s.io/a5/shim-binary-path",
	  "/usr/bin/containerd-shim-runc-v2" },
	/* Docker and k3s. */
	{ "/run/docker/containerd/daemon" TASKS "/moby/b1/init.pid", "102\n" },
	{ "/run/docker/runtime-runc/moby/b1/state.json", "{\"init_process_pid\":102}" },
	{ "/run/k3s/containerd" TASKS "/k8s.io/b2/init.pid", "103" },
	/* crun below containerd's shim for runc. */
	{ "/run/containerd" TASKS "/k8s.io/b3/shim-binary-path",
	  "/usr/bin/containerd-shim-runc-v2" },
	{ "/run/containerd/runc/k8s.io/b3/status", "{\"pid\":104}" },
	/* Podman or CRI-O, with the state that its crun wrote. */
	{ "/var/lib/containers/storage/overlay-containers/c1/userdata/config.json", "{}" },
	{ "/run/crun/c1/status", "{\"pid\":105,\"bundle\":\"/elsewhere\"}" },
	/* runc called by hand, with a bundle anywhere. */
	{ "/run/runc/d1/state.json",
	  "{\"init_process_pid\":106,\"mask\":18446744073709551615,\"config\":{\"labels\":[\"x=y\",\"bundle=/usr\"]}}" },
	/* Rootless. */
	{ "/run/user/1000/crun/e1/status", "{\"pid\":107,\"bundle\":\"/usr\"}" },
	/* States of ended containers, and broken or false ones. */
	{ "/run/runc/f1/other", "" },
	{ "/run/runc/f2/state.json", "{\"init_process_pid\":" },
	{ "/run/runc/f3/state.json", "{\"init_process_pid\":-1,\"config\":[]}" },
	{ "/run/crun/f4/status", "{\"pid\":99999999999,\"bundle\":\"../../etc\"}" },
	{ "/run/containerd" TASKS "/k8s.io/f5/init.pid", "12x" },
};

static const struct {
	const char *id;
	enum container_engine engine;
	const char *namespace;
	const char *runtime;
	const char *binary;
	const char *bundle; /* below root unless it is "/usr" */
	pid_t pid;
} expected[] = {
	{ "a1", ENGINE_CONTAINERD, "k8s.io", "runc", NULL, "/run/containerd" TASKS "/k8s.io/a1",
	  101 },
	{ "a2", ENGINE_CONTAINERD, "k8s.io", "crun", "/opt/bin/crun",
	  "/run/containerd" TASKS "/k8s.io/a2", 0 },
	{ "a3", ENGINE_CONTAINERD, "k8s.io", "runsc", NULL, "/run/containerd" TASKS "/k8s.io/a3",
	  0 },
	{ "a4", ENGINE_CONTAINERD, "default", "crun", NULL, "/run/containerd" TASKS "/default/a4",
	  0 },
	{ "a5", ENGINE_CONTAINERD, "k8s.io", NULL, NULL, "/run/containerd" TASKS "/k8s.io/a5", 0 },
	{ "b1", ENGINE_DOCKER, "moby", "runc", NULL,
	  "/run/docker/containerd/daemon" TASKS "/moby/b1", 102 },
	{ "b2", ENGINE_CONTAINERD, "k8s.io", NULL, NULL, "/run/k3s/containerd" TASKS "/k8s.io/b2",
	  103 },
	{ "b3", ENGINE_CONTAINERD, "k8s.io", "crun", NULL, "/run/containerd" TASKS "/k8s.io/b3",
	  104 },
	{ "c1", ENGINE_UNKNOWN, NULL, "crun", NULL,
	  "/var/lib/containers/storage/overlay-containers/c1/userdata", 105 },
	{ "d1", ENGINE_UNKNOWN, NULL, "runc", NULL, "/usr", 106 },
	{ "e1", ENGINE_UNKNOWN, NULL, "crun", NULL, "/usr", 107 },
	{ "f3", ENGINE_UNKNOWN, NULL, "runc", NULL, NULL, 0 },
	{ "f4", ENGINE_UNKNOWN, NULL, "crun", NULL, NULL, 0 },
	{ "f5", ENGINE_CONTAINERD, "k8s.io", NULL, NULL, "/run/containerd" TASKS "/k8s.io/f5", 0 },
};

static void make_parents(char *path)
{
	char *slash;

	for (slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		mkdir(path, 0755);
		*slash = '/';
	}
}

static int make_root(void **state)
{
	size_t i;

	if (!mkdtemp(root))
		return -1;
	for (i = 0; i < array_size(files); i++) {
		_cleanup_free_ char *path = NULL;

		if (asprintf(&path, "%s%s", root, files[i].path) < 0)
			return -1;
		make_parents(path);
		if (file_write_atomic(AT_FDCWD, path, files[i].text, strlen(files[i].text), 0644,
				      NULL) < 0)
			return -1;
	}
	return 0;
}

static int remove_entry(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	return remove(path);
}

static int remove_root(void **state)
{
	return nftw(root, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
}

static bool same_text(const char *a, const char *b)
{
	return a && b ? strcmp(a, b) == 0 : a == b;
}

static void every_runtimes_containers_are_found(void **state)
{
	_cleanup_container_states_ struct container_states states = {};
	size_t i;

	assert_int_equal(container_states_find(root, "", &states, NULL), 0);
	assert_int_equal(states.length, array_size(expected));
	for (i = 0; i < states.length; i++) {
		const struct container_state *found = &states.items[i];
		const char *bundle = found->bundle;

		assert_string_equal(found->id, expected[i].id);
		if (bundle && strncmp(bundle, root, strlen(root)) == 0)
			bundle += strlen(root);
		if (found->engine != expected[i].engine || found->pid != expected[i].pid ||
		    !same_text(found->namespace, expected[i].namespace) ||
		    !same_text(found->runtime, expected[i].runtime) ||
		    !same_text(found->runtime_binary, expected[i].binary) ||
		    !same_text(bundle, expected[i].bundle))
			fail_msg("%s: engine %d, pid %d, namespace %s, runtime %s (%s), bundle %s",
				 found->id, found->engine, found->pid, found->namespace,
				 found->runtime, found->runtime_binary, found->bundle);
	}
}

static void a_prefix_narrows_the_search(void **state)
{
	_cleanup_container_states_ struct container_states some = {}, none = {};

	assert_int_equal(container_states_find(root, "a", &some, NULL), 0);
	assert_int_equal(some.length, 5);
	assert_int_equal(container_states_find(root, "x", &none, NULL), 0);
	assert_int_equal(none.length, 0);
}

/* The prefix becomes part of a glob pattern. */
static void a_prefix_is_no_pattern(void **state)
{
	static const char *const prefixes[] = { "*", "a?", "[a]", "../..", "a/../b", "a\\1", "{a}" };
	struct container_states states;
	size_t i;

	for (i = 0; i < array_size(prefixes); i++)
		assert_int_equal(container_states_find(root, prefixes[i], &states, NULL), -EINVAL);
}

/* Makes the directory of a state, with one file, and hands both to a user. */
static void add_state_of(uid_t user, const char *directory, const char *name, const char *text)
{
	_cleanup_free_ char *path = NULL, *file = NULL;

	assert_true(asprintf(&path, "%s%s", root, directory) > 0);
	assert_true(asprintf(&file, "%s/%s", path, name) > 0);
	make_parents(file);
	assert_int_equal(file_write_atomic(AT_FDCWD, file, text, strlen(text), 0644, NULL), 0);
	assert_int_equal(chown(file, user, user), 0);
	assert_int_equal(chown(path, user, user), 0);
}

static void needs_root(void)
{
	if (geteuid() != 0)
		skip();
}

static void what_a_user_says_is_kept_apart(void **state)
{
	_cleanup_container_states_ struct container_states states = {};
	const struct container_state *chosen;

	needs_root();
	/* Two users claim root's container a1. Container u1 belongs to one of them. */
	add_state_of(1000, "/run/user/1000/crun/a1", "status", "{\"pid\":1,\"bundle\":\"/x\"}");
	add_state_of(1001, "/run/user/1001/crun/a1", "status", "{\"pid\":2}");
	add_state_of(1000, "/run/user/1000/runc/u1", "state.json", "{\"init_process_pid\":3}");
	assert_int_equal(container_states_find(root, "", &states, NULL), 0);
	chosen = container_states_choose(&states, "a1", 0);
	assert_int_equal(chosen->owner, 0);
	assert_string_equal(chosen->runtime, "runc");
	assert_int_equal(chosen->pid, 101);
	assert_ptr_equal(container_states_choose(&states, "a1", 1000), chosen);
	assert_null(container_states_choose(&states, "u1", 0));
	assert_null(container_states_choose(&states, "u1", 1001));
	chosen = container_states_choose(&states, "u1", 1000);
	assert_int_equal(chosen->pid, 3);
	assert_string_equal(chosen->runtime, "runc");
}

static void a_users_symbolic_link_makes_nothing_roots(void **state)
{
	_cleanup_container_states_ struct container_states states = {};
	_cleanup_free_ char *target = NULL, *link = NULL;

	needs_root();
	assert_true(asprintf(&target, "%s/run/crun/c1", root) > 0);
	assert_true(asprintf(&link, "%s/run/user/1000/crun/link1", root) > 0);
	make_parents(link);
	assert_int_equal(symlink(target, link), 0);
	assert_int_equal(lchown(link, 1000, 1000), 0);
	assert_int_equal(container_states_find(root, "link1", &states, NULL), 0);
	assert_int_equal(states.length, 1);
	assert_int_equal(states.items[0].owner, 1000);
}

static void a_users_file_in_a_directory_of_roots_is_not_read(void **state)
{
	_cleanup_container_states_ struct container_states states = {};
	_cleanup_free_ char *file = NULL;

	needs_root();
	add_state_of(0, "/run/crun/owned1", "status", "{\"pid\":9}");
	assert_true(asprintf(&file, "%s/run/crun/owned1/status", root) > 0);
	assert_int_equal(chown(file, 1000, 1000), 0);
	assert_int_equal(container_states_find(root, "owned1", &states, NULL), 0);
	assert_int_equal(states.length, 0);
}

static void what_anybody_can_change_is_nobodys_word(void **state)
{
	_cleanup_container_states_ struct container_states states = {};
	_cleanup_free_ char *directory = NULL;

	needs_root();
	add_state_of(0, "/run/crun/open1", "status", "{\"pid\":9}");
	assert_true(asprintf(&directory, "%s/run/crun/open1", root) > 0);
	assert_int_equal(chmod(directory, 0777), 0);
	assert_int_equal(container_states_find(root, "open1", &states, NULL), 0);
	assert_int_equal(states.length, 0);
}

static void a_process_is_that_of_the_state(void **state)
{
	struct container_state mine = { .id = (char[]){ "x" }, .pid = getpid() };
	_cleanup_close_ int process = -1;
	uint64_t started;
	int fd = -1;

	assert_int_equal(process_open(getpid(), &process, &started, NULL), 0);
	assert_true(started > 0);
	mine.started = started;
	assert_int_equal(container_state_open_process(&mine, &fd, NULL), 0);
	close(fd);
	/* The PID was reused. */
	mine.started = started + 1;
	assert_int_equal(container_state_open_process(&mine, &fd, NULL), -ESRCH);
	/* The evidence of a user names a process of another user. */
	mine.started = started;
	mine.owner = getuid() + 4711;
	assert_int_equal(container_state_open_process(&mine, &fd, NULL), -ESRCH);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_runtimes_containers_are_found),
		cmocka_unit_test(a_prefix_narrows_the_search),
		cmocka_unit_test(a_prefix_is_no_pattern),
		cmocka_unit_test(what_a_user_says_is_kept_apart),
		cmocka_unit_test(a_users_symbolic_link_makes_nothing_roots),
		cmocka_unit_test(a_users_file_in_a_directory_of_roots_is_not_read),
		cmocka_unit_test(what_anybody_can_change_is_nobodys_word),
		cmocka_unit_test(a_process_is_that_of_the_state),
	};

	return cmocka_run_group_tests(tests, make_root, remove_root);
}
