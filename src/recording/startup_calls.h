/* SPDX-License-Identifier: Apache-2.0 */
#ifndef RECORDING_STARTUP_CALLS_H
#define RECORDING_STARTUP_CALLS_H

/*
 * Whether containers can start under a profile: a runtime makes calls between loading the
 * filter and executing the container's program. A profile of a command that ran outside a
 * container lacks them.
 */
#include <stddef.h>

#include "recording/derive.h"

struct error;
struct profile;

/*
 * The calls that the runtime makes when it starts a container and that the profile never allows:
 * sorted, the caller frees them with string_set_free(). choice names the runtime, and whether it is
 * with no_new_privs or without. Without a version, those that every measured version makes. None
 * where the runtime or the version was not measured.
 */
int startup_calls_missing(const struct profile *profile, const struct runtime_choice *choice,
			  char ***ret_names, size_t *ret_count, struct error *err);

/*
 * A sentence for people on what runtimes miss and what to do about it, or NULL where nothing is
 * missing; owned by the caller. name is "runc" or "crun", version may be NULL.
 */
int startup_calls_describe(const struct profile *profile, const char *name, const char *version,
			   char **ret_text, struct error *err);

/*
 * Allows in a profile what observation_add_runtime_calls() adds to an observation, on this machine.
 * A rule that refuses one of these calls stays, and is -EINVAL.
 */
int profile_add_runtime_calls(struct profile *profile, const struct runtime_choice *choice,
			      struct error *err);

#endif
