/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYSCALLS_SYSCALLS_H
#define SYSCALLS_SYSCALLS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct error;
struct syscall_table;

/*
 * The ABI of a system call. It is part of the call's identity: the same number means different
 * calls in different ABIs.
 */
enum abi {
	ABI_NATIVE, /* x86-64, arm64 */
	ABI_COMPAT, /* i386 on x86-64, 32-bit ARM on arm64 */
	ABI_X32,    /* bit 30 of an x86-64 number, which is kept without that bit */
	ABI_COUNT,
};

/* A machine whose containers are recorded. It decides the name of each ABI. */
enum machine {
	MACHINE_X86_64,
	MACHINE_AARCH64,
	MACHINE_COUNT,
};

/* The machine that this program was built for. */
enum machine machine_native(void);

/* "x86_64", "aarch64", as in uname(2). machine_from_name() is negative for an unknown name. */
const char *machine_name(enum machine machine);
int machine_from_name(const char *name);

/* "native", "compat", "x32". abi_from_name() is negative for an unknown name. */
const char *abi_name(enum abi abi);
int abi_from_name(const char *name);

/*
 * The OCI runtime-spec name of a machine's ABI, such as "SCMP_ARCH_X86_64", or NULL if the
 * machine has no such ABI (x32 on arm64).
 */
const char *abi_scmp_arch(enum machine machine, enum abi abi);

/*
 * All calls of a machine's ABI (syscalls/syscall_table.h), or NULL if the machine has no such
 * ABI.
 */
const struct syscall_table *abi_syscall_table(enum machine machine, enum abi abi);

/* The name of a call number, or NULL if the ABI has no such call. */
const char *syscall_name(enum machine machine, enum abi abi, uint32_t nr);

/* The number of a call name, or -ENOENT if the ABI has no such call. */
int syscall_number(enum machine machine, enum abi abi, const char *name);

/*
 * True if any machine is known to have a call of that name, including machines without a table
 * here. An unknown name may be a mistake, or newer than this program.
 */
bool syscall_is_known(const char *name);

/*
 * As syscall_name(), but never NULL: a number without a name is written "syscall_<nr>" into
 * the caller's buffer.
 */
#define SYSCALL_NAME_SIZE 32
const char *syscall_name_or_number(enum machine machine, enum abi abi, uint32_t nr,
				   char buffer[SYSCALL_NAME_SIZE]);

#endif
