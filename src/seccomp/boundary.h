/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SECCOMP_BOUNDARY_H
#define SECCOMP_BOUNDARY_H

/*
 * The argument values with which a filter is tried. For each argument that a verdict depends
 * on, they include one value of every class that its conditions tell apart, and the neighbours
 * of the values that the conditions compare with. Neighbours differ in the whole 64 bits or in
 * one half, where the mistake of a compiler would show.
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
 * The points to try: all combinations of the close values of each argument. If they are too
 * many, each argument in turn takes its close values, while the others take one value of each
 * class.
 */
struct boundary {
	struct boundary_values close[ARGUMENT_COUNT];
	struct boundary_values classes[ARGUMENT_COUNT];
	size_t points;
	bool all; /* one grid of all .close values */
};

/*
 * Fills boundary, which is memory of the caller. If narrow, arguments have 32 bits. -E2BIG if
 * there are too many combinations to try.
 */
int boundary_init(struct boundary *boundary, const struct verdict *verdict, bool narrow,
		  struct error *err);
void boundary_finish(struct boundary *boundary);
#define _cleanup_boundary_ __attribute__((cleanup(boundary_finish)))

/* Returns the arguments of a point, which is less than .points. */
void boundary_point(const struct boundary *boundary, size_t point,
		    uint64_t ret_arguments[ARGUMENT_COUNT]);

#endif
