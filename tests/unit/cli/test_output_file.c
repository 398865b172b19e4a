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
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "cli/output_file.h"
#include "util/cleanup.h"
#include "util/error.h"
#include "util/file.h"

/* Each test works in a directory of its own. */
static char directory[] = "/tmp/recorder-unit.XXXXXX";

static int enter_directory(void **state)
{
	strcpy(directory + strlen(directory) - 6, "XXXXXX");
	return mkdtemp(directory) && chdir(directory) == 0 ? 0 : -1;
}

static int remove_directory(void **state)
{
	_cleanup_closedir_ DIR *dir = opendir(directory);
	struct dirent *entry;

	while ((entry = readdir(dir)))
		if (unlinkat(dirfd(dir), entry->d_name, 0) < 0)
			unlinkat(dirfd(dir), entry->d_name, AT_REMOVEDIR);
	return chdir("/") == 0 && rmdir(directory) == 0 ? 0 : -1;
}

static int write_text(const char *path, const char *text, struct error *err)
{
	return output_file_write(path, text, strlen(text), err);
}

static void assert_written(const char *path, const char *text)
{
	_cleanup_error_ struct error err = ERROR_INIT;

	if (write_text(path, text, &err) < 0)
		fail_msg("%s", error_message(&err));
}

static void assert_content(const char *path, const char *text)
{
	_cleanup_free_ char *data = NULL;

	assert_int_equal(file_read(AT_FDCWD, path, 4096, &data, NULL, NULL), 0);
	assert_string_equal(data, text);
}

static mode_t type_of(const char *path)
{
	struct stat status;

	assert_int_equal(lstat(path, &status), 0);
	return status.st_mode & S_IFMT;
}

static size_t entries(void)
{
	_cleanup_closedir_ DIR *dir = opendir(".");
	size_t count = 0;

	assert_non_null(dir);
	while (readdir(dir))
		count++;
	return count - 2; /* . and .. */
}

static void a_new_file_is_readable_by_all(void **state)
{
	struct stat status;

	assert_written("profile.json", "{}");
	assert_content("profile.json", "{}");
	assert_int_equal(stat("profile.json", &status), 0);
	assert_int_equal(status.st_mode & 07777, 0644);
}

/* A reader of the old file still sees all of it: it was replaced, not overwritten. */
static void a_file_that_is_there_is_replaced(void **state)
{
	_cleanup_close_ int old = -1;
	char text[16] = "";

	assert_written("profile.json", "the old");
	old = open("profile.json", O_RDONLY | O_CLOEXEC);
	assert_written("profile.json", "new");
	assert_content("profile.json", "new");
	assert_int_equal(read(old, text, sizeof(text) - 1), 7);
	assert_string_equal(text, "the old");
	assert_int_equal(entries(), 1);
}

static void a_symbolic_link_stays(void **state)
{
	assert_int_equal(mkdir("d", 0700), 0);
	assert_written("real", "old");
	assert_int_equal(symlink("real", "link"), 0);
	assert_int_equal(symlink("link", "link to link"), 0);
	assert_written("link to link", "new");
	assert_int_equal(type_of("link to link"), S_IFLNK);
	assert_int_equal(type_of("link"), S_IFLNK);
	assert_int_equal(type_of("real"), S_IFREG);
	assert_content("real", "new");
	assert_int_equal(entries(), 4);
}

/* Following the link would let its creator choose where the file is made. */
static void a_symbolic_link_to_nothing_is_replaced(void **state)
{
	assert_int_equal(symlink("nothing", "link"), 0);
	assert_written("link", "new");
	assert_int_equal(type_of("link"), S_IFREG);
	assert_int_equal(access("nothing", F_OK), -1);
}

