// SPDX-License-Identifier: Apache-2.0
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "cgroup/owner.h"
#include "util/array.h"
#include "util/error.h"

static void owners_join(void **state)
{
	static const uid_t joined[][3] = {
		{ 0, 0, 0 },
		{ 0, 1000, 1000 },
		{ 1000, 0, 1000 },
		{ 1000, 1000, 1000 },
		{ 1000, 1001, OWNER_ANYBODY },
		{ OWNER_ANYBODY, 0, OWNER_ANYBODY },
		{ OWNER_ANYBODY, 1000, OWNER_ANYBODY },
	};
	size_t i;

	for (i = 0; i < array_size(joined); i++)
		assert_int_equal(owner_join(joined[i][0], joined[i][1]), joined[i][2]);
	assert_true(owner_tells_about(0, 1000));
	assert_true(owner_tells_about(1000, 1000));
	assert_false(owner_tells_about(1000, 0));
	assert_false(owner_tells_about(1000, 1001));
	assert_false(owner_tells_about(OWNER_ANYBODY, OWNER_ANYBODY));
}

static void who_may_write_owns(void **state)
{
	static const struct {
		mode_t mode;
		uid_t uid;
		gid_t gid;
		uid_t owner;
	} cases[] = {
		{ S_IFDIR | 0755, 0, 0, 0 },
		{ S_IFDIR | 0755, 1000, 1000, 1000 },
		{ S_IFDIR | 0775, 0, 0, 0 },
		{ S_IFDIR | 0775, 0, 999, OWNER_ANYBODY },
		{ S_IFDIR | 0777, 0, 0, OWNER_ANYBODY },
		{ S_IFDIR | 01777, 0, 0, 0 },
		{ S_IFREG | 0666, 0, 0, OWNER_ANYBODY },
		{ S_IFREG | S_ISVTX | 0666, 0, 0, OWNER_ANYBODY },
		{ S_IFLNK | 0777, 1000, 1000, 1000 },
	};
	size_t i;

	for (i = 0; i < array_size(cases); i++) {
		struct stat status = { .st_mode = cases[i].mode,
				       .st_uid = cases[i].uid,
				       .st_gid = cases[i].gid };

		if (owner_of_status(&status) != cases[i].owner)
			fail_msg("case %zu: %u", i, owner_of_status(&status));
	}
}

/* Every step of the path counts: each directory, each symbolic link, and its target. */
static void a_path_belongs_to_whoever_can_change_any_part_of_it(void **state)
{
	char root[] = "/tmp/recorder-unit.XXXXXX", command[512];
	_cleanup_free_ char *path = NULL;
	uid_t owner;
	size_t i;
	static const struct {
		const char *path;
		uid_t owner;
	} cases[] = {
		{ "a", 0 },
		{ "a/file", 0 },
		{ "user/x", 1000 },
		{ "user/x/f", 1000 },
		{ "link", 1000 },
		{ "through/x", 1000 },
		{ "a/../user/x", 1000 },
		{ "both/x", OWNER_ANYBODY },
		{ "a/up", 0 },
	};

	if (geteuid() != 0)
		skip();
	assert_non_null(mkdtemp(root));
	snprintf(command, sizeof(command),
		 "cd %s && mkdir -p a user/x both/x && touch a/file user/x/f && chown 1000 user "
		 "both && chown 1001 both/x && ln -s a/file link && chown -h 1000 link && "
		 "ln -s $PWD/user through && ln -s ../a/file a/up && ln -s loop loop",
		 root);
	assert_int_equal(system(command), 0);
	for (i = 0; i < array_size(cases); i++) {
		_cleanup_free_ char *full = NULL;
		_cleanup_close_ int fd = -1;

		assert_true(asprintf(&full, "%s/%s", root, cases[i].path) > 0);
		assert_int_equal(owner_open(full, &fd, &owner, NULL), 0);
		if (owner != cases[i].owner)
			fail_msg("%s is of %u", cases[i].path, owner);
	}
	assert_true(asprintf(&path, "%s/loop", root) > 0);
	assert_int_equal(owner_open(path, &(int){ -1 }, &owner, NULL), -ELOOP);
	assert_int_equal(owner_open("a/file", &(int){ -1 }, &owner, NULL), -EINVAL);
	snprintf(command, sizeof(command), "rm -rf %s", root);
	assert_int_equal(system(command), 0);
}

static int open_process(pid_t pid)
{
	char path[32];

	snprintf(path, sizeof(path), "/proc/%d", pid);
	return open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

/*
 * A process belongs to the user it runs as. A process with any id belongs to the user who made
 * its user namespace.
 */
static void a_process_is_its_users(void **state)
{
	int ready[2];
	_cleanup_close_ int process = -1, own = open_process(getpid());
	pid_t pid;
	char byte;

	if (geteuid() != 0)
		skip();
	assert_true(owner_has_process(OWNER_ROOT, own));
	assert_false(owner_has_process(1000, own));
	assert_false(owner_has_process(OWNER_ANYBODY, own));
	assert_int_equal(pipe(ready), 0);
	pid = fork();
	if (pid == 0) {
		bool done = setgid(1000) == 0 && setuid(1000) == 0;

		if (write(ready[1], &done, 1) == 1)
			pause();
		_exit(0);
	}
	assert_int_equal(read(ready[0], &byte, 1), 1);
	process = open_process(pid);
	assert_true(owner_has_process(1000, process));
	assert_false(owner_has_process(1001, process));
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	/* The process is gone, and the descriptor never shows another one with the same pid. */
	assert_false(owner_has_process(1000, process));
	close(ready[0]);
	close(ready[1]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(owners_join),
		cmocka_unit_test(who_may_write_owns),
		cmocka_unit_test(a_path_belongs_to_whoever_can_change_any_part_of_it),
		cmocka_unit_test(a_process_is_its_users),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
