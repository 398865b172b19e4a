/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SECCOMP_PROVE_H
#define SECCOMP_PROVE_H

/*
 * Whether a compiled filter does what its profile says (profile/semantics/semantics.h): it is
 * run over every known system call of each architecture, with all arguments at which the
 * profile's conditions change their mind, over the numbers between and beyond, and over
 * architectures that the profile does not list.
 */
#include <linux/seccomp.h>
#include <stdbool.h>
#include <stddef.h>

#include "profile/semantics/semantics.h"
#include "seccomp/compile.h"

struct scmp_arch;
struct error;
struct profile;

/* A call that the filter answers otherwise than the profile says. */
struct disagreement {
	const struct scmp_arch *architecture;
	struct seccomp_data data;
	struct effect expected, actual;
};

/* A call that the profile says something about, and that libseccomp does not know there. */
struct unenforced {
	const struct scmp_arch *architecture;
	const char *name; /* of the project's tables; static */
};

/* More of them would say no more. */
#define DISAGREEMENTS_MAX 32

struct proof {
	size_t calls;	  /* numbers that were tried */
	size_t runs;	  /* of the filter */
	size_t longest;	  /* most instructions that one of them took */
	size_t disagreed; /* runs that were not as expected */
	struct disagreement disagreements[DISAGREEMENTS_MAX]; /* one a call, the first of it */
	size_t disagreement_count;
	struct unenforced *unenforced; /* owned; these are expected to get the default */
	size_t unenforced_count;
};

/* Frees what it has; a zeroed structure is empty and valid. */
void proof_finish(struct proof *proof);
#define _cleanup_proof_ __attribute__((cleanup(proof_finish)))

/*
 * Tries a filter that was compiled from the profile for architectures that it lists. ret_proof,
 * which the caller finishes, says what was found; the return value is about whether it could be
 * tried at all.
 */
int filter_prove(const struct filter *filter, const struct profile *profile,
		 const struct scmp_arch_set *architectures, struct proof *ret_proof,
		 struct error *err);

/* What the kernel makes of a SECCOMP_RET_* value. */
struct effect effect_of_verdict(uint32_t verdict);

#endif
