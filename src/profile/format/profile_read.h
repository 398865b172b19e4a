/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROFILE_FORMAT_PROFILE_READ_H
#define PROFILE_FORMAT_PROFILE_READ_H

/*
 * What all formats of a profile have in common: the fields of the OCI runtime-spec's linux.seccomp.
 * The SeccompProfile custom resource has them with a few liberties of its own.
 */
#include <stdbool.h>

struct error;
struct cursor;
struct optional_errno;
struct profile;
struct rule;

enum dialect {
	DIALECT_OCI,
	DIALECT_CR, /* "value" may be left out for 0; errnoRet may be a text, and 0 is none */
};

/* defaultAction, architectures, flags, listenerPath and listenerMetadata, into an empty profile. */
int profile_read_head(const struct cursor *object, struct profile *profile, struct error *err);

/* The fields of a rule, but for its names. */
int rule_read(const struct cursor *object, enum dialect dialect, struct rule *rule,
	      struct error *err);

/* Its names, an array; and one of them, for cursor_each() with the rule. */
int rule_read_names(const struct cursor *object, struct rule *rule, struct error *err);
int rule_read_name(const struct cursor *at, void *rule, struct error *err);

/* An errno that need not be there, for an action. */
int errno_read(const struct cursor *object, const char *key, enum dialect dialect, int action,
	       struct optional_errno *ret_errno, struct error *err);

/* "SCMP_ARCH_…"; borrowed from the table of architectures. */
int architecture_read(const struct cursor *at, const char **ret_scmp, struct error *err);

#endif
