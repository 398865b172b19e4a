// SPDX-License-Identifier: Apache-2.0
#include "fixtures.h"

#include <stdio.h>

#include "seccomp/filter.h"
#include "seccomp/stub.h"

#define PROFILE(architectures, syscalls)                                             \
	"{\"defaultAction\": \"SCMP_ACT_ERRNO\", \"architectures\": [" architectures \
	"], \"syscalls\": [" syscalls "]}"
#define RULE(names, action) "{\"names\": [" names "], \"action\": \"SCMP_ACT_" action "\"}"

#define ENOSYS_ANSWER (SECCOMP_RET_ERRNO | 38)
#define EPERM_ANSWER (SECCOMP_RET_ERRNO | 1)

/* openat has the number 257 on x86-64 and x32, and 295 on i386. */
#define NAMED RULE("\"read\", \"openat\"", "ALLOW")

/* Returns the filter that a version of runc makes on x86-64; the caller finishes it. */
static struct filter stubbed(const char *text, const char *runc)
{
	const struct scmp_arch *native = scmp_arch_find("SCMP_ARCH_X86_64");
	_cleanup_profile_ struct profile *profile = read_profile(text);
	_cleanup_scmp_arch_set_ struct scmp_arch_set set = {};
	_cleanup_compilation_ struct compilation compilation = {};
	_cleanup_error_ struct error err = ERROR_INIT;
	struct version version = version_parse(runc);
	struct filter filter;

	assert_int_equal(scmp_arch_set_of(profile, native, &set, NULL), 0);
	assert_success(profile_compile(profile, &set, LAYOUT_LIST, &compilation, &err), &err);
	assert_success(filter_add_stub(&compilation.filter, profile, native, &version, &filter,
				       &err),
		       &err);
	return filter;
}

static void assert_answer(const char *text, const char *runc, const char *architecture, uint32_t nr,
			  uint32_t expected)
{
	_cleanup_filter_ struct filter filter = stubbed(text, runc);
	const struct seccomp_data data = { .nr = nr, .arch = scmp_arch_find(architecture)->audit };
	uint32_t answer = filter_run(&filter, &data, NULL);

	if (answer != expected)
		fail_msg("%s %u: 0x%x, not 0x%x", architecture, nr, answer, expected);
}

static void numbers_above_the_highest_do_not_exist(void **state)
{
	static const char text[] =
		PROFILE("\"SCMP_ARCH_X86_64\", \"SCMP_ARCH_X86\", \"SCMP_ARCH_X32\"", NAMED);

	assert_answer(text, "", "SCMP_ARCH_X86_64", 257, SECCOMP_RET_ALLOW);
	assert_answer(text, "", "SCMP_ARCH_X86_64", 256, EPERM_ANSWER);
	assert_answer(text, "", "SCMP_ARCH_X86_64", 258, ENOSYS_ANSWER);
	assert_answer(text, "", "SCMP_ARCH_X86_64", 0x3fffffff, ENOSYS_ANSWER);
	assert_answer(text, "", "SCMP_ARCH_X86", 295, SECCOMP_RET_ALLOW);
	assert_answer(text, "", "SCMP_ARCH_X86", 294, EPERM_ANSWER);
	assert_answer(text, "", "SCMP_ARCH_X86", 296, ENOSYS_ANSWER);
	assert_answer(text, "", "SCMP_ARCH_X86_64", X32_SYSCALL_BIT + 257, SECCOMP_RET_ALLOW);
	assert_answer(text, "", "SCMP_ARCH_X86_64", X32_SYSCALL_BIT + 258, ENOSYS_ANSWER);
	assert_answer(text, "", "SCMP_ARCH_X86_64", UINT32_MAX, ENOSYS_ANSWER);
	assert_answer(text, "", "SCMP_ARCH_AARCH64", 600, SECCOMP_RET_KILL_THREAD);
}

static void the_other_abi_of_the_same_architecture_is_left_alone(void **state)
{
	static const char text[] = PROFILE("\"SCMP_ARCH_X86_64\"", NAMED);

	assert_answer(text, "", "SCMP_ARCH_X86_64", X32_SYSCALL_BIT + 600, SECCOMP_RET_KILL_THREAD);
	assert_answer(text, "", "SCMP_ARCH_X86", 600, SECCOMP_RET_KILL_THREAD);
}

static void a_rule_that_does_nothing_names_too(void **state)
{
	static const char text[] =
		PROFILE("\"SCMP_ARCH_X86_64\"", NAMED ", " RULE("\"openat2\"", "ERRNO"));

	assert_answer(text, "", "SCMP_ARCH_X86_64", 437, EPERM_ANSWER);
	assert_answer(text, "", "SCMP_ARCH_X86_64", 438, ENOSYS_ANSWER);
}

static void the_native_architecture_came_later(void **state)
{
	static const char *const texts[] = { PROFILE("", NAMED),
					     PROFILE("\"SCMP_ARCH_X86\"", NAMED) };
	size_t i;

	for (i = 0; i < array_size(texts); i++) {
		assert_answer(texts[i], "1.1.14", "SCMP_ARCH_X86_64", 258, EPERM_ANSWER);
		assert_answer(texts[i], "1.1.15", "SCMP_ARCH_X86_64", 258, ENOSYS_ANSWER);
		assert_answer(texts[i], "", "SCMP_ARCH_X86_64", 258, ENOSYS_ANSWER);
	}
	assert_answer(texts[1], "1.1.14", "SCMP_ARCH_X86", 296, ENOSYS_ANSWER);
}

static void the_default_action_decides(void **state)
{
	static const struct {
		const char *defaults; /* the text after SCMP_ACT_ */
		uint32_t answer;
	} cases[] = {
		{ "KILL_PROCESS\"", ENOSYS_ANSWER },
		{ "TRAP\"", ENOSYS_ANSWER },
		{ "ERRNO\", \"defaultErrnoRet\": 1", ENOSYS_ANSWER },
		{ "ERRNO\", \"defaultErrnoRet\": 38", ENOSYS_ANSWER },
		{ "ALLOW\"", SECCOMP_RET_ALLOW },
		{ "LOG\"", SECCOMP_RET_LOG },
		{ "TRACE\"", SECCOMP_RET_TRACE | 1 },
	};
	char text[512];
	size_t i;

	for (i = 0; i < array_size(cases); i++) {
		snprintf(
			text, sizeof(text),
			"{\"defaultAction\": \"SCMP_ACT_%s, \"syscalls\": [{\"names\": [\"write\"], "
			"\"action\": \"SCMP_ACT_ERRNO\", \"errnoRet\": 5}]}",
			cases[i].defaults);
		assert_answer(text, "", "SCMP_ARCH_X86_64", 1, SECCOMP_RET_ERRNO | 5);
		assert_answer(text, "", "SCMP_ARCH_X86_64", 2, cases[i].answer);
	}
}

/* The number of read is 0, which runc takes for no number at all. */
static void read_alone_does_not_set_the_highest_number(void **state)
{
	assert_answer(PROFILE("", RULE("\"read\"", "ALLOW")), "", "SCMP_ARCH_X86_64", 600,
		      EPERM_ANSWER);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers_above_the_highest_do_not_exist),
		cmocka_unit_test(the_other_abi_of_the_same_architecture_is_left_alone),
		cmocka_unit_test(a_rule_that_does_nothing_names_too),
		cmocka_unit_test(the_native_architecture_came_later),
		cmocka_unit_test(the_default_action_decides),
		cmocka_unit_test(read_alone_does_not_set_the_highest_number),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
