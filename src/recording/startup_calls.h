/* SPDX-License-Identifier: Apache-2.0 */
#ifndef RECORDING_STARTUP_CALLS_H
#define RECORDING_STARTUP_CALLS_H

/*
 * Checks that containers can start under a profile. A runtime makes calls between loading the
 * filter and executing the container's program. A profile of a command that ran outside a
 * container lacks them.
 */
#include <stddef.h>

#include "recording/derive.h"

struct error;
struct profile;

/*
 * Returns the calls that the runtime makes to start a container and that the profile never
 * allows. They are sorted; the caller frees them with string_set_free(). choice has the
 * runtime, and no_new_privs. With a version, the measured versions that represent it count;
 * without one, only the calls that every measured version makes. There are none for a runtime
 * that was not measured.
 */
int startup_calls_missing(const struct profile *profile, const struct runtime_choice *choice,
			  char ***ret_names, size_t *ret_count, struct error *err);

/*
 * Returns a sentence for people about the calls that a runtime misses and the remedy, or NULL
 * if none is missing. The caller owns it. name is "runc" or "crun"; version may be NULL.
 */
int startup_calls_describe(const struct profile *profile, const char *name, const char *version,
			   char **ret_text, struct error *err);

/*
 * Allows in a profile the calls that observation_add_runtime_calls() adds to an observation on
 * this machine. Returns -EINVAL if a rule refuses one of them with another action than the
 * default one. A rule that refuses it with the default action loses it, and so does one that
 * allows it only for some arguments.
 */
int profile_add_runtime_calls(struct profile *profile, const struct runtime_choice *choice,
			      struct error *err);

#endif
