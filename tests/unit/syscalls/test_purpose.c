// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "syscalls/purpose.h"
#include "syscalls/syscall_table.h"
#include "util/array.h"

static const struct syscall_table *const tables[] = {
	&syscall_table_x86_64,	&syscall_table_i386, &syscall_table_x32,
	&syscall_table_aarch64, &syscall_table_arm,
};

static void every_name_of_every_table_has_a_purpose(void **state)
{
	size_t i, j;

	for (i = 0; i < array_size(tables); i++) {
		for (j = 0; j < tables[i]->length; j++) {
			const char *name = tables[i]->by_number[j].name;

			assert_string_equal(syscall_purpose(name)->name, name);
		}
	}
}

static void every_row_is_whole(void **state)
{
	size_t i;

	for (i = 0; i < syscall_purpose_count; i++) {
		const struct syscall_purpose *row = &syscall_purposes[i];

		assert_true(i == 0 || strcmp(syscall_purposes[i - 1].name, row->name) < 0);
		assert_true(row->group > syscall_groups &&
			    row->group < syscall_groups + syscall_group_count);
		assert_true(row->clause[0] != '\0');
		assert_int_equal(row->reason != NULL, row->risk != RISK_LOW);
	}
}

static void every_group_is_used_and_has_its_own_key(void **state)
{
	size_t i, j, used;

	for (i = 1; i < syscall_group_count; i++) {
		for (j = 0; j < i; j++)
			assert_string_not_equal(syscall_groups[i].key, syscall_groups[j].key);
		for (j = used = 0; j < syscall_purpose_count; j++)
			used += syscall_purposes[j].group == &syscall_groups[i];
		assert_true(used > 0);
	}
}

static void what_breaks_out_is_high_and_what_all_need_is_low(void **state)
{
	static const char *const high[] = { "bpf", "mount", "ptrace", "unshare", "init_module" };
	static const char *const low[] = { "read", "execve", "futex", "mmap", "exit_group" };
	size_t i;

	for (i = 0; i < array_size(high); i++)
		assert_int_equal(syscall_purpose(high[i])->risk, RISK_HIGH);
	for (i = 0; i < array_size(low); i++)
		assert_int_equal(syscall_purpose(low[i])->risk, RISK_LOW);
	assert_string_equal(syscall_purpose("socket")->group->key, "network");
	assert_string_equal(risk_level_name(RISK_HIGH), "high");
}

static void an_unknown_name_has_the_purpose_unknown(void **state)
{
	static const char *const unknown[] = { "", "zzz", "syscall_999", "Read" };
	size_t i;

	for (i = 0; i < array_size(unknown); i++) {
		const struct syscall_purpose *row = syscall_purpose(unknown[i]);

		assert_string_equal(row->name, "");
		assert_string_equal(row->group->key, "unknown");
		assert_int_equal(row->risk, RISK_ELEVATED);
	}
}

/* A typing mistake in a CVE's number sends a reader nowhere. */
static void every_cve_is_written_as_one(void **state)
{
	size_t i;

	for (i = 0; i < syscall_purpose_count; i++) {
		const char *cve = syscall_purposes[i].reason;

		while (cve && (cve = strstr(cve, "CVE"))) {
			assert_memory_equal(cve, "CVE-", 4);
			assert_int_equal(strspn(cve + 4, "0123456789"), 4);
			assert_int_equal(cve[8], '-');
			assert_in_range(strspn(cve + 9, "0123456789"), 4, 5);
			cve += 9;
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_name_of_every_table_has_a_purpose),
		cmocka_unit_test(every_row_is_whole),
		cmocka_unit_test(every_group_is_used_and_has_its_own_key),
		cmocka_unit_test(what_breaks_out_is_high_and_what_all_need_is_low),
		cmocka_unit_test(an_unknown_name_has_the_purpose_unknown),
		cmocka_unit_test(every_cve_is_written_as_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
