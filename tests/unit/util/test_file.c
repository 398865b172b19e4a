// SPDX-License-Identifier: Apache-2.0
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "util/cleanup.h"
#include "util/error.h"
#include "util/file.h"

static char directory[] = "/tmp/recorder-unit.XXXXXX";
static int directory_fd = -1;

static int make_directory(void **state)
{
	strcpy(directory + strlen(directory) - 6, "XXXXXX");
	if (!mkdtemp(directory))
		return -1;
	directory_fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return directory_fd < 0 ? -1 : 0;
}

static int remove_directory(void **state)
{
	_cleanup_closedir_ DIR *dir = fdopendir(directory_fd);
	struct dirent *entry;

	rewinddir(dir);
	while ((entry = readdir(dir)))
		if (unlinkat(directory_fd, entry->d_name, 0) < 0)
			unlinkat(directory_fd, entry->d_name, AT_REMOVEDIR);
	return rmdir(directory);
}

static size_t entries(void)
{
	_cleanup_closedir_ DIR *dir = opendir(directory);
	size_t count = 0;

	assert_non_null(dir);
	while (readdir(dir))
		count++;
	return count - 2; /* . and .. */
}

static void write_file(const char *path, const char *text)
{
	_cleanup_error_ struct error err = ERROR_INIT;

	if (file_write_atomic(directory_fd, path, text, strlen(text), 0644, &err) < 0)
		fail_msg("%s", error_message(&err));
}

static void assert_content(const char *path, const char *text)
{
	_cleanup_free_ char *data = NULL;

	assert_int_equal(file_read(directory_fd, path, 4096, &data, NULL, NULL), 0);
	assert_string_equal(data, text);
}

static void a_file_is_read_up_to_its_limit(void **state)
{
	_cleanup_error_ struct error err = ERROR_INIT;
	_cleanup_free_ char *data = NULL;
	char *untouched = directory;
	size_t size = 1;

	write_file("f", "12345");
	assert_int_equal(file_read(directory_fd, "f", 5, &data, &size, &err), 0);
	assert_int_equal(size, 5);
	assert_memory_equal(data, "12345", 6);
	assert_int_equal(file_read(directory_fd, "f", 4, &untouched, &size, &err), -EFBIG);
	assert_string_equal(error_message(&err), "f is larger than 4 bytes");
	assert_int_equal(file_read(directory_fd, "none", 4, &untouched, &size, &err), -ENOENT);
	assert_int_equal(file_read(directory_fd, ".", 4, &untouched, &size, &err), -EISDIR);
	assert_ptr_equal(untouched, directory);
	assert_int_equal(size, 5);
}

static void an_empty_file_has_an_end_too(void **state)
{
	_cleanup_free_ char *data = NULL;
	size_t size = 1;

	write_file("f", "");
	assert_int_equal(file_read(directory_fd, "f", 0, &data, &size, NULL), 0);
	assert_int_equal(size, 0);
	assert_string_equal(data, "");
}

/* The file takes more than one read, and has a NUL inside. */
static void a_large_file_is_read_whole(void **state)
{
	size_t size = 200000, got, i;
	_cleanup_free_ char *data = malloc(size), *back = NULL;

	assert_non_null(data);
	for (i = 0; i < size; i++)
		data[i] = i % 251;
	assert_int_equal(file_write_atomic(directory_fd, "f", data, size, 0600, NULL), 0);
	assert_int_equal(file_read(directory_fd, "f", size, &back, &got, NULL), 0);
	assert_int_equal(got, size);
	assert_memory_equal(back, data, size);
	assert_int_equal(back[size], '\0');
	free(steal_pointer(&back));
	assert_int_equal(file_read(directory_fd, "f", size - 1, &back, &got, NULL), -EFBIG);
}

/* A file without an end must not fill the memory. */
static void an_endless_file_stops_at_the_limit(void **state)
{
	char *data = NULL;

	assert_int_equal(file_read(AT_FDCWD, "/dev/zero", 100000, &data, NULL, NULL), -EFBIG);
	assert_null(data);
}

static void the_mode_is_applied_whatever_the_umask(void **state)
{
	mode_t umask_before = umask(077);
	struct stat status;

	assert_int_equal(file_write_atomic(directory_fd, "f", "x", 1, 0644, NULL), 0);
	umask(umask_before);
	assert_int_equal(fstatat(directory_fd, "f", &status, 0), 0);
	assert_int_equal(status.st_mode & 07777, 0644);
	assert_int_equal(file_write_atomic(directory_fd, "f", "x", 1, 0600, NULL), 0);
	assert_int_equal(fstatat(directory_fd, "f", &status, 0), 0);
	assert_int_equal(status.st_mode & 07777, 0600);
	assert_int_equal(entries(), 1);
}

static void a_path_may_have_a_directory(void **state)
{
	char path[64];

	snprintf(path, sizeof(path), "%s/f", directory);
	assert_int_equal(file_write_atomic(AT_FDCWD, path, "x", 1, 0600, NULL), 0);
	assert_content("f", "x");
	assert_int_equal(entries(), 1);
}

