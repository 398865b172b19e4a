// SPDX-License-Identifier: Apache-2.0
#include "../profiles.h"

static struct call_comparison compare(const struct profile *a, const struct profile *b,
				      const char *name)
{
	_cleanup_semantics_ struct semantics *left = semantics_of(a, ARCH),
					     *right = semantics_of(b, ARCH);
	_cleanup_error_ struct error err = ERROR_INIT;
	struct call_comparison comparison;

	assert_success(semantics_compare(left, right, name, &comparison, &err), &err);
	return comparison;
}

static bool is_subset(const struct profile *inner, const struct profile *outer,
		      const char **ret_name, struct difference *ret_difference)
{
	_cleanup_semantics_ struct semantics *small = semantics_of(inner, ARCH);
	_cleanup_semantics_ struct semantics *large = semantics_of(outer, ARCH);
	_cleanup_error_ struct error err = ERROR_INIT;
	bool subset;

	assert_success(semantics_subset(small, large, &subset, ret_name, ret_difference, &err),
		       &err);
	return subset;
}

static void a_call_more_is_wider(void **state)
{
	_cleanup_profile_ struct profile *old = make_profile(ACTION_ERRNO);
	_cleanup_profile_ struct profile *new = make_profile(ACTION_ERRNO);
	struct call_comparison comparison;
	struct difference difference;
	const char *name;

	add_names(old, ACTION_ALLOW, "read");
	add_names(new, ACTION_ALLOW, "read ptrace");
	comparison = compare(old, new, "ptrace");
	assert_true(comparison.wider.found && !comparison.wider.arguments_matter);
	assert_false(comparison.narrower.found || comparison.other.found);
	assert_int_equal(comparison.a_most, PERMISSION_REFUSED);
	assert_int_equal(comparison.b_least, PERMISSION_GRANTED);
	comparison = compare(old, new, "read");
	assert_false(comparison.wider.found || comparison.narrower.found || comparison.other.found);
	assert_true(is_subset(old, new, &name, &difference));
	assert_false(is_subset(new, old, &name, &difference));
	assert_string_equal(name, "ptrace");
	assert_int_equal(difference.b.action, ACTION_ALLOW);
}

static void a_deny_list_and_an_allow_list_can_mean_the_same(void **state)
{
	_cleanup_profile_ struct profile *deny = make_profile(ACTION_ALLOW);
	_cleanup_profile_ struct profile *allow = make_profile(ACTION_ERRNO);
	_cleanup_semantics_ struct semantics *all = NULL;
	struct difference difference;
	const char *name;
	size_t i;

	add_names(deny, ACTION_ERRNO, "ptrace bpf");
	all = semantics_of(allow, ARCH);
	for (i = 0; i < semantics_call_count(all); i++) {
		name = semantics_call_name(all, i);
		if (strcmp(name, "ptrace") != 0 && strcmp(name, "bpf") != 0)
			add_names(allow, ACTION_ALLOW, name);
	}
	assert_true(is_subset(allow, deny, &name, &difference));
	/* They differ only for numbers that have no name yet. */
	assert_false(is_subset(deny, allow, &name, &difference));
	assert_null(name);
	assert_int_equal(difference.a.action, ACTION_ERRNO);
}

static void a_condition_more_is_narrower_and_has_a_counterexample(void **state)
{
	_cleanup_profile_ struct profile *old = make_profile(ACTION_ERRNO);
	_cleanup_profile_ struct profile *new = make_profile(ACTION_ERRNO);
	struct call_comparison comparison;

	add_condition(add_names(old, ACTION_ALLOW, "clone"), 0, COMPARE_MASKED_EQ, 0x7e020000, 0);
	add_condition(add_names(new, ACTION_ALLOW, "clone"), 0, COMPARE_MASKED_EQ, 0x7c020000, 0);
	comparison = compare(old, new, "clone");
	assert_true(comparison.wider.found && comparison.wider.arguments_matter);
	assert_true(comparison.wider.arguments[0] == 0x2000000);
	assert_false(comparison.narrower.found);
	assert_int_equal(comparison.a_most, PERMISSION_GRANTED);
	comparison = compare(new, old, "clone");
	assert_true(comparison.narrower.found && !comparison.wider.found);
	assert_int_equal(comparison.narrower.b.action, ACTION_ERRNO);
}

/* Neither <= 10 nor >= 11 covers all values, but together they are like no condition. */
static void conditions_that_cover_everything_are_none(void **state)
{
	_cleanup_profile_ struct profile *split = make_profile(ACTION_ERRNO);
	_cleanup_profile_ struct profile *whole = make_profile(ACTION_ERRNO);
	struct difference difference;
	const char *name;

	add_condition(add_names(split, ACTION_ALLOW, "dup"), 0, COMPARE_LE, 10, 0);
	add_names(whole, ACTION_ALLOW, "dup");
	assert_false(is_subset(whole, split, &name, &difference));
	assert_true(difference.arguments[0] == 11);
	add_condition(add_names(split, ACTION_ALLOW, "dup"), 0, COMPARE_GE, 11, 0);
	assert_true(is_subset(whole, split, &name, &difference));
	assert_true(is_subset(split, whole, &name, &difference));
}

