/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROFILE_COMPARE_COMPARE_H
#define PROFILE_COMPARE_COMPARE_H

/*
 * What a workload does beside what a baseline allows: what would break under it, and what a
 * profile of its own takes away beyond it.
 */
#include <stdbool.h>
#include <stddef.h>

#include "recording/recording.h"
#include "syscalls/syscalls.h"

struct error;
struct profile;
struct resolved_baseline;
struct syscall_purpose;

/* One workload and one baseline; everything is borrowed. */
struct compare_input {
	/*
	 * The evidence, of which the observations on this machine count. NULL: the workload is
	 * taken to make every call that its own profile allows.
	 */
	const struct recording *recording;
	enum machine machine;
	const struct profile *own;
	const struct resolved_baseline *baseline;
};

/*
 * The architecture whose calls are counted: the machine's own, unless the profile has only
 * others.
 */
const char *compare_architecture(const struct profile *own, enum machine machine);

enum finding_kind {
	FINDING_BREAKS,	     /* used, and not allowed */
	FINDING_FALLBACK,    /* used, and answered with ENOSYS: those who try it do without */
	FINDING_CONDITIONAL, /* used, and allowed for some arguments or with a capability */
	FINDING_UNUSED,	     /* allowed, for some arguments at least, and never used */
	FINDING_DENIED,	     /* attempted, and stopped by a filter already in force */
	FINDING_KIND_COUNT,
};

/* What there is to say about one call. */
struct finding {
	enum finding_kind kind;
	char name[SYSCALL_NAME_SIZE]; /* "syscall_999" without a name */
	const char *scmp_arch;
	bool counted; /* scmp_arch is compare_architecture() */
	const struct syscall_purpose *purpose;
	bool allowed;	     /* by the baseline, for some arguments at least */
	const char *instead; /* what is done instead of a call that is answered with ENOSYS */
	char *condition;     /* on the arguments; NULL where they do not matter */
	/* Each of them by itself allows more of the call; ends with NULL. NULL: no one does. */
	const char **capabilities;
	/* From the evidence, NULL without: who made it first. */
	const struct observation *observation;
	const struct call *call;
};

/* The result; it borrows from the input and from the tables. */
struct compare_report {
	struct finding *findings; /* by kind, architecture, group, descending risk, name */
	size_t length;
	size_t counts[FINDING_KIND_COUNT];
	/* Calls of compare_architecture() that the baseline allows, for some arguments at least. */
	size_t allowed;
	bool fits; /* nothing breaks */
	/*
	 * Architectures that the baseline applies to and own does not, whose calls are taken
	 * away too; ends with NULL.
	 */
	const char **other_architectures;
};

int compare_with_baseline(const struct compare_input *input, struct compare_report *ret_report,
			  struct error *err);
void compare_report_finish(struct compare_report *report);
#define _cleanup_compare_report_ _cleanup_(compare_report_finish)

#endif
