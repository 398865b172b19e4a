// SPDX-License-Identifier: Apache-2.0
//
// Files of the agent in a real directory, which a real thread writes, and which others change.
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "agent/host_files.h"
#include "install/store.h"
#include "util/array.h"
#include "util/cleanup.h"
#include "util/clock.h"
#include "util/error.h"
#include "util/file.h"
#include "util/loop.h"
#include "util/worker.h"

#define WEB "operator/web.json"
#define SHOP "operator/shop/web.json"
#define MANY 300
#define PATIENCE_NS 60000000000LL
#define WORKER_PATIENCE_MS 30000

struct fixture {
	char directory[64], root[96];
	struct loop *loop;
	struct worker *worker;
	struct host_files *files;
	size_t done, written, removed, changed; /* changed: number of calls */
	int results[MANY];
	size_t kept, kept_paths, repaired, lost, trouble;
	char last_repaired[128], last_lost[128];
	size_t listed;
	char list[256]; /* of paths, each with a space behind it */
};

static void on_repaired(const char *path, void *data)
{
	struct fixture *fixture = data;

	fixture->repaired++;
	snprintf(fixture->last_repaired, sizeof(fixture->last_repaired), "%s", path);
}

static void on_lost(const char *path, void *data)
{
	struct fixture *fixture = data;

	fixture->lost++;
	snprintf(fixture->last_lost, sizeof(fixture->last_lost), "%s", path);
}

static void on_kept(char *const *paths, size_t count, void *data)
{
	struct fixture *fixture = data;

	fixture->kept++;
	fixture->kept_paths = count;
}

static void on_trouble(int result, const struct error *err, void *data)
{
	struct fixture *fixture = data;

	assert_true(result < 0);
	assert_int_equal(result, -err->code);
	fixture->trouble++;
}

static void on_changed(size_t written, size_t removed, void *data)
{
	struct fixture *fixture = data;

	fixture->changed++;
	fixture->written += written;
	fixture->removed += removed;
}

static const struct host_files_handlers handlers = { on_repaired, on_lost, on_kept, on_trouble,
						     on_changed };

static void on_done(int result, const struct error *err, void *data)
{
	struct fixture *fixture = data;

	if (fixture->done < MANY)
		fixture->results[fixture->done] = result;
	fixture->done++;
}

static void on_listed(int result, const struct error *err, char *const *paths, size_t count,
		      void *data)
{
	struct fixture *fixture = data;
	size_t i;

	assert_int_equal(result, 0);
	fixture->listed++;
	*fixture->list = '\0';
	for (i = 0; i < count; i++) {
		strcat(fixture->list, paths[i]);
		strcat(fixture->list, " ");
	}
}

static void start(struct fixture *fixture)
{
	*fixture = (struct fixture){ .directory = "/tmp/recorder-unit.XXXXXX" };
	assert_non_null(mkdtemp(fixture->directory));
	snprintf(fixture->root, sizeof(fixture->root), "%s/seccomp", fixture->directory);
	assert_int_equal(loop_create(&fixture->loop, NULL), 0);
	assert_int_equal(worker_create(fixture->loop, NULL, &fixture->worker, NULL), 0);
	assert_int_equal(host_files_create(fixture->loop, fixture->worker, fixture->root, &handlers,
					   fixture, &fixture->files, NULL),
			 0);
}

static int remove_one(const char *path, const struct stat *status, int type, struct FTW *at)
{
	return remove(path);
}

static void stop(struct fixture *fixture)
{
	assert_true(worker_destroy(fixture->worker, WORKER_PATIENCE_MS));
	host_files_destroy(fixture->files);
	loop_destroy(fixture->loop);
	assert_int_equal(nftw(fixture->directory, remove_one, 8, FTW_DEPTH | FTW_PHYS), 0);
}

/* Iterates the loop until a counter has reached a number. */
static void wait_for(struct fixture *fixture, const size_t *counter, size_t number)
{
	int64_t end = clock_ns(CLOCK_MONOTONIC) + PATIENCE_NS;

	while (*counter < number) {
		if (clock_ns(CLOCK_MONOTONIC) > end)
			fail_msg("waited in vain for %zu, have %zu", number, *counter);
		assert_int_equal(loop_iterate(fixture->loop, 10, NULL), 0);
	}
}

static int apply_one(struct fixture *fixture, const char *path, const char *content)
{
	struct file_changes changes = {};

	assert_int_equal(file_changes_add(&changes, path, content, NULL), 0);
	return host_files_apply(fixture->files, &changes, on_done, fixture, NULL);
}

