/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROFILE_BASELINE_RESOLVED_BASELINE_H
#define PROFILE_BASELINE_RESOLVED_BASELINE_H

/* A baseline as one container gets it, seen by processes of one architecture. */
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
	struct profile *owned; /* profile, or NULL where somebody else owns that */
	struct semantics *semantics;
	struct capability_effects *effects; /* NULL: capabilities do not matter */
};

/*
 * From what resolves for a container. Borrows from the conditional; the caller finishes the
 * result.
 */
int resolved_baseline_init(struct resolved_baseline *ret_resolved,
			   const struct conditional_profile *conditional,
			   const struct container_context *context, const char *scmp_arch,
			   struct error *err);

/* From a profile that is the same for each container, and stays the caller's. */
int resolved_baseline_init_profile(struct resolved_baseline *ret_resolved,
				   const struct profile *profile, const char *scmp_arch,
				   struct error *err);

void resolved_baseline_finish(struct resolved_baseline *resolved);
#define _cleanup_resolved_baseline_ _cleanup_(resolved_baseline_finish)

#endif
