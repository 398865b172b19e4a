/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_UNIT_PROFILE_FIXTURES_H
#define TESTS_UNIT_PROFILE_FIXTURES_H

/*
 * Helpers that several tests of profile/ share. Tests run from the top of the source tree.
 * UPDATE_GOLDEN=1 writes the golden files anew; review them before you commit them.
 */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "recording/recording.h"
#include "recording/recording_format.h"
#include "util/cleanup.h"
#include "util/error.h"
#include "util/file.h"

#define GOLDEN "tests/golden/profile/"

/* Fails the test with the error's message if the call failed. */
#define assert_success(call, err)                           \
	do {                                                \
		if ((call) < 0)                             \
			fail_msg("%s", error_message(err)); \
	} while (0)

static inline char *read_golden(const char *file)
{
	_cleanup_error_ struct error err = ERROR_INIT;
	_cleanup_free_ char *path = NULL;
	char *text;

	assert_true(asprintf(&path, GOLDEN "%s", file) > 0);
	assert_success(file_read(AT_FDCWD, path, 1 << 20, &text, NULL, &err), &err);
	return text;
}

static inline void assert_golden(const char *file, const char *text)
{
	_cleanup_error_ struct error err = ERROR_INIT;
	_cleanup_free_ char *expected = NULL, *path = NULL;

	if (getenv("UPDATE_GOLDEN")) {
		assert_true(asprintf(&path, GOLDEN "%s", file) > 0);
		assert_success(file_write_atomic(AT_FDCWD, path, text, strlen(text), 0644, &err),
			       &err);
		return;
	}
	expected = read_golden(file);
	assert_string_equal(text, expected);
}

static inline struct recording read_golden_recording(const char *file)
{
	_cleanup_error_ struct error err = ERROR_INIT;
	_cleanup_free_ char *text = read_golden(file);
	struct recording recording;

	assert_success(recording_read(file, text, strlen(text), &recording, &err), &err);
	return recording;
}

static inline char *write_recording(const struct recording *recording)
{
	_cleanup_error_ struct error err = ERROR_INIT;
	char *text;

	assert_success(recording_write(recording, &text, &err), &err);
	return text;
}

static inline void add_call(struct call_set *set, enum abi abi, uint32_t nr, enum origin origin,
			    int64_t first_seen, const char *process)
{
	struct call call = { .nr = nr, .abi = abi, .origin = origin, .first_seen = first_seen };

	snprintf(call.process, sizeof(call.process), "%s", process);
	assert_int_equal(call_set_add(set, &call, NULL), 0);
}

#endif
