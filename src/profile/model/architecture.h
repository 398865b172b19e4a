/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROFILE_MODEL_ARCHITECTURE_H
#define PROFILE_MODEL_ARCHITECTURE_H

/* What an architecture is called where: every one that a profile can list. */
#include <stddef.h>

struct architecture {
	const char *scmp;    /* "SCMP_ARCH_X86_64": OCI runtime-spec, libseccomp's constants */
	const char *name;    /* "amd64": libseccomp's Go binding, so Docker's includes.arches */
	const char *machine; /* "x86_64": uname(2); NULL where no kernel calls itself so */
	const char
		*native; /* of the 64-bit machines that run it: "SCMP_ARCH_X86_64"; may be itself */
};

extern const struct architecture architectures[];
extern const size_t architecture_count;

/* The row in which any of the columns is the name, or NULL. */
const struct architecture *architecture_find(const char *name);

/*
 * The native architecture of the machines that run one ("SCMP_ARCH_X86_64" of "SCMP_ARCH_X86"),
 * which runtimes add to every filter. An unknown name is returned as it is.
 */
const char *architecture_native(const char *scmp);

#endif
