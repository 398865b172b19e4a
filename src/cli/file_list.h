/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CLI_FILE_LIST_H
#define CLI_FILE_LIST_H

/* The profiles and recordings in a directory that stands where a file could. */
#include <stdbool.h>
#include <stddef.h>

#include "util/cleanup.h"

struct error;

/* Paths from the directory; sorted. */
struct file_list {
	char **items;
	size_t length;
};

/* Whether a path is a directory; "-", which is standard input, never is. */
bool file_list_is_directory(const char *path);

/*
 * The files below a directory that end with .json, .yaml or .yml, except those that begin with
 * a dot or are in such a directory. The caller finishes the list, also after a failure.
 */
int file_list_read(const char *directory, struct file_list *list, struct error *err);
void file_list_finish(struct file_list *list);
#define _cleanup_file_list_ _cleanup_(file_list_finish)

/* The path of a file of the list; owned by the caller, NULL when memory ran out. */
char *file_list_path(const char *directory, const char *name);

#endif
