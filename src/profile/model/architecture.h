/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROFILE_ARCHITECTURE_H
#define PROFILE_ARCHITECTURE_H

/* What an architecture is called where: every one that a profile can list. */
#include <stddef.h>

struct architecture {
	const char *scmp;    /* "SCMP_ARCH_X86_64": OCI runtime-spec, libseccomp's constants */
	const char *name;    /* "amd64": libseccomp's Go binding, so Docker's includes.arches */
	const char *machine; /* "x86_64": uname(2); NULL where no kernel calls itself so */
};

extern const struct architecture architectures[];
extern const size_t architecture_count;

/* The row in which any of the columns is the name, or NULL. */
const struct architecture *architecture_find(const char *name);

#endif
