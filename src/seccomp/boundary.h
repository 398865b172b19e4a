/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SECCOMP_BOUNDARY_H
#define SECCOMP_BOUNDARY_H

/*
 * The argument values with which a filter is tried: for each argument that a verdict depends
 * on, one of every class of values that its conditions tell apart, and what is next to the
 * values that they compare with, in 64 bits and in either half, where a mistake of a compiler
 * would show.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "profile/semantics/semantics.h"

struct error;

struct boundary_values {
	uint64_t *items; /* sorted, each once; at least one */
	size_t length;
};

/*
 * All combinations of what is close to a bound, one value of each argument. Where these are too
 * many, one argument after the other is tried closely, with a value of every class of each of
 * the others.
 */
struct boundary {
	struct boundary_values close[ARGUMENT_COUNT];
	struct boundary_values classes[ARGUMENT_COUNT];
	size_t points;
	bool all; /* one grid of .close */
};

/* Memory of the caller. -E2BIG where there are too many combinations to go through. */
int boundary_init(struct boundary *boundary, const struct verdict *verdict, bool narrow,
		  struct error *err);
void boundary_finish(struct boundary *boundary);
#define _cleanup_boundary_ __attribute__((cleanup(boundary_finish)))

/* The combination of that number, which is less than .points. */
void boundary_point(const struct boundary *boundary, size_t point,
		    uint64_t ret_arguments[ARGUMENT_COUNT]);

#endif