/* Applies one change, and returns its result. */
static int apply(struct fixture *fixture, const char *path, const char *content)
{
	size_t before = fixture->done, changed = fixture->changed;

	assert_int_equal(apply_one(fixture, path, content), 0);
	wait_for(fixture, &fixture->done, before + 1);
	wait_for(fixture, &fixture->changed, changed + 1);
	return fixture->results[before];
}

/* Returns a path below the root, which stays valid during the next three calls. */
static const char *in_root(const struct fixture *fixture, const char *path)
{
	static char paths[4][256];
	static unsigned int turn;
	char *text = paths[turn++ % 4];

	snprintf(text, sizeof(paths[0]), "%s/%s", fixture->root, path);
	return text;
}

static void write_file(const struct fixture *fixture, const char *path, const char *content)
{
	int fd = open(in_root(fixture, path), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);

	assert_true(fd >= 0);
	assert_int_equal(file_write_all(fd, content, strlen(content)), 0);
	close(fd);
}

static bool has(const struct fixture *fixture, const char *path, const char *content)
{
	_cleanup_free_ char *data = NULL;
	size_t size;

	return file_read_regular(AT_FDCWD, in_root(fixture, path), 1 << 20, &data, &size, NULL,
				 NULL) == 0 &&
	       size == strlen(content) && memcmp(data, content, size) == 0;
}

static bool exists(const struct fixture *fixture, const char *path)
{
	struct stat status;

	return lstat(in_root(fixture, path), &status) == 0;
}

/* ---- changes */

static void files_are_written_and_removed(void **state)
{
	struct fixture fixture;
	struct file_changes changes = {};

	start(&fixture);
	assert_int_equal(file_changes_add(&changes, WEB, "{}", NULL), 0);
	assert_int_equal(file_changes_add(&changes, SHOP, "[]", NULL), 0);
	assert_int_equal(host_files_apply(fixture.files, &changes, on_done, &fixture, NULL), 0);
	assert_int_equal(changes.length, 0);
	assert_int_equal(fixture.done, 0); /* from the loop only */
	wait_for(&fixture, &fixture.changed, 1);
	assert_int_equal(fixture.done, 1);
	assert_int_equal(fixture.results[0], 0);
	assert_int_equal(fixture.written, 2);
	assert_true(has(&fixture, WEB, "{}") && has(&fixture, SHOP, "[]"));
	/* What is there already is not written. */
	assert_int_equal(apply(&fixture, WEB, "{}"), 0);
	assert_int_equal(fixture.written, 2);
	assert_int_equal(apply(&fixture, WEB, "{\"a\":1}"), 0);
	assert_int_equal(fixture.written, 3);
	assert_int_equal(apply(&fixture, SHOP, NULL), 0);
	assert_int_equal(fixture.removed, 1);
	assert_false(exists(&fixture, "operator/shop"));
	assert_true(has(&fixture, WEB, "{\"a\":1}"));
	/* What is gone already counts as removed, too. */
	assert_int_equal(apply(&fixture, SHOP, NULL), 0);
	assert_int_equal(fixture.removed, 1);
	stop(&fixture);
}

/* Puts a file under the path as a person does with the commands, or without them. */
static void put_as_person(const struct fixture *fixture, const char *path, const char *content)
{
	_cleanup_store_ struct store *store = NULL;
	enum store_outcome outcome;

	assert_int_equal(store_open(fixture->root, STORE_CREATE, STORE_PERSON, &store, NULL), 0);
	assert_int_equal(store_put(store, path, content, strlen(content), false, &outcome, NULL),
			 0);
}

static void files_of_others_stay(void **state)
{
	struct fixture fixture;
	struct file_changes changes = {};

	start(&fixture);
	put_as_person(&fixture, WEB, "{\"of\":\"a person\"}");
	write_file(&fixture, "operator/other.json", "{\"of\":\"nobody\"}");
	assert_int_equal(apply(&fixture, WEB, "{}"), -EEXIST);
	assert_int_equal(apply(&fixture, "operator/other.json", "{}"), -EEXIST);
	assert_int_equal(apply(&fixture, WEB, NULL), 0);
	assert_int_equal(apply(&fixture, "operator/other.json", NULL), 0);
	assert_int_equal(fixture.written + fixture.removed, 0);
	assert_true(has(&fixture, WEB, "{\"of\":\"a person\"}"));
	assert_true(has(&fixture, "operator/other.json", "{\"of\":\"nobody\"}"));
	/* What comes after the failure is not done. */
	assert_int_equal(file_changes_add(&changes, WEB, "{}", NULL), 0);
	assert_int_equal(file_changes_add(&changes, SHOP, "{}", NULL), 0);
	assert_int_equal(host_files_apply(fixture.files, &changes, on_done, &fixture, NULL), 0);
	wait_for(&fixture, &fixture.done, 5);
	assert_int_equal(fixture.results[4], -EEXIST);
	assert_false(exists(&fixture, SHOP));
	stop(&fixture);
}

