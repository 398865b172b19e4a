/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROFILE_SEMANTICS_ARGUMENT_SPACE_H
#define PROFILE_SEMANTICS_ARGUMENT_SPACE_H

/*
 * The combinations of arguments that a set of verdicts can tell apart: a finite number of
 * points. What holds at each point holds for all arguments.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "profile/semantics/argument_domain.h"
#include "profile/semantics/semantics.h"

struct error;
struct matcher;

/* A verdict, and the conditions of the domains that each of its rules needs. */
struct space_side {
	const struct verdict *verdict; /* borrowed */
	struct matcher *matchers;
};

/* The caller provides the memory. A zeroed structure is empty and valid. */
struct argument_space {
	struct argument_domain domains[ARGUMENT_COUNT];
	struct space_side *sides; /* in the order of the verdicts */
	size_t side_count;
	size_t points;
};

/*
 * Finds the points of count verdicts, which are borrowed. narrow means that arguments have 32
 * bits. -E2BIG if there are too many points to go through. The caller finishes the space, also
 * after a failure.
 */
int argument_space_init(struct argument_space *space, const struct verdict *verdicts, size_t count,
			bool narrow, struct error *err);

/* Returns the arguments of a point, and the effect of each verdict there. */
void argument_space_at(const struct argument_space *space, size_t point,
		       uint64_t ret_arguments[ARGUMENT_COUNT], struct effect *ret_effects);

/* Returns a mask. Bit i: a condition is about argument i. */
unsigned int argument_space_looked_at(const struct argument_space *space);

void argument_space_finish(struct argument_space *space);
#define _cleanup_argument_space_ _cleanup_(argument_space_finish)

#endif
