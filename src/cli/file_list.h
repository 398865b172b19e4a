/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CLI_FILE_LIST_H
#define CLI_FILE_LIST_H

/* The profiles and recordings in a directory that a user named instead of a file. */
#include <stdbool.h>
#include <stddef.h>

#include "util/cleanup.h"

struct error;

/* Sorted paths, relative to the directory. */
struct file_list {
	char **items;
	size_t length;
};

/* True if path is a directory. Never true for "-", which is standard input. */
bool file_list_is_directory(const char *path);

/*
 * Finds the files below a directory that end with .json, .yaml or .yml. Skips files and
 * directories whose name begins with a dot. The caller finishes the list, also after a failure.
 */
int file_list_read(const char *directory, struct file_list *list, struct error *err);
void file_list_finish(struct file_list *list);
#define _cleanup_file_list_ _cleanup_(file_list_finish)

/* The path of a file of the list; owned by the caller, NULL when memory ran out. */
char *file_list_path(const char *directory, const char *name);

#endif