static void a_hostile_path_is_refused(void **state)
{
	static const char *const paths[] = { "../web.json",	     "/etc/web.json",
					     "operator/../web.json", ".recorder/web.json",
					     "operator/web",	     "" };
	struct fixture fixture;
	size_t i;

	start(&fixture);
	for (i = 0; i < array_size(paths); i++) {
		assert_true(apply(&fixture, paths[i], "{}") < 0);
		assert_true(apply(&fixture, paths[i], NULL) <= 0);
	}
	assert_int_equal(fixture.written + fixture.removed, 0);
	stop(&fixture);
}

/* One that fails in the middle does not keep the others from being written. */
static void many_files_are_written_in_batches(void **state)
{
	struct fixture fixture;
	char path[64];
	size_t i, refused = 0;

	start(&fixture);
	assert_int_equal(mkdir(fixture.root, 0755), 0);
	assert_int_equal(mkdir(in_root(&fixture, "operator"), 0755), 0);
	write_file(&fixture, "operator/p100.json", "not the agent's");
	for (i = 0; i < MANY; i++) {
		snprintf(path, sizeof(path), "operator/p%zu.json", i);
		if (!host_files_has_room(fixture.files)) {
			/* More than that is refused, and not forgotten. */
			refused += apply_one(&fixture, path, "{}") == -EBUSY;
			while (!host_files_has_room(fixture.files))
				assert_int_equal(loop_iterate(fixture.loop, 10, NULL), 0);
		}
		assert_int_equal(apply_one(&fixture, path, "{}"), 0);
	}
	wait_for(&fixture, &fixture.done, MANY);
	wait_for(&fixture, &fixture.written, MANY - 1);
	assert_true(refused > 0);
	assert_int_equal(fixture.done, MANY);
	for (i = 0; i < MANY; i++) {
		snprintf(path, sizeof(path), "operator/p%zu.json", i);
		assert_int_equal(fixture.results[i], i == 100 ? -EEXIST : 0);
		assert_int_equal(has(&fixture, path, "{}"), i != 100);
	}
	stop(&fixture);
}

static void much_content_waits_for_the_next_batch(void **state)
{
	struct fixture fixture;
	char *content = calloc(1, (1 << 20) + 1);

	assert_non_null(content);
	memset(content, ' ', 1 << 20);
	start(&fixture);
	assert_int_equal(apply_one(&fixture, WEB, content), 0);
	assert_true(host_files_has_room(fixture.files));
	assert_int_equal(apply_one(&fixture, SHOP, content), 0);
	assert_false(host_files_has_room(fixture.files));
	wait_for(&fixture, &fixture.done, 2);
	assert_true(host_files_has_room(fixture.files));
	assert_true(has(&fixture, SHOP, content) || fixture.results[1] == 0);
	free(content);
	stop(&fixture);
}

/* A directory that cannot be made is a failure of each change. */
static void no_directory(void **state)
{
	struct fixture fixture;

	start(&fixture);
	assert_int_equal(symlink("nowhere", fixture.root), 0);
	assert_true(apply(&fixture, WEB, "{}") < 0);
	assert_int_equal(unlink(fixture.root), 0);
	assert_int_equal(apply(&fixture, WEB, "{}"), 0);
	stop(&fixture);
}

static void the_agents_files_are_listed(void **state)
{
	struct fixture fixture;

	start(&fixture);
	assert_int_equal(host_files_list(fixture.files, on_listed, &fixture, NULL), 0);
	wait_for(&fixture, &fixture.listed, 1);
	assert_string_equal(fixture.list, "");
	assert_false(exists(&fixture, ""));
	put_as_person(&fixture, "operator/person.json", "{}");
	assert_int_equal(apply(&fixture, WEB, "{}"), 0);
	assert_int_equal(apply(&fixture, SHOP, "{}"), 0);
	assert_int_equal(unlink(in_root(&fixture, WEB)), 0);
	assert_int_equal(host_files_list(fixture.files, on_listed, &fixture, NULL), 0);
	wait_for(&fixture, &fixture.listed, 2);
	assert_string_equal(fixture.list, SHOP " " WEB " ");
	stop(&fixture);
}

/* ---- drift */

