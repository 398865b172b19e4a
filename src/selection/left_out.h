/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SELECTION_LEFT_OUT_H
#define SELECTION_LEFT_OUT_H

/*
 * Collects what may belong to a target but is not in the recording, with the reasons. Nothing
 * is left out silently: a reason makes the recording incomplete or, if nothing was recorded,
 * explains why.
 */
#include <stdbool.h>
#include <stddef.h>

#include "util/cleanup.h"

struct error;
struct notes;
struct observation;

/* The sentence about cgroups of which nobody knows whose they were. */
#define LEFT_OUT_SLOTS "more cgroups were made on this machine at once than could be recorded"

/* The number of sentences that become reasons. The others are counted in one reason more. */
#define LEFT_OUT_SHOWN 5

struct left_out {
	char **sentences; /* about what may belong to the target; sorted, owned */
	size_t count;
	char *passed_over; /* the last sentence of left_out_pass_over(); owned, or NULL */
};

/* Adds a sentence about something that may belong to the target, unless it is there already. */
int left_out_add(struct left_out *left_out, struct error *err, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/*
 * Sets a sentence about something that was rightly passed over. It is used only if nothing at
 * all was recorded.
 */
int left_out_pass_over(struct left_out *left_out, struct error *err, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* Adds each sentence to the observation, as a reason why it is not complete. */
int left_out_apply(const struct left_out *left_out, struct observation *observation,
		   struct error *err);

/* Adds what left_out_apply() would add to notes. */
int left_out_note(const struct left_out *left_out, struct notes *notes, struct error *err);

/*
 * Returns the sentence that explains why nothing was recorded; NULL if there is none. Borrowed.
 */
const char *left_out_reason(const struct left_out *left_out);

/* Forgets the sentences of left_out_add(). */
void left_out_forget(struct left_out *left_out);

void left_out_finish(struct left_out *left_out);
#define _cleanup_left_out_ _cleanup_(left_out_finish)

#endif