static void no_temporary_file_is_left_when_the_rename_fails(void **state)
{
	_cleanup_error_ struct error err = ERROR_INIT;

	assert_int_equal(mkdirat(directory_fd, "d", 0700), 0);
	assert_int_equal(file_write_atomic(directory_fd, "d", "x", 1, 0600, &err), -EISDIR);
	assert_string_equal(error_message(&err), "write d: Is a directory");
	assert_int_equal(entries(), 1);
	assert_int_equal(file_write_atomic(directory_fd, "none/f", "x", 1, 0600, &err), -ENOENT);
	assert_int_equal(entries(), 1);
}

/* As on a full disk: the file size limit stops the write in the middle. */
static void no_temporary_file_is_left_when_the_write_fails(void **state)
{
	_cleanup_error_ struct error err = ERROR_INIT;
	struct rlimit before, limit;
	int r;

	write_file("f", "old");
	getrlimit(RLIMIT_FSIZE, &before);
	limit = (struct rlimit){ 4, before.rlim_max };
	setrlimit(RLIMIT_FSIZE, &limit);
	r = file_write_atomic(directory_fd, "f", "0123456789", 10, 0600, &err);
	setrlimit(RLIMIT_FSIZE, &before);
	assert_int_equal(r, -EFBIG);
	assert_string_equal(error_message(&err), "write f: File too large");
	assert_content("f", "old");
	assert_int_equal(entries(), 1);
}

static void a_symbolic_link_is_replaced_and_not_followed(void **state)
{
	struct stat status;

	write_file("victim", "precious");
	assert_int_equal(symlinkat("victim", directory_fd, "f"), 0);
	write_file("f", "new");
	assert_int_equal(fstatat(directory_fd, "f", &status, AT_SYMLINK_NOFOLLOW), 0);
	assert_true(S_ISREG(status.st_mode));
	assert_content("f", "new");
	assert_content("victim", "precious");
}

#define READS 200
#define SIZE 20000

/* Writes the file full of one letter, then of another, and so on, until it is killed. */
static void write_in_turns(void)
{
	static char data[SIZE];
	int i;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	for (i = 0;; i++) {
		memset(data, 'a' + i % 2, sizeof(data));
		if (file_write_atomic(directory_fd, "f", data, sizeof(data), 0600, NULL) < 0)
			_exit(1);
	}
}

/* The letter that the whole file consists of, or 0. */
static char read_letter(void)
{
	_cleanup_free_ char *data = NULL;
	size_t size;

	if (file_read(directory_fd, "f", SIZE, &data, &size, NULL) < 0 || size != SIZE ||
	    memcmp(data, data + 1, size - 1) != 0)
		return 0;
	return data[0];
}

static void a_reader_sees_the_old_or_the_new(void **state)
{
	static char first[SIZE];
	int status, reads = 0, changes = 0;
	char letter = 'a', before;
	pid_t writer;

	memset(first, 'a', sizeof(first));
	assert_int_equal(file_write_atomic(directory_fd, "f", first, SIZE, 0600, NULL), 0);
	writer = fork();
	assert_return_code(writer, errno);
	if (writer == 0)
		write_in_turns();
	do {
		before = letter;
		letter = read_letter();
		changes += letter != before;
	} while (letter && (++reads < READS || changes < 2) &&
		 waitpid(writer, &status, WNOHANG) == 0);
	kill(writer, SIGKILL);
	waitpid(writer, &status, 0);
	if (!letter)
		fail_msg("read %d was neither the old file nor the new", reads);
	assert_true(changes >= 2);
}

static void a_write_goes_on_where_it_stopped(void **state)
{
	static char data[1 << 18];
	int pipe_fds[2], status;
	size_t got = 0;
	pid_t writer;

	assert_int_equal(pipe2(pipe_fds, O_CLOEXEC), 0);
	writer = fork();
	assert_return_code(writer, errno);
	if (writer == 0)
		_exit(file_write_all(pipe_fds[1], data, sizeof(data)) == 0 ? 0 : 1);
	close(pipe_fds[1]);
	for (ssize_t n; (n = read(pipe_fds[0], data, sizeof(data))) > 0;)
		got += n;
	close(pipe_fds[0]);
	waitpid(writer, &status, 0);
	assert_int_equal(got, sizeof(data));
	assert_int_equal(status, 0);
	assert_int_equal(file_write_all(-1, "x", 1), -EBADF);
	assert_int_equal(file_write_all(-1, "", 0), 0);
}

#define in_directory(test) cmocka_unit_test_setup_teardown(test, make_directory, remove_directory)

int main(void)
{
	const struct CMUnitTest tests[] = {
		in_directory(a_file_is_read_up_to_its_limit),
		in_directory(an_empty_file_has_an_end_too),
		in_directory(a_large_file_is_read_whole),
		cmocka_unit_test(an_endless_file_stops_at_the_limit),
		in_directory(the_mode_is_applied_whatever_the_umask),
		in_directory(a_path_may_have_a_directory),
		in_directory(no_temporary_file_is_left_when_the_rename_fails),
		in_directory(no_temporary_file_is_left_when_the_write_fails),
		in_directory(a_symbolic_link_is_replaced_and_not_followed),
		in_directory(a_reader_sees_the_old_or_the_new),
		cmocka_unit_test(a_write_goes_on_where_it_stopped),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
