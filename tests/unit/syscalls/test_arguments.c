// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "syscalls/arguments.h"
#include "util/array.h"

static const struct syscall_argument *find(enum machine machine, enum abi abi, const char *call,
					   uint8_t index, uint16_t offset)
{
	int nr = syscall_number(machine, abi, call);

	assert_true(nr >= 0);
	return syscall_argument_at(machine, abi, nr, index, offset);
}

static void the_rows_of_a_number_name_its_call(void **state)
{
	int machine, abi;
	uint32_t nr;
	size_t seen = 0;
	uint8_t i;

	for (machine = 0; machine < MACHINE_COUNT; machine++)
		for (abi = 0; abi < ABI_COUNT; abi++)
			for (nr = 0; nr < ARGUMENT_NUMBERS + 1; nr++) {
				struct argument_span span = syscall_arguments_of(machine, abi, nr);

				assert_int_equal(span.first == 0, span.count == 0);
				assert_true(span.first + span.count <= syscall_argument_count);
				for (i = 0; i < span.count; i++, seen++)
					assert_string_equal(syscall_arguments[span.first + i].call,
							    syscall_name(machine, abi, nr));
			}
	assert_true(seen > 100);
}

static void arguments_are_found_in_every_abi(void **state)
{
	static const struct {
		enum machine machine;
		enum abi abi;
	} abis[] = {
		{ MACHINE_X86_64, ABI_NATIVE },	 { MACHINE_X86_64, ABI_COMPAT },
		{ MACHINE_X86_64, ABI_X32 },	 { MACHINE_AARCH64, ABI_NATIVE },
		{ MACHINE_AARCH64, ABI_COMPAT },
	};
	size_t i;

	for (i = 0; i < array_size(abis); i++) {
		const struct syscall_argument *row =
			find(abis[i].machine, abis[i].abi, "socket", 1, 0);

		assert_int_equal(row->kind, ARGUMENT_VALUE);
		assert_int_equal(row->ignored, 0x80800);
		assert_false(row->condition);
		assert_true(find(abis[i].machine, abis[i].abi, "clone", 0, 0)->condition);
		assert_int_equal(find(abis[i].machine, abis[i].abi, "clone3", 0, 72)->size, 1);
		assert_null(find(abis[i].machine, abis[i].abi, "read", 0, 0));
	}
	assert_non_null(find(MACHINE_X86_64, ABI_NATIVE, "mmap", 3, 0));
	assert_non_null(find(MACHINE_X86_64, ABI_COMPAT, "socketcall", 0, 0));
	assert_non_null(find(MACHINE_AARCH64, ABI_COMPAT, "mmap2", 2, 0));
}

/* The only argument of i386's mmap points to the others. */
static void a_row_can_leave_out_a_table(void **state)
{
	assert_null(find(MACHINE_X86_64, ABI_COMPAT, "mmap", 2, 0));
}

static void values_have_names(void **state)
{
	const struct syscall_argument *row = find(MACHINE_X86_64, ABI_NATIVE, "clone", 0, 0);
	char text[ARGUMENT_VALUE_TEXT_SIZE];

	assert_string_equal(argument_value_text(MACHINE_X86_64, row, 0x10000000, text),
			    "CLONE_NEWUSER (0x10000000)");
	row = find(MACHINE_X86_64, ABI_NATIVE, "ioctl", 1, 0);
	assert_string_equal(argument_value_text(MACHINE_X86_64, row, 0x5401, text),
			    "TCGETS (0x5401)");
	assert_string_equal(argument_value_text(MACHINE_X86_64, row, 0x7654321, text), "0x7654321");
	row = find(MACHINE_X86_64, ABI_NATIVE, "clone3", 0, 72);
	assert_null(argument_value_name(MACHINE_X86_64, row, 0));
}

static void names_differ_between_machines(void **state)
{
	const struct syscall_argument *row = find(MACHINE_X86_64, ABI_NATIVE, "openat", 2, 0);

	assert_string_equal(argument_value_name(MACHINE_X86_64, row, 0x10000), "O_DIRECTORY");
	assert_string_equal(argument_value_name(MACHINE_AARCH64, row, 0x10000), "O_DIRECT");
}

/* Within the names of an argument, no machine has two for one value. */
static void a_value_has_one_name(void **state)
{
	size_t i, a, b, names = 0;

	for (i = 1; i < syscall_argument_count; i++) {
		const struct syscall_argument *row = &syscall_arguments[i];
		const struct value_name *first = &value_names[row->names];

		for (a = 0; a < row->name_count; a++, names++) {
			assert_true(strlen(first[a].name) + sizeof(" (0x12345678)") <=
				    ARGUMENT_VALUE_TEXT_SIZE);
			for (b = a + 1; b < row->name_count && first[b].value == first[a].value;
			     b++) {
				assert_int_not_equal(first[a].machine, MACHINE_COUNT);
				assert_int_not_equal(first[a].machine, first[b].machine);
			}
		}
	}
	assert_true(names > 1000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_rows_of_a_number_name_its_call),
		cmocka_unit_test(arguments_are_found_in_every_abi),
		cmocka_unit_test(a_row_can_leave_out_a_table),
		cmocka_unit_test(values_have_names),
		cmocka_unit_test(names_differ_between_machines),
		cmocka_unit_test(a_value_has_one_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
