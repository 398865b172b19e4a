// SPDX-License-Identifier: Apache-2.0
#include "syscalls/syscalls.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "syscalls/syscall_table.h"
#include "util/array.h"

/* The name of an ABI on a machine, and the table of its calls. */
struct abi_of_machine {
	const char *scmp_arch;
	const struct syscall_table *table;
};

static const char *const machine_names[MACHINE_COUNT] = {
	[MACHINE_X86_64] = "x86_64",
	[MACHINE_AARCH64] = "aarch64",
};

static const char *const abi_names[ABI_COUNT] = {
	[ABI_NATIVE] = "native",
	[ABI_COMPAT] = "compat",
	[ABI_X32] = "x32",
};

static const struct abi_of_machine abis[MACHINE_COUNT][ABI_COUNT] = {
	[MACHINE_X86_64] = {
		[ABI_NATIVE] = { "SCMP_ARCH_X86_64", &syscall_table_x86_64 },
		[ABI_COMPAT] = { "SCMP_ARCH_X86", &syscall_table_i386 },
		[ABI_X32] = { "SCMP_ARCH_X32", &syscall_table_x32 },
	},
	[MACHINE_AARCH64] = {
		[ABI_NATIVE] = { "SCMP_ARCH_AARCH64", &syscall_table_aarch64 },
		[ABI_COMPAT] = { "SCMP_ARCH_ARM", &syscall_table_arm },
	},
};

static int name_index(const char *const *names, size_t count, const char *name)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (strcmp(names[i], name) == 0)
			return i;
	return -ENOENT;
}

enum machine machine_native(void)
{
#if defined(__x86_64__)
	return MACHINE_X86_64;
#elif defined(__aarch64__)
	return MACHINE_AARCH64;
#else
#error "recorder knows the system calls of x86-64 and arm64 only"
#endif
}

const char *machine_name(enum machine machine)
{
	return machine_names[machine];
}

int machine_from_name(const char *name)
{
	return name_index(machine_names, MACHINE_COUNT, name);
}

const char *abi_name(enum abi abi)
{
	return abi_names[abi];
}

int abi_from_name(const char *name)
{
	return name_index(abi_names, ABI_COUNT, name);
}

const char *abi_scmp_arch(enum machine machine, enum abi abi)
{
	return abis[machine][abi].scmp_arch;
}

const struct syscall_table *abi_syscall_table(enum machine machine, enum abi abi)
{
	return abis[machine][abi].table;
}

const char *syscall_name(enum machine machine, enum abi abi, uint32_t nr)
{
	const struct syscall_table *table = abis[machine][abi].table;
	size_t low = 0, high = table ? table->length : 0;

	/* Most numbers are equal to their index in the table. */
	if (nr < high && table->by_number[nr].nr == nr)
		return table->by_number[nr].name;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		const struct syscall_entry *entry = &table->by_number[middle];

		if (entry->nr == nr)
			return entry->name;
		if (entry->nr < nr)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

int syscall_number(enum machine machine, enum abi abi, const char *name)
{
	const struct syscall_table *table = abis[machine][abi].table;
	size_t low = 0, high = table ? table->length : 0;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		const struct syscall_entry *entry = &table->by_number[table->by_name[middle]];
		int order = strcmp(entry->name, name);

		if (order == 0)
			return entry->nr;
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return -ENOENT;
}

const char *syscall_name_or_number(enum machine machine, enum abi abi, uint32_t nr,
				   char buffer[SYSCALL_NAME_SIZE])
{
	const char *name = syscall_name(machine, abi, nr);

	if (name)
		return name;
	snprintf(buffer, SYSCALL_NAME_SIZE, "syscall_%" PRIu32, nr);
	return buffer;
}

/*
 * Calls that only MIPS, POWER, RISC-V and s390 have, and libseccomp's names (in its
 * src/syscalls.csv) for operations of socketcall(2) and ipc(2) that have no number elsewhere;
 * sorted.
 */
static const char *const foreign_names[] = {
	"cachectl",
	"multiplexer",
	"recv",
	"riscv_flush_icache",
	"rtas",
	"s390_guarded_storage",
	"s390_pci_mmio_read",
	"s390_pci_mmio_write",
	"s390_runtime_instr",
	"s390_sthyi",
	"send",
	"spu_create",
	"spu_run",
	"subpage_prot",
	"swapcontext",
	"switch_endian",
	"sync_file_range2",
	"sys_debug_setcontext",
	"syscall",
	"sysmips",
	"timerfd",
};

static int compare_names(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

bool syscall_is_known(const char *name)
{
	int machine, abi;

	for (machine = 0; machine < MACHINE_COUNT; machine++)
		for (abi = 0; abi < ABI_COUNT; abi++)
			if (syscall_number(machine, abi, name) >= 0)
				return true;
	return bsearch(&name, foreign_names, array_size(foreign_names), sizeof(foreign_names[0]),
		       compare_names) != NULL;
}
