// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "install/enforceable.h"
#include "profile/model/model.h"
#include "syscalls/syscalls.h"
#include "util/cleanup.h"
#include "util/string_set.h"

/* Returns a profile that denies by default, for the machine that runs this test. */
static struct profile *plain(void)
{
	return profile_create(ACTION_ERRNO);
}

static struct rule *add_rule(struct profile *profile, enum action action, const char *name)
{
	struct rule *rule;

	assert_int_equal(profile_add_rule(profile, action, &rule, NULL), 0);
	assert_int_equal(rule_add_name(rule, name, NULL), 0);
	return rule;
}

static void add_conditions(struct rule *rule, uint32_t first, uint32_t second)
{
	rule->conditions = calloc(2, sizeof(*rule->conditions));
	rule->condition_count = 2;
	rule->conditions[0] = (struct condition){ first, COMPARE_GE, 1, 0 };
	rule->conditions[1] = (struct condition){ second, COMPARE_LE, 9, 0 };
}

/* Checks a profile and frees it. text is a part of the only obstacle; NULL: there is none. */
static void expect_on(struct profile *made, const char *runtime, const char *version, bool severe,
		      const char *text)
{
	_cleanup_profile_ struct profile *profile = made;
	_cleanup_obstacles_ struct obstacles obstacles = {};

	assert_int_equal(enforceable_check(profile, runtime, version, &obstacles, NULL), 0);
	assert_int_equal(obstacles.length, text ? 1 : 0);
	assert_int_equal(obstacles_are_severe(&obstacles), severe);
	if (text && !strstr(obstacles.items[0].text, text))
		fail_msg("no '%s' in: %s", text, obstacles.items[0].text);
}

static void expect(struct profile *made, bool severe, const char *text)
{
	expect_on(made, "runc", "1.1.5", severe, text);
}

static void nothing_is_in_the_way_of_a_usual_profile(void **state)
{
	struct profile *profile = plain();

	add_rule(profile, ACTION_ALLOW, "read");
	add_conditions(add_rule(profile, ACTION_ALLOW, "write"), 0, 1);
	expect(profile, false, NULL);
}

static void names_that_libseccomp_does_not_know(void **state)
{
	struct profile *profile = plain();

	add_rule(profile, ACTION_ALLOW, "no_such_call");
	expect(profile, true, "does not know no_such_call: ");

	profile = profile_create(ACTION_ALLOW);
	add_rule(profile, ACTION_ERRNO, "no_such_call");
	expect(profile, true, "the default action (SCMP_ACT_ALLOW) decides");

	/* The call is denied either way. */
	profile = plain();
	add_rule(profile, ACTION_KILL_PROCESS, "no_such_call");
	expect(profile, false, "does not know no_such_call: ");
}

static void another_machine(void **state)
{
	struct profile *profile = plain();

	assert_int_equal(profile_add_architecture(profile, "SCMP_ARCH_PPC64LE", NULL), 0);
	expect(profile, true,
	       "for another machine: it lists SCMP_ARCH_PPC64LE, but not this machine's ");
}

/* Runtimes add the machine's own architecture to a listed one that runs on the machine. */
static void the_narrow_architecture_of_this_machine(void **state)
{
	struct profile *profile = plain();
	const char *narrow = abi_scmp_arch(machine_native(), ABI_COMPAT);

	assert_int_equal(profile_add_architecture(profile, narrow, NULL), 0);
	expect(profile, false, NULL);
}

static void an_architecture_that_runc_does_not_have_yet(void **state)
{
	static const struct {
		const char *runtime, *version;
		bool refused;
	} cases[] = {
		{ "runc", "1.1.7", true },
		{ "runc", "1.1.8", false },
		{ "crun", "1.8.1", false },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct profile *profile = plain();
		const char *native = abi_scmp_arch(machine_native(), ABI_NATIVE);

		assert_int_equal(profile_add_architecture(profile, native, NULL), 0);
		assert_int_equal(profile_add_architecture(profile, "SCMP_ARCH_RISCV64", NULL), 0);
		expect_on(profile, cases[i].runtime, cases[i].version, cases[i].refused,
			  cases[i].refused ? "runc before 1.1.8 refuses the architecture" : NULL);
	}
}

