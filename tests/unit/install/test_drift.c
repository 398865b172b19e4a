// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "install/drift.h"
#include "install/store.h"
#include "util/array.h"
#include "util/cleanup.h"

#define PROFILE(names)                                                           \
	"{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"syscalls\":[{\"names\":[" names \
	"],\"action\":\"SCMP_ACT_ALLOW\"}]}"

static const char installed[] = PROFILE("\"read\",\"write\"");

static const struct {
	const char *now; /* NULL: no regular file */
	const char *text;
} cases[] = {
	{ PROFILE("\"read\",\"write\",\"bpf\",\"ptrace\""), "now allows bpf, ptrace" },
	{ PROFILE("\"read\""), "no longer allows write" },
	{ PROFILE("\"read\",\"bpf\""), "now allows bpf; no longer allows write" },
	{ PROFILE("\"write\",\"read\",\"read\""), "differs in text or mode, but not in effect" },
	{ "{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"defaultErrnoRet\":38,\"syscalls\":[{\"names\":["
	  "\"read\",\"write\"],\"action\":\"SCMP_ACT_ALLOW\"}]}",
	  "allows the same calls, but answers others differently" },
	{ "{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"architectures\":[\"SCMP_ARCH_X86_64\",\"SCMP_ARCH_X86\"],"
	  "\"syscalls\":[{\"names\":[\"read\",\"write\",\"vm86\"],\"action\":\"SCMP_ACT_ALLOW\"}]}",
	  "now allows read, vm86, write" },
	{ PROFILE("\"read\",\"write\",\"no_such_call\""), "now allows no_such_call" },
	{ NULL, "is no longer a regular file" },
	{ "{", "operator/web.json:1:1: not JSON: string or '}' expected near end of file" },
};

static void a_change_is_described_by_its_effect(void **state)
{
	for (size_t i = 0; i < array_size(cases); i++) {
		const struct store_entry entry = {
			.path = (char *)"operator/web.json",
			.state = STORE_CHANGED,
			.content = (char *)cases[i].now,
			.size = cases[i].now ? strlen(cases[i].now) : 0,
			.installed = (char *)installed,
			.installed_size = strlen(installed),
		};
		_cleanup_free_ char *text = NULL;

		assert_int_equal(drift_describe(&entry, &text, NULL), 0);
		assert_string_equal(text, cases[i].text);
	}
}

/* A profile that now allows everything: more calls than a line has room for. */
static void many_calls_are_counted(void **state)
{
	const char now[] = "{\"defaultAction\":\"SCMP_ACT_ALLOW\"}";
	const struct store_entry entry = {
		.path = (char *)"operator/web.json",
		.content = (char *)now,
		.size = strlen(now),
		.installed = (char *)installed,
		.installed_size = strlen(installed),
	};
	_cleanup_free_ char *text = NULL;

	assert_int_equal(drift_describe(&entry, &text, NULL), 0);
	assert_memory_equal(text, "now allows ", strlen("now allows "));
	assert_non_null(strstr(text, " more"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_change_is_described_by_its_effect),
		cmocka_unit_test(many_calls_are_counted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
