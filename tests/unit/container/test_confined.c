// SPDX-License-Identifier: Apache-2.0
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
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "container/confined.h"
#include "util/file.h"

#define TASKS "/run/containerd/io.containerd.runtime.v2.task/k8s.io"
#define FILTERED                                                                            \
	"{\"linux\":{\"seccomp\":{\"defaultAction\":\"SCMP_ACT_ERRNO\"}},\"annotations\":{" \
	"\"io.kubernetes.cri.container-name\":\"main\",\"io.kubernetes.cri.sandbox-name\":" \
	"\"web-0\",\"io.kubernetes.cri.sandbox-namespace\":\"shop\"}}"

/* A directory used as a machine's root, with the machine's state directories in it. */
static char root[] = "/tmp/recorder-unit.XXXXXX";

static void make_directories(char *path)
{
	for (char *slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		mkdir(path, 0755);
		*slash = '/';
	}
}

static void write_file(const char *id, const char *name, const char *text)
{
	char path[256];

	snprintf(path, sizeof(path), "%s" TASKS "/%s/%s", root, id, name);
	make_directories(path);
	assert_int_equal(file_write_atomic(AT_FDCWD, path, text, strlen(text), 0644, NULL), 0);
}

static void add_container(const char *id, pid_t pid, const char *config)
{
	char text[16];

	snprintf(text, sizeof(text), "%d", pid);
	write_file(id, "config.json", config);
	write_file(id, "init.pid", text);
}

static pid_t pid_of_nobody(void)
{
	pid_t pid = fork();

	if (pid == 0)
		_exit(0);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	return pid;
}

static int set_up(void **state)
{
	return mkdtemp(root) ? 0 : -1;
}

static int remove_one(const char *path, const struct stat *status, int type, struct FTW *at)
{
	return remove(path);
}

static int tear_down(void **state)
{
	return nftw(root, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

static void containers_that_run_under_a_filter(void **state)
{
	_cleanup_confined_list_ struct confined_list list = {};

	add_container("b2", getpid(), FILTERED);
	add_container("a1", getppid(), "{\"linux\":{\"seccomp\":{\"defaultAction\":\"x\"}}}");
	add_container("ended", pid_of_nobody(), FILTERED);
	add_container("unconfined", getpid(), "{\"linux\":{}}");
	add_container("broken", getpid(), "{");
	assert_int_equal(confined_find(root, NULL, &list, NULL), 0);
	assert_int_equal(list.length, 2);
	assert_string_equal(list.items[0].id, "a1");
	assert_null(list.items[0].pod_name);
	assert_string_equal(list.items[1].id, "b2");
	assert_string_equal(list.items[1].name, "main");
	assert_string_equal(list.items[1].pod_name, "web-0");
	assert_string_equal(list.items[1].pod_namespace, "shop");
	assert_string_equal(list.items[1].seccomp, "{\"defaultAction\":\"SCMP_ACT_ERRNO\"}");
	assert_null(list.items[1].localhost_profile);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(containers_that_run_under_a_filter),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
