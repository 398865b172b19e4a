/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROFILE_COMPARE_COMPARE_REPORT_H
#define PROFILE_COMPARE_COMPARE_REPORT_H

/* What comparisons with baselines found, for people and for machines. */
#include <stdbool.h>
#include <stddef.h>

#include "profile/compare/compare.h"

struct error;

/* One workload, and what it was compared with. Texts are owned. */
struct compared {
	char *name;	    /* of the container or profile */
	char *file;	    /* where it was read from */
	char *baseline;	    /* "containerd 2.3.4", or a file */
	char *base_profile; /* what an operator unites it with, and is not compared; NULL */
	char *note;	    /* what to know about the choice of the baseline; NULL */
	char *kernel;	    /* that the baseline was resolved for; NULL when it does not matter */
	const char *scmp_arch;
	bool capabilities_matter; /* to the baseline: */
	char **capabilities;	  /* that it was resolved for; sorted */
	size_t capability_count;
	bool capabilities_assumed; /* nobody said which the container has */
	size_t observations;	   /* of the container on this machine; 0 for a profile */
	char **reasons;		   /* why the recording may lack calls */
	size_t reason_count;
	struct compare_report report;
};

void compared_finish(struct compared *compared);

/*
 * Owned by the caller. Whatever comes from outside is escaped. deploy/compare.schema.json describes
 * the JSON.
 */
int compared_write_text(const struct compared *items, size_t count, char **ret_text,
			struct error *err);
int compared_write_json(const struct compared *items, size_t count, char **ret_text,
			struct error *err);

#endif
