/* SPDX-License-Identifier: Apache-2.0 */
#ifndef RECORDING_RECORDING_PROFILES_H
#define RECORDING_RECORDING_PROFILES_H

/*
 * The profiles that a recording's containers were started under. The file has an array with
 * each profile once; an observation has the index of its profile.
 */
#include <stddef.h>
#include <stdio.h>

struct applied_profile;
struct error;
struct cursor;
struct recording;

/* A zeroed structure is empty and valid. */
struct recording_profiles {
	struct applied_profile **items; /* sorted, when collected */
	size_t length;
};

/* Collects the profiles of all observations, sorted, each once. */
int recording_profiles_collect(const struct recording *recording,
			       struct recording_profiles *ret_profiles, struct error *err);

/* Returns the index of a collected profile. */
size_t recording_profiles_index(const struct recording_profiles *profiles,
				const struct applied_profile *applied);

/* Prints the array, as the value of a member at a depth of one. */
void recording_profiles_print(FILE *out, const struct recording_profiles *profiles);

/* Reads such an array, in the order of the file. */
int recording_profiles_read(const struct cursor *at, struct recording_profiles *ret_profiles,
			    struct error *err);

/* Returns the profile whose index is at, with a reference for the caller. */
int recording_profiles_take(const struct recording_profiles *profiles, const struct cursor *at,
			    struct applied_profile **ret_applied, struct error *err);

void recording_profiles_finish(struct recording_profiles *profiles);
#define _cleanup_recording_profiles_ _cleanup_(recording_profiles_finish)

#endif