static void a_named_pipe_is_written_to(void **state)
{
	_cleanup_close_ int reader = -1;
	char text[16] = "";

	assert_int_equal(mkfifo("pipe", 0600), 0);
	reader = open("pipe", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	assert_return_code(reader, errno);
	assert_written("pipe", "calls");
	assert_int_equal(read(reader, text, sizeof(text) - 1), 5);
	assert_string_equal(text, "calls");
	assert_int_equal(type_of("pipe"), S_IFIFO);
	assert_int_equal(entries(), 1);
}

static void a_pipe_may_be_named_through_dev_fd(void **state)
{
	char path[32], text[16] = "";
	int fds[2];

	assert_int_equal(pipe(fds), 0);
	snprintf(path, sizeof(path), "/dev/fd/%d", fds[1]);
	assert_written(path, "calls");
	assert_int_equal(read(fds[0], text, sizeof(text) - 1), 5);
	assert_string_equal(text, "calls");
	close(fds[0]);
	close(fds[1]);
}

/* Uses new nodes for the devices null and full, so that no mistake can harm the real ones. */
static void a_device_is_written_to(void **state)
{
	_cleanup_error_ struct error err = ERROR_INIT;

	if (mknod("null", S_IFCHR | 0600, makedev(1, 3)) < 0 ||
	    mknod("full", S_IFCHR | 0600, makedev(1, 7)) < 0 || access("null", W_OK) < 0)
		skip();
	if (write_text("null", "x", &err) < 0 && err.code == EACCES)
		skip(); /* mounted without devices */
	assert_int_equal(err.code, 0);
	assert_int_equal(type_of("null"), S_IFCHR);
	assert_int_equal(write_text("full", "x", &err), -ENOSPC);
	assert_string_equal(error_message(&err), "write full: No space left on device");
	assert_int_equal(type_of("full"), S_IFCHR);
	assert_int_equal(entries(), 2);
}

/* As in a recording, which blocks these signals and reads those that end it. */
static void block_and_raise(int signal)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, signal);
	assert_int_equal(sigprocmask(SIG_BLOCK, &set, NULL), 0);
	assert_int_equal(raise(signal), 0);
}

/* Checks that the signal is still pending, and takes it. */
static void take_signal(int signal)
{
	sigset_t set;
	int taken = 0;

	sigpending(&set);
	assert_true(sigismember(&set, signal));
	sigemptyset(&set);
	sigaddset(&set, signal);
	assert_int_equal(sigwait(&set, &taken), 0);
	assert_int_equal(taken, signal);
	sigprocmask(SIG_UNBLOCK, &set, NULL);
}

static void a_pipe_without_a_reader_can_be_given_up(void **state)
{
	static const int signals[] = { SIGINT, SIGTERM, SIGHUP };
	size_t i;

	assert_int_equal(mkfifo("pipe", 0600), 0);
	for (i = 0; i < sizeof(signals) / sizeof(signals[0]); i++) {
		_cleanup_error_ struct error err = ERROR_INIT;

		block_and_raise(signals[i]);
		assert_int_equal(write_text("pipe", "calls", &err), -EINTR);
		assert_string_equal(error_message(&err),
				    "pipe was not written: a signal came while nobody read it");
		take_signal(signals[i]);
	}
}

static void so_can_a_pipe_that_is_full(void **state)
{
	_cleanup_error_ struct error err = ERROR_INIT;
	static char text[1 << 18];
	char path[32];
	int fds[2];

	memset(text, 'x', sizeof(text) - 1);
	assert_int_equal(pipe(fds), 0);
	snprintf(path, sizeof(path), "/dev/fd/%d", fds[1]);
	block_and_raise(SIGTERM);
	assert_int_equal(write_text(path, text, &err), -EINTR);
	take_signal(SIGTERM);
	close(fds[0]);
	close(fds[1]);
}

