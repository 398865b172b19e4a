/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CLI_DIFF_FILES_H
#define CLI_DIFF_FILES_H

/* The files that 'recorder diff' compares: two of them, or those of two directories by name. */
struct diff;
struct document_options;
struct error;

/*
 * Adds the pairs of two files ("-" is standard input), or of all files below two directories that
 * end with .json, .yaml or .yml, to a diff. Where files hold several profiles, those are matched
 * by name too. Files and profiles that are on one side only are compared with nothing.
 */
int diff_add_paths(struct diff *diff, const char *old_path, const char *new_path,
		   const struct document_options *options, struct error *err);

#endif
