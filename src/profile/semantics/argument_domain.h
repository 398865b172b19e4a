/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROFILE_SEMANTICS_ARGUMENT_DOMAIN_H
#define PROFILE_SEMANTICS_ARGUMENT_DOMAIN_H

/*
 * The values of one argument, split into classes. Within a class, each condition of a set holds
 * for all values or for none. This makes the comparison of profiles finite and exact.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "profile/model/model.h"

struct error;

#define DOMAIN_CONDITIONS_MAX 64

struct argument_class {
	uint64_t truth;	  /* bit i: condition i of the domain holds */
	uint64_t witness; /* a value of the class */
};

/* The caller provides the memory. A zeroed structure is empty and valid. */
struct argument_domain {
	struct condition conditions[DOMAIN_CONDITIONS_MAX]; /* normalized, each once */
	size_t condition_count;
	struct argument_class *classes; /* sorted by truth; no two have the same */
	size_t class_count;
};

/*
 * Returns the bit of a normalized condition and adds the condition if it is new. -E2BIG if
 * there are too many.
 */
int argument_domain_add(struct argument_domain *domain, const struct condition *condition,
			uint64_t *ret_bit, struct error *err);

/*
 * Splits the values from 0 to max into classes: exactly the combinations of conditions that
 * some value fulfils. max must be all ones. -E2BIG if that takes too long.
 */
int argument_domain_split(struct argument_domain *domain, uint64_t max, struct error *err);

void argument_domain_finish(struct argument_domain *domain);

#endif
