/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SECCOMP_VERIFY_H
#define SECCOMP_VERIFY_H

/*
 * Verifies a profile before a kernel loads it: a filter can be made of it, and the filter does
 * what the profile says. Also reports questionable parts of the profile.
 */
#include <stdbool.h>
#include <stddef.h>

#include "seccomp/compile.h"
#include "seccomp/findings.h"
#include "seccomp/refusals.h"
#include "syscalls/syscalls.h"

struct error;
struct profile;
struct recording;

struct verification {
	struct scmp_arch_set architectures; /* that were verified */
	size_t instructions;		    /* of the longest filter that runtimes make */
	size_t longest;			    /* most instructions that one call takes */
	size_t calls, runs;		    /* that were tried, in all filters */
	bool compiled;			    /* libseccomp takes the profile */
	bool proven;			    /* each filter does what the profile says */
	struct findings findings;
};

/* The requirements on a profile. */
struct verify_terms {
	/*
	 * The profiles whose permissions are the limit, by machine; all NULL: there is none. That
	 * of this machine counts for architectures of others. What the recording has seen is
	 * permitted too; NULL: nothing else is.
	 */
	const struct profile *against[MACHINE_COUNT];
	const struct recording *recording;
	const struct runtime_range *runtimes; /* that have to start containers with the profile */
	size_t runtime_count;
	const char *base_profile; /* which an operator unites with it; not read; or NULL */
};

/*
 * Verifies a profile for the given architectures, whatever it lists itself. Whatever is wrong
 * with the profile becomes a finding. Fails only if it could not be verified. The caller
 * finishes ret_verification.
 */
int profile_verify(const struct profile *profile, const struct scmp_arch_set *architectures,
		   const struct verify_terms *terms, struct verification *ret_verification,
		   struct error *err);

/* True if the profile compiles, each filter is proven, and no finding is an error. */
bool verification_ok(const struct verification *verification);

void verification_finish(struct verification *verification);
#define _cleanup_verification_ __attribute__((cleanup(verification_finish)))

#endif
