// SPDX-License-Identifier: Apache-2.0
#include "../profiles.h"

#include "profile/semantics/normal_form.h"

static char *normal_form(struct profile *made)
{
	_cleanup_profile_ struct profile *profile = made;
	_cleanup_error_ struct error err = ERROR_INIT;
	char *text;

	assert_success(profile_normal_form(profile, ARCH, &text, &err), &err);
	return text;
}

static void assert_same(struct profile *a, struct profile *b, bool same)
{
	_cleanup_free_ char *left = normal_form(a), *right = normal_form(b);

	if ((strcmp(left, right) == 0) != same)
		fail_msg("%s\nand\n%s", left, right);
}

static void order_and_grouping_do_not_matter(void **state)
{
	struct profile *a = make_profile(ACTION_ERRNO), *b = make_profile(ACTION_ERRNO);

	add_names(a, ACTION_ALLOW, "read write");
	add_names(a, ACTION_ALLOW, "close no_such_call");
	assert_int_equal(profile_add_architecture(a, ARCH, NULL), 0);
	add_names(b, ACTION_ALLOW, "write");
	add_names(b, ACTION_ALLOW, "close");
	add_names(b, ACTION_ERRNO, "mount");
	add_names(b, ACTION_ALLOW, "read write");
	assert_same(a, b, true);
}

static void an_allow_list_and_a_deny_list_differ(void **state)
{
	struct profile *a = make_profile(ACTION_ERRNO), *b = make_profile(ACTION_ALLOW);

	add_names(a, ACTION_ALLOW, "read");
	add_names(b, ACTION_ERRNO, "read");
	assert_same(a, b, false);
}

static void what_decides_is_in_it(void **state)
{
	struct profile *a, *b;

	a = make_profile(ACTION_ERRNO);
	b = make_profile(ACTION_ERRNO);
	set_errno(add_names(a, ACTION_ERRNO, "clone3"), 38);
	assert_same(a, b, false);

	a = make_profile(ACTION_ERRNO);
	b = make_profile(ACTION_ERRNO);
	add_condition(add_names(a, ACTION_ALLOW, "socket"), 0, COMPARE_EQ, 1, 0);
	add_condition(add_names(b, ACTION_ALLOW, "socket"), 0, COMPARE_EQ, 2, 0);
	assert_same(a, b, false);

	a = make_profile(ACTION_ERRNO);
	b = make_profile(ACTION_ERRNO);
	assert_int_equal(profile_add_architecture(a, "SCMP_ARCH_X86", NULL), 0);
	assert_same(a, b, false);
}

/* Engines write the conditional rules into a bundle in an order of their own. */
static void conditions_in_any_order(void **state)
{
	struct profile *a = make_profile(ACTION_ERRNO), *b = make_profile(ACTION_ERRNO);

	add_condition(add_names(a, ACTION_ALLOW, "personality"), 0, COMPARE_EQ, 0, 0);
	add_condition(add_names(a, ACTION_ALLOW, "personality"), 0, COMPARE_EQ, 8, 0);
	add_condition(add_names(b, ACTION_ALLOW, "personality"), 0, COMPARE_EQ, 8, 0);
	add_condition(add_names(b, ACTION_ALLOW, "personality"), 0, COMPARE_EQ, 0, 7);
	add_condition(add_names(a, ACTION_ALLOW, "clone"), 0, COMPARE_MASKED_EQ, 1, 0);
	add_condition(add_names(a, ACTION_ALLOW, "clone"), 0, COMPARE_MASKED_EQ, 2, 0);
	add_condition(add_names(b, ACTION_ALLOW, "clone"), 0, COMPARE_MASKED_EQ, 2, 0);
	add_condition(add_names(b, ACTION_ALLOW, "clone"), 0, COMPARE_MASKED_EQ, 1, 0);
	assert_same(a, b, true);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(order_and_grouping_do_not_matter),
		cmocka_unit_test(an_allow_list_and_a_deny_list_differ),
		cmocka_unit_test(what_decides_is_in_it),
		cmocka_unit_test(conditions_in_any_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
