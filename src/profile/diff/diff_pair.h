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

int pair_add_note(struct diff_pair *pair, struct error *err, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/*
 * The data of pair_add_change(), which is a semantics_visitor and adds the change of one call
 * on one architecture.
 */
struct pair_visit {
	struct diff_pair *pair;
	const char *scmp_arch;
	struct effect old_default, new_default;
};

int pair_add_change(void *data, const char *name, const struct call_comparison *comparison,
		    struct error *err);

/* Adds a change of the kind CHANGE_USED. */
int pair_add_value(struct diff_pair *pair, const char *call, const char *scmp_arch,
		   const struct change_value *used, struct error *err);

/*
 * Adds the values of arguments that the new recording has and the old one does not, if the old one
 * has all values of the argument. Notes how many could not be compared.
 */
int pair_add_values(struct diff_pair *pair, const struct recording *old,
		    const struct recording *new, struct error *err);

/* Adds the first use of a change's value. */
int pair_explain_value(struct change *change, const struct recording *recording, struct error *err);

/* Copies the names of an observation's container and pod. */
int change_evidence_place(struct change_evidence *evidence, const struct observation *observation,
			  struct error *err);

/*
 * Adds notes on differences that are not about calls, such as flags. Another base profile is a
 * doubt.
 */
int pair_add_notes(struct diff_pair *pair, const struct diff_side *old, const struct diff_side *new,
		   struct error *err);

/* Unites equal changes on several architectures into one, and sorts the changes. */
int pair_sort_changes(struct diff_pair *pair, struct error *err);

/* Adds the default profile's answers and the evidence for added and widened calls. */
int pair_explain_changes(struct diff_pair *pair, struct default_profiles *defaults,
			 const struct diff_side *new, struct error *err);

#endif
