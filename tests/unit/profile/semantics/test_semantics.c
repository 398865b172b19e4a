// SPDX-License-Identifier: Apache-2.0
#include "../profiles.h"

static struct effect evaluate(const struct profile *profile, const char *scmp_arch,
			      const char *name, uint64_t first, uint64_t second)
{
	_cleanup_semantics_ struct semantics *semantics = semantics_of(profile, scmp_arch);
	const uint64_t arguments[ARGUMENT_COUNT] = { first, second };
	int position = semantics_find(semantics, name);

	assert_true(position >= 0);
	return semantics_evaluate(semantics, position, arguments);
}

static void assert_effect(const struct profile *profile, const char *scmp_arch, const char *name,
			  uint64_t first, uint64_t second, const char *expected)
{
	char text[EFFECT_TEXT_SIZE];

	assert_string_equal(effect_text(evaluate(profile, scmp_arch, name, first, second), text),
			    expected);
}

static void effects_are_called_by_their_names(void **state)
{
	static const struct {
		struct effect effect;
		const char *text;
		enum permission permission;
	} rows[] = {
		{ { ACTION_ALLOW, 0 }, "allow", PERMISSION_GRANTED },
		{ { ACTION_LOG, 0 }, "log", PERMISSION_GRANTED },
		{ { ACTION_TRACE, 7 }, "trace 7", PERMISSION_ASKED },
		{ { ACTION_NOTIFY, 0 }, "notify", PERMISSION_ASKED },
		{ { ACTION_ERRNO, EPERM }, "errno EPERM", PERMISSION_REFUSED },
		{ { ACTION_ERRNO, 4000 }, "errno 4000", PERMISSION_REFUSED },
		{ { ACTION_ERRNO, 0 }, "errno 0", PERMISSION_REFUSED },
		{ { ACTION_TRAP, 0 }, "trap", PERMISSION_REFUSED },
		{ { ACTION_KILL_THREAD, 0 }, "kill thread", PERMISSION_REFUSED },
		{ { ACTION_KILL_PROCESS, 0 }, "kill process", PERMISSION_REFUSED },
	};
	char text[EFFECT_TEXT_SIZE];
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_string_equal(effect_text(rows[i].effect, text), rows[i].text);
		assert_int_equal(effect_permission(rows[i].effect), rows[i].permission);
	}
}

static void the_default_answers_what_no_rule_is_about(void **state)
{
	_cleanup_profile_ struct profile *profile = make_profile(ACTION_ERRNO);

	add_names(profile, ACTION_ALLOW, "read no_such_call");
	assert_effect(profile, ARCH, "read", 0, 0, "allow");
	assert_effect(profile, ARCH, "write", 0, 0, "errno EPERM");
	profile->default_errno_ret = (struct optional_errno){ true, ENOSYS };
	assert_effect(profile, ARCH, "write", 0, 0, "errno ENOSYS");
	/* The kernel's largest errno is 4095. libseccomp keeps 16 bits. */
	profile->default_errno_ret.value = 5000;
	assert_effect(profile, ARCH, "write", 0, 0, "errno 4095");
	profile->default_errno_ret.value = 0x10000 + EPERM;
	assert_effect(profile, ARCH, "write", 0, 0, "errno EPERM");
}

static void what_is_not_listed_is_killed(void **state)
{
	_cleanup_profile_ struct profile *profile = make_profile(ACTION_LOG);

	add_names(profile, ACTION_ALLOW, "read");
	assert_effect(profile, ARCH, "read", 0, 0, "allow");
	assert_effect(profile, "SCMP_ARCH_AARCH64", "read", 0, 0, "allow");
	assert_effect(profile, "SCMP_ARCH_S390X", "read", 0, 0, "allow");
	assert_effect(profile, "SCMP_ARCH_X86", "read", 0, 0, "kill thread");
	assert_int_equal(profile_add_architecture(profile, "SCMP_ARCH_X86", NULL), 0);
	assert_effect(profile, "SCMP_ARCH_X86", "read", 0, 0, "allow");
	assert_effect(profile, "SCMP_ARCH_X86", "write", 0, 0, "log");
	assert_effect(profile, "SCMP_ARCH_X32", "read", 0, 0, "kill thread");
	assert_effect(profile, "SCMP_ARCH_S390X", "read", 0, 0, "kill thread");
}

