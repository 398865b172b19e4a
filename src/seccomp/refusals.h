/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SECCOMP_REFUSALS_H
#define SECCOMP_REFUSALS_H

/*
 * Finds the parts of a profile that runc and crun themselves refuse, before libseccomp sees it.
 * No container starts with such a profile. Sources: libcontainer/specconv and
 * libcontainer/seccomp of runc 1.0.0 to 1.5.1, and src/libcrun/seccomp.c of crun 1.0 to 1.29.
 * tests/runtime/85-filters.t asks the installed ones.
 */
#include <stdbool.h>
#include <stddef.h>

#include "util/version.h"

struct error;
struct profile;

/* A runtime to check for. */
struct runtime_range {
	const char *name;	/* "runc", "crun" */
	struct version version; /* all zero: every version that is still in use on nodes */
};

struct refusal {
	const char *runtime;  /* "runc", "crun"; static */
	struct version since; /* the first version that does not refuse; all zero: each refuses */
	char *text;	      /* "runc before 1.2.0 refuses the flag SECCOMP_FILTER_FLAG_LOG" */
};

/* Memory of the caller; a zeroed structure is empty and valid. */
struct refusals {
	struct refusal *items;
	size_t length;
};

/* Finds all that any version of either runtime refuses; the caller finishes ret_refusals. */
int refusals_find(const struct profile *profile, struct refusals *ret_refusals, struct error *err);

/*
 * True if the runtime has this refusal. If its version is not known, any version still in use
 * counts.
 */
bool refusal_is_by(const struct refusal *refusal, const struct runtime_range *range);

void refusals_finish(struct refusals *refusals);
#define _cleanup_refusals_ __attribute__((cleanup(refusals_finish)))

#endif
