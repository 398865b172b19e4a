/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SECCOMP_SCMP_ARCH_H
#define SECCOMP_SCMP_ARCH_H

/*
 * The architectures that a profile can list, as libseccomp and its filters know them. Filters
 * are also compiled and simulated for machines on which recorder does not run.
 */
#include <stdbool.h>
#include <stdint.h>

#define X32_SYSCALL_BIT 0x40000000u /* __X32_SYSCALL_BIT of asm/unistd.h */

struct scmp_arch {
	const char *name; /* of the OCI runtime-spec: "SCMP_ARCH_X86_64" */
	uint32_t token;	  /* libseccomp's: AUDIT_ARCH_*, except for x32, which has its own */
	uint32_t audit;	  /* AUDIT_ARCH_* that the kernel puts into struct seccomp_data */
	uint32_t base;	  /* the lowest system call number; not 0 for x32 and on MIPS */
	bool wide;	  /* arguments are compared in 64 bits */
	bool big_endian;
};

/* Finds an architecture by its name, or returns NULL. */
const struct scmp_arch *scmp_arch_find(const char *name);

/* Returns the architecture at an index of the list of all; NULL after the last one. */
const struct scmp_arch *scmp_arch_at(unsigned int index);

/* Returns the architecture that this program was built for. */
const struct scmp_arch *scmp_arch_native(void);

/* Returns the native architecture of the machines that run an architecture: x86-64 for i386. */
const struct scmp_arch *scmp_arch_native_of(const struct scmp_arch *architecture);

/*
 * Returns the architecture of a call with this arch and nr in struct seccomp_data, or NULL. x32
 * has x86-64's arch.
 */
const struct scmp_arch *scmp_arch_of_call(uint32_t audit, uint32_t nr);

#define SCMP_ARCH_CALL_SIZE 64

/*
 * Returns the name of a call, or "syscall_<nr>" if it has none, in the caller's buffer. nr is
 * as in struct seccomp_data, with the base. The project's tables come first, then libseccomp's.
 */
const char *scmp_arch_call_name(const struct scmp_arch *architecture, uint32_t nr,
				char buffer[SCMP_ARCH_CALL_SIZE]);

#endif