/* tests/runtime/90-accept.t checks that runc and crun do the same. */
static void what_is_native_need_not_be_listed(void **state)
{
	_cleanup_profile_ struct profile *profile = make_profile(ACTION_LOG);

	add_names(profile, ACTION_ALLOW, "read");
	assert_int_equal(profile_add_architecture(profile, "SCMP_ARCH_X86", NULL), 0);
	assert_effect(profile, "SCMP_ARCH_X86_64", "read", 0, 0, "allow");
	assert_effect(profile, "SCMP_ARCH_X86_64", "write", 0, 0, "log");
	assert_effect(profile, "SCMP_ARCH_AARCH64", "read", 0, 0, "allow");
	assert_effect(profile, "SCMP_ARCH_ARM", "read", 0, 0, "kill thread");
}

static void the_first_rule_without_conditions_wins(void **state)
{
	_cleanup_profile_ struct profile *profile = make_profile(ACTION_ERRNO);

	add_condition(add_names(profile, ACTION_LOG, "read"), 0, COMPARE_EQ, 1, 0);
	/* Ignored, because it has the effect of the default action. */
	add_names(profile, ACTION_ERRNO, "read");
	add_names(profile, ACTION_TRAP, "read");
	add_names(profile, ACTION_ALLOW, "read");
	add_condition(add_names(profile, ACTION_LOG, "read"), 0, COMPARE_EQ, 2, 0);
	assert_effect(profile, ARCH, "read", 1, 0, "trap");
	assert_effect(profile, ARCH, "read", 2, 0, "trap");
	assert_effect(profile, ARCH, "read", 3, 0, "trap");
}

static void conditions_on_different_arguments_hold_together(void **state)
{
	_cleanup_profile_ struct profile *profile = make_profile(ACTION_ERRNO);
	struct rule *rule = add_names(profile, ACTION_ALLOW, "socket");

	add_condition(rule, 1, COMPARE_EQ, 7, 0);
	add_condition(rule, 0, COMPARE_GT, 5, 0);
	assert_effect(profile, ARCH, "socket", 6, 7, "allow");
	assert_effect(profile, ARCH, "socket", 5, 7, "errno EPERM");
	assert_effect(profile, ARCH, "socket", 6, 8, "errno EPERM");
	/* A second condition on argument 1 makes each of the three a rule of its own. */
	add_condition(profile->rules, 1, COMPARE_EQ, 8, 0);
	assert_effect(profile, ARCH, "socket", 6, 0, "allow");
	assert_effect(profile, ARCH, "socket", 0, 7, "allow");
	assert_effect(profile, ARCH, "socket", 0, 8, "allow");
	assert_effect(profile, ARCH, "socket", 5, 9, "errno EPERM");
}

static void an_empty_mask_is_no_condition(void **state)
{
	_cleanup_profile_ struct profile *profile = make_profile(ACTION_ERRNO);

	add_condition(add_names(profile, ACTION_ALLOW, "clone"), 0, COMPARE_MASKED_EQ, 0, 1);
	add_condition(add_names(profile, ACTION_ALLOW, "ioctl"), 1, COMPARE_MASKED_EQ, 0xff00000000,
		      0x100000000);
	assert_int_equal(profile_add_architecture(profile, ARCH, NULL), 0);
	assert_int_equal(profile_add_architecture(profile, "SCMP_ARCH_X32", NULL), 0);
	assert_effect(profile, ARCH, "clone", 1, 0, "allow");
	assert_effect(profile, ARCH, "ioctl", 0, 0, "errno EPERM");
	assert_effect(profile, ARCH, "ioctl", 0, 0x1ffffffff, "allow");
	/* x32 compares the lower half only, and that half of the mask is empty. */
	assert_effect(profile, "SCMP_ARCH_X32", "ioctl", 0, 0, "allow");
}

