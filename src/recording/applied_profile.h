/* SPDX-License-Identifier: Apache-2.0 */
#ifndef RECORDING_APPLIED_PROFILE_H
#define RECORDING_APPLIED_PROFILE_H

/*
 * The profile that a container was started under, as its OCI bundle had it. Containers mostly
 * share one of a few, so that observations share the text, which is counted.
 */
#include <stddef.h>

struct applied_profile;
struct error;
struct cursor;
struct profile;

/*
 * From linux.seccomp of a bundle, or its value in a document; kept in the form in which
 * profiles are written, so that the same profile is the same text.
 */
int applied_profile_create(const char *json, struct applied_profile **ret_applied,
			   struct error *err);
int applied_profile_create_value(const struct cursor *at, struct applied_profile **ret_applied,
				 struct error *err);

/* Counts one more user, and returns its argument. */
struct applied_profile *applied_profile_ref(struct applied_profile *applied);

/* The last user frees it; NULL is accepted. */
void applied_profile_unref(struct applied_profile *applied);

/* OCI JSON with a final newline; borrowed. */
const char *applied_profile_text(const struct applied_profile *applied);

/* The profile itself; owned by the caller. */
int applied_profile_parse(const struct applied_profile *applied, struct profile **ret_profile,
			  struct error *err);

/* By text; NULL is behind all. */
int applied_profile_compare(const struct applied_profile *a, const struct applied_profile *b);

/* Takes over the other where that is the same, so that one text less is kept. */
void applied_profile_share(struct applied_profile **applied, struct applied_profile *other);

/* Exchanges the two where the other comes first, so that the order of merging does not matter. */
void applied_profile_merge(struct applied_profile **into, struct applied_profile **other);

#endif