static void another_errno_is_another_effect_of_the_same_permission(void **state)
{
	_cleanup_profile_ struct profile *old = make_profile(ACTION_ERRNO);
	_cleanup_profile_ struct profile *new = make_profile(ACTION_ERRNO);
	struct call_comparison comparison;

	set_errno(add_names(new, ACTION_ERRNO, "clone3"), ENOSYS);
	comparison = compare(old, new, "clone3");
	assert_true(comparison.other.found);
	assert_false(comparison.wider.found || comparison.narrower.found);
	add_names(old, ACTION_NOTIFY, "mount");
	comparison = compare(old, new, "mount");
	assert_true(comparison.narrower.found);
	assert_int_equal(comparison.a_most, PERMISSION_ASKED);
}

static void conditions_beyond_comparing_are_an_error(void **state)
{
	_cleanup_profile_ struct profile *old = make_profile(ACTION_ERRNO);
	_cleanup_profile_ struct profile *new = make_profile(ACTION_ERRNO);
	_cleanup_semantics_ struct semantics *a = NULL, *b = NULL;
	_cleanup_error_ struct error err = ERROR_INIT;
	struct call_comparison comparison;
	uint32_t index;
	uint64_t value;

	for (index = 0; index < ARGUMENT_COUNT; index++)
		for (value = 0; value < 60; value++)
			add_condition(add_names(new, ACTION_ALLOW, "mmap"), index, COMPARE_EQ,
				      value, 0);
	a = semantics_of(old, ARCH);
	b = semantics_of(new, ARCH);
	assert_int_equal(semantics_compare(a, b, "mmap", &comparison, &err), -E2BIG);
	assert_string_equal(err.message, "mmap: the conditions are too many to compare exactly");
}

/*
 * Random profiles whose conditions use only the lowest three bits of an argument and values up
 * to 7. Every value from 8 on behaves like one from 8 to 15, so all combinations of four bits
 * are enough.
 */
static int32_t next_random(struct random_data *random, int32_t bound)
{
	int32_t number;

	random_r(random, &number);
	return (number >> 4) % bound;
}

static struct profile *random_profile(struct random_data *random)
{
	static const enum action actions[] = { ACTION_ERRNO, ACTION_NOTIFY, ACTION_ALLOW,
					       ACTION_TRAP };
	struct profile *profile = make_profile(actions[next_random(random, 4)]);
	int rules = next_random(random, 4), conditions;

	while (rules-- > 0) {
		struct rule *rule = add_names(profile, actions[next_random(random, 4)], "ioctl");

		for (conditions = 1 + next_random(random, 3); conditions > 0; conditions--)
			add_condition(rule, next_random(random, 3),
				      next_random(random, COMPARE_COUNT), next_random(random, 8),
				      next_random(random, 8));
	}
	return profile;
}

struct brute_force {
	bool wider, narrower, other;
	enum permission a_most, b_most, a_least, b_least;
};

static struct brute_force go_through_all(const struct semantics *a, const struct semantics *b)
{
	struct brute_force result = { .a_least = PERMISSION_GRANTED,
				      .b_least = PERMISSION_GRANTED };
	int position = semantics_find(a, "ioctl");
	unsigned int point;

	for (point = 0; point < 1 << 12; point++) {
		const uint64_t arguments[ARGUMENT_COUNT] = { point & 15, point >> 4 & 15,
							     point >> 8 };
		struct effect left = semantics_evaluate(a, position, arguments);
		struct effect right = semantics_evaluate(b, position, arguments);
		enum permission from = effect_permission(left), to = effect_permission(right);

		result.wider |= to > from;
		result.narrower |= to < from;
		result.other |= to == from && !effect_equal(left, right);
		result.a_most = from > result.a_most ? from : result.a_most;
		result.b_most = to > result.b_most ? to : result.b_most;
		result.a_least = from < result.a_least ? from : result.a_least;
		result.b_least = to < result.b_least ? to : result.b_least;
	}
	return result;
}

static void assert_example(const struct semantics *a, const struct semantics *b,
			   const struct difference *difference)
{
	int position = semantics_find(a, "ioctl");

	if (!difference->found)
		return;
	assert_true(effect_equal(semantics_evaluate(a, position, difference->arguments),
				 difference->a));
	assert_true(effect_equal(semantics_evaluate(b, position, difference->arguments),
				 difference->b));
}

