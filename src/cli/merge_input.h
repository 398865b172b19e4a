/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CLI_MERGE_INPUT_H
#define CLI_MERGE_INPUT_H

/*
 * The input of 'recorder merge', of which one file at a time is in memory: recordings are
 * united into one, and profiles into one.
 */
#include <stddef.h>

#include "profile/merge/merge.h"
#include "recording/recording_union.h"

struct document_options;
struct derive_options;
struct error;

struct merge_input {
	char *name; /* the first of the names of all profiles, in sort order; or NULL */
	struct recording_union recordings;
	size_t recording_count;
	struct profile_merge *profiles; /* NULL if there was none */
	size_t profile_count;
};

/*
 * Adds a file, standard input ("-"), or the files of a directory (file_list.h), which must have
 * at least one.
 */
int merge_input_add(struct merge_input *input, const char *path,
		    const struct document_options *options, struct error *err);

/*
 * merge_input_recording() returns the union of all recordings. merge_input_profile() returns
 * the union of that recording and all profiles as a profile. Call each once, in this order. The
 * caller owns the results.
 */
int merge_input_recording(struct merge_input *input, struct recording *ret_recording,
			  struct error *err);
int merge_input_profile(struct merge_input *input, const struct recording *recording,
			const struct derive_options *derive, struct profile **ret_profile,
			struct error *err);

void merge_input_finish(struct merge_input *input);
#define _cleanup_merge_input_ _cleanup_(merge_input_finish)

#endif
