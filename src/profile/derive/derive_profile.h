/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROFILE_DERIVE_DERIVE_PROFILE_H
#define PROFILE_DERIVE_DERIVE_PROFILE_H

/*
 * Derives the profile of a recording, with conditions on the arguments of its calls. It permits
 * nothing that the default profile of its containers refuses, unless it was seen.
 */
#include "profile/derive/default_profile.h"
#include "util/notes.h"

struct call_set;
struct error;

enum arguments_mode {
	ARGUMENTS_NONE,	   /* a call is allowed whatever its arguments are */
	ARGUMENTS_DEFAULT, /* conditions where the default profile refuses something */
	ARGUMENTS_EXACT,   /* only the values and flags that were seen */
	ARGUMENTS_COUNT,
};

/* "none", "default", "exact", NULL. */
extern const char *const arguments_mode_names[ARGUMENTS_COUNT + 1];

struct derive_options {
	enum arguments_mode mode;
	struct default_options defaults;
};

/* Remarks about a derived profile; a zeroed structure is empty and valid. */
struct derive_notes {
	struct notes choices; /* which default profile was the limit, if nobody chose it */
	struct notes gaps;    /* where the profile permits more than was seen, and why */
};

void derive_notes_finish(struct derive_notes *notes);
#define _cleanup_derive_notes_ _cleanup_(derive_notes_finish)

/*
 * As recording_derive_profile(), with conditions:
 *
 * - ARGUMENTS_DEFAULT: a call that the default profile allows has none. One that it refuses, wholly
 *   or for some arguments, is allowed as far as the default profile allows it, and for what was
 *   seen (argument_rules.h).
 * - ARGUMENTS_EXACT: each call with an argument that syscalls/arguments.tbl names for that.
 * - What is not known gives no condition.
 * - clone3, of whose flags no filter can see anything, is answered with ENOSYS: programs fall back
 *   to clone, which gets what clone3 was asked for. It stays if it was asked for more.
 *
 * ret_unnamed and notes may be NULL. The caller owns the profile, and finishes the others.
 */
int derive_profile(const struct recording *recording, const struct derive_options *options,
		   struct profile **ret_profile, struct call_set *ret_unnamed,
		   struct derive_notes *notes, struct error *err);

#endif
