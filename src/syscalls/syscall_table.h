/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYSCALLS_SYSCALL_TABLE_H
#define SYSCALLS_SYSCALL_TABLE_H

/*
 * Tables that tools/gen-syscalls makes from src/syscalls/<table>.tbl. Those come from the
 * kernel's user-space headers (tools/update-syscall-tables).
 */
#include <stddef.h>
#include <stdint.h>

struct syscall_entry {
	uint32_t nr;
	const char *name;
};

struct syscall_table {
	const struct syscall_entry *by_number;
	const uint16_t *by_name; /* indexes into by_number, in the order of the names */
	size_t length;
};

extern const struct syscall_table syscall_table_x86_64;
extern const struct syscall_table syscall_table_i386;
extern const struct syscall_table syscall_table_x32;
extern const struct syscall_table syscall_table_aarch64;
extern const struct syscall_table syscall_table_arm;

#endif
