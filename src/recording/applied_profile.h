/* SPDX-License-Identifier: Apache-2.0 */
#ifndef RECORDING_APPLIED_PROFILE_H
#define RECORDING_APPLIED_PROFILE_H

/*
 * The profile that a container was started under, from its OCI bundle. Containers mostly use
 * one of a few profiles, so observations share the text by reference counting.
 */
#include <stddef.h>

struct applied_profile;
struct error;
struct cursor;
struct profile;

/*
 * Create an applied profile from linux.seccomp of a bundle: its JSON text, or its value in a
 * document. The text is kept in the form in which profiles are written, so that equal profiles
 * have equal texts.
 */
int applied_profile_create(const char *json, struct applied_profile **ret_applied,
			   struct error *err);
int applied_profile_create_value(const struct cursor *at, struct applied_profile **ret_applied,
				 struct error *err);

/* Adds a reference, and returns its argument. */
struct applied_profile *applied_profile_ref(struct applied_profile *applied);

/* Drops a reference; the last one frees the profile. Accepts NULL. */
void applied_profile_unref(struct applied_profile *applied);

/* Returns OCI JSON with a final newline; borrowed. */
const char *applied_profile_text(const struct applied_profile *applied);

/* Parses the text. The caller owns the profile. */
int applied_profile_parse(const struct applied_profile *applied, struct profile **ret_profile,
			  struct error *err);

/* Compares by text. NULL sorts last. */
int applied_profile_compare(const struct applied_profile *a, const struct applied_profile *b);

/* If both are equal, makes *applied a reference to other, which saves one text. */
void applied_profile_share(struct applied_profile **applied, struct applied_profile *other);

/* Swaps the two if the other sorts first, so that the order of merging does not matter. */
void applied_profile_merge(struct applied_profile **into, struct applied_profile **other);

#endif
