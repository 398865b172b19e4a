// SPDX-License-Identifier: Apache-2.0
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "util/cleanup.h"
#include "util/error.h"
#include "util/file.h"
#include "util/temporary.h"

#define NAME ".recorder.0123456789abcdef"

static char directory[] = "/tmp/recorder-unit.XXXXXX";

static int enter_directory(void **state)
{
	strcpy(directory + strlen(directory) - 6, "XXXXXX");
	return mkdtemp(directory) && chdir(directory) == 0 ? 0 : -1;
}

static int leave_directory(void **state)
{
	_cleanup_closedir_ DIR *dir = opendir(directory);
	struct dirent *entry;

	while ((entry = readdir(dir)))
		if (unlinkat(dirfd(dir), entry->d_name, 0) < 0)
			unlinkat(dirfd(dir), entry->d_name, AT_REMOVEDIR);
	return chdir("/") == 0 ? rmdir(directory) : -1;
}

static size_t entries(void)
{
	_cleanup_closedir_ DIR *dir = opendir(".");
	size_t count = 0;

	while (readdir(dir))
		count++;
	return count - 2; /* . and .. */
}

typedef int opener(int dirfd, const char *path, struct temporary *ret_temporary, struct error *err);

static opener *const openers[] = { temporary_open, temporary_open_named };

static void make(const char *name)
{
	int fd = open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

	assert_return_code(fd, errno);
	close(fd);
}

static bool is_there(const char *name)
{
	struct stat status;

	return lstat(name, &status) == 0;
}

static void what_is_published_has_its_name_and_no_other(void **state)
{
	for (int way = 0; way < 4; way++) {
		struct temporary temporary = TEMPORARY_INIT;
		_cleanup_free_ char *text = NULL;

		if (way / 2 == 1 && !is_there("f"))
			make("f");
		assert_int_equal(openers[way % 2](AT_FDCWD, "f", &temporary, NULL), 0);
		assert_int_equal(write(temporary.fd, "new", 3), 3);
		assert_int_equal(temporary_publish(&temporary, AT_FDCWD, "f"), 0);
		temporary_finish(&temporary, AT_FDCWD);
		assert_int_equal(file_read(AT_FDCWD, "f", 10, &text, NULL, NULL), 0);
		assert_string_equal(text, "new");
		assert_int_equal(entries(), 1);
		unlink("f");
	}
}

static void what_is_given_up_leaves_nothing(void **state)
{
	for (int way = 0; way < 2; way++) {
		struct temporary temporary = TEMPORARY_INIT;

		assert_int_equal(openers[way](AT_FDCWD, "f", &temporary, NULL), 0);
		temporary_finish(&temporary, AT_FDCWD);
		assert_int_equal(entries(), 0);
	}
}

/*
 * Expects O_TMPFILE to work in /tmp, as it does where these tests run, though not on every file
 * system.
 */
static void a_killed_process_leaves_what_the_next_one_removes(void **state)
{
	for (int way = 0; way < 2; way++) {
		int status, pipe_fds[2];
		char ready;
		pid_t child;

		assert_int_equal(pipe2(pipe_fds, O_CLOEXEC), 0);
		child = fork();
		assert_return_code(child, errno);
		if (child == 0) {
			struct temporary temporary;

			if (openers[way](AT_FDCWD, "f", &temporary, NULL) < 0 ||
			    write(pipe_fds[1], "x", 1) != 1)
				_exit(1);
			pause();
		}
		assert_int_equal(read(pipe_fds[0], &ready, 1), 1);
		temporary_clean_beside(AT_FDCWD, "f");
		assert_int_equal(entries(), way == 0 ? 0 : 1);
		kill(child, SIGKILL);
		waitpid(child, &status, 0);
		assert_int_equal(entries(), way == 0 ? 0 : 1);
		temporary_clean_beside(AT_FDCWD, "f");
		assert_int_equal(entries(), 0);
		close(pipe_fds[0]);
		close(pipe_fds[1]);
	}
}

static void nothing_else_is_removed(void **state)
{
	static const char *const names[] = {
		".recorder.0123456789abcde",   ".recorder.0123456789abcdef0",
		".recorder.0123456789ABCDEF",  "recorder.0123456789abcdef",
		".f.json.0123456789abcdef",    ".recorder.0123456789abcdeg",
		"x.recorder.0123456789abcdef",
	};
	size_t i, count = sizeof(names) / sizeof(names[0]);

	for (i = 0; i < count; i++)
		make(names[i]);
	make("victim");
	assert_int_equal(symlink("victim", ".recorder.1111111111111111"), 0);
	assert_int_equal(link("victim", ".recorder.2222222222222222"), 0);
	assert_int_equal(mkfifo(".recorder.3333333333333333", 0600), 0);
	assert_int_equal(mkdir(".recorder.4444444444444444", 0700), 0);
	temporary_clean_beside(AT_FDCWD, "f");
	assert_int_equal(entries(), count + 5);
	make(NAME);
	temporary_clean_beside(AT_FDCWD, "./f");
	assert_false(is_there(NAME));
	assert_int_equal(entries(), count + 5);
}

static void another_users_file_stays(void **state)
{
	if (geteuid() != 0)
		skip();
	make(NAME);
	assert_int_equal(chown(NAME, 1, 1), 0);
	temporary_clean_beside(AT_FDCWD, "f");
	assert_true(is_there(NAME));
}

static void a_locked_file_stays(void **state)
{
	_cleanup_close_ int fd = -1;

	make(NAME);
	fd = open(NAME, O_RDONLY | O_CLOEXEC);
	assert_int_equal(flock(fd, LOCK_SH), 0);
	temporary_clean_beside(AT_FDCWD, "f");
	assert_true(is_there(NAME));
}

#define in_directory(test) cmocka_unit_test_setup_teardown(test, enter_directory, leave_directory)

int main(void)
{
	const struct CMUnitTest tests[] = {
		in_directory(what_is_published_has_its_name_and_no_other),
		in_directory(what_is_given_up_leaves_nothing),
		in_directory(a_killed_process_leaves_what_the_next_one_removes),
		in_directory(nothing_else_is_removed),
		in_directory(another_users_file_stays),
		in_directory(a_locked_file_stays),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
