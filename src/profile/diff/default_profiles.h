/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROFILE_DIFF_DEFAULT_PROFILES_H
#define PROFILE_DIFF_DEFAULT_PROFILES_H

/* What RuntimeDefault says about the calls of a diff, each table resolved once. */
#include "profile/diff/diff.h"

struct error;
struct recording;

/*
 * Of a runtime as baseline_find() knows it; version NULL is the newest. With follow, a
 * recording that knows the engine of its containers is answered with that engine's table.
 */
int default_profiles_create(const char *runtime, const char *version, bool follow,
			    struct default_profiles **ret_defaults, struct error *err);
void default_profiles_destroy(struct default_profiles *defaults);
DEFINE_CLEANUP(struct default_profiles *, default_profiles_destroy);
#define _cleanup_default_profiles_ _cleanup_(cleanup_default_profiles_destroy)

/* "containerd 2.3.4", for who names no engine; owned by them. */
const char *default_profiles_label(const struct default_profiles *defaults);

/*
 * What the table says about a call, for a container with the capabilities that the recording
 * has (of its first container where they are known), or with those that runtimes give by
 * default; and which capabilities matter to it, as capability_effects_list(), whose names stay
 * the tables', as the label of the table does. All are left as they are for an architecture
 * that no table is about.
 */
int default_profiles_ask(struct default_profiles *defaults, const char *scmp_arch, const char *call,
			 const struct recording *recording, enum default_answer *ret_answer,
			 const char **ret_label, const char ***ret_capabilities, struct error *err);

#endif
