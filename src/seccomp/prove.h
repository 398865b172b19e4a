/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SECCOMP_PROVE_H
#define SECCOMP_PROVE_H

/*
 * Tests whether a compiled filter does what its profile says (profile/semantics/semantics.h).
 * The filter is run for every known system call of each architecture, with all arguments at
 * which the result of a condition changes. It is also run for the numbers between and above the
 * known ones, and for architectures that the profile does not list.
 */
#include <linux/seccomp.h>
#include <stdbool.h>
#include <stddef.h>

#include "profile/semantics/semantics.h"
#include "seccomp/compile.h"

struct scmp_arch;
struct error;
struct profile;

/* A call that the filter does not answer as the profile says. */
struct disagreement {
	const struct scmp_arch *architecture;
	struct seccomp_data data;
	struct effect expected, actual;
};

/*
 * A call that the profile has rules for, but that libseccomp does not know on the architecture.
 */
struct unenforced {
	const struct scmp_arch *architecture;
	const char *name; /* from the project's tables; static */
};

/* The most disagreements to keep; more would give no new information. */
#define DISAGREEMENTS_MAX 32

struct proof {
	size_t calls;	  /* numbers that were tried */
	size_t runs;	  /* of the filter */
	size_t longest;	  /* most instructions that one run took */
	size_t disagreed; /* runs that were not as expected */
	struct disagreement disagreements[DISAGREEMENTS_MAX]; /* the first of each call */
	size_t disagreement_count;
	struct unenforced *unenforced; /* owned; expected to get the default action */
	size_t unenforced_count;
};

/* Frees the contents; a zeroed structure is empty and valid. */
void proof_finish(struct proof *proof);
#define _cleanup_proof_ __attribute__((cleanup(proof_finish)))

/*
 * Tries a filter that was compiled from the profile for architectures that it lists. The
 * results are in ret_proof, which the caller finishes. Fails only if the filter could not be
 * tried.
 */
int filter_prove(const struct filter *filter, const struct profile *profile,
		 const struct scmp_arch_set *architectures, struct proof *ret_proof,
		 struct error *err);

/* Returns the effect that the kernel gives a SECCOMP_RET_* value. */
struct effect effect_of_verdict(uint32_t verdict);

#endif
