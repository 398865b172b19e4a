// SPDX-License-Identifier: Apache-2.0
#include <errno.h>
#include <seccomp.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "syscalls/syscall_table.h"
#include "syscalls/syscalls.h"
#include "util/array.h"

#define X32_SYSCALL_BIT 0x40000000

struct named_table {
	const struct syscall_table *table;
	enum machine machine;
	enum abi abi;
	uint32_t scmp_arch;
	size_t at_least; /* a table that lost its end is noticed */
};

static const struct named_table tables[] = {
	{ &syscall_table_x86_64, MACHINE_X86_64, ABI_NATIVE, SCMP_ARCH_X86_64, 385 },
	{ &syscall_table_i386, MACHINE_X86_64, ABI_COMPAT, SCMP_ARCH_X86, 461 },
	{ &syscall_table_x32, MACHINE_X86_64, ABI_X32, SCMP_ARCH_X32, 374 },
	{ &syscall_table_aarch64, MACHINE_AARCH64, ABI_NATIVE, SCMP_ARCH_AARCH64, 327 },
	{ &syscall_table_arm, MACHINE_AARCH64, ABI_COMPAT, SCMP_ARCH_ARM, 430 },
};

static void every_table_is_sorted_by_number_and_by_name(void **state)
{
	size_t i, j;

	for (i = 0; i < array_size(tables); i++) {
		const struct syscall_table *table = tables[i].table;

		assert_true(table->length >= tables[i].at_least);
		for (j = 1; j < table->length; j++) {
			const char *before = table->by_number[table->by_name[j - 1]].name;
			const char *after = table->by_number[table->by_name[j]].name;

			assert_true(table->by_number[j - 1].nr < table->by_number[j].nr);
			assert_true(strcmp(before, after) < 0);
		}
	}
}

static void every_name_leads_to_its_number_and_back(void **state)
{
	size_t i, j;

	for (i = 0; i < array_size(tables); i++) {
		for (j = 0; j < tables[i].table->length; j++) {
			const struct syscall_entry *entry = &tables[i].table->by_number[j];

			assert_int_equal(syscall_number(tables[i].machine, tables[i].abi,
							entry->name),
					 entry->nr);
			assert_string_equal(syscall_name(tables[i].machine, tables[i].abi,
							 entry->nr),
					    entry->name);
		}
	}
}

/* libseccomp keeps tables of its own: where it knows a name, it is the same number. */
static void libseccomp_agrees(void **state)
{
	size_t i, j;

	for (i = 0; i < array_size(tables); i++) {
		size_t known = 0;

		for (j = 0; j < tables[i].table->length; j++) {
			const struct syscall_entry *entry = &tables[i].table->by_number[j];
			int bit = tables[i].abi == ABI_X32 ? X32_SYSCALL_BIT : 0;
			int nr =
				seccomp_syscall_resolve_name_arch(tables[i].scmp_arch, entry->name);

			/* Negative: not known to this version, or not to this architecture. */
			if (nr < 0)
				continue;
			known++;
			if (nr != (int)(entry->nr | bit))
				fail_msg("%s %s is %u, for libseccomp %d",
					 abi_scmp_arch(tables[i].machine, tables[i].abi),
					 entry->name, entry->nr, nr);
		}
		assert_true(known > 300);
	}
}

static void one_number_is_another_call_in_each_abi(void **state)
{
	assert_string_equal(syscall_name(MACHINE_X86_64, ABI_NATIVE, 20), "writev");
	assert_string_equal(syscall_name(MACHINE_X86_64, ABI_COMPAT, 20), "getpid");
	assert_string_equal(syscall_name(MACHINE_X86_64, ABI_X32, 520), "execve");
	assert_null(syscall_name(MACHINE_X86_64, ABI_NATIVE, 520));
	assert_string_equal(syscall_name(MACHINE_AARCH64, ABI_NATIVE, 221), "execve");
	assert_string_equal(syscall_name(MACHINE_AARCH64, ABI_COMPAT, 11), "execve");
	assert_string_equal(syscall_name(MACHINE_AARCH64, ABI_COMPAT, 0xf0002), "cacheflush");
	assert_int_equal(syscall_number(MACHINE_X86_64, ABI_COMPAT, "socketcall"), 102);
	assert_int_equal(syscall_number(MACHINE_X86_64, ABI_NATIVE, "socketcall"), -ENOENT);
	assert_int_equal(syscall_number(MACHINE_AARCH64, ABI_NATIVE, "open"), -ENOENT);
}

