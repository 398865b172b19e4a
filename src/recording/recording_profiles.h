/* SPDX-License-Identifier: Apache-2.0 */
#ifndef RECORDING_RECORDING_PROFILES_H
#define RECORDING_RECORDING_PROFILES_H

/*
 * The profiles that a recording's containers were started under stand in an array of their own,
 * each once; an observation has the index of its.
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

/* Those of all observations, sorted, each once. */
int recording_profiles_collect(const struct recording *recording,
			       struct recording_profiles *ret_profiles, struct error *err);

/* The index of one that was collected. */
size_t recording_profiles_index(const struct recording_profiles *profiles,
				const struct applied_profile *applied);

/* The value of the array's member, at a depth of one. */
void recording_profiles_print(FILE *out, const struct recording_profiles *profiles);

/* Reads such an array, in the order of the file. */
int recording_profiles_read(const struct cursor *at, struct recording_profiles *ret_profiles,
			    struct error *err);

/* The one that a number stands for; counted for the caller. */
int recording_profiles_take(const struct recording_profiles *profiles, const struct cursor *at,
			    struct applied_profile **ret_applied, struct error *err);

void recording_profiles_finish(struct recording_profiles *profiles);
#define _cleanup_recording_profiles_ _cleanup_(recording_profiles_finish)

#endif
