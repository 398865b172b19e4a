/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROFILE_BASELINE_BASELINE_H
#define PROFILE_BASELINE_BASELINE_H

/*
 * The built-in tables of the calls that runtimes allow by default (RuntimeDefault).
 * src/profile/baseline/tables holds them and lists their sources.
 */
#include <stdbool.h>
#include <stddef.h>

struct container_context;
struct error;
struct profile;
struct conditional_profile;

/* A range of releases that share one table. */
struct baseline {
	const char *runtime; /* "containerd", "cri-o", "docker", "podman" */
	const char *first;   /* oldest version that is known to have this table */
	const char *last;    /* newest one; those between have it too */
	const char *source;  /* repository, tag and file */
	size_t offset, size; /* of the table in the unpacked archive */
};

/* Sorted by runtime and version. */
extern const struct baseline baselines[];
extern const size_t baseline_count;

/*
 * Finds the table for a version of a runtime: that of the nearest known release at or below it,
 * or the oldest table if the version is older than all. A NULL version means the newest known
 * release. ret_exact (may be NULL) is set to true if the version is NULL or in the table's
 * range. Returns -ENOENT for an unknown runtime, -EINVAL for a text that is not a version.
 */
int baseline_find(const char *runtime, const char *version, const struct baseline **ret_baseline,
		  bool *ret_exact, struct error *err);

/* True if there are tables for a runtime of that name. */
bool baseline_has_runtime(const char *runtime);

/* Returns the table as a conditional profile; owned by the caller. */
int baseline_conditional_profile(const struct baseline *baseline,
				 struct conditional_profile **ret_conditional, struct error *err);

/*
 * Returns the profile of a container in a context (conditional_profile.h). The caller owns it.
 */
int baseline_resolve(const struct baseline *baseline, const struct container_context *context,
		     struct profile **ret_profile, struct error *err);

#endif
