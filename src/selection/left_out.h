/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SELECTION_LEFT_OUT_H
#define SELECTION_LEFT_OUT_H

/*
 * What may belong to a target and is not in the recording, each with the reason. Nothing is left
 * out without a word: either the recording is not complete because of it, or, where nothing was
 * recorded, it says why.
 */
#include <stdbool.h>
#include <stddef.h>

#include "util/cleanup.h"

struct error;
struct observation;

/* So many sentences are kept; of more there is the number. */
#define LEFT_OUT_SHOWN 5

struct left_out {
	char *sentences[LEFT_OUT_SHOWN]; /* what may belong to the target: owned */
	size_t count;			 /* also of those that are not kept */
	char *passed_over; /* the last that does not, but looks like it; owned, or NULL */
};

/* Something that may belong to the target, once: the same sentence is not added twice. */
int left_out_add(struct left_out *left_out, struct error *err, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* Something that was passed over by right; told only where nothing at all was recorded. */
int left_out_pass_over(struct left_out *left_out, struct error *err, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* Makes an observation incomplete for each sentence. */
int left_out_apply(const struct left_out *left_out, struct observation *observation,
		   struct error *err);

/* The sentence that says why nothing was recorded; NULL when there is none. Borrowed. */
const char *left_out_reason(const struct left_out *left_out);

void left_out_finish(struct left_out *left_out);
#define _cleanup_left_out_ _cleanup_(left_out_finish)

#endif
