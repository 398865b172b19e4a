// SPDX-License-Identifier: Apache-2.0
#include "profile/model/architecture.h"

#include <string.h>

#include "util/array.h"

/*
 * Sources: runtime-spec config-linux.md (seccomp.architectures), libseccomp-golang's
 * ScmpArch.String(), the kernel's UTS_MACHINE, and the other architectures that each 64-bit
 * kernel runs (CONFIG_COMPAT and similar options).
 */
const struct architecture architectures[] = {
	{ "SCMP_ARCH_X86_64", "amd64", "x86_64", "SCMP_ARCH_X86_64" },
	{ "SCMP_ARCH_X86", "x86", "i686", "SCMP_ARCH_X86_64" },
	{ "SCMP_ARCH_X32", "x32", NULL, "SCMP_ARCH_X86_64" },
	{ "SCMP_ARCH_AARCH64", "arm64", "aarch64", "SCMP_ARCH_AARCH64" },
	{ "SCMP_ARCH_ARM", "arm", "armv7l", "SCMP_ARCH_AARCH64" },
	{ "SCMP_ARCH_MIPS", "mips", NULL, "SCMP_ARCH_MIPS64" },
	{ "SCMP_ARCH_MIPS64", "mips64", NULL, "SCMP_ARCH_MIPS64" },
	{ "SCMP_ARCH_MIPS64N32", "mips64n32", NULL, "SCMP_ARCH_MIPS64" },
	{ "SCMP_ARCH_MIPSEL", "mipsel", NULL, "SCMP_ARCH_MIPSEL64" },
	{ "SCMP_ARCH_MIPSEL64", "mipsel64", NULL, "SCMP_ARCH_MIPSEL64" },
	{ "SCMP_ARCH_MIPSEL64N32", "mipsel64n32", NULL, "SCMP_ARCH_MIPSEL64" },
	{ "SCMP_ARCH_PPC", "ppc", NULL, "SCMP_ARCH_PPC64" },
	{ "SCMP_ARCH_PPC64", "ppc64", NULL, "SCMP_ARCH_PPC64" },
	{ "SCMP_ARCH_PPC64LE", "ppc64le", NULL, "SCMP_ARCH_PPC64LE" },
	{ "SCMP_ARCH_S390", "s390", NULL, "SCMP_ARCH_S390X" },
	{ "SCMP_ARCH_S390X", "s390x", NULL, "SCMP_ARCH_S390X" },
	{ "SCMP_ARCH_PARISC", "parisc", NULL, "SCMP_ARCH_PARISC64" },
	{ "SCMP_ARCH_PARISC64", "parisc64", NULL, "SCMP_ARCH_PARISC64" },
	{ "SCMP_ARCH_RISCV64", "riscv64", NULL, "SCMP_ARCH_RISCV64" },
	{ "SCMP_ARCH_LOONGARCH64", "loong64", "loongarch64", "SCMP_ARCH_LOONGARCH64" },
	{ "SCMP_ARCH_M68K", "m68k", NULL, "SCMP_ARCH_M68K" },
	{ "SCMP_ARCH_SH", "sh", NULL, "SCMP_ARCH_SH" },
	{ "SCMP_ARCH_SHEB", "sheb", NULL, "SCMP_ARCH_SHEB" },
};

const size_t architecture_count = array_size(architectures);

const struct architecture *architecture_find(const char *name)
{
	size_t i;

	for (i = 0; i < architecture_count; i++) {
		const struct architecture *row = &architectures[i];

		if (strcmp(row->scmp, name) == 0 || strcmp(row->name, name) == 0 ||
		    (row->machine && strcmp(row->machine, name) == 0))
			return row;
	}
	return NULL;
}

const char *architecture_native(const char *scmp)
{
	const struct architecture *row = architecture_find(scmp);

	return row ? row->native : scmp;
}
