// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/types.h>

#include <cmocka.h>

#include "container/container_cgroup.h"
#include "util/array.h"

#define HEX "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define POD "/kubepods/besteffort/pod12345678-1234-1234-1234-123456789abc"

static const struct {
	const char *id;
	const char *cgroups_path;
	const char *path;
	const char *own; /* "": unknown */
} cases[] = {
	/* Engines' names, with nested cgroups below. */
	{ HEX, NULL, POD "/" HEX, POD "/" HEX },
	{ HEX, NULL, POD "/" HEX "/init", POD "/" HEX },
	{ HEX, NULL, "/system.slice/docker-" HEX ".scope/init.scope",
	  "/system.slice/docker-" HEX ".scope" },
	{ HEX, "user.slice:libpod:" HEX, "/user.slice/libpod-" HEX ".scope/container",
	  "/user.slice/libpod-" HEX ".scope" },
	/* Names that a user chose. */
	{ "web", NULL, "/web", "/web" },
	{ "web", NULL, "/a/web/init", "/a/web" },
	{ "web", NULL, "/a/webx", "" },
	{ "web", NULL, "/a/my-web", "" },
	{ "web", NULL, "/a/my-web.scope/x", "/a/my-web.scope" },
	{ "web", NULL, "/a:b:web", "/a:b:web" },
	{ "web", NULL, "/a/.scope", "" },
	{ "web.scope", NULL, "/a/web.scope", "/a/web.scope" },
	/* The bundle's cgroupsPath takes precedence over the id. */
	{ "web", "/x/y", "/x/y", "/x/y" },
	{ "web", "/x/y", "/x/y/web", "/x/y" },
	{ "web", "x/y/", "/above/x/y/z", "/above/x/y" },
	{ "web", "/x/y", "/x/yz", "" },
	{ "web", "/x/y", "/ax/y", "" },
	{ "web", "/x", "/ax/x/b", "/ax/x" },
	{ "web", "system.slice:any:name", "/system.slice/any-name.scope",
	  "/system.slice/any-name.scope" },
	{ "web", "system.slice::name", "/system.slice/name.scope", "/system.slice/name.scope" },
	{ "web", "system.slice:any:name", "/system.slice:any:name", "/system.slice:any:name" },
	{ "web", "/", "/session", "" },
	{ "web", "", "/session", "" },
	{ HEX, "", "/user.slice/session-1.scope", "" },
	/* Another container's cgroup. */
	{ HEX, "", "/docker/f" HEX, "" },
	{ "web", NULL, POD "/" HEX, "" },
};

static void a_containers_own_cgroup_is_told_by_its_path(void **state)
{
	size_t i;

	for (i = 0; i < array_size(cases); i++) {
		const struct container_key key = { .id = cases[i].id,
						   .cgroups_path = cases[i].cgroups_path };
		size_t length = container_cgroup_length(&key, cases[i].path);

		if (length != strlen(cases[i].own))
			print_error("%s in %s\n", cases[i].id, cases[i].path);
		assert_int_equal(length, strlen(cases[i].own));
		assert_memory_equal(cases[i].path, cases[i].own, length);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_containers_own_cgroup_is_told_by_its_path),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
