/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CLI_MERGE_INPUT_H
#define CLI_MERGE_INPUT_H

/*
 * The files that 'recorder merge' is given, one in memory at a time: recordings become one, and
 * profiles become one.
 */
#include <stddef.h>

#include "profile/merge.h"
#include "profile/recording.h"

struct error;

struct merge_input {
	struct recording recording;	/* of all recordings */
	size_t recordings;		/* how many there were */
	struct profile_merge *profiles; /* of all profiles, NULL where there was none */
	size_t profile_count;
};

/*
 * Adds a file, standard input ("-"), or the files of a directory whose names end with .json, .yaml
 * or .yml. A directory without any is -ENOENT.
 */
int merge_input_add(struct merge_input *input, const char *path, struct error *err);

/* The union of everything as a profile; to be called once, the caller owns it. */
int merge_input_profile(struct merge_input *input, struct profile **ret_profile, struct error *err);

void merge_input_finish(struct merge_input *input);
#define _cleanup_merge_input_ _cleanup_(merge_input_finish)

#endif
