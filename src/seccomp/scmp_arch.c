// SPDX-License-Identifier: Apache-2.0
#include "seccomp/scmp_arch.h"

#include <inttypes.h>
#include <seccomp.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "profile/model/architecture.h"
#include "syscalls/syscalls.h"
#include "util/array.h"
#include "util/cleanup.h"

#define ROW(NAME, base, wide, big_endian)                                                      \
	{                                                                                      \
		"SCMP_ARCH_" #NAME, SCMP_ARCH_##NAME, SCMP_ARCH_##NAME, base, wide, big_endian \
	}
#define LITTLE(NAME, base, wide) ROW(NAME, base, wide, false)
#define BIG(NAME, base, wide) ROW(NAME, base, wide, true)

/*
 * The architectures of the OCI runtime-spec that libseccomp 2.5 knows, and newer ones that its
 * headers have. MIPS numbers begin at 4000 (o32), 5000 (n64) and 6000 (n32):
 * arch/mips/include/uapi/asm/unistd.h.
 */
static const struct scmp_arch scmp_archs[] = {
	LITTLE(X86_64, 0, true),
	LITTLE(X86, 0, false),
	{ "SCMP_ARCH_X32", SCMP_ARCH_X32, SCMP_ARCH_X86_64, X32_SYSCALL_BIT, false, false },
	LITTLE(AARCH64, 0, true),
	LITTLE(ARM, 0, false),
	BIG(MIPS, 4000, false),
	LITTLE(MIPSEL, 4000, false),
	BIG(MIPS64, 5000, true),
	LITTLE(MIPSEL64, 5000, true),
	BIG(MIPS64N32, 6000, false),
	LITTLE(MIPSEL64N32, 6000, false),
	BIG(PARISC, 0, false),
	BIG(PARISC64, 0, true),
	BIG(PPC, 0, false),
	BIG(PPC64, 0, true),
	LITTLE(PPC64LE, 0, true),
	LITTLE(RISCV64, 0, true),
#ifdef SCMP_ARCH_LOONGARCH64
	LITTLE(LOONGARCH64, 0, true),
#endif
	BIG(S390, 0, false),
	BIG(S390X, 0, true),
};

const struct scmp_arch *scmp_arch_at(unsigned int index)
{
	return index < array_size(scmp_archs) ? &scmp_archs[index] : NULL;
}

const struct scmp_arch *scmp_arch_find(const char *name)
{
	size_t i;

	for (i = 0; i < array_size(scmp_archs); i++)
		if (strcmp(scmp_archs[i].name, name) == 0)
			return &scmp_archs[i];
	return NULL;
}

const struct scmp_arch *scmp_arch_native(void)
{
	return scmp_arch_find(abi_scmp_arch(machine_native(), ABI_NATIVE));
}

const struct scmp_arch *scmp_arch_of_call(uint32_t audit, uint32_t nr)
{
	size_t i;

	/* The same test as in libseccomp's filters. A tracer skips a call by the number -1. */
	if (audit == SCMP_ARCH_X86_64 && nr >= X32_SYSCALL_BIT && nr != UINT32_MAX)
		return scmp_arch_find("SCMP_ARCH_X32");
	for (i = 0; i < array_size(scmp_archs); i++)
		if (scmp_archs[i].audit == audit)
			return &scmp_archs[i];
	return NULL;
}

/* Finds the machine and ABI of an architecture in the project's tables; false if missing. */
static bool find_abi(const struct scmp_arch *architecture, enum machine *ret_machine,
		     enum abi *ret_abi)
{
	enum machine machine;
	enum abi abi;

	for (machine = 0; machine < MACHINE_COUNT; machine++) {
		for (abi = 0; abi < ABI_COUNT; abi++) {
			const char *name = abi_scmp_arch(machine, abi);

			if (!name || strcmp(name, architecture->name) != 0)
				continue;
			*ret_machine = machine;
			*ret_abi = abi;
			return true;
		}
	}
	return false;
}

const struct scmp_arch *scmp_arch_native_of(const struct scmp_arch *architecture)
{
	return scmp_arch_find(architecture_native(architecture->name));
}

/* Returns the name in the project's own tables, which are newer than libseccomp's, or NULL. */
static const char *table_name(const struct scmp_arch *architecture, uint32_t nr)
{
	enum machine machine;
	enum abi abi;

	return find_abi(architecture, &machine, &abi) ? syscall_name(machine, abi, nr) : NULL;
}

const char *scmp_arch_call_name(const struct scmp_arch *architecture, uint32_t nr,
				char buffer[SCMP_ARCH_CALL_SIZE])
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
		snprintf(buffer, SCMP_ARCH_CALL_SIZE, "%s", name);
	else
		snprintf(buffer, SCMP_ARCH_CALL_SIZE, "syscall_%" PRIu32, nr);
	free(resolved);
	return buffer;
}
