/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SECCOMP_VERIFY_H
#define SECCOMP_VERIFY_H

/*
 * All that can be known about a profile before a kernel is given it: that a filter can be made
 * of it, that the filter does what the profile says, and what is questionable about it.
 */
#include <stdbool.h>
#include <stddef.h>

#include "seccomp/compile.h"
#include "seccomp/findings.h"
#include "seccomp/refusals.h"

struct error;
struct profile;

struct verification {
	struct scmp_arch_set architectures; /* that it is about */
	size_t instructions;		    /* of the longer of the filters that runtimes make */
	size_t longest;			    /* most instructions that one call takes */
	size_t calls, runs;		    /* that were tried, of both */
	bool compiled;			    /* libseccomp takes the profile */
	bool proven;			    /* both filters do what the profile says */
	struct findings findings;
};

/* What a profile is held to. */
struct verify_terms {
	const struct profile *against; /* it may permit nothing that this one does not; NULL */
	const struct runtime_range *runtimes; /* that have to start containers with it */
	size_t runtime_count;
	const char *base_profile; /* what an operator unites it with, and is not read; NULL */
};

/*
 * Verifies a profile for those architectures, whatever it lists itself. Fails only where it
 * cannot be told; what is wrong with the profile is a finding.
 */
int profile_verify(const struct profile *profile, const struct scmp_arch_set *architectures,
		   const struct verify_terms *terms, struct verification *ret_verification,
		   struct error *err);

/* Neither a finding that fails nor one that could not be made. */
bool verification_ok(const struct verification *verification);

void verification_finish(struct verification *verification);
#define _cleanup_verification_ __attribute__((cleanup(verification_finish)))

#endif
