/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROFILE_MODEL_ARCHITECTURE_H
#define PROFILE_MODEL_ARCHITECTURE_H

/* The names of every architecture that a profile can list. */
#include <stddef.h>

struct architecture {
	const char *scmp;    /* "SCMP_ARCH_X86_64": OCI runtime-spec, libseccomp's constants */
	const char *name;    /* "amd64": libseccomp's Go binding, so Docker's includes.arches */
	const char *machine; /* "x86_64": uname(2); NULL if no kernel reports this one */
	const char *native;  /* scmp of the 64-bit machines that run it; may be itself */
};

extern const struct architecture architectures[];
extern const size_t architecture_count;

/* Returns the row whose scmp, name or machine equals the name, or NULL. */
const struct architecture *architecture_find(const char *name);

/*
 * Returns the native architecture of the machines that run this one: "SCMP_ARCH_X86_64" for
 * "SCMP_ARCH_X86". Runtimes add it to every filter. An unknown name is returned unchanged.
 */
const char *architecture_native(const char *scmp);

#endif
