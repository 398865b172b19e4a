/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROFILE_BASELINE_CAPABILITY_EFFECTS_H
#define PROFILE_BASELINE_CAPABILITY_EFFECTS_H

/* The calls of a conditional profile that each capability adds, on one architecture. */
#include <stddef.h>
#include <stdio.h>

#include "util/cleanup.h"

struct capability_effects;
struct container_context;
struct error;
struct conditional_profile;

/*
 * Resolves the profile without capabilities and with each capability alone. Uses the
 * architecture and kernel of the context, not its capabilities; the calls are those of
 * scmp_arch. Borrows from the conditional profile.
 */
int capability_effects_create(const struct conditional_profile *conditional,
			      const struct container_context *context, const char *scmp_arch,
			      struct capability_effects **ret_effects, struct error *err);
void capability_effects_destroy(struct capability_effects *effects);
DEFINE_CLEANUP(struct capability_effects *, capability_effects_destroy);
#define _cleanup_capability_effects_ _cleanup_(cleanup_capability_effects_destroy)

/*
 * Iterates over the capabilities that each, alone, allow more of a call than no capability
 * does. Returns the next one and advances *position, which begins at 0; NULL at the end. Misses
 * rules that require two capabilities at once.
 */
const char *capability_effects_next(const struct capability_effects *effects, const char *name,
				    size_t *position);

/*
 * Returns all capabilities that capability_effects_next() finds, in an array that ends with
 * NULL, or NULL if there are none. The caller owns the array, but the names belong to the
 * conditional profile.
 */
int capability_effects_list(const struct capability_effects *effects, const char *name,
			    const char ***ret_capabilities, struct error *err);

/* Prints capabilities (NULL-terminated): "CAP_BPF or CAP_SYS_ADMIN". */
void capabilities_print(FILE *out, const char *const *capabilities);

#endif
