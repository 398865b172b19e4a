// SPDX-License-Identifier: Apache-2.0
#include "profile/semantics/arch_info.h"

#include <stdlib.h>
#include <string.h>

#include "profile/model/architecture.h"
#include "syscalls/syscalls.h"
#include "util/array.h"

/*
 * The architectures that libseccomp treats as ARCH_SIZE_32 (its src/arch-*.c), including x32
 * and MIPS n32: it compares only the lower half of their arguments. Sorted.
 */
static const char *const narrow_architectures[] = {
	"SCMP_ARCH_ARM",    "SCMP_ARCH_M68K",	     "SCMP_ARCH_MIPS",	 "SCMP_ARCH_MIPS64N32",
	"SCMP_ARCH_MIPSEL", "SCMP_ARCH_MIPSEL64N32", "SCMP_ARCH_PARISC", "SCMP_ARCH_PPC",
	"SCMP_ARCH_S390",   "SCMP_ARCH_SH",	     "SCMP_ARCH_SHEB",	 "SCMP_ARCH_X32",
	"SCMP_ARCH_X86",
};

/* The architectures with abi_rule_add() in libseccomp's src/arch-*.c; sorted. */
static const char *const multiplexed_architectures[] = {
	"SCMP_ARCH_MIPS",    "SCMP_ARCH_MIPSEL", "SCMP_ARCH_PPC",   "SCMP_ARCH_PPC64",
	"SCMP_ARCH_PPC64LE", "SCMP_ARCH_S390",	 "SCMP_ARCH_S390X", "SCMP_ARCH_X86",
};

/* Codes of linux/net.h and linux/ipc.h; sorted by name. */
static const struct multiplexed_call multiplexed_calls[] = {
	{ "accept", "socketcall", 5 },
	{ "accept4", "socketcall", 18 },
	{ "bind", "socketcall", 2 },
	{ "connect", "socketcall", 3 },
	{ "getpeername", "socketcall", 7 },
	{ "getsockname", "socketcall", 6 },
	{ "getsockopt", "socketcall", 15 },
	{ "listen", "socketcall", 4 },
	{ "msgctl", "ipc", 14 },
	{ "msgget", "ipc", 13 },
	{ "msgrcv", "ipc", 12 },
	{ "msgsnd", "ipc", 11 },
	{ "recv", "socketcall", 10 },
	{ "recvfrom", "socketcall", 12 },
	{ "recvmmsg", "socketcall", 19 },
	{ "recvmsg", "socketcall", 17 },
	{ "semctl", "ipc", 3 },
	{ "semget", "ipc", 2 },
	{ "semop", "ipc", 1 },
	{ "semtimedop", "ipc", 4 },
	{ "send", "socketcall", 9 },
	{ "sendmmsg", "socketcall", 20 },
	{ "sendmsg", "socketcall", 16 },
	{ "sendto", "socketcall", 11 },
	{ "setsockopt", "socketcall", 14 },
	{ "shmat", "ipc", 21 },
	{ "shmctl", "ipc", 24 },
	{ "shmdt", "ipc", 22 },
	{ "shmget", "ipc", 23 },
	{ "shutdown", "socketcall", 13 },
	{ "socket", "socketcall", 1 },
	{ "socketpair", "socketcall", 8 },
};

/* Compares a name with a row whose first member is a name. */
static int compare_names(const void *name, const void *row)
{
	return strcmp(*(const char *const *)name, *(const char *const *)row);
}

#define IS_AMONG(name, names) \
	(bsearch(&(name), names, array_size(names), sizeof((names)[0]), compare_names) != NULL)

struct arch_info arch_info_find(const char *scmp_arch)
{
	struct arch_info arch = {};
	int machine, abi;

	arch.native = strcmp(architecture_native(scmp_arch), scmp_arch) == 0;
	arch.narrow = IS_AMONG(scmp_arch, narrow_architectures);
	arch.multiplexed = IS_AMONG(scmp_arch, multiplexed_architectures);
	for (machine = 0; machine < MACHINE_COUNT; machine++)
		for (abi = 0; abi < ABI_COUNT; abi++) {
			const char *name = abi_scmp_arch(machine, abi);

			if (!name || strcmp(name, scmp_arch) != 0)
				continue;
			arch.table = abi_syscall_table(machine, abi);
		}
	return arch;
}

const struct multiplexed_call *multiplexed_call_find(const char *name)
{
	return bsearch(&name, multiplexed_calls, array_size(multiplexed_calls),
		       sizeof(multiplexed_calls[0]), compare_names);
}

const struct multiplexed_call *multiplexed_call_at(size_t index)
{
	return index < array_size(multiplexed_calls) ? &multiplexed_calls[index] : NULL;
}