static void bits_outside_of_a_mask_do_not_count(void **state)
{
	_cleanup_profile_ struct profile *profile = make_profile(ACTION_ERRNO);

	add_condition(add_names(profile, ACTION_ALLOW, "clone"), 0, COMPARE_MASKED_EQ, 0xf0, 0x1f);
	assert_effect(profile, ARCH, "clone", 0x10, 0, "allow");
	assert_effect(profile, ARCH, "clone", 0x2f, 0, "errno EPERM");
}

static void narrow_arguments_are_compared_by_their_lower_half(void **state)
{
	_cleanup_profile_ struct profile *profile = make_profile(ACTION_ERRNO);

	assert_int_equal(profile_add_architecture(profile, ARCH, NULL), 0);
	assert_int_equal(profile_add_architecture(profile, "SCMP_ARCH_X86", NULL), 0);
	add_condition(add_names(profile, ACTION_ALLOW, "personality"), 0, COMPARE_EQ, 0x1ffffffff,
		      0);
	assert_effect(profile, ARCH, "personality", 0xffffffff, 0, "errno EPERM");
	assert_effect(profile, ARCH, "personality", 0x1ffffffff, 0, "allow");
	assert_effect(profile, "SCMP_ARCH_X86", "personality", 0xffffffff, 0, "allow");
	assert_effect(profile, "SCMP_ARCH_X86", "personality", 0x7ffffffff, 0, "allow");
}

/* The order of the rules in the profile does not matter. */
static void the_tightest_condition_is_tested_first(void **state)
{
	int order, i;

	for (order = 0; order < 2; order++) {
		_cleanup_profile_ struct profile *profile = make_profile(ACTION_KILL_PROCESS);

		for (i = 0; i < 2; i++)
			if (i == order) {
				add_condition(add_names(profile, ACTION_ALLOW, "personality"), 0,
					      COMPARE_EQ, 8, 0);
				add_condition(add_names(profile, ACTION_LOG, "personality"), 0,
					      COMPARE_LT, 20, 0);
				add_condition(add_names(profile, ACTION_LOG, "personality"), 0,
					      COMPARE_GE, 40, 0);
			} else {
				add_condition(add_names(profile, ACTION_ERRNO, "personality"), 0,
					      COMPARE_GE, 0, 0);
				add_condition(add_names(profile, ACTION_TRAP, "personality"), 0,
					      COMPARE_LT, 30, 0);
			}
		assert_effect(profile, ARCH, "personality", 8, 0, "allow");
		assert_effect(profile, ARCH, "personality", 9, 0, "log");
		assert_effect(profile, ARCH, "personality", 29, 0, "trap");
		assert_effect(profile, ARCH, "personality", 30, 0, "errno EPERM");
		assert_effect(profile, ARCH, "personality", 40, 0, "log");
	}
}

/* libseccomp does not look at masks, so it does not know which of these is tighter. */
static void of_equal_values_the_first_in_the_profile_is_tested_first(void **state)
{
	static const enum action actions[] = { ACTION_ALLOW, ACTION_LOG };
	int first;

	for (first = 0; first < 2; first++) {
		_cleanup_profile_ struct profile *profile = make_profile(ACTION_ERRNO);
		struct rule *rule = add_names(profile, actions[first], "personality");

		add_condition(rule, 0, first == 0 ? COMPARE_EQ : COMPARE_MASKED_EQ, 8, 8);
		rule = add_names(profile, actions[!first], "personality");
		add_condition(rule, 0, first == 0 ? COMPARE_MASKED_EQ : COMPARE_EQ, 8, 8);
		assert_effect(profile, ARCH, "personality", 8, 0, first == 0 ? "allow" : "log");
	}
}

/*
 * The halves of an argument are compared separately. A mask without upper bits makes the upper
 * half a comparison with 0.
 */
static void upper_halves_are_compared_before_lower_ones(void **state)
{
	_cleanup_profile_ struct profile *profile = make_profile(ACTION_ERRNO);

	add_condition(add_names(profile, ACTION_LOG, "personality"), 0, COMPARE_MASKED_EQ, 1, 0);
	add_condition(add_names(profile, ACTION_ALLOW, "personality"), 0, COMPARE_EQ, 8, 0);
	add_condition(add_names(profile, ACTION_TRAP, "personality"), 0, COMPARE_EQ,
		      UINT64_C(8) << 32, 0);
	assert_effect(profile, ARCH, "personality", 8, 0, "log");
	assert_effect(profile, ARCH, "personality", UINT64_C(8) << 32, 0, "trap");
	assert_int_equal(profile_add_architecture(profile, "SCMP_ARCH_X32", NULL), 0);
	assert_effect(profile, "SCMP_ARCH_X32", "personality", 8, 0, "allow");
}

