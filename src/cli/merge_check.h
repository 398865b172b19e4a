/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CLI_MERGE_CHECK_H
#define CLI_MERGE_CHECK_H

#include "profile/diff/diff_report.h"

struct document_options;
struct error;
struct profile;
struct recording;

/*
 * Prints what the union needs more than a profile or recording in a file permits, with the
 * evidence that its recording has, and what else differs. recording may be NULL. Returns enum
 * diff_verdict.
 */
int merge_check(const char *base_path, const struct document_options *options,
		const struct profile *profile, const struct recording *recording,
		enum diff_format format, struct error *err);

#endif
