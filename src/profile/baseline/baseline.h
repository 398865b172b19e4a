/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROFILE_BASELINE_BASELINE_H
#define PROFILE_BASELINE_BASELINE_H

/*
 * The built-in tables of what a runtime allows by default (RuntimeDefault).
 * src/profile/baseline/tables has them, with their sources.
 */
#include <stdbool.h>
#include <stddef.h>

struct container_context;
struct error;
struct profile;
struct conditional_profile;

/* A range of releases that have one table. */
struct baseline {
	const char *runtime; /* "containerd", "cri-o", "docker", "podman" */
	const char *first;   /* versions that are known to have this table, */
	const char *last;    /* and those between them */
	const char *source;  /* repository, tag and file */
	size_t offset, size; /* of the table among all of them */
};

/* Sorted by runtime and version. */
extern const struct baseline baselines[];
extern const size_t baseline_count;

/*
 * The table for a version of a runtime: that of the nearest known release at or below, or the
 * oldest one for a version older than all. NULL stands for the newest known release. ret_exact
 * (may be NULL) says whether just that version is known. -ENOENT when there is no such runtime,
 * -EINVAL for what is no version.
 */
int baseline_find(const char *runtime, const char *version, const struct baseline **ret_baseline,
		  bool *ret_exact, struct error *err);

/* Whether there are tables for a runtime of that name. */
bool baseline_has_runtime(const char *runtime);

/* The table ready to be resolved; owned by the caller. */
int baseline_conditional_profile(const struct baseline *baseline,
				 struct conditional_profile **ret_conditional, struct error *err);

/* The profile that a container gets in a context (conditional_profile.h); owned by the caller. */
int baseline_resolve(const struct baseline *baseline, const struct container_context *context,
		     struct profile **ret_profile, struct error *err);

#endif