static void so_can_standard_output(void **state)
{
	_cleanup_error_ struct error err = ERROR_INIT;
	_cleanup_close_ int before = dup(STDOUT_FILENO);
	static char text[1 << 18];
	int fds[2], r;

	memset(text, 'x', sizeof(text) - 1);
	assert_int_equal(pipe(fds), 0);
	block_and_raise(SIGTERM);
	fflush(stdout);
	dup2(fds[1], STDOUT_FILENO);
	r = write_text(NULL, text, &err);
	dup2(before, STDOUT_FILENO);
	assert_int_equal(r, -EINTR);
	assert_string_equal(error_message(&err),
			    "standard output was not written: a signal came while nobody read it");
	take_signal(SIGTERM);
	close(fds[0]);
	close(fds[1]);
}

static void a_signal_does_not_stop_what_can_be_written(void **state)
{
	_cleanup_close_ int reader = -1;
	char text[16] = "";

	assert_int_equal(mkfifo("pipe", 0600), 0);
	reader = open("pipe", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	block_and_raise(SIGTERM);
	assert_written("pipe", "calls");
	assert_written("file", "calls");
	take_signal(SIGTERM);
	assert_int_equal(read(reader, text, sizeof(text) - 1), 5);
	assert_content("file", "calls");
}

/* A reader that comes late gets everything. */
static void a_pipe_is_written_to_once_it_is_read(void **state)
{
	static char text[1 << 18], got[1 << 18];
	size_t size = 0;
	int status;
	pid_t child;

	memset(text, 'x', sizeof(text) - 1);
	assert_int_equal(mkfifo("pipe", 0600), 0);
	child = fork();
	assert_return_code(child, errno);
	if (child == 0)
		_exit(write_text("pipe", text, NULL) < 0);
	{
		_cleanup_close_ int reader = open("pipe", O_RDONLY | O_CLOEXEC);

		for (ssize_t n; (n = read(reader, got + size, sizeof(got) - size)) > 0;)
			size += n;
	}
	waitpid(child, &status, 0);
	assert_int_equal(status, 0);
	assert_int_equal(size, sizeof(text) - 1);
	assert_string_equal(got, text);
}

static void what_was_left_behind_is_removed(void **state)
{
	int fd = open(".recorder.0123456789abcdef", O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

	assert_return_code(fd, errno);
	close(fd);
	assert_written("profile.json", "{}");
	assert_int_equal(entries(), 1);
}

static void what_cannot_be_written_is_named(void **state)
{
	_cleanup_error_ struct error err = ERROR_INIT;

	assert_int_equal(write_text("none/profile.json", "x", &err), -ENOENT);
	assert_string_equal(error_message(&err), "create a file beside none/profile.json: "
						 "No such file or directory");
	assert_int_equal(mkdir("d", 0700), 0);
	assert_int_equal(write_text("d", "x", &err), -EISDIR);
	assert_string_equal(error_message(&err), "open d: Is a directory");
	assert_written("file", "x");
	assert_int_equal(write_text("file/profile.json", "x", &err), -ENOTDIR);
	assert_int_equal(entries(), 2);
}

#define in_directory(test) cmocka_unit_test_setup_teardown(test, enter_directory, remove_directory)

int main(void)
{
	const struct CMUnitTest tests[] = {
		in_directory(a_new_file_is_readable_by_all),
		in_directory(a_file_that_is_there_is_replaced),
		in_directory(a_symbolic_link_stays),
		in_directory(a_symbolic_link_to_nothing_is_replaced),
		in_directory(a_named_pipe_is_written_to),
		in_directory(a_pipe_may_be_named_through_dev_fd),
		in_directory(a_device_is_written_to),
		in_directory(a_pipe_without_a_reader_can_be_given_up),
		cmocka_unit_test(so_can_a_pipe_that_is_full),
		cmocka_unit_test(so_can_standard_output),
		in_directory(a_signal_does_not_stop_what_can_be_written),
		in_directory(a_pipe_is_written_to_once_it_is_read),
		in_directory(what_was_left_behind_is_removed),
		in_directory(what_cannot_be_written_is_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
