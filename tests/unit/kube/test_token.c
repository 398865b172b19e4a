// SPDX-License-Identifier: Apache-2.0
//
// Tokens: where they come from, and how they are replaced.
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "kube/config.h"
#include "kube/token.h"
#include "util/array.h"
#include "util/error.h"
#include "util/file.h"

static char path[64];

static int make_path(void **state)
{
	int fd;

	strcpy(path, "/tmp/recorder-unit.XXXXXX");
	fd = mkstemp(path);
	return fd < 0 ? -1 : close(fd);
}

static int remove_path(void **state)
{
	return unlink(path);
}

/* Replaces the file, as the kubelet does. */
static void write_token(const char *text)
{
	assert_int_equal(file_write_atomic(AT_FDCWD, path, text, strlen(text), 0600, NULL), 0);
}

static struct token *make_token(char *file, char *text)
{
	const struct kube_config config = { .token_file = file, .token = text };
	struct token *token;

	assert_int_equal(token_create(&config, &token, NULL), 0);
	return token;
}

static void expect(struct token *token, const char *header)
{
	_cleanup_error_ struct error err = ERROR_INIT;
	const char *got;

	if (token_get(token, &got, &err) < 0)
		fail_msg("%s", error_message(&err));
	assert_string_equal(got, header);
}

static void of_the_configuration(void **state)
{
	_cleanup_token_ struct token *token = make_token(NULL, "abc");

	expect(token, "Bearer abc");
	token_refuse(token);
	expect(token, "Bearer abc");
}

static void none(void **state)
{
	assert_null(make_token(NULL, NULL));
}

static void replaced(void **state)
{
	_cleanup_token_ struct token *token = make_token(path, "unused");

	write_token("abc\n");
	expect(token, "Bearer abc");
	write_token("def");
	expect(token, "Bearer def");
}

/* While there is no new one, the old token serves. */
static void replaced_badly(void **state)
{
	_cleanup_token_ struct token *token = make_token(path, NULL);

	write_token("abc");
	expect(token, "Bearer abc");
	write_token("");
	expect(token, "Bearer abc");
	unlink(path);
	expect(token, "Bearer abc");
	write_token("def");
	expect(token, "Bearer def");
}

/* A refused token is read again, even if the file looks as it did. */
static void refused_by_the_server(void **state)
{
	_cleanup_token_ struct token *token = make_token(path, NULL);
	struct timespec times[2];
	struct stat before;
	int fd;

	write_token("abc");
	expect(token, "Bearer abc");
	assert_int_equal(stat(path, &before), 0);
	fd = open(path, O_WRONLY);
	assert_int_equal(write(fd, "def", 3), 3);
	times[0] = before.st_atim;
	times[1] = before.st_mtim;
	assert_int_equal(futimens(fd, times), 0);
	close(fd);
	expect(token, "Bearer abc");
	token_refuse(token);
	expect(token, "Bearer def");
}

static void no_tokens(void **state)
{
	static const char *const texts[] = { "",       "\n",   "a b",	  "a\nb: c",
					     "a\r\nb", "\x01", "\xc3\xa9" };
	size_t i;

	for (i = 0; i < array_size(texts); i++) {
		_cleanup_token_ struct token *token = make_token(path, NULL);
		_cleanup_error_ struct error err = ERROR_INIT;
		const char *header;

		write_token(texts[i]);
		assert_int_equal(token_get(token, &header, &err), -EINVAL);
		assert_non_null(strstr(error_message(&err), "has no token"));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(of_the_configuration),
		cmocka_unit_test(none),
		cmocka_unit_test(replaced),
		cmocka_unit_test(replaced_badly),
		cmocka_unit_test(refused_by_the_server),
		cmocka_unit_test(no_tokens),
	};

	return cmocka_run_group_tests(tests, make_path, remove_path);
}
