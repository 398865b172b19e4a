/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CLI_DIFF_FILES_H
#define CLI_DIFF_FILES_H

/* The files that 'recorder diff' compares: two files, or those of two directories, by name. */
struct diff;
struct document_options;
struct error;

/*
 * Adds pairs to a diff: two files ("-" is standard input), or all .json, .yaml and .yml files
 * below two directories, matched by name. If a file has several profiles, these are matched by
 * name too. A file or profile on one side only is compared with nothing.
 */
int diff_add_paths(struct diff *diff, const char *old_path, const char *new_path,
		   const struct document_options *options, struct error *err);

#endif
