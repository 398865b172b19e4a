/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROFILE_DERIVE_WITHIN_H
#define PROFILE_DERIVE_WITHIN_H

/*
 * Proves that a profile permits only what a baseline permits, or what was seen. Flags count one by
 * one: a call may have flags of which each is permitted or was seen, if not in one call.
 */
#include <stdbool.h>

#include "profile/semantics/semantics.h"

struct error;
struct seen;

/*
 * Compares the verdicts of one call, by name; NULL stands for numbers without a name. All
 * arguments are tried. ret_difference is a counterexample, with found set, or has found not set:
 * a is the baseline, b the profile. -E2BIG if the conditions have too many combinations.
 */
int call_within(const struct semantics *profile, const struct semantics *baseline,
		const struct seen *seen, const char *name, struct difference *ret_difference,
		struct error *err);

/*
 * The same for all calls. *ret_name is the name of the counterexample, borrowed from the
 * semantics.
 */
int profile_within(const struct semantics *profile, const struct semantics *baseline,
		   const struct seen *seen, bool *ret_within, const char **ret_name,
		   struct difference *ret_difference, struct error *err);

#endif
