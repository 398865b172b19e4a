// SPDX-License-Identifier: Apache-2.0
#include "fixtures.h"

#include "seccomp/findings.h"

#define MANY 1000

static void add(struct findings *findings, enum severity severity, const char *call,
		const char *architecture, int number)
{
	const struct finding_of of = { severity, "check", call, architecture };

	assert_int_equal(findings_add(findings, &of, NULL, "sentence %d", number), 0);
}

/* However many there are, findings are recognized when added again, and keep their order. */
static void the_same_is_found_once(void **state)
{
	_cleanup_findings_ struct findings findings = {};
	int i, round;

	for (round = 0; round < 2; round++)
		for (i = 0; i < MANY; i++)
			add(&findings, SEVERITY_WARNING, "read", round ? "B" : "A", i);
	assert_int_equal(findings.length, MANY);
	assert_string_equal(findings.items[0].message, "sentence 0");
	assert_string_equal(findings.items[MANY - 1].message, "sentence 999");
	for (i = 0; i < MANY; i++)
		assert_int_equal(findings.items[i].architecture_count, 2);
	assert_false(findings_fail(&findings));
}

static void another_call_or_severity_is_another(void **state)
{
	_cleanup_findings_ struct findings findings = {};

	add(&findings, SEVERITY_WARNING, NULL, NULL, 1);
	add(&findings, SEVERITY_WARNING, "read", NULL, 1);
	add(&findings, SEVERITY_ERROR, "read", NULL, 1);
	add(&findings, SEVERITY_ERROR, "read", NULL, 1);
	assert_int_equal(findings.length, 3);
	assert_true(findings_fail(&findings));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_same_is_found_once),
		cmocka_unit_test(another_call_or_severity_is_another),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