static void comparing_agrees_with_going_through_all_arguments(void **state)
{
	struct random_data random = {};
	unsigned int seed;
	char buffer[64];

	initstate_r(3, buffer, sizeof(buffer), &random);
	for (seed = 0; seed < 1500; seed++) {
		_cleanup_profile_ struct profile *old = random_profile(&random);
		_cleanup_profile_ struct profile *new = random_profile(&random);
		_cleanup_semantics_ struct semantics *a = semantics_of(old, ARCH);
		_cleanup_semantics_ struct semantics *b = semantics_of(new, ARCH);
		struct brute_force expected = go_through_all(a, b);
		struct call_comparison comparison = compare(old, new, "ioctl");

		assert_int_equal(comparison.wider.found, expected.wider);
		assert_int_equal(comparison.narrower.found, expected.narrower);
		assert_int_equal(comparison.other.found, expected.other);
		assert_int_equal(comparison.a_most, expected.a_most);
		assert_int_equal(comparison.b_most, expected.b_most);
		assert_int_equal(comparison.a_least, expected.a_least);
		assert_int_equal(comparison.b_least, expected.b_least);
		assert_example(a, b, &comparison.wider);
		assert_example(a, b, &comparison.narrower);
		assert_example(a, b, &comparison.other);
	}
}

/* Returns a copy with the rules in random order, one name per rule, and each rule twice. */
static struct profile *shuffled(const struct profile *profile, struct random_data *random)
{
	struct profile *copy = make_profile(profile->default_action);
	size_t i, j, k, order[16], count = profile->rule_count * 2;

	for (i = 0; i < count; i++) {
		j = next_random(random, i + 1);
		order[i] = order[j];
		order[j] = i;
	}
	for (i = 0; i < count; i++) {
		const struct rule *from = &profile->rules[order[i] % profile->rule_count];

		for (j = 0; j < from->name_count; j++) {
			struct rule *rule = add_names(copy, from->action, from->names[j]);

			for (k = 0; k < from->condition_count; k++) {
				const struct condition *c = &from->conditions[k];

				add_condition(rule, c->index, c->comparison, c->value,
					      c->value_two);
			}
		}
	}
	return copy;
}

static int refuse_difference(void *data, const char *name, const struct call_comparison *comparison,
			     struct error *err)
{
	fail_msg("%s differs", name ? name : "a number without a name");
	return 0;
}

/* True if rules have different actions. libseccomp refuses that for the same conditions. */
static bool contradicts_itself(const struct profile *profile)
{
	size_t i;

	for (i = 1; i < profile->rule_count; i++)
		if (profile->rules[i].action != profile->rules[0].action)
			return true;
	return false;
}

static void order_grouping_and_repetition_do_not_matter(void **state)
{
	struct random_data random = {};
	unsigned int seed, compared = 0;
	char buffer[64];

	initstate_r(4, buffer, sizeof(buffer), &random);
	for (seed = 0; seed < 500; seed++) {
		_cleanup_profile_ struct profile *profile = random_profile(&random);
		_cleanup_profile_ struct profile *other = NULL;
		_cleanup_semantics_ struct semantics *a = NULL, *b = NULL;
		_cleanup_error_ struct error err = ERROR_INIT;

		if (contradicts_itself(profile))
			continue;
		add_names(profile, ACTION_ALLOW, "read write close");
		add_names(profile, ACTION_ALLOW, "close openat");
		other = shuffled(profile, &random);
		a = semantics_of(profile, ARCH);
		b = semantics_of(other, ARCH);
		assert_success(semantics_visit_differences(a, b, refuse_difference, NULL, &err),
			       &err);
		compared++;
	}
	assert_true(compared > 100);
}

static int note_name(void *data, const char *name, const struct call_comparison *comparison,
		     struct error *err)
{
	FILE *out = data;

	fprintf(out, "%s%s ", comparison->wider.found ? "+" : "-", name ? name : "*");
	return 0;
}

static void calls_of_unknown_architectures_are_compared_by_name(void **state)
{
	_cleanup_profile_ struct profile *old = make_profile(ACTION_ERRNO);
	_cleanup_profile_ struct profile *new = make_profile(ACTION_ERRNO);
	_cleanup_semantics_ struct semantics *a = NULL, *b = NULL;
	_cleanup_free_ char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	add_names(old, ACTION_ALLOW, "a c d z");
	add_names(new, ACTION_ALLOW, "b c e z");
	a = semantics_of(old, "SCMP_ARCH_S390X");
	b = semantics_of(new, "SCMP_ARCH_S390X");
	assert_int_equal(semantics_visit_differences(a, b, note_name, out, NULL), 0);
	fclose(out);
	assert_string_equal(text, "-a +b -d +e ");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_call_more_is_wider),
		cmocka_unit_test(a_deny_list_and_an_allow_list_can_mean_the_same),
		cmocka_unit_test(a_condition_more_is_narrower_and_has_a_counterexample),
		cmocka_unit_test(conditions_that_cover_everything_are_none),
		cmocka_unit_test(another_errno_is_another_effect_of_the_same_permission),
		cmocka_unit_test(conditions_beyond_comparing_are_an_error),
		cmocka_unit_test(comparing_agrees_with_going_through_all_arguments),
		cmocka_unit_test(order_grouping_and_repetition_do_not_matter),
		cmocka_unit_test(calls_of_unknown_architectures_are_compared_by_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
