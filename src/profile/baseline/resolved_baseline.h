/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROFILE_BASELINE_RESOLVED_BASELINE_H
#define PROFILE_BASELINE_RESOLVED_BASELINE_H

/* A baseline, resolved for one container and for processes of one architecture. */
#include "util/cleanup.h"

struct capability_effects;
struct container_context;
struct error;
struct profile;
struct semantics;
struct conditional_profile;

struct resolved_baseline {
	char *scmp_arch;
	const struct profile *profile;
	struct profile *owned; /* equals profile, or NULL if the caller owns it */
	struct semantics *semantics;
	struct capability_effects *effects; /* NULL: capabilities do not matter */
};

/*
 * Resolves a conditional profile for a container. The result borrows from the conditional
 * profile; the caller finishes it.
 */
int resolved_baseline_init(struct resolved_baseline *ret_resolved,
			   const struct conditional_profile *conditional,
			   const struct container_context *context, const char *scmp_arch,
			   struct error *err);

/* Uses a profile that is the same for every container. The caller keeps owning it. */
int resolved_baseline_init_profile(struct resolved_baseline *ret_resolved,
				   const struct profile *profile, const char *scmp_arch,
				   struct error *err);

void resolved_baseline_finish(struct resolved_baseline *resolved);
#define _cleanup_resolved_baseline_ _cleanup_(resolved_baseline_finish)

#endif
