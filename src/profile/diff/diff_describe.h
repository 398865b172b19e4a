/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROFILE_DIFF_DIFF_DESCRIBE_H
#define PROFILE_DIFF_DIFF_DESCRIBE_H

/* What the reports of a diff have to say, in words that they share. */
#include <stdio.h>

#include "profile/diff/diff.h"

struct error;

/* "ptrace", or "any other call" where it is about numbers without a name. */
const char *change_call(const struct change *change);

enum change_detail {
	DETAIL_EFFECT,	 /* "errno EPERM before, allow now" */
	DETAIL_PURPOSE,	 /* "traces and controls another process" */
	DETAIL_RISK,	 /* "high risk: …" */
	DETAIL_DEFAULT,	 /* "RuntimeDefault (containerd 2.3.4) does not allow it" */
	DETAIL_EVIDENCE, /* "first made by gdb in web (pod shop/web-1) at …" */
	DETAIL_IGNORED,	 /* "ignored until 2027-03-31: …" */
	DETAIL_COUNT,
};

/*
 * A clause on one line in which control characters are escaped; NULL where there is nothing to
 * say. Owned by the caller.
 */
int change_describe(const struct diff *diff, const struct change *change, enum change_detail detail,
		    char **ret_text, struct error *err);

/* "SCMP_ARCH_X86, SCMP_ARCH_X86_64"; owned by the caller, NULL when memory ran out. */
char *change_architectures(const struct change *change);

/*
 * How many changes from one on are the same but for the call, so that a report for people can say
 * it once: more than 1 only of calls that are refused or permitted as before and answered
 * differently.
 */
size_t pair_count_alike(const struct diff_pair *pair, size_t first);

/* Whether a report has something to say about the pair. */
bool pair_is_notable(const struct diff_pair *pair);

/* "2 added, 1 removed", "no difference"; of all pairs or of one. Owned by the caller, or NULL. */
char *diff_summary(const size_t counts[CHANGE_KIND_COUNT]);
void pair_count_changes(const struct diff_pair *pair, size_t ret_counts[CHANGE_KIND_COUNT]);

/* The names of what a diff fails on: "added, widened", "nothing"; owned by the caller, or NULL. */
char *diff_fail_on_text(const struct diff *diff);

/*
 * What is to be said of the ignore list beside what it ignored: entry by entry, for expired ones
 * that would have ignored something and for those that have nothing to ignore. NULL for the
 * others. Owned by the caller.
 */
int diff_describe_entry(const struct diff *diff, size_t index, char **ret_text, struct error *err);

/* Calls a printer with a stream into memory; what it printed is owned by the caller. */
typedef int (*diff_printer)(FILE *out, const struct diff *diff, struct error *err);
int diff_report_print(const struct diff *diff, diff_printer print, char **ret_text,
		      struct error *err);

#endif
