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

static const struct {
	const char *output;
	const char *version; /* NULL: none */
} versions[] = {
	{ "runc version 1.1.5+ds1\ncommit: 1.1.5+ds1-1+deb12u1\nspec: 1.0.2-dev\n", "1.1.5" },
	{ "crun version 1.8.1\ncommit: f8a096be\n", "1.8.1" },
	{ "runc version 1.3.0-rc.1\n", "1.3.0" },
	{ "youki version v0.3.2\n", "0.3.2" },
	{ "Docker version 20.10.24+dfsg1, build 297e128\n", "20.10.24" },
	{ "podman version 4.3.1\n", "4.3.1" },
	{ "containerd github.com/containerd/containerd 1.6.20~ds1 1.6.20~ds1-1+deb12u2\n",
	  "1.6.20" },
	{ "containerd github.com/containerd/containerd/v2 v2.0.5 fb4c30d4ede3531652d86197bf3fc9515e5276d9\n",
	  "2.0.5" },
	{ "containerd github.com/k3s-io/containerd v1.7.11-k3s2 x\n", "1.7.11" },
	{ "containerd\nx 1.0\n", NULL },
	{ "crun version UNKNOWN\n", NULL },
	{ "usage: x\nthe version 1.0\n", NULL },
	{ "", NULL },
};

static void versions_are_read_from_the_first_line(void **state)
{
	size_t i;

	for (i = 0; i < array_size(versions); i++) {
		_cleanup_free_ char *version = NULL;
		int r = runtime_version_parse("x", versions[i].output, &version, NULL);

		if (versions[i].version) {
			assert_int_equal(r, 0);
			assert_string_equal(version, versions[i].version);
		} else {
			assert_int_equal(r, -EPROTO);
		}
	}
}

static char program[] = "/tmp/recorder-unit.XXXXXX";

static void write_program(const char *script, mode_t mode)
{
	assert_int_equal(file_write_atomic(AT_FDCWD, program, script, strlen(script), mode, NULL),
			 0);
}

static void the_program_itself_is_asked(void **state)
{
	_cleanup_free_ char *version = NULL, *second = NULL, *third = NULL;
	_cleanup_free_ char *asked = NULL, *said = NULL;
	_cleanup_error_ struct error err = ERROR_INIT;
	char *untouched = NULL;

	close(mkstemp(program));
	write_program("#!/bin/sh\ntest \"$*\" = --version && echo x version 7.8.9\n", 0755);
	assert_int_equal(runtime_version("nothing-of-that-name", program, &version, NULL), 0);
	assert_string_equal(version, "7.8.9");
	/* A program is asked once, and asked again after it was replaced. */
	write_program("#!/bin/sh\necho x version 7.9.0; echo asked >>\"$0.asked\"\n", 0755);
	assert_int_equal(runtime_version("nothing-of-that-name", program, &second, NULL), 0);
	assert_string_equal(second, "7.9.0");
	assert_int_equal(runtime_version("nothing-of-that-name", program, &third, NULL), 0);
	assert_string_equal(third, "7.9.0");
	assert_true(asprintf(&asked, "%s.asked", program) > 0);
	assert_int_equal(file_read(AT_FDCWD, asked, 100, &said, NULL, NULL), 0);
	assert_string_equal(said, "asked\n");
	unlink(asked);
	/*
	 * A program that others may change is not run, and one that prints nothing is not
	 * waited for.
	 */
	write_program("#!/bin/sh\necho x version 7.8.9\n", 0777);
	assert_int_equal(runtime_version("nothing-of-that-name", program, &untouched, NULL),
			 -ENOENT);
	write_program("#!/bin/sh\nexec sleep 100\n", 0755);
	assert_int_equal(runtime_version("nothing-of-that-name", program, &untouched, &err),
			 -ETIMEDOUT);
	assert_null(untouched);
	unlink(program);
}

static void a_program_that_prints_nothing_is_given_up(void **state)
{
	_cleanup_error_ struct error err = ERROR_INIT;
	_cleanup_free_ char *version = NULL;

	write_program("#!/bin/sh\nexec sleep 1000\n", 0755);
	assert_int_equal(runtime_version("nothing-of-that-name", program, &version, &err),
			 -ETIMEDOUT);
	assert_non_null(strstr(error_message(&err), "--version'"));
	assert_null(version);
	unlink(program);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(runtimes_are_told_from_what_names_them),
		cmocka_unit_test(versions_are_read_from_the_first_line),
		cmocka_unit_test(the_program_itself_is_asked),
		cmocka_unit_test(a_program_that_prints_nothing_is_given_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
