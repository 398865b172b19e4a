/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROFILE_DERIVE_PART_H
#define PROFILE_DERIVE_PART_H

/* How much of the calls with certain arguments a profile allows. */
#include <stddef.h>

struct condition;
struct error;
struct semantics;

enum part {
	PART_NONE,
	PART_SOME,
	PART_ALL,
};

/*
 * Looks at all calls of a name that meet all of the conditions, of which there is at most one for
 * each argument. -E2BIG if the conditions have too many combinations.
 */
int call_part(const struct semantics *semantics, const char *name,
	      const struct condition *conditions, size_t count, enum part *ret_part,
	      struct error *err);

#endif
