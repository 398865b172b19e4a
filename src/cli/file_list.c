// SPDX-License-Identifier: Apache-2.0
#include "cli/file_list.h"

#include <errno.h>
#include <fts.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "util/array.h"
#include "util/error.h"
#include "util/str.h"

void file_list_finish(struct file_list *list)
{
	size_t i;

	for (i = 0; i < list->length; i++)
		free(list->items[i]);
	free(list->items);
}

static void cleanup_fts(FTS **walk)
{
	if (*walk)
		fts_close(*walk);
}

static int file_list_add(struct file_list *list, const char *path, struct error *err)
{
	char **grown = array_grow(list->items, list->length, sizeof(*grown));

	if (!grown)
		return error_nomem(err);
	list->items = grown;
	grown[list->length] = strdup(path);
	return grown[list->length++] ? 0 : error_nomem(err);
}

static bool is_profile(const char *name)
{
	return str_has_suffix(name, ".json") || str_has_suffix(name, ".yaml") ||
	       str_has_suffix(name, ".yml");
}

/* Adds an entry if it is a profile. Skips files and directories that begin with a dot. */
static int visit_entry(FTS *walk, FTSENT *entry, size_t root_length, struct file_list *list,
		       struct error *err)
{
	struct stat status;

	if (entry->fts_level > 0 && entry->fts_name[0] == '.') {
		fts_set(walk, entry, FTS_SKIP);
		return 0;
	}
	switch (entry->fts_info) {
	case FTS_DNR:
	case FTS_ERR:
	case FTS_NS:
		return error_set_errno(err, entry->fts_errno, "read %s", entry->fts_path);
	case FTS_SL:
		/*
		 * Follow a link to a file, but not one to a directory, which could lead
		 * anywhere.
		 */
		if (stat(entry->fts_path, &status) < 0 || !S_ISREG(status.st_mode))
			return 0;
		break;
	case FTS_F:
		break;
	default:
		return 0;
	}
	if (!is_profile(entry->fts_name))
		return 0;
	return file_list_add(list, entry->fts_path + root_length + 1, err);
}

static int compare_strings(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

int file_list_read(const char *directory, struct file_list *list, struct error *err)
{
	_cleanup_free_ char *root = strdup(directory);
	char *roots[] = { root, NULL };
	_cleanup_(cleanup_fts) FTS *walk = NULL;
	size_t length = root ? strlen(root) : 0;
	FTSENT *entry;
	int r = 0;

	if (!root)
		return error_nomem(err);
	while (length > 1 && root[length - 1] == '/')
		root[--length] = '\0';
	if (strcmp(root, "/") == 0)
		length = 0;
	walk = fts_open(roots, FTS_PHYSICAL | FTS_COMFOLLOW | FTS_NOCHDIR, NULL);
	if (!walk)
		return error_set_errno(err, errno, "read the directory %s", directory);
	while (r == 0 && (errno = 0, entry = fts_read(walk)))
		r = visit_entry(walk, entry, length, list, err);
	if (r == 0 && errno)
		r = error_set_errno(err, errno, "read the directory %s", directory);
	if (r == 0 && list->length)
		qsort(list->items, list->length, sizeof(*list->items), compare_strings);
	return r;
}

char *file_list_path(const char *directory, const char *name)
{
	char *path;

	return asprintf(&path, "%s%s%s", directory, str_has_suffix(directory, "/") ? "" : "/",
			name) < 0 ?
		       NULL :
		       path;
}

bool file_list_is_directory(const char *path)
{
	struct stat status;

	return strcmp(path, "-") != 0 && stat(path, &status) == 0 && S_ISDIR(status.st_mode);
}