static void a_number_without_a_name_is_kept(void **state)
{
	char buffer[SYSCALL_NAME_SIZE];

	assert_null(syscall_name(MACHINE_X86_64, ABI_NATIVE, 100000));
	assert_string_equal(syscall_name_or_number(MACHINE_X86_64, ABI_NATIVE, 100000, buffer),
			    "syscall_100000");
	assert_string_equal(syscall_name_or_number(MACHINE_X86_64, ABI_NATIVE, UINT32_MAX, buffer),
			    "syscall_4294967295");
	assert_string_equal(syscall_name_or_number(MACHINE_X86_64, ABI_NATIVE, 0, buffer), "read");
	assert_null(syscall_name(MACHINE_AARCH64, ABI_X32, 0));
	assert_int_equal(syscall_number(MACHINE_AARCH64, ABI_X32, "read"), -ENOENT);
	assert_int_equal(syscall_number(MACHINE_X86_64, ABI_NATIVE, ""), -ENOENT);
}

static void machines_and_abis_have_names(void **state)
{
	assert_int_equal(machine_from_name("x86_64"), MACHINE_X86_64);
	assert_int_equal(machine_from_name("aarch64"), MACHINE_AARCH64);
	assert_true(machine_from_name("riscv64") < 0);
	assert_string_equal(machine_name(MACHINE_AARCH64), "aarch64");
	assert_int_equal(abi_from_name("compat"), ABI_COMPAT);
	assert_true(abi_from_name("") < 0);
	assert_string_equal(abi_name(ABI_X32), "x32");
	assert_string_equal(abi_scmp_arch(MACHINE_X86_64, ABI_X32), "SCMP_ARCH_X32");
	assert_string_equal(abi_scmp_arch(MACHINE_AARCH64, ABI_COMPAT), "SCMP_ARCH_ARM");
	assert_null(abi_scmp_arch(MACHINE_AARCH64, ABI_X32));
}

/* Of all architectures, with the numbers at which MIPS begins. */
static void what_libseccomp_knows_is_known(void **state)
{
	static const uint32_t architectures[] = {
		SCMP_ARCH_MIPS,	  SCMP_ARCH_MIPS64, SCMP_ARCH_MIPS64N32, SCMP_ARCH_PPC,
		SCMP_ARCH_PPC64,  SCMP_ARCH_S390,   SCMP_ARCH_S390X,	 SCMP_ARCH_PARISC,
		SCMP_ARCH_X86_64, SCMP_ARCH_X86,    SCMP_ARCH_RISCV64,	 SCMP_ARCH_ARM,
	};
	size_t i;
	int nr, count = 0;

	for (i = 0; i < array_size(architectures); i++)
		for (nr = -300; nr < 7000; nr++) {
			char *name = seccomp_syscall_resolve_num_arch(architectures[i], nr);

			if (name && !syscall_is_known(name))
				fail_msg("%s is not known", name);
			count += name != NULL;
			free(name);
		}
	assert_true(count > 3000);
	assert_true(syscall_is_known("cachectl") && syscall_is_known("timerfd"));
	assert_false(syscall_is_known("no_such_call") || syscall_is_known(""));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_table_is_sorted_by_number_and_by_name),
		cmocka_unit_test(every_name_leads_to_its_number_and_back),
		cmocka_unit_test(libseccomp_agrees),
		cmocka_unit_test(one_number_is_another_call_in_each_abi),
		cmocka_unit_test(a_number_without_a_name_is_kept),
		cmocka_unit_test(machines_and_abis_have_names),
		cmocka_unit_test(what_libseccomp_knows_is_known),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
