/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROFILE_FORMAT_PROFILE_READ_H
#define PROFILE_FORMAT_PROFILE_READ_H

/*
 * Reads the fields that all formats of a profile share: those of linux.seccomp in the OCI
 * runtime-spec. The SeccompProfile custom resource deviates from them in a few details.
 */
#include <stdbool.h>

struct error;
struct cursor;
struct optional_errno;
struct profile;
struct rule;

enum dialect {
	DIALECT_OCI,
	DIALECT_CR, /* "value" defaults to 0; errnoRet may be a string, and 0 means none */
};

/*
 * Reads the fields outside the rules into an empty profile: defaultAction, architectures,
 * flags, listenerPath and listenerMetadata.
 */
int profile_read_head(const struct cursor *object, struct profile *profile, struct error *err);

/* Reads the fields of a rule except its names. */
int rule_read(const struct cursor *object, enum dialect dialect, struct rule *rule,
	      struct error *err);

/* Read the names of a rule: the whole array, or one name (for cursor_each() with the rule). */
int rule_read_names(const struct cursor *object, struct rule *rule, struct error *err);
int rule_read_name(const struct cursor *at, void *rule, struct error *err);

/* Reads an optional errno. The action determines its maximum. */
int errno_read(const struct cursor *object, const char *key, enum dialect dialect, int action,
	       struct optional_errno *ret_errno, struct error *err);

/* Reads "SCMP_ARCH_…"; the result is borrowed from the table of architectures. */
int architecture_read(const struct cursor *at, const char **ret_scmp, struct error *err);

#endif
