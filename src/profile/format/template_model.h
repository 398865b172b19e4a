/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROFILE_FORMAT_TEMPLATE_MODEL_H
#define PROFILE_FORMAT_TEMPLATE_MODEL_H

/* The inside of struct template, for the files that read and resolve it. */
#include <stdbool.h>
#include <stddef.h>

#include "profile/format/template.h"

/* "includes" or "excludes" of a rule. Strings are sorted, each once. */
struct filter {
	char **capabilities;
	size_t capability_count;
	char **architectures; /* as libseccomp's Go binding calls them: "amd64" */
	size_t architecture_count;
	bool kernel_known;
	struct kernel_version kernel; /* the oldest that it is about */
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

struct template
{
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

/* Takes the profile out of a template that is not conditional and is then destroyed. */
struct profile *template_take_profile(struct template *template);

#endif