static void socket_calls_go_through_socketcall_too(void **state)
{
	_cleanup_profile_ struct profile *profile = make_profile(ACTION_ERRNO);
	struct rule *rule;

	assert_int_equal(profile_add_architecture(profile, "SCMP_ARCH_X86", NULL), 0);
	add_names(profile, ACTION_ALLOW, "socket accept shmget");
	rule = add_names(profile, ACTION_LOG, "connect");
	add_condition(rule, 0, COMPARE_EQ, 40, 0);
	add_condition(rule, 1, COMPARE_EQ, 1, 0);
	assert_effect(profile, "SCMP_ARCH_X86", "socket", 0, 0, "allow");
	assert_effect(profile, "SCMP_ARCH_X86", "socketcall", 1, 0, "allow");
	assert_effect(profile, "SCMP_ARCH_X86", "socketcall", 2, 0, "errno EPERM");
	assert_effect(profile, "SCMP_ARCH_X86", "socketcall", 3, 1, "log");
	assert_effect(profile, "SCMP_ARCH_X86", "socketcall", 3, 2, "errno EPERM");
	assert_effect(profile, "SCMP_ARCH_X86", "socketcall", 5, 0, "allow");
	assert_effect(profile, "SCMP_ARCH_X86", "ipc", 23, 0, "allow");
	assert_effect(profile, "SCMP_ARCH_X86", "ipc", 1, 0, "errno EPERM");
}

static void socketcall_and_ipc_are_known_by_name_on_other_architectures(void **state)
{
	_cleanup_profile_ struct profile *profile = make_profile(ACTION_ERRNO);

	add_names(profile, ACTION_ALLOW, "socket");
	add_names(profile, ACTION_LOG, "shmget");
	add_condition(add_names(profile, ACTION_TRAP, "socketcall"), 0, COMPARE_EQ, 2, 0);
	assert_effect(profile, "SCMP_ARCH_S390X", "socketcall", 1, 0, "allow");
	assert_effect(profile, "SCMP_ARCH_S390X", "socketcall", 2, 0, "trap");
	assert_effect(profile, "SCMP_ARCH_S390X", "socketcall", 3, 0, "errno EPERM");
	assert_effect(profile, "SCMP_ARCH_S390X", "ipc", 23, 0, "log");
	assert_effect(profile, "SCMP_ARCH_S390X", "ipc", 24, 0, "errno EPERM");
	assert_effect(profile, "SCMP_ARCH_RISCV64", "socketcall", 1, 0, "errno EPERM");
}

static void calls_are_listed_by_number_or_by_name(void **state)
{
	_cleanup_profile_ struct profile *profile = make_profile(ACTION_ERRNO);
	_cleanup_semantics_ struct semantics *known = NULL, *unknown = NULL;
	size_t i;

	add_names(profile, ACTION_ALLOW, "write read");
	add_names(profile, ACTION_ALLOW, "read close vm86");
	known = semantics_of(profile, ARCH);
	unknown = semantics_of(profile, "SCMP_ARCH_S390X");
	assert_true(semantics_call_count(known) > 350);
	for (i = 1; i < semantics_call_count(known); i++)
		assert_true(semantics_call_number(known, i) > semantics_call_number(known, i - 1));
	assert_string_equal(semantics_call_name(known, semantics_find(known, "openat")), "openat");
	assert_int_equal(semantics_find(known, "no_such_call"), -ENOENT);
	/* vm86 is a call of i386. */
	assert_int_equal(semantics_find(known, "vm86"), -ENOENT);
	assert_int_equal(semantics_call_count(unknown), 4);
	assert_string_equal(semantics_call_name(unknown, 0), "close");
	assert_string_equal(semantics_call_name(unknown, 3), "write");
	assert_int_equal(semantics_call_number(unknown, 2), -1);
	assert_int_equal(semantics_find(unknown, "read"), 1);
}