/* Installs WEB and SHOP, and watches. */
static void start_watching(struct fixture *fixture)
{
	start(fixture);
	assert_int_equal(apply(fixture, WEB, "{}"), 0);
	assert_int_equal(apply(fixture, SHOP, "[]"), 0);
	assert_int_equal(host_files_watch(fixture->files, NULL), 0);
	wait_for(fixture, &fixture->kept, 1);
	assert_int_equal(fixture->kept_paths, 2);
	assert_int_equal(fixture->repaired, 0);
}

static void expect_repaired(struct fixture *fixture, const char *path, const char *content)
{
	wait_for(fixture, &fixture->repaired, 1);
	assert_string_equal(fixture->last_repaired, path);
	assert_true(has(fixture, path, content));
	fixture->repaired = 0;
}

static void drift_is_restored(void **state)
{
	struct fixture fixture;
	struct stat status;

	start_watching(&fixture);
	write_file(&fixture, WEB, "{\"defaultAction\":\"SCMP_ACT_ALLOW\"}");
	expect_repaired(&fixture, WEB, "{}");
	assert_int_equal(chmod(in_root(&fixture, WEB), 0666), 0);
	expect_repaired(&fixture, WEB, "{}");
	assert_int_equal(lstat(in_root(&fixture, WEB), &status), 0);
	assert_int_equal(status.st_mode & 07777, 0644);
	assert_int_equal(unlink(in_root(&fixture, SHOP)), 0);
	expect_repaired(&fixture, SHOP, "[]");
	assert_int_equal(unlink(in_root(&fixture, WEB)), 0);
	assert_int_equal(symlink("/etc/passwd", in_root(&fixture, WEB)), 0);
	expect_repaired(&fixture, WEB, "{}");
	assert_int_equal(rename(in_root(&fixture, WEB), in_root(&fixture, "operator/b.json")), 0);
	expect_repaired(&fixture, WEB, "{}");
	stop(&fixture);
}

/* Whoever comes later learns what is there, too. */
static void who_watches_again_has_all_files_checked(void **state)
{
	struct fixture fixture;

	start_watching(&fixture);
	assert_int_equal(host_files_watch(fixture.files, NULL), 0);
	wait_for(&fixture, &fixture.kept, 2);
	assert_int_equal(fixture.kept_paths, 2);
	write_file(&fixture, WEB, "changed");
	expect_repaired(&fixture, WEB, "{}");
	stop(&fixture);
}

static void a_removed_directory_is_restored(void **state)
{
	struct fixture fixture;

	start_watching(&fixture);
	assert_int_equal(
		nftw(in_root(&fixture, "operator/shop"), remove_one, 8, FTW_DEPTH | FTW_PHYS), 0);
	expect_repaired(&fixture, SHOP, "[]");
	/* The new directory is watched as the old one was. */
	write_file(&fixture, SHOP, "changed");
	expect_repaired(&fixture, SHOP, "[]");
	assert_int_equal(rename(in_root(&fixture, "operator"), in_root(&fixture, "moved")), 0);
	wait_for(&fixture, &fixture.repaired, 2);
	assert_true(has(&fixture, WEB, "{}") && has(&fixture, SHOP, "[]"));
	stop(&fixture);
}

/* What happens in a directory that was moved away is no business of the agent. */
static void a_directory_that_was_moved_away_is_not_watched(void **state)
{
	struct fixture fixture;
	size_t kept;

	start_watching(&fixture);
	assert_int_equal(rename(in_root(&fixture, "operator/shop"), in_root(&fixture, "../away")),
			 0);
	expect_repaired(&fixture, SHOP, "[]");
	/* Until the checks of all files have ended that the new directory led to. */
	do {
		kept = fixture.kept;
		write_file(&fixture, WEB, "changed");
		expect_repaired(&fixture, WEB, "{}");
	} while (fixture.kept != kept);
	write_file(&fixture, "../away/web.json", "changed");
	write_file(&fixture, WEB, "changed");
	expect_repaired(&fixture, WEB, "{}");
	assert_int_equal(fixture.kept, kept);
	stop(&fixture);
}

static void a_new_directory_is_watched(void **state)
{
	struct fixture fixture;

	start_watching(&fixture);
	assert_int_equal(apply(&fixture, "operator/new/web.json", "{}"), 0);
	write_file(&fixture, "operator/new/web.json", "changed");
	expect_repaired(&fixture, "operator/new/web.json", "{}");
	write_file(&fixture, "operator/new/web.json", "changed again");
	expect_repaired(&fixture, "operator/new/web.json", "{}");
	stop(&fixture);
}

