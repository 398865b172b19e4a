// SPDX-License-Identifier: Apache-2.0
#include "../fixtures.h"

#include "profile/diff/ignore.h"

static struct ignore_list read_list(const char *text)
{
	_cleanup_error_ struct error err = ERROR_INIT;
	struct ignore_list list;

	assert_success(ignore_list_read("ignore", text, strlen(text), &list, &err), &err);
	return list;
}

static void assert_refused(const char *text, size_t size, const char *message)
{
	_cleanup_error_ struct error err = ERROR_INIT;
	struct ignore_list list;

	assert_int_equal(ignore_list_read("ignore", text, size, &list, &err), -EINVAL);
	assert_string_equal(err.message, message);
}

static void a_line_is_a_call_a_day_and_a_reason(void **state)
{
	_cleanup_ignore_list_ struct ignore_list list =
		read_list("# call until reason\n"
			  "\n"
			  "  unshare\t2027-03-31  builds images, \"x\" \r\n"
			  "ptrace never debugger");
	const struct ignore_entry *entry = ignore_list_find(&list, "unshare");

	assert_int_equal(list.length, 2);
	assert_non_null(entry);
	assert_string_equal(entry->until, "2027-03-31");
	assert_string_equal(entry->reason, "builds images, \"x\"");
	assert_int_equal(entry->line, 3);
	entry = ignore_list_find(&list, "ptrace");
	assert_non_null(entry);
	assert_string_equal(entry->reason, "debugger");
	assert_null(ignore_list_find(&list, "mount"));
}

static void an_empty_file_ignores_nothing(void **state)
{
	_cleanup_ignore_list_ struct ignore_list list = read_list("\n# nothing\n");

	assert_int_equal(list.length, 0);
	assert_null(ignore_list_find(&list, "mount"));
}

static void the_last_day_still_counts(void **state)
{
	_cleanup_ignore_list_ struct ignore_list list =
		read_list("unshare 2027-03-31 a\nptrace never b\n");
	const struct ignore_entry *until = ignore_list_find(&list, "unshare");

	assert_false(ignore_entry_expired(until, "2027-03-30"));
	assert_false(ignore_entry_expired(until, "2027-03-31"));
	assert_true(ignore_entry_expired(until, "2027-04-01"));
	assert_false(ignore_entry_expired(ignore_list_find(&list, "ptrace"), "9999-12-31"));
}

static void what_is_wrong_is_said_with_its_line(void **state)
{
	static const struct {
		const char *text;
		const char *message;
	} rows[] = {
		{ "mount\n", "ignore:1: mount: write the call, the last day (as 2027-03-31, or "
			     "'never') and the reason" },
		{ "\nmount never  \n",
		  "ignore:2: mount: write the call, the last day (as 2027-03-31, or 'never') and "
		  "the reason" },
		{ "mouny never typo\n", "ignore:1: no machine has a system call 'mouny'" },
		{ "mount 2027-02-30 x\n",
		  "ignore:1: '2027-02-30' is not a day; write it as 2027-03-31, or 'never'" },
		{ "mount 2027-2-3 x\n",
		  "ignore:1: '2027-2-3' is not a day; write it as 2027-03-31, or 'never'" },
		{ "mount soon x\n",
		  "ignore:1: 'soon' is not a day; write it as 2027-03-31, or 'never'" },
		{ "mount never x\nbpf never x\nmount never y\n",
		  "ignore:3: mount is already in line 1" },
	};
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_refused(rows[i].text, strlen(rows[i].text), rows[i].message);
	assert_refused("mount never\0x", 13, "ignore: is not text: it has a NUL byte");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_line_is_a_call_a_day_and_a_reason),
		cmocka_unit_test(an_empty_file_ignores_nothing),
		cmocka_unit_test(the_last_day_still_counts),
		cmocka_unit_test(what_is_wrong_is_said_with_its_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
