// SPDX-License-Identifier: Apache-2.0
#include <errno.h>
#include <fcntl.h>
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

#include "agent/evidence.h"
#include "util/array.h"
#include "util/cleanup.h"
#include "util/error.h"
#include "util/file.h"

#define DAMAGED "shop/web.1.recording.json"
#define ASIDE "shop/web.1.unreadable.recording.json"

static char directory[] = "/tmp/recorder-unit-XXXXXX";

static int make_directory(void **state)
{
	return mkdtemp(directory) && chdir(directory) == 0 && mkdir("shop", 0700) == 0 ? 0 : -1;
}

static int remove_directory(void **state)
{
	static const char *const files[] = { DAMAGED, ASIDE, "shop/a.object.json",
					     "shop/b.object.json", "shop/c.object.json" };
	size_t i;

	for (i = 0; i < array_size(files); i++)
		unlink(files[i]);
	return rmdir("shop") == 0 && rmdir(directory) == 0 ? 0 : -1;
}

static void write_text(const char *path, const char *text)
{
	assert_int_equal(file_write_atomic(AT_FDCWD, path, text, strlen(text), 0600, NULL), 0);
}

/* Opens what cannot be read, records a call, and reads that again. */
static void expect_aside(void)
{
	_cleanup_recording_ struct recording ended = {}, live = {};
	struct observation observation = { .container_name = strdup("main") };
	const struct call call = { .nr = 1 };
	struct evidence *evidence;
	struct error err = ERROR_INIT;
	struct stat status;

	assert_int_equal(evidence_open(directory, "shop", "web", "1", &evidence, &err), 0);
	assert_non_null(strstr(evidence_unreadable(evidence), "web.1.unreadable.recording.json"));
	assert_int_equal(evidence_recording(evidence)->observation_count, 0);
	assert_int_equal(lstat(DAMAGED, &status), -1);
	assert_int_equal(lstat(ASIDE, &status), 0);

	assert_int_equal(call_set_add(&observation.calls, &call, NULL), 0);
	assert_int_equal(recording_add(&ended, &observation, NULL), 0);
	assert_int_equal(evidence_add(evidence, &ended, &live, NULL), 0);
	assert_int_equal(evidence_save(evidence, NULL), 0);
	assert_true(recording_complete(evidence_recording(evidence)));
	assert_int_equal(evidence_add_gap(evidence, "a container went unseen", NULL), 0);
	assert_int_equal(evidence_save(evidence, NULL), 0);
	evidence_close(evidence);

	assert_int_equal(evidence_open(directory, "shop", "web", "1", &evidence, &err), 0);
	assert_null(evidence_unreadable(evidence));
	assert_int_equal(evidence_recording(evidence)->observation_count, 1);
	assert_false(recording_complete(evidence_recording(evidence)));
	evidence_close(evidence);
}

static void what_cannot_be_read_is_set_aside(void **state)
{
	write_text(DAMAGED, "{\"format\": \"recorder.recording/v2\", \"obser");
	expect_aside();
	assert_int_equal(unlink(DAMAGED), 0);
	assert_int_equal(symlink("/etc/passwd", DAMAGED), 0);
	expect_aside();
}

static void collect(void *data, const char *text, size_t size)
{
	strncat(data, text, size);
}

static void a_bad_file_does_not_hide_others(void **state)
{
	char all[8] = "";

	write_text("shop/a.object.json", "a");
	assert_int_equal(mkfifo("shop/b.object.json", 0600), 0);
	write_text("shop/c.object.json", "c");
	assert_int_equal(evidence_visit(directory, collect, all, NULL), -EINVAL);
	assert_string_equal(all, "ac");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_cannot_be_read_is_set_aside),
		cmocka_unit_test(a_bad_file_does_not_hide_others),
	};

	return cmocka_run_group_tests(tests, make_directory, remove_directory);
}
