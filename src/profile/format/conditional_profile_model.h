/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROFILE_FORMAT_CONDITIONAL_PROFILE_MODEL_H
#define PROFILE_FORMAT_CONDITIONAL_PROFILE_MODEL_H

/* The members of struct conditional_profile, for the files that read and resolve it. */
#include <stdbool.h>
#include <stddef.h>

#include "profile/format/conditional_profile.h"

/* "includes" or "excludes" of a rule. Strings are sorted, each once. */
struct filter {
	char **capabilities;
	size_t capability_count;
	char **architectures; /* the names in libseccomp's Go binding: "amd64" */
	size_t architecture_count;
	bool kernel_known;
	struct kernel_version kernel; /* minKernel: the oldest that matches */
};

struct rule_filters {
	struct filter includes, excludes;
};

/* An entry of "archMap". */
struct architecture_entry {
	const char *native; /* "SCMP_ARCH_…", borrowed from the table of architectures */
	const char **others;
	size_t other_count;
};

struct conditional_profile {
	struct profile *profile;      /* with all rules */
	struct rule_filters *filters; /* one for each rule of the profile */
	size_t filter_count;
	struct architecture_entry *entries;
	size_t entry_count;
	char **capabilities; /* of all filters, sorted, each once */
	size_t capability_count;
	bool docker;
	bool conditional;
};

/*
 * Moves the profile out of a conditional profile that has no conditions. The caller then
 * destroys conditional.
 */
struct profile *conditional_profile_take_profile(struct conditional_profile *conditional);

#endif
