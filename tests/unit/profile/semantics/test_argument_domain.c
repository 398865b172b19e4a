// SPDX-License-Identifier: Apache-2.0
#include "../fixtures.h"

#include "profile/semantics/argument_domain.h"
#include "profile/model/condition.h"

#define _cleanup_domain_ _cleanup_(argument_domain_finish)

static uint64_t add(struct argument_domain *domain, enum comparison comparison, uint64_t value,
		    uint64_t value_two)
{
	struct condition condition = { 0, comparison, value, value_two }, normal;
	uint64_t bit;

	assert_true(condition_normalize(&condition, false, &normal));
	assert_int_equal(argument_domain_add(domain, &normal, &bit, NULL), 0);
	return bit;
}

static void split(struct argument_domain *domain, uint64_t max)
{
	_cleanup_error_ struct error err = ERROR_INIT;

	assert_success(argument_domain_split(domain, max, &err), &err);
}

static uint64_t truth_of(const struct argument_domain *domain, uint64_t value)
{
	uint64_t truth = 0;
	size_t i;

	for (i = 0; i < domain->condition_count; i++)
		if (condition_holds(&domain->conditions[i], value))
			truth |= UINT64_C(1) << i;
	return truth;
}

static bool has_class(const struct argument_domain *domain, uint64_t truth)
{
	size_t i;

	for (i = 0; i < domain->class_count; i++)
		if (domain->classes[i].truth == truth)
			return true;
	return false;
}

static void assert_witnesses(const struct argument_domain *domain, uint64_t max)
{
	size_t i;

	for (i = 0; i < domain->class_count; i++) {
		assert_true(domain->classes[i].witness <= max);
		assert_true(truth_of(domain, domain->classes[i].witness) ==
			    domain->classes[i].truth);
		if (i > 0)
			assert_true(domain->classes[i].truth > domain->classes[i - 1].truth);
	}
}

static void without_conditions_all_values_are_alike(void **state)
{
	_cleanup_domain_ struct argument_domain domain = {};

	split(&domain, UINT64_MAX);
	assert_int_equal(domain.class_count, 1);
	assert_true(domain.classes[0].truth == 0);
}

static void the_ends_of_the_range_are_no_class_of_their_own(void **state)
{
	_cleanup_domain_ struct argument_domain domain = {};

	add(&domain, COMPARE_GE, 0, 0);
	add(&domain, COMPARE_LE, UINT64_MAX, 0);
	add(&domain, COMPARE_GT, UINT64_MAX, 0);
	add(&domain, COMPARE_LT, 0, 0);
	split(&domain, UINT64_MAX);
	assert_int_equal(domain.class_count, 1);
	assert_true(domain.classes[0].truth == 3);
}

static void the_same_condition_is_kept_once(void **state)
{
	_cleanup_domain_ struct argument_domain domain = {};

	assert_true(add(&domain, COMPARE_EQ, 5, 0) == 1);
	assert_true(add(&domain, COMPARE_NE, 5, 0) == 2);
	assert_true(add(&domain, COMPARE_MASKED_EQ, UINT64_MAX, 5) == 1);
	split(&domain, UINT64_MAX);
	assert_int_equal(domain.class_count, 2);
}

/* clone(2)'s namespace flags, each alone and all together, as in runtimes' default profiles. */
static void masks_that_imply_each_other_have_no_impossible_classes(void **state)
{
	_cleanup_domain_ struct argument_domain domain = {};
	static const uint64_t flags[] = { 0x20000,    0x2000000,  0x4000000, 0x8000000,
					  0x10000000, 0x20000000, 0x40000000 };
	size_t i;

	add(&domain, COMPARE_MASKED_EQ, 0x7e020000, 0);
	for (i = 0; i < 7; i++)
		add(&domain, COMPARE_MASKED_EQ, flags[i], flags[i]);
	split(&domain, UINT64_MAX);
	assert_witnesses(&domain, UINT64_MAX);
	assert_int_equal(domain.class_count, 128);
}

static void a_mask_within_a_range_that_its_bits_cannot_reach(void **state)
{
	_cleanup_domain_ struct argument_domain domain = {};
	uint64_t below = add(&domain, COMPARE_LT, 0x100000000, 0);
	uint64_t upper = add(&domain, COMPARE_MASKED_EQ, 0xff00000000000000, 0x0100000000000000);

	split(&domain, UINT64_MAX);
	assert_witnesses(&domain, UINT64_MAX);
	assert_int_equal(domain.class_count, 3);
	assert_false(has_class(&domain, below | upper));
}

static void too_many_are_refused(void **state)
{
	_cleanup_domain_ struct argument_domain domain = {};
	_cleanup_error_ struct error err = ERROR_INIT, err_split = ERROR_INIT;
	struct condition condition = { 0, COMPARE_EQ, 1000, 0 };
	uint64_t bit;
	size_t i;

	for (i = 0; i < DOMAIN_CONDITIONS_MAX; i++)
		add(&domain, COMPARE_MASKED_EQ, UINT64_C(1) << i, 0);
	assert_int_equal(argument_domain_add(&domain, &condition, &bit, &err), -E2BIG);
	assert_int_equal(argument_domain_split(&domain, UINT64_MAX, &err_split), -E2BIG);
}

/* Every combination that some value of eight bits fulfils, and no other, is a class. */
static void classes_are_exactly_what_values_can_do(void **state)
{
	unsigned int seed, count, value;
	struct random_data random = {};
	char buffer[64];
	int32_t number;

	for (seed = 1; seed <= 3000; seed++) {
		_cleanup_domain_ struct argument_domain domain = {};
		bool possible[1 << 8] = {};
		size_t i, expected = 0;

		memset(&random, 0, sizeof(random));
		initstate_r(seed, buffer, sizeof(buffer), &random);
		for (count = 0; count < 1 + seed % 8; count++) {
			struct condition condition = {}, normal;
			uint64_t bit;

			random_r(&random, &number);
			condition.comparison = number % COMPARE_COUNT;
			condition.value = number >> 8 & 0xff;
			condition.value_two = number >> 16 & 0xff;
			if (condition_normalize(&condition, false, &normal))
				assert_int_equal(argument_domain_add(&domain, &normal, &bit, NULL),
						 0);
		}
		split(&domain, 0xff);
		assert_witnesses(&domain, 0xff);
		for (value = 0; value <= 0xff; value++)
			possible[truth_of(&domain, value)] = true;
		for (i = 0; i < 1 << 8; i++)
			expected += possible[i];
		if (domain.class_count != expected)
			fail_msg("seed %u: %zu classes instead of %zu", seed, domain.class_count,
				 expected);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(without_conditions_all_values_are_alike),
		cmocka_unit_test(the_ends_of_the_range_are_no_class_of_their_own),
		cmocka_unit_test(the_same_condition_is_kept_once),
		cmocka_unit_test(masks_that_imply_each_other_have_no_impossible_classes),
		cmocka_unit_test(a_mask_within_a_range_that_its_bits_cannot_reach),
		cmocka_unit_test(too_many_are_refused),
		cmocka_unit_test(classes_are_exactly_what_values_can_do),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
