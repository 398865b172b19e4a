/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROFILE_MERGE_MERGE_PROOF_H
#define PROFILE_MERGE_MERGE_PROOF_H

#include <stddef.h>

struct error;
struct profile;

/*
 * Proves that a profile is the union of others: on every architecture that runtimes make a
 * filter for, with every call and any arguments, it permits what the most permissive of them
 * permits, and nothing more. native is this machine's, for profiles that list no architecture.
 * -EINVAL names a call for which that does not hold, -E2BIG one that has too many conditions to
 * be sure.
 */
int merge_prove(const struct profile *united, struct profile *const *inputs, size_t count,
		const char *native, struct error *err);

#endif
