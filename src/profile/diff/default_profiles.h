/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROFILE_DIFF_DEFAULT_PROFILES_H
#define PROFILE_DIFF_DEFAULT_PROFILES_H

/* RuntimeDefault's answers to the calls of a diff. Tables are resolved once per context. */
#include "profile/diff/diff.h"

struct error;
struct recording;

/*
 * Loads the default profile of a runtime that baseline_find() knows; version NULL is the
 * newest. With follow, recordings of containers with a known engine are answered from that
 * engine's table. Errors are those of baseline_find().
 */
int default_profiles_create(const char *runtime, const char *version, bool follow,
			    struct default_profiles **ret_defaults, struct error *err);
void default_profiles_destroy(struct default_profiles *defaults);
DEFINE_CLEANUP(struct default_profiles *, default_profiles_destroy);
#define _cleanup_default_profiles_ _cleanup_(cleanup_default_profiles_destroy)

/*
 * Returns the label of the table for recordings without a known engine: "containerd 2.3.4". It
 * is owned by defaults.
 */
const char *default_profiles_label(const struct default_profiles *defaults);

/*
 * Returns the table's answer to a call, and the capabilities that matter to it, as
 * capability_effects_list() does. The container is taken to have the capabilities of the
 * recording's first container for which they are known, or else those that runtimes give by
 * default. The caller owns the array of capabilities; their names and the label are owned by
 * defaults. For an unknown architecture, nothing is set.
 */
int default_profiles_ask(struct default_profiles *defaults, const char *scmp_arch, const char *call,
			 const struct recording *recording, enum default_answer *ret_answer,
			 const char **ret_label, const char ***ret_capabilities, struct error *err);

#endif
