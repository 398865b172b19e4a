// SPDX-License-Identifier: Apache-2.0
#include "cli/diff_files.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/file_list.h"
#include "cli/input.h"
#include "profile/diff/diff.h"
#include "util/error.h"
#include "util/str.h"

/* One side of a pair of files. */
struct side {
	const char *path; /* NULL: there is none */
	struct documents documents;
};

static void side_finish(struct side *side)
{
	documents_finish(&side->documents);
}

static int side_read(struct side *side, const struct document_options *options, struct error *err)
{
	return side->path ? input_read_deriving(side->path, options, NULL, &side->documents, err) :
			    0;
}

static int compare_documents(const void *left, const void *right)
{
	const struct document *a = left, *b = right;
	int order = strcmp(a->name_space ? a->name_space : "", b->name_space ? b->name_space : "");

	return order ? order : strcmp(a->name ? a->name : "", b->name ? b->name : "");
}

/* Sorts the documents of a file by name. The names must be unique. */
static int sort_documents(struct side *side, struct error *err)
{
	struct documents *documents = &side->documents;
	size_t i;

	if (documents->length < 2)
		return 0;
	qsort(documents->items, documents->length, sizeof(*documents->items), compare_documents);
	for (i = 1; i < documents->length; i++)
		if (compare_documents(&documents->items[i - 1], &documents->items[i]) == 0)
			return error_set(err, EINVAL,
					 "%s has several profiles named '%s', so they cannot be "
					 "matched by name",
					 side->path,
					 documents->items[i].name ? documents->items[i].name : "");
	return 0;
}

static struct diff_side diff_side_of(const struct side *side, const struct document *document)
{
	if (!document)
		return (struct diff_side){};
	return (struct diff_side){
		.path = side->path,
		.profile = document->profile,
		.recording = document->recording,
		.base_profile = document->base_profile,
	};
}

static int add_documents(struct diff *diff, const char *name, const struct side *old,
			 const struct document *before, const struct side *new,
			 const struct document *after, struct error *err)
{
	const struct document *named = after ? after : before;
	struct diff_side old_side = diff_side_of(old, before);
	struct diff_side new_side = diff_side_of(new, after);
	_cleanup_free_ char *label = NULL;

	if (old->documents.length <= 1 && new->documents.length <= 1)
		return diff_add(diff, name, &old_side, &new_side, err);
	if (asprintf(&label, "%s (%s%s%s)", name, named->name_space ? named->name_space : "",
		     named->name_space ? "/" : "", named->name ? named->name : "unnamed") < 0) {
		label = NULL;
		return error_nomem(err);
	}
	return diff_add(diff, label, &old_side, &new_side, err);
}

/*
 * If each file has one profile, the two are a pair whatever their names. Otherwise profiles of
 * the same name are pairs.
 */
static int add_files(struct diff *diff, const char *name, const char *old_path,
		     const char *new_path, const struct document_options *options,
		     struct error *err)
{
	_cleanup_(side_finish) struct side old = { .path = old_path }, new = { .path = new_path };
	size_t i = 0, j = 0;
	int r;

	if ((r = side_read(&old, options, err)) < 0 || (r = side_read(&new, options, err)) < 0)
		return r;
	if (old.documents.length == 1 && new.documents.length == 1)
		return add_documents(diff, name, &old, &old.documents.items[0], &new,
				     &new.documents.items[0], err);
	if ((r = sort_documents(&old, err)) < 0 || (r = sort_documents(&new, err)) < 0)
		return r;
	while (r == 0 && (i < old.documents.length || j < new.documents.length)) {
		const struct document *before = NULL, *after = NULL;
		int order = i == old.documents.length ? 1 :
			    j == new.documents.length ? -1 :
							compare_documents(&old.documents.items[i],
									  &new.documents.items[j]);

		if (order <= 0)
			before = &old.documents.items[i++];
		if (order >= 0)
			after = &new.documents.items[j++];
		r = add_documents(diff, name, &old, before, &new, after, err);
	}
	return r;
}

static int add_entries(struct diff *diff, const char *old_directory, const char *old_name,
		       const char *new_directory, const char *new_name,
		       const struct document_options *options, struct error *err)
{
	_cleanup_free_ char *old_path = old_name ? file_list_path(old_directory, old_name) : NULL;
	_cleanup_free_ char *new_path = new_name ? file_list_path(new_directory, new_name) : NULL;

	if ((old_name && !old_path) || (new_name && !new_path))
		return error_nomem(err);
	return add_files(diff, new_name ? new_name : old_name, old_path, new_path, options, err);
}

static int add_directories(struct diff *diff, const char *old_path, const char *new_path,
			   const struct document_options *options, struct error *err)
{
	_cleanup_file_list_ struct file_list old = {}, new = {};
	size_t i = 0, j = 0;
	int r;

	if ((r = file_list_read(old_path, &old, err)) < 0 ||
	    (r = file_list_read(new_path, &new, err)) < 0)
		return r;
	if (old.length == 0 && new.length == 0)
		return error_set(err, ENOENT, "neither %s nor %s has a .json, .yaml or .yml file",
				 old_path, new_path);
	while (r == 0 && (i < old.length || j < new.length)) {
		const char *before = i < old.length ? old.items[i] : NULL;
		const char *after = j < new.length ? new.items[j] : NULL;
		int order = !before ? 1 : !after ? -1 : strcmp(before, after);

		i += order <= 0;
		j += order >= 0;
		r = add_entries(diff, old_path, order <= 0 ? before : NULL, new_path,
				order >= 0 ? after : NULL, options, err);
	}
	return r;
}

int diff_add_paths(struct diff *diff, const char *old_path, const char *new_path,
		   const struct document_options *options, struct error *err)
{
	bool old_is = file_list_is_directory(old_path), new_is = file_list_is_directory(new_path);

	if (strcmp(old_path, "-") == 0 && strcmp(new_path, "-") == 0)
		return error_set(err, EINVAL, "only one of OLD and NEW can be standard input");
	if (old_is != new_is)
		return error_set(err, EINVAL,
				 "%s is a directory and %s is not: compare two files or two "
				 "directories",
				 old_is ? old_path : new_path, old_is ? new_path : old_path);
	if (old_is)
		return add_directories(diff, old_path, new_path, options, err);
	return add_files(diff, strcmp(new_path, "-") == 0 ? old_path : new_path, old_path, new_path,
			 options, err);
}
