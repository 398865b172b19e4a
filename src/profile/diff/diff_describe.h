/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROFILE_DIFF_DIFF_DESCRIBE_H
#define PROFILE_DIFF_DIFF_DESCRIBE_H

/* The wording that the reports of a diff share. */
#include <stdio.h>

#include "profile/diff/diff.h"

struct error;

/* Returns "ptrace", or "any other call" for a change to numbers without a name. */
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
 * Describes a detail in a clause on one line, with control characters escaped. Returns NULL in
 * ret_text if there is nothing to describe. The caller owns the text.
 */
int change_describe(const struct diff *diff, const struct change *change, enum change_detail detail,
		    char **ret_text, struct error *err);

/* "SCMP_ARCH_X86, SCMP_ARCH_X86_64"; owned by the caller, NULL when memory ran out. */
char *change_architectures(const struct change *change);

/*
 * Counts the changes from first on that differ only in the call, so that reports to people can
 * list their calls together. The count is always 1 except for calls that are refused or
 * permitted as before but answered differently.
 */
size_t pair_count_alike(const struct diff_pair *pair, size_t first);

/* True if a report has something to say about the pair. */
bool pair_is_notable(const struct diff_pair *pair);

/*
 * Returns "2 added, 1 removed" or "no difference", for all pairs or for one. The caller owns
 * it; NULL when memory ran out.
 */
char *diff_summary(const size_t counts[CHANGE_KIND_COUNT]);
void pair_count_changes(const struct diff_pair *pair, size_t ret_counts[CHANGE_KIND_COUNT]);

/*
 * Returns the changes that a diff fails on: "added, widened"; empty if there are none. The
 * caller owns it; NULL when memory ran out.
 */
char *diff_fail_on_text(const struct diff *diff);

/*
 * Describes an entry of the ignore list that should be looked at: an expired one that names a
 * changed call, or one that names none. Returns NULL in ret_text for the others. The caller
 * owns the text.
 */
int diff_describe_entry(const struct diff *diff, size_t index, char **ret_text, struct error *err);

/* Calls a printer with a stream into memory. The caller owns the printed text. */
typedef int (*diff_printer)(FILE *out, const struct diff *diff, struct error *err);
int diff_report_print(const struct diff *diff, diff_printer print, char **ret_text,
		      struct error *err);

#endif
