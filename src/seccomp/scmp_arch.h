/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SECCOMP_SCMP_ARCH_H
#define SECCOMP_SCMP_ARCH_H

/*
 * The architectures that a profile can list, as libseccomp and the filters that it makes know them.
 * A filter is compiled and simulated for machines too that recorder does not run on.
 */
#include <stdbool.h>
#include <stdint.h>

#define X32_SYSCALL_BIT 0x40000000u /* __X32_SYSCALL_BIT of asm/unistd.h */

struct scmp_arch {
	const char *name; /* of the OCI runtime-spec: "SCMP_ARCH_X86_64" */
	uint32_t token;	  /* libseccomp's; its own for x32, AUDIT_ARCH_* for the others */
	uint32_t audit;	  /* AUDIT_ARCH_* that the kernel puts into struct seccomp_data */
	uint32_t base;	  /* the least system call number, not 0 for x32 and on MIPS */
	bool wide;	  /* arguments are compared in 64 bits */
	bool big_endian;
};

/* By its name, or NULL. */
const struct scmp_arch *scmp_arch_find(const char *name);

/* By its place in the list of all, NULL behind the last. */
const struct scmp_arch *scmp_arch_at(unsigned int index);

/* The one that this program was built for. */
const struct scmp_arch *scmp_arch_native(void);

/* The native one of the machines that run an architecture: x86-64 of i386. */
const struct scmp_arch *scmp_arch_native_of(const struct scmp_arch *architecture);

/* The one that struct seccomp_data's arch and nr mean, or NULL. x32 has x86-64's arch. */
const struct scmp_arch *scmp_arch_of_call(uint32_t audit, uint32_t nr);

#define SCMP_ARCH_CALL_SIZE 64

/*
 * The name of a call whose number is as in struct seccomp_data (with the base); in the caller's
 * buffer, "syscall_<nr>" where it has none. Asks the project's tables first, then libseccomp.
 */
const char *scmp_arch_call_name(const struct scmp_arch *architecture, uint32_t nr,
				char buffer[SCMP_ARCH_CALL_SIZE]);

#endif
