/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SECCOMP_FINDINGS_H
#define SECCOMP_FINDINGS_H

/* The findings of verify about a profile: warnings and errors. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct error;

enum severity {
	SEVERITY_WARNING, /* worth knowing */
	SEVERITY_ERROR,	  /* the profile does not work, or does not do what it says */
	SEVERITY_COUNT,
};

const char *severity_name(enum severity severity); /* "warning", "error" */

/* The subject of a finding; everything is borrowed. */
struct finding_of {
	enum severity severity;
	const char *check;	  /* name of the check, for machines: "fallback"; static */
	const char *call;	  /* the system call, or NULL */
	const char *architecture; /* "SCMP_ARCH_…", or NULL if it is not about one */
};

struct finding {
	enum severity severity;
	const char *check;
	char *call;	      /* or NULL */
	char **architectures; /* sorted */
	size_t architecture_count;
	char *message; /* a sentence without a full stop */
};

/* Memory of the caller; a zeroed structure is empty and valid. */
struct findings {
	struct finding *items; /* in the order in which they were found */
	size_t length;
	/*
	 * A hash table of indices in items, each plus one; 0 is free. Only for findings_add().
	 */
	uint32_t *places;
	size_t place_count; /* a power of two, or 0 */
};

/* Adds a finding. If the same one is there already, only its architecture is added. */
int findings_add(struct findings *findings, const struct finding_of *of, struct error *err,
		 const char *format, ...) __attribute__((format(printf, 4, 5)));

/* True if any finding is an error. */
bool findings_fail(const struct findings *findings);

void findings_finish(struct findings *findings);
#define _cleanup_findings_ __attribute__((cleanup(findings_finish)))

#endif
