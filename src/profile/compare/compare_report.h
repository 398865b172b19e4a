/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROFILE_COMPARE_COMPARE_REPORT_H
#define PROFILE_COMPARE_COMPARE_REPORT_H

/* Reports on comparisons with baselines, as text and as JSON. */
#include <stdbool.h>
#include <stddef.h>

#include "profile/compare/compare.h"

struct error;

/* A workload and the baseline that it was compared with. Texts are owned. */
struct compared {
	char *name;	    /* of the container or profile */
	char *file;	    /* the file that it was read from */
	char *baseline;	    /* "containerd 2.3.4", or a file */
	char *base_profile; /* profile that an operator unites it with, not compared; NULL */
	char *note;	    /* a note on the choice of the baseline; NULL */
	char *kernel;	    /* the baseline was resolved for it; NULL if it does not matter */
	const char *scmp_arch;
	bool capabilities_matter; /* the baseline depends on them */
	char **capabilities;	  /* the baseline was resolved for these; sorted */
	size_t capability_count;
	bool capabilities_assumed; /* the container's own are not known */
	size_t observations;	   /* of the container on this machine; 0 for a profile */
	char **reasons;		   /* why the recording may lack calls */
	size_t reason_count;
	struct compare_report report;
};

void compared_finish(struct compared *compared);

/*
 * Write the report, which the caller owns. Text from outside is escaped.
 * deploy/compare.schema.json describes the JSON.
 */
int compared_write_text(const struct compared *items, size_t count, char **ret_text,
			struct error *err);
int compared_write_json(const struct compared *items, size_t count, char **ret_text,
			struct error *err);

#endif
