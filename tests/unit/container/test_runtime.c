// SPDX-License-Identifier: Apache-2.0
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "container/runtime.h"
#include "util/array.h"
#include "util/cleanup.h"
#include "util/error.h"
#include "util/file.h"

static const struct {
	const char *text;
	const char *name; /* NULL: not known */
	bool visible;
} names[] = {
	{ "runc", "runc", true },
	{ "/usr/sbin/runc", "runc", true },
	{ "io.containerd.runc.v2", "runc", true },
	{ "/usr/bin/containerd-shim-runc-v2", "runc", true },
	{ "crun", "crun", true },
	{ "/usr/local/bin/crun-1.15", "crun", true },
	{ "crun-wasm", "crun", true },
	{ "runsc", "runsc", false },
	{ "gvisor", "runsc", false },
	{ "io.containerd.runsc.v1", "runsc", false },
	{ "kata", "kata", false },
	{ "kata-qemu", "kata", false },
	{ "io.containerd.kata.v2", "kata", false },
	{ "/usr/bin/kata-runtime", "kata", false },
	{ "krun", "krun", false },
	{ "", NULL, true },
	{ "nvidia", NULL, true },
	{ "truncate", NULL, true },
};

static void runtimes_are_told_from_what_names_them(void **state)
{
	size_t i;

	for (i = 0; i < array_size(names); i++) {
		const char *name = runtime_name_of(names[i].text);

		if (!names[i].name) {
			assert_null(name);
			continue;
		}
		assert_non_null(name);
		assert_string_equal(name, names[i].name);
		assert_int_equal(runtime_is_visible(name), names[i].visible);
	}
}

static char program[] = "/tmp/recorder-unit.XXXXXX";

/* A name that is in no usual directory. */
#define NOWHERE "nothing-of-that-name"

static void copy_program(const char *from, mode_t mode)
{
	_cleanup_free_ char *data = NULL;
	size_t size;

	assert_int_equal(file_read(AT_FDCWD, from, 1 << 20, &data, &size, NULL), 0);
	assert_int_equal(file_write_atomic(AT_FDCWD, program, data, size, mode, NULL), 0);
}

static void check_version(const char *name, const char *expected)
{
	_cleanup_free_ char *version = NULL;
	_cleanup_error_ struct error err = ERROR_INIT;

	if (runtime_version(name, program, &version, &err) < 0)
		fail_msg("%s", error_message(&err));
	assert_string_equal(version, expected);
}

static void the_program_is_read(void **state)
{
	char *untouched = NULL;

	close(mkstemp(program));
	copy_program("tests/fuzz/corpus/elf/crun", 0755);
	check_version("crun", "1.8.1");
	check_version("crun", "1.8.1");
	/* It is known as crun, and nothing was said of what it is not. */
	assert_true(runtime_version("runc", program, &untouched, NULL) < 0);
	/* A program that was replaced is another one. */
	copy_program("tests/fuzz/corpus/elf/runc", 0755);
	check_version("runc", "1.1.5");
	/* One that others may change, or that is no program, is not believed. */
	copy_program("tests/fuzz/corpus/elf/crun", 0777);
	assert_int_equal(runtime_version(NOWHERE, program, &untouched, NULL), -ENOENT);
	assert_int_equal(program_version("crun", program, &untouched, NULL), -EPERM);
	copy_program("tests/fuzz/corpus/elf/crun", 0644);
	assert_int_equal(program_version("crun", program, &untouched, NULL), -EPERM);
	assert_null(untouched);
	unlink(program);
	assert_int_equal(program_version("crun", program, &untouched, NULL), -ENOENT);
}

/* What it would say is not asked for: running it could hang, or do anything else. */
static void no_program_is_run(void **state)
{
	static const char script[] = "#!/bin/sh\necho x version 7.8.9; echo ran >\"$0.ran\"\n";
	_cleanup_error_ struct error err = ERROR_INIT;
	_cleanup_free_ char *trace = NULL;
	char *untouched = NULL;

	assert_int_equal(file_write_atomic(AT_FDCWD, program, script, strlen(script), 0755, NULL),
			 0);
	assert_int_equal(runtime_version("crun", program, &untouched, &err), -EINVAL);
	assert_non_null(strstr(error_message(&err), program));
	assert_null(untouched);
	assert_true(asprintf(&trace, "%s.ran", program) > 0);
	assert_int_equal(access(trace, F_OK), -1);
	unlink(program);
}

/* Opening it would wait for someone who writes. */
static void a_program_that_hangs_is_not_waited_for(void **state)
{
	char *untouched = NULL;

	assert_int_equal(mkfifo(program, 0755), 0);
	assert_int_equal(program_version("crun", program, &untouched, NULL), -EPERM);
	assert_null(untouched);
	unlink(program);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(runtimes_are_told_from_what_names_them),
		cmocka_unit_test(the_program_is_read),
		cmocka_unit_test(no_program_is_run),
		cmocka_unit_test(a_program_that_hangs_is_not_waited_for),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