/* A newer libseccomp may know them, and i386 makes some calls without a number of their own. */
static void names_that_the_table_lacks_come_last(void **state)
{
	_cleanup_profile_ struct profile *profile = make_profile(ACTION_ERRNO);
	_cleanup_semantics_ struct semantics *wide = NULL, *narrow = NULL;
	size_t last;

	add_names(profile, ACTION_ALLOW, "zz_new accept");
	add_names(profile, ACTION_ALLOW, "aa_new zz_new read");
	wide = semantics_of(profile, ARCH);
	last = semantics_call_count(wide) - 1;
	assert_string_equal(semantics_call_name(wide, last), "zz_new");
	assert_string_equal(semantics_call_name(wide, last - 1), "aa_new");
	assert_true(semantics_call_is_listed(wide, last - 2));
	assert_false(semantics_call_is_listed(wide, last - 1));
	assert_int_equal(semantics_call_number(wide, last), -1);
	assert_int_equal(semantics_find(wide, "aa_new"), last - 1);
	assert_true(semantics_call_number(wide, semantics_find(wide, "accept")) >= 0);
	assert_int_equal(profile_add_architecture(profile, "SCMP_ARCH_X86", NULL), 0);
	narrow = semantics_of(profile, "SCMP_ARCH_X86");
	assert_int_equal(semantics_call_number(narrow, semantics_find(narrow, "accept")), -1);
	assert_int_equal(semantics_verdict(narrow, semantics_find(narrow, "accept")).effect.action,
			 ACTION_ALLOW);
	assert_effect(profile, "SCMP_ARCH_X86", "socketcall", 5, 0, "allow");
	assert_effect(profile, ARCH, "zz_new", 0, 0, "allow");
}

static void a_seventh_argument_is_refused(void **state)
{
	_cleanup_profile_ struct profile *profile = make_profile(ACTION_ERRNO);
	_cleanup_error_ struct error err = ERROR_INIT;
	struct semantics *semantics;

	add_condition(add_names(profile, ACTION_ALLOW, "read"), 6, COMPARE_EQ, 0, 0);
	assert_int_equal(semantics_create(profile, ARCH, &semantics, &err), -EINVAL);
	assert_non_null(strstr(err.message, "argument 6"));
}

static void more_rules_than_a_filter_holds_are_refused(void **state)
{
	_cleanup_profile_ struct profile *profile = make_profile(ACTION_ERRNO);
	_cleanup_error_ struct error err = ERROR_INIT;
	struct semantics *semantics;
	struct rule *rule = add_names(profile, ACTION_ALLOW, "read write close");
	uint64_t i;

	for (i = 0; i < 6000; i++)
		add_condition(rule, 0, COMPARE_EQ, i, 0);
	assert_int_equal(semantics_create(profile, ARCH, &semantics, &err), -E2BIG);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(effects_are_called_by_their_names),
		cmocka_unit_test(the_default_answers_what_no_rule_is_about),
		cmocka_unit_test(what_is_not_listed_is_killed),
		cmocka_unit_test(what_is_native_need_not_be_listed),
		cmocka_unit_test(the_first_rule_without_conditions_wins),
		cmocka_unit_test(conditions_on_different_arguments_hold_together),
		cmocka_unit_test(an_empty_mask_is_no_condition),
		cmocka_unit_test(bits_outside_of_a_mask_do_not_count),
		cmocka_unit_test(narrow_arguments_are_compared_by_their_lower_half),
		cmocka_unit_test(the_tightest_condition_is_tested_first),
		cmocka_unit_test(of_equal_values_the_first_in_the_profile_is_tested_first),
		cmocka_unit_test(upper_halves_are_compared_before_lower_ones),
		cmocka_unit_test(socket_calls_go_through_socketcall_too),
		cmocka_unit_test(socketcall_and_ipc_are_known_by_name_on_other_architectures),
		cmocka_unit_test(calls_are_listed_by_number_or_by_name),
		cmocka_unit_test(names_that_the_table_lacks_come_last),
		cmocka_unit_test(a_seventh_argument_is_refused),
		cmocka_unit_test(more_rules_than_a_filter_holds_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