/* Somebody who changes a directory all the time does not keep the agent from looking at it. */
static void restless_neighbours(void **state)
{
	struct fixture fixture;
	int64_t end = clock_ns(CLOCK_MONOTONIC) + PATIENCE_NS;

	start_watching(&fixture);
	write_file(&fixture, WEB, "changed");
	while (!fixture.repaired) {
		if (clock_ns(CLOCK_MONOTONIC) > end)
			fail_msg("it was not restored");
		write_file(&fixture, "operator/log", "line");
		assert_int_equal(loop_iterate(fixture.loop, 5, NULL), 0);
	}
	assert_true(has(&fixture, WEB, "{}"));
	stop(&fixture);
}

static void a_file_without_a_record_is_lost(void **state)
{
	struct fixture fixture;

	start_watching(&fixture);
	assert_int_equal(unlink(in_root(&fixture, ".recorder/" WEB)), 0);
	write_file(&fixture, WEB, "changed");
	wait_for(&fixture, &fixture.lost, 1);
	assert_string_equal(fixture.last_lost, WEB);
	assert_true(has(&fixture, WEB, "changed"));
	assert_int_equal(fixture.repaired, 0);
	stop(&fixture);
}

/* Temporary files and records are hidden. */
static void hidden_files_are_ignored(void **state)
{
	struct fixture fixture;

	start_watching(&fixture);
	write_file(&fixture, "operator/.web.json.tmp", "half");
	write_file(&fixture, ".hidden", "half");
	write_file(&fixture, WEB, "changed");
	expect_repaired(&fixture, WEB, "{}");
	assert_int_equal(fixture.lost, 0);
	assert_int_equal(fixture.kept, 1);
	stop(&fixture);
}

/* Nothing outside is written, and the other files are restored still. */
static void a_directory_becomes_a_link(void **state)
{
	struct fixture fixture;
	char outside[128];
	struct stat status;

	start_watching(&fixture);
	assert_int_equal(apply(&fixture, "operator/zoo/web.json", "{}"), 0);
	snprintf(outside, sizeof(outside), "%s/outside", fixture.directory);
	assert_int_equal(mkdir(outside, 0755), 0);
	assert_int_equal(rename(in_root(&fixture, "operator/shop"), in_root(&fixture, "old")), 0);
	assert_int_equal(symlink(outside, in_root(&fixture, "operator/shop")), 0);
	write_file(&fixture, "operator/zoo/web.json", "changed");
	wait_for(&fixture, &fixture.trouble, 1);
	expect_repaired(&fixture, "operator/zoo/web.json", "{}");
	assert_true(apply(&fixture, SHOP, "changed") < 0);
	assert_true(apply(&fixture, SHOP, NULL) <= 0);
	assert_int_equal(lstat(outside, &status), 0);
	assert_int_equal(rmdir(outside), 0); /* it is empty */
	stop(&fixture);
}

/* ---- the end */

static void files_are_destroyed_while_they_are_written(void **state)
{
	struct fixture fixture;
	char path[64];
	size_t i;

	start_watching(&fixture);
	for (i = 0; i < 100; i++) {
		snprintf(path, sizeof(path), "operator/p%zu.json", i);
		if (host_files_has_room(fixture.files))
			assert_int_equal(apply_one(&fixture, path, "{}"), 0);
	}
	assert_int_equal(host_files_list(fixture.files, on_listed, &fixture, NULL), 0);
	write_file(&fixture, WEB, "changed");
	stop(&fixture);
	assert_int_equal(fixture.done, 2); /* those of the start */
	host_files_destroy(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(files_are_written_and_removed),
		cmocka_unit_test(files_of_others_stay),
		cmocka_unit_test(a_hostile_path_is_refused),
		cmocka_unit_test(many_files_are_written_in_batches),
		cmocka_unit_test(much_content_waits_for_the_next_batch),
		cmocka_unit_test(no_directory),
		cmocka_unit_test(the_agents_files_are_listed),
		cmocka_unit_test(drift_is_restored),
		cmocka_unit_test(who_watches_again_has_all_files_checked),
		cmocka_unit_test(a_removed_directory_is_restored),
		cmocka_unit_test(a_directory_that_was_moved_away_is_not_watched),
		cmocka_unit_test(a_new_directory_is_watched),
		cmocka_unit_test(restless_neighbours),
		cmocka_unit_test(a_file_without_a_record_is_lost),
		cmocka_unit_test(hidden_files_are_ignored),
		cmocka_unit_test(a_directory_becomes_a_link),
		cmocka_unit_test(files_are_destroyed_while_they_are_written),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
