// SPDX-License-Identifier: Apache-2.0
#include <errno.h>
#include <limits.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "recording/observation.h"
#include "cgroup/capability.h"
#include "cgroup/process.h"
#include "util/cleanup.h"
#include "util/error.h"

#define NO_PROCESS INT_MAX /* the kernel's limit is 1 << 22 (PID_MAX_LIMIT) */

static int keep_name(void **state)
{
	static char name[CALL_PROCESS_SIZE];

	prctl(PR_GET_NAME, name);
	*state = name;
	return 0;
}

static int restore_name(void **state)
{
	prctl(PR_SET_NAME, *state);
	return 0;
}

static void a_process_has_a_name(void **state)
{
	_cleanup_free_ char *name = NULL;

	prctl(PR_SET_NAME, "15 characters!!");
	assert_int_equal(process_name(getpid(), &name, NULL), 0);
	assert_string_equal(name, "15 characters!!");
}

static void a_process_may_call_itself_anything(void **state)
{
	_cleanup_free_ char *name = NULL;

	prctl(PR_SET_NAME, "");
	assert_int_equal(process_name(getpid(), &name, NULL), 0);
	assert_string_equal(name, "");
}

static void a_kernel_thread_is_recognised(void **state)
{
	_cleanup_free_ char *name = NULL;
	bool kernel;

	prctl(PR_SET_NAME, ") R 1 1 1");
	assert_int_equal(process_is_kernel_thread(getpid(), &kernel, NULL), 0);
	assert_false(kernel);
	assert_int_equal(process_is_kernel_thread(NO_PROCESS, &kernel, NULL), -ESRCH);
	/* kthreadd, unless this is another PID namespace. */
	if (process_name(2, &name, NULL) < 0 || strcmp(name, "kthreadd") != 0)
		return;
	assert_int_equal(process_is_kernel_thread(2, &kernel, NULL), 0);
	assert_true(kernel);
}

static void a_process_that_is_not_there_is_named(void **state)
{
	_cleanup_observation_ struct observation observation = { .seccomp = SECCOMP_MODE_UNKNOWN };
	_cleanup_error_ struct error err = ERROR_INIT;
	bool filtered = true;
	char *name = NULL;

	assert_int_equal(process_name(NO_PROCESS, &name, &err), -ESRCH);
	assert_string_equal(error_message(&err), "there is no process 2147483647");
	assert_null(name);
	assert_int_equal(process_is_filtered(NO_PROCESS, &filtered, &err), -ESRCH);
	assert_true(filtered);
	assert_int_equal(process_describe(NO_PROCESS, &observation, &err), -ESRCH);
	assert_int_equal(observation.seccomp, SECCOMP_MODE_UNKNOWN);
	assert_false(observation.capabilities_known);
}

static void this_process_is_described(void **state)
{
	_cleanup_observation_ struct observation observation = {};
	size_t expected = 0;
	bool filtered;
	int bit;

	if (prctl(PR_GET_SECCOMP) != 0)
		skip();
	assert_int_equal(process_is_filtered(getpid(), &filtered, NULL), 0);
	assert_false(filtered);
	assert_int_equal(process_describe(getpid(), &observation, NULL), 0);
	assert_int_equal(observation.seccomp, SECCOMP_MODE_UNCONFINED);
	assert_int_equal(observation.no_new_privs, prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0));
	assert_true(observation.capabilities_known);
	for (bit = 0; bit < 64; bit++)
		expected += prctl(PR_CAPBSET_READ, bit) == 1;
	assert_int_equal(observation.capability_count, expected);
}

/* Installs a filter that allows everything, reports that to the parent, and waits to be killed. */
static void be_filtered(int ready)
{
	struct sock_filter allow = BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
	struct sock_fprog program = { 1, &allow };

	prctl(PR_CAPBSET_DROP, 0); /* CAP_CHOWN; needs CAP_SETPCAP */
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ||
	    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) < 0 || write(ready, "", 1) != 1)
		_exit(1);
	for (;;)
		pause();
}

static void a_filtered_process_is_described(void **state)
{
	_cleanup_observation_ struct observation observation = {};
	bool filtered = false;
	int fds[2], described, told;
	char byte;
	pid_t child;

	assert_int_equal(pipe(fds), 0);
	child = fork();
	assert_return_code(child, errno);
	if (child == 0)
		be_filtered(fds[1]);
	close(fds[1]);
	if (read(fds[0], &byte, 1) != 1)
		byte = 1;
	told = process_is_filtered(child, &filtered, NULL);
	described = process_describe(child, &observation, NULL);
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
	close(fds[0]);
	assert_int_equal(byte, 0);
	assert_int_equal(told, 0);
	assert_true(filtered);
	assert_int_equal(described, 0);
	assert_int_equal(observation.seccomp, SECCOMP_MODE_FILTERED);
	assert_int_equal(observation.no_new_privs, TRISTATE_YES);
	if (geteuid() == 0 && observation.capability_count)
		assert_string_not_equal(observation.capabilities[0], "CAP_CHOWN");
}

/* The first capability, one in the middle, the last with a name, and two of a later kernel. */
static void capabilities_have_names(void **state)
{
	_cleanup_observation_ struct observation observation = {};
	uint64_t mask = 1 << 0 | 1 << 21 | 1ULL << 40 | 1ULL << 41 | 1ULL << 63;

	assert_int_equal(capability_add_mask(&observation, mask, NULL), 0);
	assert_int_equal(observation.capability_count, 5);
	assert_string_equal(observation.capabilities[0], "CAP_41");
	assert_string_equal(observation.capabilities[1], "CAP_63");
	assert_string_equal(observation.capabilities[2], "CAP_CHECKPOINT_RESTORE");
	assert_string_equal(observation.capabilities[3], "CAP_CHOWN");
	assert_string_equal(observation.capabilities[4], "CAP_SYS_ADMIN");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_process_has_a_name, keep_name, restore_name),
		cmocka_unit_test_setup_teardown(a_process_may_call_itself_anything, keep_name,
						restore_name),
		cmocka_unit_test_setup_teardown(a_kernel_thread_is_recognised, keep_name,
						restore_name),
		cmocka_unit_test(a_process_that_is_not_there_is_named),
		cmocka_unit_test(this_process_is_described),
		cmocka_unit_test(a_filtered_process_is_described),
		cmocka_unit_test(capabilities_have_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
