/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CLI_MERGE_INPUT_H
#define CLI_MERGE_INPUT_H

/*
 * The files that 'recorder merge' is given, one in memory at a time: recordings become one, and
 * profiles become one.
 */
#include <stddef.h>

#include "profile/merge/merge.h"
#include "recording/recording_union.h"

struct document_options;
struct error;

struct merge_input {
	char *name; /* of the names of all profiles the one that sorts first, or NULL */
	struct recording_union recordings;
	size_t recording_count;
	struct profile_merge *profiles; /* NULL where there was none */
	size_t profile_count;
};

/*
 * Adds a file, standard input ("-"), or the files of a directory (file_list.h), which has to
 * have any.
 */
int merge_input_add(struct merge_input *input, const char *path,
		    const struct document_options *options, struct error *err);

/*
 * The union of all recordings; and of everything as a profile, from that recording and the
 * profiles. To be called once each, in this order; the caller owns the results.
 */
int merge_input_recording(struct merge_input *input, struct recording *ret_recording,
			  struct error *err);
int merge_input_profile(struct merge_input *input, const struct recording *recording,
			struct profile **ret_profile, struct error *err);

void merge_input_finish(struct merge_input *input);
#define _cleanup_merge_input_ _cleanup_(merge_input_finish)

#endif
