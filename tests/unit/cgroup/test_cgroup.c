// SPDX-License-Identifier: Apache-2.0
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "cgroup/cgroup.h"
#include "util/array.h"
#include "util/error.h"

#define V1_LINES                                                              \
	"31 23 0:28 / /sys/fs/cgroup rw,relatime - tmpfs tmpfs rw,mode=755\n" \
	"32 31 0:29 / /sys/fs/cgroup/cpu rw shared:5 master:1 - cgroup cgroup rw,cpu\n"

static const struct {
	const char *mountinfo;
	const char *path;
	const char *root;
	bool hybrid;
} mounts[] = {
	/* Pure v2. */
	{ "22 1 8:1 / / rw - ext4 /dev/sda1 rw\n"
	  "30 22 0:26 / /sys/fs/cgroup rw,nosuid shared:4 - cgroup2 cgroup2 rw,nsdelegate\n",
	  "/sys/fs/cgroup", "/", false },
	/* Hybrid. */
	{ V1_LINES "41 31 0:38 / /sys/fs/cgroup/unified rw,relatime - cgroup2 cgroup2 rw\n",
	  "/sys/fs/cgroup/unified", "/", true },
	/*
	 * A bind mount of a part, as in a container; then with a mount of the whole hierarchy too.
	 */
	{ "50 22 0:26 /docker/abc /sys/fs/cgroup ro - cgroup2 cgroup rw\n", "/sys/fs/cgroup",
	  "/docker/abc", false },
	{ "50 22 0:26 /docker/abc /sys/fs/cgroup ro - cgroup2 cgroup rw\n"
	  "51 22 0:26 / /host/sys/fs/cgroup rw - cgroup2 cgroup rw\n",
	  "/host/sys/fs/cgroup", "/", false },
	/* Characters that the kernel escapes. */
	{ "50 22 0:26 / /mnt/a\\040b\\134c rw - cgroup2 none rw\n", "/mnt/a b\\c", "/", false },
	/* Malformed lines. */
	{ "\n - \n1 2 - cgroup2\n50 22 0:26 / /x rw - cgroup2 none rw", "/x", "/", false },
};

static void the_v2_mount_is_found(void **state)
{
	size_t i;

	for (i = 0; i < array_size(mounts); i++) {
		_cleanup_cgroup_mount_ struct cgroup_mount mount = {};

		assert_int_equal(cgroup_mount_parse(mounts[i].mountinfo, &mount, NULL), 0);
		assert_string_equal(mount.path, mounts[i].path);
		assert_string_equal(mount.root, mounts[i].root);
		assert_int_equal(mount.hybrid, mounts[i].hybrid);
	}
}

static void v1_alone_is_refused_with_advice(void **state)
{
	_cleanup_error_ struct error err = ERROR_INIT;
	struct cgroup_mount mount;

	assert_int_equal(cgroup_mount_parse(V1_LINES, &mount, &err), -ENOENT);
	assert_non_null(strstr(error_message(&err), "mount -t cgroup2"));
}

static const struct {
	const char *text;
	const char *path; /* NULL: none */
} processes[] = {
	{ "0::/system.slice/x.service\n", "/system.slice/x.service" },
	{ "0::/\n", "/" },
	/* Hybrid: the v1 paths differ. */
	{ "9:name=systemd:/a\n4:memory:/b/0::/c\n0::/d\n", "/d" },
	{ "0::/docker/abc (deleted)\n", "/docker/abc" },
	{ "0::/../x", "/../x" },
	{ "4:memory:/b\n", NULL },
	{ "", NULL },
};

static void the_v2_line_of_a_process_counts(void **state)
{
	size_t i;

	for (i = 0; i < array_size(processes); i++) {
		_cleanup_free_ char *path = NULL;
		int r = cgroup_of_text(processes[i].text, &path, NULL);

		if (processes[i].path) {
			assert_int_equal(r, 0);
			assert_string_equal(path, processes[i].path);
		} else {
			assert_int_equal(r, -ENOENT);
		}
	}
}

static void a_process_that_is_not_there(void **state)
{
	_cleanup_error_ struct error err = ERROR_INIT;
	char *path;

	/* A pid above the kernel's highest limit (PID_MAX_LIMIT, 2^22). */
	assert_int_equal(cgroup_of_pid(1 << 23, &path, &err), -ESRCH);
	assert_non_null(strstr(error_message(&err), "there is no process 8388608"));
}

static const struct {
	const char *root;
	const char *path;
	const char *directory; /* NULL: refused */
} directories[] = {
	{ "/", "/", "/cg" },
	{ "/", "/a/b", "/cg/a/b" },
	{ "/", "a", NULL },
	{ "/", "/a/../..", NULL },
	{ "/", "/../a", NULL },
	{ "/", "/a..b/..c", "/cg/a..b/..c" },
	{ "/docker/abc", "/docker/abc", "/cg" },
	{ "/docker/abc", "/docker/abc/d", "/cg/d" },
	{ "/docker/abc", "/docker/abcd", NULL },
	{ "/docker/abc", "/docker", NULL },
};

static void paths_stay_below_the_mount(void **state)
{
	size_t i;

	for (i = 0; i < array_size(directories); i++) {
		const struct cgroup_mount mount = { (char *)"/cg", (char *)directories[i].root,
						    false };
		_cleanup_free_ char *directory = NULL;
		int r = cgroup_directory(&mount, directories[i].path, &directory, NULL);

		if (!directories[i].directory) {
			assert_int_equal(r, -EINVAL);
			continue;
		}
		assert_int_equal(r, 0);
		assert_string_equal(directory, directories[i].directory);
	}
}

/* /proc/self plays the hierarchy here: only its directories matter. */
static void arguments_are_paths_of_either_kind(void **state)
{
	const struct cgroup_mount mount = { (char *)"/proc/self", (char *)"/", false };
	_cleanup_free_ char *mounted = NULL, *plain = NULL, *top = NULL;
	char *none;

	assert_int_equal(cgroup_path_of_argument(&mount, "/proc/self/task/", &mounted, NULL), 0);
	assert_string_equal(mounted, "/task");
	assert_int_equal(cgroup_path_of_argument(&mount, "/task", &plain, NULL), 0);
	assert_string_equal(plain, "/task");
	assert_int_equal(cgroup_path_of_argument(&mount, "/proc/self", &top, NULL), 0);
	assert_string_equal(top, "/");
	assert_int_equal(cgroup_path_of_argument(&mount, "/missing", &none, NULL), -ENOENT);
	assert_int_equal(cgroup_path_of_argument(&mount, "/stat", &none, NULL), -ENOENT);
	assert_int_equal(cgroup_path_of_argument(&mount, "task", &none, NULL), -EINVAL);
	assert_int_equal(cgroup_path_of_argument(&mount, "/task/../..", &none, NULL), -EINVAL);
	assert_int_equal(cgroup_path_of_argument(&mount, "", &none, NULL), -EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_v2_mount_is_found),
		cmocka_unit_test(v1_alone_is_refused_with_advice),
		cmocka_unit_test(the_v2_line_of_a_process_counts),
		cmocka_unit_test(a_process_that_is_not_there),
		cmocka_unit_test(paths_stay_below_the_mount),
		cmocka_unit_test(arguments_are_paths_of_either_kind),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
