// SPDX-License-Identifier: Apache-2.0
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "install/store.h"
#include "util/array.h"
#include "util/cleanup.h"
#include "util/error.h"
#include "util/file.h"
#include "util/string_set.h"

#define WEB "operator/shop/web.json"

/* Each test has a directory of its own, and the store "seccomp" in it. */
static char directory[64];
static char root[96];
static struct store *store;

static int set_up(void **state)
{
	strcpy(directory, "/tmp/recorder-unit.XXXXXX");
	if (!mkdtemp(directory))
		return -1;
	snprintf(root, sizeof(root), "%s/seccomp", directory);
	return store_open(root, STORE_CREATE, STORE_PERSON, &store, NULL);
}

static int remove_one(const char *path, const struct stat *status, int type, struct FTW *at)
{
	return remove(path);
}

static int tear_down(void **state)
{
	store_close(store);
	return nftw(directory, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

/* Returns a path in the store, which stays valid during the next three calls. */
static const char *in_root(const char *path)
{
	static char paths[4][192];
	static unsigned int turn;
	char *text = paths[turn++ % 4];

	snprintf(text, sizeof(paths[0]), "%s/%s", root, path);
	return text;
}

static void write_by_hand(const char *path, const char *text)
{
	assert_int_equal(file_write_atomic(AT_FDCWD, in_root(path), text, strlen(text), 0644, NULL),
			 0);
}

static void assert_holds(const char *path, const char *text)
{
	_cleanup_free_ char *data = NULL;

	assert_int_equal(file_read(AT_FDCWD, in_root(path), 1000, &data, NULL, NULL), 0);
	assert_string_equal(data, text);
}

static void assert_put(const char *path, const char *text, enum store_outcome expected)
{
	_cleanup_error_ struct error err = ERROR_INIT;
	enum store_outcome outcome;

	if (store_put(store, path, text, strlen(text), false, &outcome, &err) < 0)
		fail_msg("%s", err.message);
	assert_int_equal(outcome, expected);
	assert_holds(path, text);
}

static void assert_state(const char *path, enum store_state expected)
{
	_cleanup_store_entry_ struct store_entry entry = {};

	assert_int_equal(store_inspect(store, path, &entry, NULL), 0);
	assert_string_equal(store_state_name(entry.state), store_state_name(expected));
}

static void a_profile_is_installed_for_runtimes_to_read(void **state)
{
	_cleanup_store_entry_ struct store_entry entry = {};
	struct stat status;
	mode_t mask = umask(0077);

	assert_put(WEB, "{}", STORE_WAS_CREATED);
	umask(mask);
	assert_int_equal(stat(in_root(WEB), &status), 0);
	assert_int_equal(status.st_mode, S_IFREG | 0644);
	assert_int_equal(stat(in_root("operator/shop"), &status), 0);
	assert_int_equal(status.st_mode, S_IFDIR | 0755);
	assert_int_equal(stat(in_root(".recorder"), &status), 0);
	assert_int_equal(status.st_mode, S_IFDIR | 0700);
	assert_int_equal(store_inspect(store, WEB, &entry, NULL), 0);
	assert_int_equal(entry.state, STORE_INSTALLED);
	assert_true(entry.installed_at > 0);
	assert_string_equal(entry.content, "{}");
}

static ino_t inode_of(const char *path)
{
	struct stat status;

	assert_int_equal(stat(in_root(path), &status), 0);
	return status.st_ino;
}

static void the_same_again_writes_nothing(void **state)
{
	ino_t inode;

	assert_put(WEB, "{}", STORE_WAS_CREATED);
	inode = inode_of(WEB);
	assert_put(WEB, "{}", STORE_WAS_UNCHANGED);
	assert_int_equal(inode_of(WEB), inode);
	assert_put(WEB, "{ }", STORE_WAS_REPLACED);
	assert_true(inode_of(WEB) != inode);
}

static void drift_is_seen_and_restored(void **state)
{
	assert_put(WEB, "{}", STORE_WAS_CREATED);
	write_by_hand(WEB, "[]");
	assert_state(WEB, STORE_CHANGED);
	assert_put(WEB, "{}", STORE_WAS_RESTORED);
	assert_state(WEB, STORE_INSTALLED);
	assert_int_equal(chmod(in_root(WEB), 0666), 0);
	assert_state(WEB, STORE_CHANGED);
	assert_put(WEB, "{}", STORE_WAS_RESTORED);
	assert_int_equal(unlink(in_root(WEB)), 0);
	assert_state(WEB, STORE_MISSING);
	assert_put(WEB, "{}", STORE_WAS_RESTORED);
	assert_state(WEB, STORE_INSTALLED);
}

static void files_of_others_stay(void **state)
{
	_cleanup_error_ struct error err = ERROR_INIT;
	enum store_outcome outcome;

	assert_int_equal(mkdir(in_root("operator"), 0755), 0);
	write_by_hand("operator/web.json", "[]");
	assert_state("operator/web.json", STORE_UNKNOWN);
	assert_int_equal(store_put(store, "operator/web.json", "{}", 2, false, &outcome, &err),
			 -EEXIST);
	assert_non_null(strstr(err.message, "recorder did not install it"));
	error_finish(&err);
	assert_int_equal(store_remove(store, "operator/web.json", false, &err), -EPERM);
	assert_holds("operator/web.json", "[]");

	assert_int_equal(store_put(store, "operator/web.json", "{}", 2, true, &outcome, NULL), 0);
	assert_holds("operator/web.json", "{}");
	assert_state("operator/web.json", STORE_INSTALLED);
}

static void what_is_there_already_is_taken_over_when_it_is_the_same(void **state)
{
	assert_int_equal(mkdir(in_root("operator"), 0755), 0);
	write_by_hand("operator/web.json", "{}");
	assert_put("operator/web.json", "{}", STORE_WAS_CREATED);
	assert_state("operator/web.json", STORE_INSTALLED);
}

/* Temporary files, as a process leaves them that is killed while it writes. */
static void what_was_left_behind_is_removed(void **state)
{
	static const char *const paths[] = {
		".recorder.0123456789abcdef",
		"operator/.recorder.0123456789abcdef",
		"operator/shop/.recorder.0123456789abcdef",
		".recorder/.recorder.0123456789abcdef",
		".recorder/operator/.recorder.0123456789abcdef",
	};
	size_t i;

	assert_put(WEB, "{}", STORE_WAS_CREATED);
	for (i = 0; i < array_size(paths); i++) {
		write_by_hand(paths[i], "half");
		store_close(steal_pointer(&store));
		assert_int_equal(store_open(root, STORE_WRITE, STORE_PERSON, &store, NULL), 0);
		assert_int_equal(access(in_root(paths[i]), F_OK), -1);
	}
	assert_holds(WEB, "{}");
}

/* A user who can write into the directory must not choose where root writes or reads. */
static void no_symbolic_link_is_followed(void **state)
{
	_cleanup_error_ struct error err = ERROR_INIT;
	enum store_outcome outcome;
	char outside[96];

	snprintf(outside, sizeof(outside), "%s/outside", directory);
	assert_int_equal(mkdir(outside, 0755), 0);
	assert_int_equal(symlink(outside, in_root("operator")), 0);
	assert_int_equal(store_put(store, WEB, "{}", 2, true, &outcome, &err), -ENOTDIR);
	assert_non_null(strstr(err.message, "operator is a symbolic link"));
	assert_int_equal(rmdir(outside), 0); /* nothing is in it */

	assert_int_equal(unlink(in_root("operator")), 0);
	assert_put(WEB, "{}", STORE_WAS_CREATED);
	snprintf(outside, sizeof(outside), "%s/file", directory);
	assert_int_equal(file_write_atomic(AT_FDCWD, outside, "{}", 2, 0644, NULL), 0);
	assert_int_equal(unlink(in_root(WEB)), 0);
	assert_int_equal(symlink(outside, in_root(WEB)), 0);
	assert_state(WEB, STORE_CHANGED);
	assert_put(WEB, "[]", STORE_WAS_REPLACED);
	assert_holds("../file", "{}");
}

static void a_fifo_blocks_nobody(void **state)
{
	assert_put(WEB, "{}", STORE_WAS_CREATED);
	assert_int_equal(unlink(in_root(WEB)), 0);
	assert_int_equal(mkfifo(in_root(WEB), 0644), 0);
	alarm(10); /* ends the test rather than waiting for a writer */
	assert_state(WEB, STORE_CHANGED);
	assert_put(WEB, "{}", STORE_WAS_RESTORED);
	alarm(0);
}

static void only_paths_of_profiles_are_written(void **state)
{
	static const char *const bad[] = { "../web.json", "/web.json", "web.json",
					   ".recorder/a/web.json", "operator/../../web.json" };
	enum store_outcome outcome;

	for (size_t i = 0; i < array_size(bad); i++) {
		assert_int_equal(store_put(store, bad[i], "{}", 2, true, &outcome, NULL), -EINVAL);
		assert_int_equal(store_remove(store, bad[i], true, NULL), -EINVAL);
	}
}

static struct store *open_as(enum store_keeper keeper)
{
	struct store *other = NULL;

	/* Its lock makes a second one wait. */
	store_close(steal_pointer(&store));
	assert_int_equal(store_open(root, STORE_CREATE, keeper, &other, NULL), 0);
	return other;
}

static void the_agent_and_people_leave_each_other_alone(void **state)
{
	_cleanup_error_ struct error err = ERROR_INIT;
	enum store_outcome outcome;
	char **paths;
	size_t count;

	assert_put("operator/own.json", "{}", STORE_WAS_CREATED);
	store = open_as(STORE_AGENT);
	assert_put(WEB, "{}", STORE_WAS_CREATED);
	assert_int_equal(store_put(store, "operator/own.json", "[]", 2, false, &outcome, &err),
			 -EEXIST);
	assert_non_null(strstr(err.message, "operator/own.json was installed by"));
	assert_int_equal(store_remove(store, "operator/own.json", false, NULL), -EPERM);
	assert_int_equal(store_restore(store, "operator/own.json", &outcome, NULL), -ENOENT);
	assert_int_equal(store_list_kept(store, &paths, &count, NULL), 0);
	assert_int_equal(count, 1);
	assert_string_equal(paths[0], WEB);
	string_set_free(paths, count);

	store = open_as(STORE_PERSON);
	error_finish(&err);
	assert_int_equal(store_remove(store, WEB, false, &err), -EPERM);
	assert_non_null(strstr(err.message, "kept by 'recorder agent'"));
	assert_int_equal(store_put(store, WEB, "[]", 2, false, &outcome, NULL), -EEXIST);
	/* Who insists takes the file over. */
	assert_int_equal(store_put(store, WEB, "[]", 2, true, &outcome, NULL), 0);
	assert_int_equal(store_list_kept(store, &paths, &count, NULL), 0);
	assert_int_equal(count, 0);
	string_set_free(paths, count);
	assert_int_equal(store_remove(store, WEB, false, NULL), 0);
}

static void the_agent_takes_over_a_file_that_is_the_same(void **state)
{
	assert_put(WEB, "{}", STORE_WAS_CREATED);
	store = open_as(STORE_AGENT);
	assert_put(WEB, "{}", STORE_WAS_UNCHANGED);
	assert_int_equal(store_remove(store, WEB, false, NULL), 0);
	assert_int_equal(access(in_root(WEB), F_OK), -1);
	assert_int_equal(access(in_root(".recorder/.agent/operator"), F_OK), -1);
}

static void a_changed_file_is_restored_from_its_record(void **state)
{
	enum store_outcome outcome;

	assert_put(WEB, "{}", STORE_WAS_CREATED);
	assert_int_equal(store_restore(store, WEB, &outcome, NULL), 0);
	assert_int_equal(outcome, STORE_WAS_UNCHANGED);
	write_by_hand(WEB, "[]");
	assert_int_equal(store_restore(store, WEB, &outcome, NULL), 0);
	assert_int_equal(outcome, STORE_WAS_RESTORED);
	assert_holds(WEB, "{}");
	assert_int_equal(unlink(in_root(WEB)), 0);
	assert_int_equal(store_restore(store, WEB, &outcome, NULL), 0);
	assert_holds(WEB, "{}");
}

static void all_is_listed(void **state)
{
	static const char *const expected[] = { "audit.json", "operator/shop/gone.json", WEB,
						"operator/web.json", "strange/\xff\n" };
	char **paths;
	size_t count;

	assert_put(WEB, "{}", STORE_WAS_CREATED);
	assert_put("operator/web.json", "{}", STORE_WAS_CREATED);
	assert_put("operator/shop/gone.json", "{}", STORE_WAS_CREATED);
	assert_int_equal(unlink(in_root("operator/shop/gone.json")), 0);
	write_by_hand("audit.json", "{}");
	write_by_hand("operator/.web.json.0123456789abcdef", "half");
	assert_int_equal(mkdir(in_root("strange"), 0755), 0);
	write_by_hand("strange/\xff\n", "");
	assert_int_equal(store_list(store, &paths, &count, NULL), 0);
	assert_int_equal(count, array_size(expected));
	for (size_t i = 0; i < count; i++)
		assert_string_equal(paths[i], expected[i]);
	assert_state("operator/shop/gone.json", STORE_MISSING);
	assert_state("audit.json", STORE_UNKNOWN);
	string_set_free(paths, count);
}

static void removing_leaves_nothing_of_it(void **state)
{
	struct store_entry entry;
	struct stat status;

	assert_put(WEB, "{}", STORE_WAS_CREATED);
	assert_put("operator/web.json", "{}", STORE_WAS_CREATED);
	assert_int_equal(store_remove(store, WEB, false, NULL), 0);
	assert_int_equal(store_inspect(store, WEB, &entry, NULL), -ENOENT);
	assert_int_equal(stat(in_root("operator/shop"), &status), -1);
	assert_int_equal(stat(in_root(".recorder/operator/shop"), &status), -1);
	assert_holds("operator/web.json", "{}");
	assert_int_equal(store_remove(store, WEB, false, NULL), -ENOENT);

	assert_int_equal(unlink(in_root("operator/web.json")), 0);
	assert_int_equal(store_remove(store, "operator/web.json", false, NULL), 0);
	assert_int_equal(stat(in_root("operator"), &status), -1);
}

/* However often it reads, a reader sees the whole of one content or the other. */
static void a_reader_never_sees_half_of_it(void **state)
{
	static char contents[2][60000];
	enum store_outcome outcome;
	pid_t reader;
	int status;

	memset(contents[0], 'a', sizeof(contents[0]));
	memset(contents[1], 'b', sizeof(contents[1]) / 2);
	assert_int_equal(
		store_put(store, WEB, contents[0], sizeof(contents[0]), false, &outcome, NULL), 0);
	reader = fork();
	while (reader == 0) {
		char *data;
		size_t size;

		if (file_read(AT_FDCWD, in_root(WEB), 100000, &data, &size, NULL) < 0 ||
		    size != (data[0] == 'a' ? 60000 : 30000) || data[size - 1] != data[0])
			_exit(1);
		free(data);
	}
	for (int i = 1; i < 100; i++)
		assert_int_equal(store_put(store, WEB, contents[i % 2], i % 2 ? 30000 : 60000,
					   false, &outcome, NULL),
				 0);
	kill(reader, SIGKILL);
	assert_int_equal(waitpid(reader, &status, 0), reader);
	assert_true(WIFSIGNALED(status));
}

static void a_store_that_is_not_there(void **state)
{
	_cleanup_error_ struct error err = ERROR_INIT;
	struct store *other;
	char deep[128];

	snprintf(deep, sizeof(deep), "%s/kubelet/seccomp", directory);
	assert_int_equal(store_open(deep, STORE_CREATE, STORE_PERSON, &other, &err), -ENOENT);
	assert_non_null(strstr(err.message, deep));
	error_finish(&err);
	error_finish(&err);
	assert_int_equal(store_open(deep, STORE_READ, STORE_PERSON, &other, &err), -ENOENT);
	error_finish(&err);
	snprintf(deep, sizeof(deep), "%s/nowhere", directory);
	assert_int_equal(store_open(deep, STORE_WRITE, STORE_PERSON, &other, &err), -ENOENT);
	assert_int_equal(access(deep, F_OK), -1);
}

static void a_store_of_others_can_be_listed(void **state)
{
	char other_root[96], **paths = NULL;
	_cleanup_store_ struct store *other = NULL;
	size_t count = 1;

	snprintf(other_root, sizeof(other_root), "%s/other", directory);
	assert_int_equal(mkdir(other_root, 0755), 0);
	assert_int_equal(store_open(other_root, STORE_READ, STORE_PERSON, &other, NULL), 0);
	assert_int_equal(store_list(other, &paths, &count, NULL), 0);
	assert_int_equal(count, 0);
	assert_int_equal(rmdir(other_root), 0);
}

#define with_store(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		with_store(a_profile_is_installed_for_runtimes_to_read),
		with_store(the_same_again_writes_nothing),
		with_store(drift_is_seen_and_restored),
		with_store(files_of_others_stay),
		with_store(what_is_there_already_is_taken_over_when_it_is_the_same),
		with_store(what_was_left_behind_is_removed),
		with_store(no_symbolic_link_is_followed),
		with_store(a_fifo_blocks_nobody),
		with_store(only_paths_of_profiles_are_written),
		with_store(the_agent_and_people_leave_each_other_alone),
		with_store(the_agent_takes_over_a_file_that_is_the_same),
		with_store(a_changed_file_is_restored_from_its_record),
		with_store(all_is_listed),
		with_store(removing_leaves_nothing_of_it),
		with_store(a_reader_never_sees_half_of_it),
		with_store(a_store_that_is_not_there),
		with_store(a_store_of_others_can_be_listed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
