// SPDX-License-Identifier: Apache-2.0
#include "seccomp/architecture.h"

#include <inttypes.h>
#include <seccomp.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "syscalls/syscalls.h"
#include "util/array.h"
#include "util/cleanup.h"

#define LITTLE(NAME, short_name, base, wide)                                                    \
	{                                                                                       \
		"SCMP_ARCH_" #NAME, short_name, SCMP_ARCH_##NAME, SCMP_ARCH_##NAME, base, wide, \
			false                                                                   \
	}
#define BIG(NAME, short_name, base, wide)                                                       \
	{                                                                                       \
		"SCMP_ARCH_" #NAME, short_name, SCMP_ARCH_##NAME, SCMP_ARCH_##NAME, base, wide, \
			true                                                                    \
	}

/*
 * Those of the OCI runtime-spec that libseccomp 2.5 knows. MIPS numbers begin at 4000 (o32), 5000
 * (n64) and 6000 (n32): arch/mips/include/uapi/asm/unistd.h.
 */
static const struct architecture architectures[] = {
	LITTLE(X86_64, "x86_64", 0, true),
	LITTLE(X86, "x86", 0, false),
	{ "SCMP_ARCH_X32", "x32", SCMP_ARCH_X32, SCMP_ARCH_X86_64, X32_SYSCALL_BIT, false, false },
	LITTLE(AARCH64, "aarch64", 0, true),
	LITTLE(ARM, "arm", 0, false),
	BIG(MIPS, "mips", 4000, false),
	LITTLE(MIPSEL, "mipsel", 4000, false),
	BIG(MIPS64, "mips64", 5000, true),
	LITTLE(MIPSEL64, "mipsel64", 5000, true),
	BIG(MIPS64N32, "mips64n32", 6000, false),
	LITTLE(MIPSEL64N32, "mipsel64n32", 6000, false),
	BIG(PARISC, "parisc", 0, false),
	BIG(PARISC64, "parisc64", 0, true),
	BIG(PPC, "ppc", 0, false),
	BIG(PPC64, "ppc64", 0, true),
	LITTLE(PPC64LE, "ppc64le", 0, true),
	LITTLE(RISCV64, "riscv64", 0, true),
	BIG(S390, "s390", 0, false),
	BIG(S390X, "s390x", 0, true),
};

const struct architecture *architecture_at(unsigned int index)
{
	return index < array_size(architectures) ? &architectures[index] : NULL;
}

const struct architecture *architecture_find(const char *name)
{
	size_t i;

	for (i = 0; i < array_size(architectures); i++)
		if (strcmp(architectures[i].name, name) == 0 ||
		    strcmp(architectures[i].short_name, name) == 0)
			return &architectures[i];
	return NULL;
}

const struct architecture *architecture_native(void)
{
	return architecture_find(abi_scmp_arch(machine_native(), ABI_NATIVE));
}

const struct architecture *architecture_of_call(uint32_t audit, uint32_t nr)
{
	size_t i;

	if (audit == SCMP_ARCH_X86_64 && (nr & X32_SYSCALL_BIT))
		return architecture_find("SCMP_ARCH_X32");
	for (i = 0; i < array_size(architectures); i++)
		if (architectures[i].audit == audit)
			return &architectures[i];
	return NULL;
}

/* The name in the project's own tables, which are newer than libseccomp's. */
static const char *table_name(const struct architecture *architecture, uint32_t nr)
{
	enum machine machine;
	enum abi abi;

	for (machine = 0; machine < MACHINE_COUNT; machine++) {
		for (abi = 0; abi < ABI_COUNT; abi++) {
			const char *name = abi_scmp_arch(machine, abi);

			if (name && strcmp(name, architecture->name) == 0)
				return syscall_name(machine, abi, nr);
		}
	}
	return NULL;
}

const char *architecture_call_name(const struct architecture *architecture, uint32_t nr,
				   char buffer[ARCHITECTURE_CALL_SIZE])
{
	const char *name = NULL;
	char *resolved = NULL;

	if (nr >= architecture->base)
		name = table_name(architecture, architecture->base == X32_SYSCALL_BIT ?
							nr - X32_SYSCALL_BIT :
							nr);
	if (!name)
		name = resolved = seccomp_syscall_resolve_num_arch(architecture->token, nr);
	if (name)
		snprintf(buffer, ARCHITECTURE_CALL_SIZE, "%s", name);
	else
		snprintf(buffer, ARCHITECTURE_CALL_SIZE, "syscall_%" PRIu32, nr);
	free(resolved);
	return buffer;
}
