/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROFILE_COMPARE_COMPARE_H
#define PROFILE_COMPARE_COMPARE_H

/*
 * Compares what a workload does with what a baseline allows: the calls that would break under
 * the baseline, and the calls that the workload's own profile removes beyond it.
 */
#include <stdbool.h>
#include <stddef.h>

#include "recording/recording.h"
#include "syscalls/arguments.h"
#include "syscalls/syscalls.h"

struct error;
struct profile;
struct resolved_baseline;
struct syscall_purpose;

/* One workload and one baseline; everything is borrowed. */
struct compare_input {
	/*
	 * The evidence; only observations with this machine count. NULL: the workload is
	 * assumed to make every call that its own profile allows.
	 */
	const struct recording *recording;
	enum machine machine;
	const struct profile *own;
	const struct resolved_baseline *baseline;
};

/*
 * Returns the architecture whose calls are counted: the machine's native one, unless the
 * profile lists only others.
 */
const char *compare_architecture(const struct profile *own, enum machine machine);

enum finding_kind {
	FINDING_BREAKS,	  /* used, and not allowed */
	FINDING_FALLBACK, /* used, and answered with ENOSYS: programs do without it */
	/* used, and allowed for some arguments, but which were used is not known; or with a capability */
	FINDING_CONDITIONAL,
	FINDING_UNUSED, /* allowed, for some arguments at least, and never used */
	FINDING_DENIED, /* attempted, and stopped by a filter already in force */
	FINDING_KIND_COUNT,
};

/* A value of an argument, or a flag in it, that was seen and that the baseline does not allow. */
struct refused_argument {
	bool known; /* false: there is none */
	uint8_t index;
	uint16_t offset; /* in the structure that the argument points to */
	bool flags;
	struct argument_value value;
	const char *name;		     /* of the value, such as AF_VSOCK, or NULL */
	char text[ARGUMENT_VALUE_TEXT_SIZE]; /* for people */
};

/* One result about one call. */
struct finding {
	enum finding_kind kind;
	char name[SYSCALL_NAME_SIZE]; /* "syscall_999" if it has no name */
	const char *scmp_arch;
	bool counted; /* scmp_arch is compare_architecture() */
	const struct syscall_purpose *purpose;
	bool allowed;	     /* by the baseline, for some arguments at least */
	const char *instead; /* what programs do if the call fails with ENOSYS */
	char *condition;     /* on the arguments; NULL where they do not matter */
	struct refused_argument refused;
	const char *refused_reason; /* a clause about its use instead; static; or NULL */
	/* Capabilities that each allow more of the call. Ends with NULL; NULL: none does. */
	const char **capabilities;
	/* The first one that made the call; NULL without evidence. */
	const struct observation *observation;
	const struct call *call;
};

/* The result; it borrows from the input and from the tables. */
struct compare_report {
	struct finding *findings; /* by kind, architecture, group, descending risk, name */
	size_t length;
	size_t counts[FINDING_KIND_COUNT];
	/*
	 * Calls of compare_architecture() that the baseline allows, if only for some arguments.
	 */
	size_t allowed;
	bool fits; /* nothing breaks */
	/*
	 * Architectures that the baseline lists and the own profile does not: their calls are
	 * removed too. Ends with NULL.
	 */
	const char **other_architectures;
};

int compare_with_baseline(const struct compare_input *input, struct compare_report *ret_report,
			  struct error *err);
void compare_report_finish(struct compare_report *report);
#define _cleanup_compare_report_ _cleanup_(compare_report_finish)

#endif
