/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROFILE_BASELINE_CAPABILITY_EFFECTS_H
#define PROFILE_BASELINE_CAPABILITY_EFFECTS_H

/* Which calls of a conditional profile a capability opens, on one architecture. */
#include <stddef.h>
#include <stdio.h>

#include "util/cleanup.h"

struct capability_effects;
struct container_context;
struct error;
struct conditional_profile;

/*
 * For the architecture and kernel of the context, whose capabilities do not matter, seen by
 * processes of scmp_arch. Borrows from the conditional profile.
 */
int capability_effects_create(const struct conditional_profile *conditional,
			      const struct container_context *context, const char *scmp_arch,
			      struct capability_effects **ret_effects, struct error *err);
void capability_effects_destroy(struct capability_effects *effects);
DEFINE_CLEANUP(struct capability_effects *, capability_effects_destroy);
#define _cleanup_capability_effects_ _cleanup_(cleanup_capability_effects_destroy)

/*
 * Goes through the capabilities each of which by itself allows more of a call than is allowed
 * without any: the one at or behind *position, or NULL. Rules that ask for two at once are not
 * seen.
 */
const char *capability_effects_next(const struct capability_effects *effects, const char *name,
				    size_t *position);

/*
 * All of them, ending with NULL; NULL where there is none. The array is owned by the caller,
 * the names by the conditional profile.
 */
int capability_effects_list(const struct capability_effects *effects, const char *name,
			    const char ***ret_capabilities, struct error *err);

/* "CAP_BPF or CAP_SYS_ADMIN" */
void capabilities_print(FILE *out, const char *const *capabilities);

#endif
