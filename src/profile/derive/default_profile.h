/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROFILE_DERIVE_DEFAULT_PROFILE_H
#define PROFILE_DERIVE_DEFAULT_PROFILE_H

/*
 * The default profile (RuntimeDefault) that the containers of a recording have, or would have:
 * that of their engine and its version, for their capabilities and kernel.
 */
#include <stdbool.h>

#include "syscalls/syscalls.h"
#include "util/cleanup.h"

struct conditional_profile;
struct container_context;
struct error;
struct profile;
struct recording;
struct semantics;

/* A default profile that the user chose; everything is borrowed. */
struct default_choice {
	const char *title;			       /* "containerd 2.3.4" or a file */
	const struct conditional_profile *conditional; /* NULL if it is the same for all */
	const struct profile *profile;		       /* if conditional is NULL */
};

/* Options that are not to be taken from the recording. */
struct default_options {
	const struct default_choice *choice; /* NULL: the engine's */
	/*
	 * The context of containers of which the recording says none; NULL: what Docker and
	 * containerd give.
	 */
	const struct container_context *context;
	bool context_overrides_capabilities; /* the context's are used in any case */
	bool context_overrides_kernel;
};

struct default_profile {
	char *title;	     /* "containerd 2.3.4", or the file */
	bool engine_unknown; /* nobody chose it, and the recording does not name it */
	char *nearest; /* says which table is used, if it is not that of the version; or NULL */
	const struct profile *profile;
	struct profile *owned;			/* equals profile, or NULL */
	struct semantics *semantics[ABI_COUNT]; /* NULL if the machine has no such ABI */
};

/*
 * Resolves the default profile of all containers of one machine. options may be NULL. If the
 * containers differ, their common capabilities, oldest kernel and oldest version count. Without a
 * choice and without a known engine, it is the newest containerd's. recording may be NULL. Borrows from options->choice.
 * The caller finishes ret_default.
 */
int default_profile_init(struct default_profile *ret_default, const struct recording *recording,
			 enum machine machine, const struct default_options *options,
			 struct error *err);
void default_profile_finish(struct default_profile *resolved);
#define _cleanup_default_profile_ _cleanup_(default_profile_finish)

#endif
