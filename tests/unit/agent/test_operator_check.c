// SPDX-License-Identifier: Apache-2.0
#include <errno.h>
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

#include "agent/operator_check.h"
#include "json/cursor.h"
#include "util/array.h"
#include "util/cleanup.h"
#include "util/error.h"

static int check(const char *definition, struct error *err)
{
	_cleanup_json_ json_t *object = json_loads(definition, JSON_DECODE_ANY, NULL);

	assert_non_null(object);
	return operator_check_definition(object, err);
}

static void a_webhook_is_the_operators(void **state)
{
	_cleanup_error_ struct error err = ERROR_INIT;

	assert_int_equal(check("{\"spec\":{\"conversion\":{\"strategy\":\"Webhook\"}}}", &err),
			 -EEXIST);
	assert_non_null(strstr(error_message(&err), "Security Profiles Operator"));
	assert_non_null(strstr(error_message(&err), "uninstall it"));
}

static const char *const ours[] = {
	"{\"spec\":{\"conversion\":{\"strategy\":\"None\"}}}",
	"{\"spec\":{\"conversion\":{\"strategy\":7}}}",
	"{\"spec\":{\"conversion\":[\"Webhook\"]}}",
	"{\"spec\":{}}",
	"{\"spec\":\"Webhook\"}",
	"{}",
	"[]",
	"null",
};

static void anything_else_is_not(void **state)
{
	size_t i;

	for (i = 0; i < array_size(ours); i++)
		assert_int_equal(check(ours[i], NULL), 0);
	assert_int_equal(operator_check_definition(NULL, NULL), 0);
}

static void a_link_is_the_operators(void **state)
{
	_cleanup_error_ struct error err = ERROR_INIT;
	char root[] = "/tmp/recorder-unit.XXXXXX", path[64];

	assert_non_null(mkdtemp(root));
	snprintf(path, sizeof(path), "%s/operator", root);
	assert_int_equal(operator_check_node(root, NULL), 0);
	assert_int_equal(mkdir(path, 0755), 0);
	assert_int_equal(operator_check_node(root, NULL), 0);
	assert_int_equal(rmdir(path), 0);
	/* It counts even if it leads nowhere. */
	assert_int_equal(symlink("/var/lib/security-profiles-operator", path), 0);
	assert_int_equal(operator_check_node(root, &err), -EEXIST);
	assert_non_null(strstr(error_message(&err), path));
	assert_non_null(strstr(error_message(&err), "remove the link"));
	assert_int_equal(unlink(path), 0);
	assert_int_equal(rmdir(root), 0);
	assert_int_equal(operator_check_node(root, NULL), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_webhook_is_the_operators),
		cmocka_unit_test(anything_else_is_not),
		cmocka_unit_test(a_link_is_the_operators),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
