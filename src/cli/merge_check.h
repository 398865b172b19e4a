/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CLI_MERGE_CHECK_H
#define CLI_MERGE_CHECK_H

#include "profile/diff/diff_report.h"

struct document_options;
struct error;
struct profile;
struct recording;

/*
 * Compares the union with a profile or recording in a file. Prints what the union needs in
 * addition, with the evidence from its recording, and the other differences. recording may be
 * NULL. Returns enum diff_verdict, or a negative errno.
 */
int merge_check(const char *base_path, const struct document_options *options,
		const struct profile *profile, const struct recording *recording,
		enum diff_format format, struct error *err);

#endif