static void an_errno_that_the_action_does_not_have(void **state)
{
	struct profile *profile = profile_create(ACTION_ALLOW);

	profile->default_errno_ret = (struct optional_errno){ true, 38 };
	expect(profile, false, NULL);
	profile = profile_create(ACTION_ALLOW);
	profile->default_errno_ret = (struct optional_errno){ true, 38 };
	expect_on(profile, "crun", NULL, true, "crun refuses defaultErrnoRet with SCMP_ACT_ALLOW");
	profile = plain();
	add_rule(profile, ACTION_LOG, "read")->errno_ret = (struct optional_errno){ true, 1 };
	expect_on(profile, "crun", "1.29", true, "crun refuses errnoRet with SCMP_ACT_LOG");
}

static void flags_depend_on_the_runtime(void **state)
{
	static const struct {
		const char *runtime, *version;
		bool refused;
	} cases[] = {
		{ "runc", "1.1.15", true }, { "runc", "1.2.0", false }, { "crun", "1.8.1", false },
		{ "runc", NULL, false },    { NULL, NULL, false },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct profile *profile = plain();

		assert_int_equal(string_set_add(&profile->flags, &profile->flag_count,
						"SECCOMP_FILTER_FLAG_LOG", NULL),
				 0);
		expect_on(profile, cases[i].runtime, cases[i].version, cases[i].refused,
			  cases[i].refused ?
				  "runc before 1.2.0 refuses the flag SECCOMP_FILTER_FLAG_LOG" :
				  NULL);
	}
}

static void notifying_needs_a_listener(void **state)
{
	struct profile *profile = profile_create(ACTION_NOTIFY);

	profile->listener_path = strdup("/run/agent.sock");
	expect(profile, true, "runc refuses SCMP_ACT_NOTIFY as default action");
	profile = plain();
	add_rule(profile, ACTION_NOTIFY, "mount");
	expect(profile, true, "runc refuses SCMP_ACT_NOTIFY without a listenerPath");
	profile = plain();
	add_rule(profile, ACTION_NOTIFY, "mount");
	expect_on(profile, "crun", "1.8.1", true, "no listenerPath, so nobody answers");
	profile = plain();
	profile->listener_path = strdup("/run/agent.sock");
	add_rule(profile, ACTION_NOTIFY, "write");
	expect(profile, true, "runc refuses SCMP_ACT_NOTIFY for write");
	profile = plain();
	profile->listener_path = strdup("/run/agent.sock");
	add_rule(profile, ACTION_NOTIFY, "write");
	expect_on(profile, "crun", "1.8.1", false, NULL);
	profile = plain();
	profile->listener_path = strdup("/run/agent.sock");
	add_rule(profile, ACTION_NOTIFY, "mount");
	expect(profile, false, NULL);
}

static void two_conditions_on_one_argument(void **state)
{
	struct profile *profile = plain();

	add_conditions(add_rule(profile, ACTION_ALLOW, "socket"), 1, 1);
	expect(profile, true, "its rule for socket has two conditions on argument 1");
}

static void what_libseccomp_refuses(void **state)
{
	struct profile *profile = plain();

	add_rule(profile, ACTION_ALLOW, "read");
	assert_int_equal(profile_add_architecture(profile, "SCMP_ARCH_PDP11", NULL), 0);
	assert_int_equal(profile_add_architecture(profile, "SCMP_ARCH_X86_64", NULL), 0);
	assert_int_equal(profile_add_architecture(profile, "SCMP_ARCH_AARCH64", NULL), 0);
	expect_on(profile, NULL, NULL, true, "libseccomp has no architecture SCMP_ARCH_PDP11");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_is_in_the_way_of_a_usual_profile),
		cmocka_unit_test(names_that_libseccomp_does_not_know),
		cmocka_unit_test(another_machine),
		cmocka_unit_test(the_narrow_architecture_of_this_machine),
		cmocka_unit_test(an_architecture_that_runc_does_not_have_yet),
		cmocka_unit_test(an_errno_that_the_action_does_not_have),
		cmocka_unit_test(flags_depend_on_the_runtime),
		cmocka_unit_test(notifying_needs_a_listener),
		cmocka_unit_test(two_conditions_on_one_argument),
		cmocka_unit_test(what_libseccomp_refuses),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
