/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROFILE_MODEL_PROFILE_H
#define PROFILE_MODEL_PROFILE_H

/* A profile is what seccomp enforces: the linux.seccomp object of the OCI runtime-spec. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/cleanup.h"

struct error;
struct profile;

void profile_destroy(struct profile *profile);
DEFINE_CLEANUP(struct profile *, profile_destroy);
#define _cleanup_profile_ _cleanup_(cleanup_profile_destroy)

/* Drops the kept comments, for a format that cannot hold them. True if there were any. */
bool profile_drop_unknown(struct profile *profile);

#endif
