/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROFILE_DIFF_DIFF_PAIR_H
#define PROFILE_DIFF_DIFF_PAIR_H

/* The steps in which diff_add() makes one pair of a diff. */
#include "profile/diff/diff.h"

struct error;

int diff_pair_init(struct diff_pair *pair, const char *name, const struct diff_side *old,
		   const struct diff_side *new, struct error *err);
void diff_pair_finish(struct diff_pair *pair);

int pair_add_doubt(struct diff_pair *pair, struct error *err, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* A semantics_visitor, whose data is a struct pair_visit: one call of one architecture. */
struct pair_visit {
	struct diff_pair *pair;
	const char *scmp_arch;
	struct effect old_default, new_default;
};

int pair_add_change(void *data, const char *name, const struct call_comparison *comparison,
		    struct error *err);

/* Flags and the like, which are no calls. */
int pair_add_notes(struct diff_pair *pair, const struct diff_side *old, const struct diff_side *new,
		   struct error *err);

/* Unites the changes that are the same on several architectures, and sorts them. */
int pair_sort_changes(struct diff_pair *pair, struct error *err);

/* Adds what is known of the calls that the new side permits more of. */
int pair_explain_changes(struct diff_pair *pair, struct default_profiles *defaults,
			 const struct diff_side *new, struct error *err);

#endif
