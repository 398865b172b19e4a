// SPDX-License-Identifier: Apache-2.0
//
// Paths lead to the object that is named, or nowhere.
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "kube/path.h"
#include "util/array.h"
#include "util/cleanup.h"
#include "util/error.h"

static const struct kube_resource pods = { "", "v1", "pods", true };
static const struct kube_resource nodes = { "", "v1", "nodes", false };
static const struct kube_resource profiles = { "example.com", "v1", "profiles", false };

static void expect(const struct kube_resource *resource, const char *namespace, const char *name,
		   const char *subresource, const char *expected)
{
	_cleanup_error_ struct error err = ERROR_INIT;
	_cleanup_free_ char *path = NULL;

	if (kube_path(resource, namespace, name, subresource, &path, &err) < 0)
		fail_msg("%s", error_message(&err));
	assert_string_equal(path, expected);
}

static void accepted(void **state)
{
	expect(&pods, NULL, NULL, NULL, "/api/v1/pods");
	expect(&pods, "shop", NULL, NULL, "/api/v1/namespaces/shop/pods");
	expect(&pods, "shop", "web", "status", "/api/v1/namespaces/shop/pods/web/status");
	expect(&nodes, NULL, "node-1", NULL, "/api/v1/nodes/node-1");
	expect(&profiles, "shop", "a.b", NULL, "/apis/example.com/v1/profiles/a.b");
	expect(&profiles, NULL, "a:b?c=d#e f\xc3\xa9", NULL,
	       "/apis/example.com/v1/profiles/a%3Ab%3Fc%3Dd%23e%20f%C3%A9");
}

static void refused(void **state)
{
	static const char *const names[] = { "", ".", "..", "a/b", "../b", "a%2fb", "/" };
	_cleanup_error_ struct error err = ERROR_INIT;
	char *path = NULL;
	size_t i;

	for (i = 0; i < array_size(names); i++) {
		assert_int_equal(kube_path(&profiles, NULL, names[i], NULL, &path, NULL), -EINVAL);
		assert_int_equal(kube_path(&pods, names[i], "web", NULL, &path, NULL), -EINVAL);
		assert_int_equal(kube_path(&pods, names[i], NULL, NULL, &path, NULL), -EINVAL);
	}
	assert_int_equal(kube_path(&pods, NULL, "web", NULL, &path, &err), -EINVAL);
	assert_string_equal(error_message(&err), "the namespace of pods 'web' is not said");
	assert_null(path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(accepted),
		cmocka_unit_test(refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
