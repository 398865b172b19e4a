/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROFILE_MERGE_MERGE_PROOF_H
#define PROFILE_MERGE_MERGE_PROOF_H

#include <stddef.h>

struct error;
struct profile;

/*
 * Proves that a profile is the union of others: on every architecture that runtimes make a
 * filter for, with every call and any arguments, it permits exactly what the most permissive of
 * them permits. native is this machine's architecture, for profiles that list none. -EINVAL
 * names a call for which this is not so. -E2BIG names a call with too many conditions to
 * decide.
 */
int merge_prove(const struct profile *united, struct profile *const *inputs, size_t count,
		const char *native, struct error *err);

#endif
